"""The units of the acoustic model: silence, 39 ARPAbet phones, and units of their own for the safety word.

A network output ("pdf") stands for one unit. `stop` has units of its own, so that the network learns the
whole word and not four phones that any speech contains. Pure data; no input or output.
"""

from __future__ import annotations

from lexicon import PHONES

WORD_UNITS = {"stop": ("S.stop", "T.stop", "AA.stop", "P.stop")}
"""Words with units of their own, in the order of the phones of their pronunciation."""
WORD_UNIT_FRAMES = {"S.stop": 2, "AA.stop": 3, "P.stop": 3}
"""For how many frames of 30 ms they last at least: fleeting ones are no word. The others may be short."""

SILENCE_PDF = 0
UNITS = (*PHONES, *(unit for units in WORD_UNITS.values() for unit in units))
PDF = {unit: i + 1 for i, unit in enumerate(UNITS)}
PDF_COUNT = 1 + len(UNITS)
PLAIN_PDF = tuple(range(len(PHONES) + 1)) + tuple(PDF[unit.split(".")[0]] for unit in UNITS[len(PHONES) :])
"""For each pdf the one of the same phone outside any word's own units."""
