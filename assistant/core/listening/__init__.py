"""Listening: what recognizers believe was said becomes what somebody meant."""
