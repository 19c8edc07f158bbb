"""Vosk as a recognizer: its model, its stream of hypotheses, the judge of its safety phrases. Adapters."""
