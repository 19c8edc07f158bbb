"""What is shown: the terminal. Adapters; may import only core and errors."""
