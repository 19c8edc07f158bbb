"""Why a session is over, in words that a person would say, for whoever shows it.

Data only. Must have a sentence for every reason that the core ends with.
"""

from __future__ import annotations

from collections.abc import Mapping

ENDINGS: Mapping[str, str] = {
    "completed": "you have done all of it",
    "ended_by_user": "you ended it",
    "interrupted_by_user": "you ended it",
    "no_answer": "nobody answered",
    "see_physician": "please ask a doctor first, and come back after that",
    "pain": "it hurt, so please rest now",
    "emergency": "please get help now",
    "cannot_hear": "Limber could not hear you any more",
    "terminated": "the program was ended from outside",
    "hung_up": "the terminal was closed",
    "interrupted": "it was cut short",
}


def ending_in_words(reason: str) -> str:
    """The whole sentence for a reason of the core."""
    return f"The session is over: {ENDINGS[reason]}."
