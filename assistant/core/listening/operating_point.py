"""How much is asked of a safety phrase: the numbers of hearing, in one place. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Within:
    """From where to where a number may be set."""

    least: float
    most: float


_Plausibility = Annotated[float, Within(-100.0, 0.0)]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """How much is asked of a safety phrase before it is believed; the configuration takes its keys from here.

    Words decoded in the middle of a sentence often turn into others with the next syllable: docs/hearing.md
    has what is missed and what is made up with these values. A phrase is alone when its utterance has no
    other words so far; what other people say is mistaken for a phrase among words most of all.

    Talk is what has gone on for `talk_seconds` before the phrase. People who are not talking to us talk on,
    and no louder: there a phrase is doubted, unless it is `stands_out_db` louder than the talk before it, or
    the second within `doubt_seconds`. A phrase in doubt is believed when nobody has talked on for
    `doubted_quiet_seconds`. Any other is believed at the latest when it is final.

    The sound itself has to bear the phrase out as well (`Recognizer.plausibility`, in nats a phone): a little
    where it is alone, more among other words, most after talk. Where a phrase that is alone was not believed
    for that, less is asked for `doubt_seconds`: who is not heard says it again.

    Commands and answers count as a whole utterance only, when it is over, and the sound has to bear them out,
    too. Where others talk, a command that does not stand out of their talk is a part of it, unless it comes
    with the name of the one who is meant. A safety phrase that is no louder than such talk has to fit as well
    as one after talk, even where it is alone.

    Words whose sound a canceller has brought down by `leftover_db` are what it left of our own voice: a
    person is heard as loud as before. A safety phrase is a suspicion then, and nothing is believed.
    """

    alone_quiet_seconds: Annotated[float, Within(0.02, 0.4)] = 0.1
    """A "stop" alone is believed when it has been so long quiet since the last speech."""
    alone_stood_seconds: Annotated[float, Within(0.0, 2.0)] = 0.24
    """Or when it has stood there for so long, though sound goes on."""
    among_quiet_seconds: Annotated[float, Within(0.02, 0.4)] = 0.3
    """Pain, a red flag, or a phrase before or after other words is believed after so long a quiet."""
    among_stood_seconds: Annotated[float, Within(0.0, 10.0)] = 0.5
    """Or when it has stood there for so long, though sound and words go on."""
    talk_seconds: Annotated[float, Within(0.0, 60.0)] = 0.8
    stands_out_db: Annotated[float, Within(-90.0, 30.0)] = 4.0
    doubted_quiet_seconds: Annotated[float, Within(0.4, 5.0)] = 1.2
    alone_plausibility: _Plausibility = -2.0
    unrecorded_plausibility: _Plausibility = -2.0
    """Instead of `alone_plausibility`, of pain and red flags: no recording taught the judge those."""
    among_plausibility: _Plausibility = -1.0
    doubted_plausibility: _Plausibility = -0.7
    again_plausibility: _Plausibility = -3.0
    doubt_seconds: Annotated[float, Within(0.0, 60.0)] = 10.0
    spotted_plausibility: _Plausibility = -0.3
    """What "stop" asks of the sound where it was spotted, and the recognizer did not hear it."""
    spotted_phone_plausibility: _Plausibility = -0.08
    """The same of a longer safety phrase, for each of its phones beyond the fourth."""
    command_plausibility: _Plausibility = -3.0
    """What a command, or an answer, asks of the sound."""
    answer_plausibility: _Plausibility = -2.0
    """What a yes, a no or a number asks of the sound; one that fits worse is half heard, and asked again."""
    others_seconds: Annotated[float, Within(0.5, 60.0)] = 4.0
    """After so much talk in the last `others_within_seconds` a command has to stand out of it as well."""
    others_within_seconds: Annotated[float, Within(1.0, 60.0)] = 12.0
    among_talk_db: Annotated[float, Within(-90.0, 30.0)] = 3.0
    """A safety phrase that is no louder than the loudest of that talk by so much is asked about first."""
    leftover_db: Annotated[float, Within(6.0, 120.0)] = 20.0
    suspicion_seconds: Annotated[float, Within(0.0, 5.0)] = 0.6
    """A suspicion lowers the voice for so long at most; what is confirmed later acts all the same."""
