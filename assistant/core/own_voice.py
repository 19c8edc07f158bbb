"""Whether a command may be our own voice that came back. Decisions only, for the session and the echo proof.

Our own words come back as themselves, or as words that sound near them: a recognizer that knows nothing but
commands hears commands. So it is not enough to look for the words. Must never be asked to veto a safety
phrase: it says no to those.
"""

from __future__ import annotations

from assistant.core.events import Said
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.script import Script

MORE_WORDS = 1
"""A sentence of ours may have so many more words than the command that it is taken for as a whole. In 37
minutes of all that Limber says, by three voices, no command without `[unk]` came of a longer one, but for
the sentence's own words."""


def is_own_voice(said: Said, moment: float, script: Script) -> bool:
    """Whether a command, whose last word ended at that moment, may be what the session was just saying.

    It is where the command's words stand in the sentence that sounded. Near sounds: it is where that sentence
    is as short as the command, and where there was more in the utterance than the command, for a person who
    speaks over our voice is heard without the rest of it. A number that was half heard is what is left of our
    own "zero to ten".
    """
    if said.is_safety:
        return False
    if said.is_half_heard and said.intent is Intent.NUMBER:
        return script.may_have_spoken(moment)
    words = tuple(said.phrase.split())
    if script.may_have_said(words, moment):
        return True
    sounded = script.sounded_at(moment)
    if UNKNOWN_WORD in said.words:
        return bool(sounded)
    return any(len(sentence.split()) <= len(words) + MORE_WORDS for sentence in sounded)
