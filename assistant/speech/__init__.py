"""Speech: recognizers, endpointing, voices, cache, models. Adapters; may import only core and errors."""
