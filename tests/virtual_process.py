"""One process of the program in a virtual room, with a session whose every answer is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from invariants import Watched
from virtual_engines import Recognizer, Voice

from assistant.audio import portaudio
from assistant.audio.mixer import Mixer
from assistant.core.actions import Action
from assistant.core.context import Settings
from assistant.core.events import Event, PromptFailed, PromptFinished
from assistant.core.view import View
from assistant.errors import AssistantError
from assistant.service import Service
from assistant.speech.voices.fallback import FallbackVoice
from assistant.speech.voices.shared import SharedVoice
from assistant.store import recorder
from assistant.store.history import History

if TYPE_CHECKING:
    from whole_program import World

ROOM, SCREEN = "here", "virtual screen"


class Checked(Watched):
    """A session of the program, every answer of which is checked; to the program it is one like any other."""

    def __init__(self, world: World, process: Process, settings: Settings) -> None:
        self.process: Process | None = None  # nobody looks yet
        self._is_past = False
        catalogue, pack = world.content
        values = {field.name: getattr(settings, field.name) for field in fields(settings)}
        super().__init__(
            routine=None, catalogue=catalogue, pack=pack, library=(), start=False, now=0.0, **values
        )
        self._world, self._process = world, process

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["session"], name)

    @property
    def speaking(self) -> bool:
        return bool(self._queue) and not self._is_past

    def words_of(self, event: Event) -> tuple[str, ...]:
        """As they were recognized: sound beside a command is no word of it, and only tells our own voice."""
        return self._world.recognized(super().words_of(event))

    def handle(self, event: Event, now: float) -> tuple[Action, ...]:
        self.now = now
        if isinstance(event, PromptFinished):
            self._queue[:] = [one for one in self._queue if one.prompt_id > event.prompt_id]
        self._is_past = isinstance(event, PromptFailed) and all(
            one.prompt_id != event.prompt_id for one in self._queue
        )
        before = self.state
        try:
            actions = self.event(event)
        except Exception:
            self._world.rules.trace.append(f"{now:8.2f} {event} {before} -> {self.state}: this is it")
            raise
        if self.process is not None:
            self._world.rules.handled(self, event, before, actions)
        return actions


class Screen:
    """A front end that keeps the last view."""

    def __init__(self) -> None:
        self.view: View | None = None

    def publish(self, shown: View) -> None:
        self.view = shown

    def rest(self) -> None:
        """The last view stays."""

    def close(self) -> None:
        pass


class Process:
    """One process of the program, from its start to its end or its death."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = world.process_count = world.process_count + 1
        self.lines: list[str] = []
        self.mixer: Mixer | None = None
        self.history: History | None = None
        self.recorder: recorder.Recorder | None = None
        self.session: Checked | None = None
        self.screen = Screen()
        self.is_over = self.is_killed = False
        self.ends_by: float | None = None
        self.has_begun = False
        portaudio._hangs.clear()
        portaudio._open_streams.clear()
        self.service = Service(world.config, self.tell, world.history_path)
        voices = [partial(Voice, world, name) for name in ("first", "second")]
        self.service._stock.__dict__ |= {
            "content": (world.content[1], world.content[0]),
            "library": (),
            "model": SimpleNamespace(new_recognizer=lambda: Recognizer(world), new_commands=lambda: None),
            "voice": SharedVoice(FallbackVoice(voices, on_fallback=self.tell)),
            "new_session": lambda settings: Checked(world, self, settings),
        }
        self.thread = world.threads.spawn(self._run, "session")
        self.thread.belongs_to = self

    def tell(self, line: str) -> None:
        self.lines.append(line)
        if "was damaged" in line:
            self.world.rules.ledger.mended()

    def _run(self) -> None:
        try:
            self.service.open_live(ROOM, (SCREEN,))
            self._look_at_what_is_kept(self.service._guiding.recorders[ROOM])
            guide = self.service._rooms[ROOM].guide
            self.service._rooms[ROOM].guide = partial(self._guide, guide)  # type: ignore[method-assign]
            self.service.guide(ROOM)
        except AssistantError as error:
            self.tell(error.message)
        self.service.close()
        self.world.rules.ended(self)
        self.is_over = True

    def _look_at_what_is_kept(self, kept: recorder.Recorder) -> None:
        """Let the rules know of all that the history's thread is given."""
        self.recorder, rules = kept, self.world.rules
        begin, resume, keep = kept.begin, kept.resume, kept.keep

        def begin_and_tell(head: Any) -> None:
            rules.ledger.begins(is_return=False)
            begin(head)

        def resume_and_tell(number: int, session_id: int | None, head: Any) -> None:
            rules.ledger.begins(is_return=True, has_row=session_id is not None)
            resume(number, session_id, head)

        def keep_and_tell(now: float, event: Event, actions: Iterable[Action]) -> None:
            rules.ledger.told(actions)
            keep(now, event, actions)

        kept.begin, kept.resume, kept.keep = begin_and_tell, resume_and_tell, keep_and_tell  # type: ignore[method-assign]

    def _guide(self, guide: Callable[..., None], session: Checked, *first: Any) -> None:
        """The session that is run, and not one that is only asked where it was."""
        self.session, session.process = session, self
        self.world.rules.begun(self, *first)
        guide(session, *first)

    @property
    def is_guiding(self) -> bool:
        return self.session is not None and not (self.is_over or self.is_killed) and self.service.is_guiding
