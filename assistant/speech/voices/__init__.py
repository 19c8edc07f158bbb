"""The voices that there are, a module each, and the one that falls back on the next. Adapters."""
