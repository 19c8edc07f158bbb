"""Faults that are planted into the program itself: each breaks a rule of program_rules.py.

Beside each is a schedule that finds it. `scripts/soak_program --mutants` shows after how many schedules of
chance each is found as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cases import Moves
from mutants import Patch, Plant, both, sets

from assistant import event_queue, guiding, room
from assistant.audio import block_queue, live, server_routes
from assistant.audio.mixer import Mixer
from assistant.core.liveness import Liveness
from assistant.speech import prompting
from assistant.store import history, history_file, history_writer, pending

BEGUN: Moves = [["pass", 1.0], ["answer", "zero"], ["answer", "no"], ["until", "holding", 20.0]]
TOLD: Moves = [["say", "that hurts", 3.0]]


@dataclass(frozen=True)
class ProgramMutant:
    """What is wrong, how it is planted, and what happens in a schedule that finds it, after it has begun."""

    wrong: str
    plant: Plant
    moves: Moves = field(default_factory=list)


def _look_at_nothing(self: Liveness, now: float, gauges: Any) -> None:
    self.reasons = frozenset()


def _hush_without_a_cut(self: Mixer) -> int:
    self._hushes += 1
    return self._hushes


def _give_up_in_silence(self: prompting.Prompter, request: prompting.PromptRequest) -> None:
    self._speaker.end(request.prompt_id)


def _hold_nothing(self: history.History) -> None:
    self._held.clear()


def _all_is_fresh(patch: Patch) -> None:
    patch.setattr(event_queue, "_is_command", lambda event: False)
    patch.setattr(block_queue, "FRESH_BLOCKS", 500)
    patch.setattr(block_queue, "QUEUE_BLOCKS", 500)


def _end_without_a_reason(rows: Any, place: history_writer.Place, reason: str) -> history_writer.Place:
    return history_writer.Place(run=place.run, origin=place.origin)


MUTANTS = (
    ProgramMutant(
        "nobody watches the hearing thread",
        sets(Liveness, "look", _look_at_nothing),
        [*BEGUN, ["fault", "hearing hangs", 5.0], ["pass", 4.0]],
    ),
    ProgramMutant(
        "a microphone is back before it is heard",
        sets(Liveness, "_is_lost", lambda self, heard, *, gives_nothing: gives_nothing),
        [
            ["pass", 1.0],
            ["fault", "hearing hangs", 8.3],
            ["fault", "sound server frozen", 7.2],
            ["pass", 1.1],
        ],
    ),
    ProgramMutant(
        "what the reader notices of the microphone is not told",
        sets(live.LiveSound, "_report_microphone", lambda self, before: None),
        [*BEGUN, ["fault", "microphone silent", 6.0], ["pass", 5.0]],
    ),
    ProgramMutant(
        "a stream that was moved is not noticed",
        sets(server_routes.Placement, "is_moved", lambda self, streams: False),
        [*BEGUN, ["fault", "microphone moved", 5.0], ["pass", 4.0]],
    ),
    ProgramMutant(
        "a voice that fails is not told",
        both(  # what was rendered ahead sounds all the same
            sets(prompting.Prompter, "give_up", _give_up_in_silence),
            sets(prompting.PromptingThread, "prepare", lambda self, texts: None),
        ),
        [*BEGUN[:3], ["fault", "voices fail", 30.0], ["pass", 12.0]],
    ),
    ProgramMutant(
        "a hush does not silence",
        sets(Mixer, "hush", _hush_without_a_cut),
        [*BEGUN[:3], ["fault", "session hangs", 1.0], ["say", "stop", 2.0]],
    ),
    ProgramMutant(
        "an old command acts",
        _all_is_fresh,
        [*BEGUN, ["fault", "session hangs", 4.0], ["say", "next", 6.0]],
    ),
    ProgramMutant(
        "what cannot be written is given up",
        sets(history.History, "_hold", _hold_nothing),
        [*BEGUN, ["fault", "history locked", 4.0], *TOLD, ["pass", 3.0]],
    ),
    ProgramMutant(
        "what a dead process left is not written",
        sets(history_file, "take_over", lambda path, connection: 0),
        [*BEGUN, ["fault", "history locked", 9.0], *TOLD, ["kill", 5.0, False], ["pass", 3.0]],
    ),
    ProgramMutant(
        "what is written already is written again",
        sets(pending, "was_written", lambda connection, token: False),
        [*BEGUN, ["fault", "history locked", 3.0], *TOLD[:1], ["kill while writing", 2, 0.0]],
    ),
    ProgramMutant(
        "a history that was removed is not missed",
        sets(history_file.HistoryFile, "is_where_it_was", lambda self: True),
        [*BEGUN, ["remove", "folder removed"], *TOLD, ["pass", 2.0]],
    ),
    ProgramMutant(
        "nobody asks whether to go on",
        sets(guiding, "find_return", lambda *arguments, **named: None),
        [*BEGUN, ["kill", 5.0, False], ["pass", 2.0]],
    ),
    ProgramMutant(
        "a signal is not heeded",
        sets(room.Room, "_must_end", lambda self: ""),
        [*BEGUN, ["signal", "terminated"], ["pass", 1.0]],
    ),
    ProgramMutant(
        "why a session ended is not kept",
        sets(history_writer, "_end", _end_without_a_reason),
        [*BEGUN, ["signal", "terminated"], ["pass", 1.0]],
    ),
)
