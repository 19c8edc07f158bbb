"""Speech: recognizers, endpointing, voices, prompt cache, models. Adapters; may import only core and errors."""
