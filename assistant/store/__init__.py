"""Kept things: routine files and the history. Adapters; may import only core and errors."""
