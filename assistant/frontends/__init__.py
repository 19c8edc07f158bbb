"""What is shown, and what is pressed or typed there. Adapters; may import only core and errors."""
