"""The units of the acoustic models: silence, 39 ARPAbet phones, and units of their own for some words.

A network output ("pdf") stands for one unit. A word with units of its own is learned as a whole, and not as
phones that any speech contains: the safety word, and answers and short words that many people have recorded.
Pure data; no input or output.
"""

from __future__ import annotations

from lexicon import PHONES

SAFETY_WORD = "stop"
_OWN_PHONES = {
    SAFETY_WORD: "S T AA P",
    "yes": "Y EH S",
    "no": "N OW",
    "go": "G OW",
    "up": "AH P",
    "down": "D AW N",
    "left": "L EH F T",
    "right": "R AY T",
}
WORD_UNITS = {
    word: tuple(f"{phone}.{word}" for phone in phones.split()) for word, phones in _OWN_PHONES.items()
}
"""Words with units of their own, in the order of the phones of their pronunciation."""
WORD_UNIT_FRAMES = {"S.stop": 2, "AA.stop": 3, "P.stop": 3}
"""For how many frames of 30 ms they last at least: fleeting ones are no word. The others may be short."""

SILENCE_PDF = 0
UNITS = (*PHONES, *(unit for units in WORD_UNITS.values() for unit in units))
PDF = {unit: i + 1 for i, unit in enumerate(UNITS)}
PDF_COUNT = 1 + len(UNITS)
PLAIN_PDF = tuple(range(len(PHONES) + 1)) + tuple(PDF[unit.split(".")[0]] for unit in UNITS[len(PHONES) :])
"""For each pdf the one of the same phone outside any word's own units."""
JUDGED_UNITS = (*PHONES, *WORD_UNITS[SAFETY_WORD])
JUDGED_PDF_COUNT = 1 + len(JUDGED_UNITS)
JUDGED_PDF = tuple(pdf if pdf < JUDGED_PDF_COUNT else plain for pdf, plain in enumerate(PLAIN_PDF))
"""For each pdf that of the judge, which knows no word but the safety word as a whole."""
