"""What must hold of the whole program, whatever fails: by what the machine and the person at it know.

The rules of the session itself are in invariants.py, and hold as well. These here are about what lies between
a fault and what is done about it. Each may be broken alone, and says which it is.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

from program_ledger import Ledger
from virtual_threads import NEVER

from assistant.core.actions import (
    Action,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.dialogue.going_on import is_in_pain, was_under_way
from assistant.core.events import CameBack, DeadlineReached, Event, Meaning, PromptFinished, Said
from assistant.core.states import UNDER_WAY, State
from assistant.store.history import History

if TYPE_CHECKING:
    from virtual_engines import Utterance
    from virtual_process import Checked, Process
    from whole_program import World

LIMITS = {
    "microphone lost": 1.0,
    "microphone stands still": 1.0,
    "microphone silent": 2.8,
    "microphone moved": 1.1,
    "microphone loses": 2.6,
    "hearing hangs": 0.7,
    "hearing slow": 2.0,
}
"""How long each fault of hearing may last before it is noticed, as ARCHITECTURE.md has it."""
OPENING_SECONDS = 2.5
SLACK_SECONDS = 0.3
"""Looks and turns of threads, and the look of this here, every 0.1 s."""
DEAF_SAID_SECONDS = 1.0
SAFETY_SECONDS = 0.9
"""From its last word to what is done: it has to have held for half a second."""
STALE_SECONDS = 2.8
"""A second in the microphone's queue, one in the session's, 0.4 s until it is over, and turns of threads."""
SETTLED_SECONDS = 7.0
"""So long after a fault nothing of it is left."""


class Rules:
    """Watches one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ledger = Ledger()
        self.events: Counter[str] = Counter()
        self.states: Counter[str] = Counter()
        self.checks: Counter[str] = Counter()
        self.faults: dict[str, tuple[float, float]] = {}
        self.injected: Counter[str] = Counter()
        self.trace: list[str] = []
        self.expects_return: tuple[str, float] | None = None
        self.was_held_up = False
        self._begin()

    def _begin(self) -> None:
        self.deaf_at = self.session_frozen_until = -NEVER
        self.may_sound = False
        self.instructing: list[tuple[int, str]] = []
        self.was_asked_on = False
        self.hushed: tuple[int, int] | None = None
        self.waiting: list[Utterance] = []
        self.looked_at_utterance = len(self.world.utterances) if hasattr(self, "world") else 0

    # Faults

    def fault(self, kind: str, seconds: float) -> None:
        """A fault begins, and lasts for so long."""
        now = self.world.threads.now
        self.injected[kind] += 1
        self.trace.append(f"{now:8.2f} fault {kind} for {seconds} s")
        since, until = self.faults.get(kind, (now, now))
        self.faults[kind] = (since if until >= now else now, max(until, now + seconds))

    def active(self, within: float = 0.0) -> list[str]:
        """The faults that are, or were until so long ago."""
        now = self.world.threads.now
        return [kind for kind, (_, until) in self.faults.items() if until + within >= now]

    # What happens

    def begun(self, process: Process, first: Event | None = None, at: float = 0.0) -> None:
        """A process runs a session."""
        self._begin()
        process.has_begun = True
        self._check_return(first)

    def _check_return(self, first: Event | None) -> None:
        expected, self.expects_return = self.expects_return, None
        if expected is not None and self.world.threads.now + self.world.threads.asleep_seconds < expected[1]:
            self.checks["going on is offered"] += 1
            assert isinstance(first, CameBack), f"nobody asks whether to go on: it was {expected[0]}"

    def handled(self, session: Checked, event: Event, before: State, actions: tuple[Action, ...]) -> None:
        """The session has answered an event."""
        now = self.world.threads.now
        self.events[type(event).__name__] += 1
        self.states[session.state] += 1
        if session.state is not before or not isinstance(event, DeadlineReached | PromptFinished):
            self.trace.append(f"{now:8.2f} {event} {before} -> {session.state}")
        if isinstance(event, Meaning):
            self._check_said(event, now, is_taken=isinstance(event, Said) or before is not State.DEAF)
        if session.state is State.DEAF and before is not State.DEAF and before is not State.ASLEEP:
            self.deaf_at = now
            self.may_sound = not self.active(SETTLED_SECONDS) or not self._is_mute()
        elif session.state is not State.DEAF:
            self.deaf_at = -NEVER
        self._note_what_is_said(session, event, actions)

    def _is_mute(self) -> bool:
        bad = ("speaker", "voice", "session", "sound server", "machine")
        return any(kind.startswith(bad) for kind in self.active(SETTLED_SECONDS)) or any(self.world.voices)

    def _check_said(self, meaning: Meaning, now: float, *, is_taken: bool) -> None:
        """A safety phrase that was waited for has come; anything else comes in time, or never."""
        is_safety = isinstance(meaning, Said) and meaning.is_safety
        for one in self.waiting:
            if one.words == meaning.words or (is_safety and set(meaning.words) <= set(one.words)):
                self.waiting.remove(one)
                self.checks["safety phrases act"] += 1
                break
        ended_at = self.world.heard_last.get(self.world.recognized(meaning.words))
        if ended_at is not None and is_taken and not is_safety:
            self.checks["no command is late"] += 1
            age = now - ended_at
            assert age <= STALE_SECONDS, f"{' '.join(meaning.words)!r} comes {age:.1f} s late"

    def _note_what_is_said(self, session: Checked, event: Event, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case StopSpeaking():
                    self.instructing.clear()
                case ReportState(state) if state == State.INSTRUCTING:
                    self.instructing, self.was_asked_on = [], False
                case ReportState(state) if state in (State.SETTLING, State.HOLDING):
                    self.was_asked_on |= isinstance(event, Said)
                case Speak(prompt_id, text) if session.state is State.INSTRUCTING:
                    self.instructing.append((prompt_id, text))
                case ReportHoldStarted():
                    self._check_instructed(session, event)

    def _check_instructed(self, session: Checked, event: Event) -> None:
        """No hold without its words having sounded."""
        if self.was_asked_on or not isinstance(event, PromptFinished | DeadlineReached):
            return
        self.checks["a hold's words have sounded"] += 1
        for prompt_id, text in self.instructing:
            wanted = sum(self.world.blocks_of(sentence) for sentence in session.pack.sentences(text))
            heard = self.world.heard_blocks[prompt_id]
            assert heard >= 0.9 * wanted, f"a hold of whose words {heard} of {wanted} blocks sounded"

    def played(self, process: Process, block: bytes, is_heard: bool) -> None:
        """A block was played. After a hush it is silent until the session knows why."""
        mixer = process.mixer
        assert mixer is not None
        if mixer._hushes > mixer._acknowledged:
            if self.hushed is None or self.hushed[0] != mixer._hushes:
                self.hushed = (mixer._hushes, mixer.blocks_played)
            elif mixer.blocks_played > self.hushed[1] and block.count(0) != len(block):
                self.world.problems.append("sound after a safety phrase")

    def did_not_end(self, process: Process) -> None:
        """Two seconds after a signal it is still there."""
        self.checks["ended by force"] += 1
        assert self._hangs(), "it does not end within two seconds"

    def _hangs(self) -> bool:
        """Whether something of the program's own stands still, or did a moment ago."""
        return any(kind.endswith((" hangs", " frozen")) for kind in self.active(SETTLED_SECONDS))

    # Look by look

    def look(self) -> None:
        """Every 0.1 s."""
        process, threads = self.world.process, self.world.threads
        if process is None or not process.is_guiding or process.session is None:
            self.waiting.clear()
            self.looked_at_utterance = len(self.world.utterances)
            return
        if threads.is_frozen("session"):
            self.session_frozen_until = threads.now
            return
        if threads.now < self.session_frozen_until + SLACK_SECONDS:
            return
        session = process.session
        if session.state is State.FINISHED:
            return
        self._look_at_hearing(session)
        self._look_at_deafness()
        self._look_at_safety(session)

    def _look_at_hearing(self, session: Checked) -> None:
        world, now = self.world, self.world.threads.now
        hearing = [kind for kind in self.active() if kind in LIMITS]
        if not hearing or now < world.card.opened_at + OPENING_SECONDS + 1.0:
            return
        lately = [kind for kind in self.active(SETTLED_SECONDS) if kind in LIMITS or "sound" in kind]
        since = max(self.faults[kind][0] for kind in hearing)
        limit = LIMITS[hearing[0]] if lately == hearing and len(hearing) == 1 else 6.0
        if now < since + limit + SLACK_SECONDS:
            return
        if world.good_at > since + 0.1 and hearing[0] not in ("microphone loses", "hearing slow"):
            return  # it was opened anew elsewhere, or the fault did not take
        self.checks[f"deaf: {hearing[0] if len(hearing) == 1 else 'several'}"] += 1
        assert session.state not in UNDER_WAY, f"guiding though deaf for {now - since:.1f} s: {hearing}"
        view = self.world.process.screen.view if self.world.process else None
        assert view is not None and view.faults, f"deaf and not shown: {hearing}"  # noqa: PT018

    def _look_at_deafness(self) -> None:
        """It says so within a second."""
        now = self.world.threads.now
        if now < self.deaf_at + DEAF_SAID_SECONDS or self.deaf_at == -NEVER:
            return
        deaf_at, self.deaf_at = self.deaf_at, -NEVER
        if self.may_sound and not self._is_mute():
            self.checks["deafness is said"] += 1
            assert self.world.card.sounded_at >= deaf_at, "deaf, and nobody is told within a second"

    def _look_at_safety(self, session: Checked) -> None:
        """A safety phrase that could be heard acts."""
        world, now = self.world, self.world.threads.now
        for one in world.utterances[self.looked_at_utterance :]:
            if one.is_safety and one.is_alone:
                self.waiting.append(one)
        self.looked_at_utterance = len(world.utterances)
        disturbed = [k for k in self.active(SETTLED_SECONDS) if k in LIMITS or k.startswith(("sou", "mac"))]
        for one in tuple(self.waiting):
            if disturbed or one.begins_at < world.card.opened_at + 0.5:
                self.waiting.remove(one)
            elif one.heard_at == NEVER:
                if now > one.ends_at + 1.0:
                    self.waiting.remove(one)
            elif now > max(one.heard_at, self.session_frozen_until) + SAFETY_SECONDS:
                raise AssertionError(f"{' '.join(one.words)!r} does not act in {session.state}")

    # The end of a process

    def dies(self, process: Process, in_hand: int) -> None:
        """It is killed now: what it had not yet written may be lost, and nothing else."""
        recorder, history = process.recorder, process.history
        waiting = len(recorder._waiting) + in_hand if recorder is not None else 0
        held = 0
        if history is not None and not process.is_over:
            held = max(0, len(history._held) - history._pending.count)
            file = history._database
            is_elsewhere = file.connection is not None and not file.is_where_it_was()
            if is_elsewhere or (held and history._has_gap):
                self.ledger.forgive_all()  # a history that went was not yet written anew
        self.checks["most events lost by a kill"] = max(
            self.checks["most events lost by a kill"], waiting if not held else 0
        )
        self.ledger.dies(waiting + held)
        session = process.session
        self.expects_return = None
        if session is None or not process.has_begun or self.ledger.is_torn:
            return
        context = session._context
        is_whole = (
            self.ledger.is_whole and not (waiting or held) and history is not None and not history._has_gap
        )
        if (
            is_whole
            and session.state is not State.FINISHED
            and (was_under_way(context) or is_in_pain(context))
        ):
            now = self.world.threads.now + self.world.threads.asleep_seconds
            self.expects_return = (session.state, now + 29 * 60)

    def ended(self, process: Process) -> None:
        """It has come to its end: what found no room anywhere was told."""
        self.was_held_up = self._hangs()
        missing = sum(int(found[1]) for line in process.lines if (found := _MISSING.match(line)))
        if any(line.startswith("The disk does not answer: the end") for line in process.lines):
            missing += len(process.recorder._waiting) + 1 if process.recorder is not None else 0
        self.ledger.ended(missing)

    def check_threads(self, process: Process) -> None:
        """Of a process that has ended in order nobody goes on, but who hangs in a voice or waits for it."""
        if process.is_over and not self.was_held_up:
            self.checks["no thread is left"] += 1
            left = [
                one.name for one in self.world.threads.all if one.belongs_to is process and not one.is_over
            ]
            if "voice" in left:
                left = [name for name in left if name not in ("voice", "prompting")]
            assert not left or self.active(SETTLED_SECONDS), f"threads that go on: {left}"

    def check_history(self) -> None:
        """All faults are over: what was to be kept is there, once."""
        path = self.world.history_path
        lines: list[str] = []
        kept = History(path, lines.append)
        kept.close()
        with closing(sqlite3.connect(path)) as connection:
            self.ledger.check(connection, self.checks)


_MISSING: Any = re.compile(r"(\d+) events could be written nowhere")
