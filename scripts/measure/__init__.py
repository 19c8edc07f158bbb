"""Measures Limber: hearing in the virtual room, the speech model, a live session. Not in the wheel."""
