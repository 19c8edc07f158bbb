"""Rooms: sessions begin again, share what is loaded once, and close in order."""

from __future__ import annotations

import io
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import FakeVoice
from houses import house

from assistant import spoken_voice, stock
from assistant.audio.mixer import Mixer
from assistant.config import Config, NightConfig, SessionConfig
from assistant.core.actions import Action
from assistant.core.context import Settings
from assistant.core.events import (
    Event,
    MicrophoneLost,
    PromptFailed,
    PromptFinished,
    Said,
    SentenceFinished,
    Source,
    Started,
)
from assistant.core.faults import Fault
from assistant.core.intents import Intent
from assistant.core.liveness import Gauges
from assistant.core.states import State
from assistant.core.view import View
from assistant.errors import AssistantError, AudioError, HearingError
from assistant.event_queue import EventQueue
from assistant.frontends.registry import FRONT_ENDS, Entry, open_front_ends
from assistant.keyboard import Keyboard
from assistant.nightfall import Nightfall
from assistant.no_sound import NoSound
from assistant.room import Room
from assistant.rooms import RoomState
from assistant.service import Service
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import Prompter
from assistant.speech.silent_prompter import SilentPrompter
from assistant.speech.voices.fallback import FallbackVoice
from assistant.speech.voices.shared import SharedVoice
from assistant.spoken_voice import SpokenVoice
from assistant.stock import Stock
from assistant.store.history_reader import read_sessions
from assistant.store.journal import read_journal


class Showing:
    """A front end that keeps what it was shown."""

    opened: list[Showing]

    def __init__(self) -> None:
        self.views: list[View] = []
        self.is_closed = False
        self.rest_count = 0
        Showing.opened.append(self)

    def publish(self, view: View) -> None:
        self.views.append(view)

    def rest(self) -> None:
        self.rest_count += 1

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def _showing(monkeypatch: pytest.MonkeyPatch) -> None:
    Showing.opened = []
    monkeypatch.setitem(
        FRONT_ENDS, "showing", Entry("for tests", lambda send, house: Showing(), wants_health=True)
    )


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """Its parameter says whether sessions begin with the sound check; they do without one."""
    config = Config(session=SessionConfig(sound_check=getattr(request, "param", True)))
    opened = Service(config, lambda line: None, tmp_path / "history.sqlite")
    yield opened
    opened.close()


def finish(service: Service, name: str) -> None:
    """Somebody who is not in the mood: an emergency ends at once on "stop"."""
    service.put(name, Said(Intent.RED_FLAG, "i can't breathe", source=Source.TOUCH))
    service.put(name, Said(Intent.STOP, "stop", source=Source.TOUCH))


def finish_soon(service: Service, name: str) -> None:
    """The same, as soon as a session is under way."""

    def run() -> None:
        until(lambda: service.state(name) is RoomState.GUIDING)
        finish(service, name)

    threading.Thread(target=run, daemon=True).start()


class Silent(io.StringIO):
    """A terminal that stays open, at which nobody types."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def readline(self, size: int | None = -1, /) -> str:
        self.gate.wait(60)
        return ""


def until(true: object, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def test_one_session_follows_another_in_a_room(service: Service, tmp_path: Path) -> None:
    service.open_typed("here", ["showing"], Silent())
    for _ in range(2):
        assert service.state("here") is RoomState.IDLE
        finish_soon(service, "here")
        assert service.guide("here") == "emergency"
    (shown,) = Showing.opened
    assert [view.state for view in shown.views].count("finished") == 2
    assert shown.rest_count == 2
    service.close()
    assert shown.is_closed
    assert service.state("here") is RoomState.CLOSED
    for run in (1, 2):
        told = [event for _, event in read_journal(tmp_path / "history.sqlite", run)]
        assert told.count(Started()) == 1


def test_a_rest_waits_for_a_session_that_was_begun_just_before_it(service: Service) -> None:
    service.open_typed("here", ["showing"], Silent())
    service.begin("here", "at-the-desk")
    staying = threading.Thread(target=service.stay, args=("here",), kwargs={"at_rest": True}, daemon=True)
    staying.start()
    until(lambda: Showing.opened[0].views)
    assert service.state("here") is RoomState.GUIDING
    finish(service, "here")
    until(lambda: service.state("here") is RoomState.RESTING)
    service.end()
    staying.join(10)
    assert not staying.is_alive()


def test_a_session_is_begun_with_a_routine_once(service: Service) -> None:
    service.open_typed("here", ["showing"], Silent())
    for routine in ("at-the-desk", ""):
        service.begin("here", routine)
        until(lambda: service.state("here") is RoomState.GUIDING)
        finish(service, "here")
        until(lambda: service.state("here") is RoomState.IDLE)
    first = [view.state for view in Showing.opened[0].views].index(State.FINISHED)
    chosen = [view.routine.id if view.routine else "" for view in Showing.opened[0].views]
    assert set(chosen[:first]) == {"at-the-desk"}
    assert set(chosen[first + 1 :]) == {""}


def test_rooms_are_guided_side_by_side_and_share_what_is_loaded(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = stock.load_content
    monkeypatch.setattr(stock, "load_content", lambda *args: (loaded.append("content"), load(*args))[1])
    for name in ("upstairs", "downstairs"):
        service.open_typed(name, ["showing"], Silent())
        service.begin(name)
    until(lambda: all(service.state(name) is RoomState.GUIDING for name in ("upstairs", "downstairs")))
    with pytest.raises(AssistantError, match="guiding"):
        service.guide("upstairs")
    finish(service, "upstairs")
    until(lambda: service.state("upstairs") is RoomState.IDLE)
    assert service.state("downstairs") is RoomState.GUIDING
    service.close()
    assert loaded == ["content"]
    assert all(shown.is_closed for shown in Showing.opened)


def test_one_of_several_rooms_can_be_woken_and_stopped(service: Service) -> None:
    for name in ("upstairs", "downstairs"):
        service.open_typed(name, ["showing"], Silent())
        service.stay_aside(name)
    until(lambda: all(service.state(name) is RoomState.RESTING for name in ("upstairs", "downstairs")))
    assert service.wake("attic") == {"woken": 0}
    assert service.wake("upstairs") == {"woken": 1}
    until(lambda: service.state("upstairs") is RoomState.GUIDING)
    assert service.state("downstairs") is RoomState.RESTING
    assert (service.stop("downstairs"), service.stop("upstairs")) == ({"stopped": 0}, {"stopped": 1})
    assert service.wake() == {"woken": 1}


def test_who_wants_the_end_in_a_room_aside_lets_it_rest(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests, rest = [], service._rest
    monkeypatch.setattr(service, "_rest", lambda name, by: (rests.append(name), rest(name, by))[1])
    service.open_typed("upstairs", ["showing"], Silent())
    service.stay_aside("upstairs")
    until(lambda: service.state("upstairs") is RoomState.RESTING)
    for said in (Intent.END, Intent.YES):
        service.put("upstairs", Said(said, str(said), source=Source.TOUCH))
    until(lambda: len(rests) == 2)
    waiting = threading.Thread(target=service.wait)
    waiting.start()
    service.end()
    waiting.join(5.0)
    assert not waiting.is_alive()
    until(lambda: service.state("upstairs") is RoomState.IDLE)


def test_a_touched_stop_silences_before_the_session_knows(service: Service) -> None:
    hushed: list[int] = []

    class Hushing(SilentPrompter):
        def hush(self) -> int:
            hushed.append(1)
            return len(hushed)

        def acknowledge(self, hush_number: int) -> None:
            acknowledged.add(hush_number)

    acknowledged: set[int] = set()
    opened = Room(
        NoSound(),
        Hushing(time.monotonic),
        Keeping(),
        lambda send: open_front_ends(["showing"], house(), send),
        Keyboard(Silent(), service.content[0], pytest.fail),
    )
    opened.open()
    opened.put(Said(Intent.YES, "yes", source=Source.TOUCH))
    assert hushed == []
    opened.put(Said(Intent.RED_FLAG, "i can't breathe", source=Source.TOUCH))
    opened.put(Said(Intent.STOP, "stop", source=Source.TOUCH))
    assert hushed == [1, 1]
    opened.guide(service._stock.new_session(Settings(sound_check=False)))
    opened.close()
    assert acknowledged >= {1, 2}


def test_a_room_that_was_never_opened_cannot_begin(service: Service) -> None:
    with pytest.raises(AssistantError, match="closed"):
        service.guide("attic")


def test_all_sessions_end_soon_when_the_service_ends(service: Service) -> None:
    service.open_typed("here", [], Silent())
    threading.Timer(0.2, service.end).start()
    service.guide("here")
    assert service.state("here") is RoomState.IDLE


def test_a_session_that_has_just_begun_ends_with_the_service(service: Service) -> None:
    service.open_typed("here", [], Silent())
    service.begin("here")
    assert service.state("here") is RoomState.GUIDING, "before its thread has come to anything"
    with pytest.raises(AssistantError, match="guiding"):
        service.begin("here")
    service.close()
    assert service.state("here") is RoomState.CLOSED


def test_a_shared_voice_says_one_sentence_at_a_time() -> None:
    voice = FakeVoice()
    shared = SharedVoice(FallbackVoice([lambda: voice], on_fallback=pytest.fail))
    assert shared.id == voice.id
    assert list(shared.synthesize("Sit tall.", 1.0)) == list(FakeVoice().synthesize("Sit tall.", 1.0))


class Broken:
    """What a room might hear by, if it could."""

    has_sound = True

    def __init__(self, error: AudioError | None = None) -> None:
        self._error = error
        self.failure: AssistantError | None = None
        self.is_closed = False

    def open(self, events: EventQueue) -> None:
        if self._error:
            raise self._error

    def listen_for(self, intents: frozenset[Intent]) -> None:
        pass

    def watch(self, action: Action) -> None:
        pass

    def happened(self) -> Iterable[Event]:
        self.failure = HearingError("gone", "Nothing can be heard.")
        return ()

    def gauges(self) -> Gauges:
        return Gauges()

    @property
    def devices(self) -> tuple[str, str]:
        return "", ""

    def must_end(self) -> bool:
        return self.failure is not None

    def close(self) -> None:
        self.is_closed = True


class Keeping:
    is_written = True

    def __init__(self) -> None:
        self.is_closed = False

    def happened(self) -> Iterable[Event]:
        return ()

    def keep(self, now: float, event: Event, actions: Iterable[Action]) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True


def room(hearing: Broken, keeping: Keeping) -> Room:
    return Room(
        hearing,
        SilentPrompter(time.monotonic),
        keeping,
        lambda send: open_front_ends(["showing"], house(), send),
    )


@pytest.mark.parametrize("service", [False], indirect=True)
def test_stop_from_another_program_pauses_whoever_is_guided_and_nobody_else(service: Service) -> None:
    service.open_typed("here", ["showing"], Silent())
    assert service.stop() == {"stopped": 0}
    service.begin("here")
    (shown,) = Showing.opened
    until(lambda: shown.views and shown.views[-1].state is State.CHOOSING)
    assert service.stop() == {"stopped": 1}
    until(lambda: shown.views[-1].state is State.PAUSED)
    (found,) = service._overview.report()["rooms"]
    assert found["session"]["state"] == "paused"
    finish(service, "here")
    until(lambda: service.state("here") is RoomState.IDLE)
    assert service._overview.report()["rooms"][0]["session"] is None


def test_a_room_that_cannot_hear_is_closed_again() -> None:
    hearing, keeping = Broken(AudioError("none", "There is no microphone.")), Keeping()
    with pytest.raises(AudioError):
        room(hearing, keeping).open()
    assert keeping.is_closed
    assert Showing.opened[0].is_closed
    assert not hearing.is_closed, "it never opened"


def test_a_room_that_loses_its_hearing_says_so_at_the_end(service: Service) -> None:
    hearing = Broken()
    opened = room(hearing, Keeping())
    opened.open()
    with pytest.raises(HearingError, match="Nothing can be heard"):
        opened.guide(service._stock.new_session(Settings()))
    opened.close()
    assert hearing.is_closed


def test_what_was_recorded_of_a_session_is_there_after_it(service: Service, tmp_path: Path) -> None:
    service.open_typed("here", [], Silent())
    finish_soon(service, "here")
    service.guide("here")
    service.close()
    assert read_sessions(tmp_path / "history.sqlite", None) == []  # no routine was begun
    assert read_journal(tmp_path / "history.sqlite")


def test_words_that_do_not_come_in_time_are_told_before_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, now, mixer = threading.Semaphore(0), 100.0, Mixer()
    cache = PromptCache(None, on_trouble=print)
    voice = FakeVoice(gate=gate)
    prompter = Prompter(voice, cache, mixer, sentences=lambda text: [text], on_trouble=print)
    speaking = SpokenVoice(prompter, mixer, on_trouble=print)
    monkeypatch.setattr(spoken_voice, "time", SimpleNamespace(monotonic=lambda: now))
    speaking.speak(1, "One.")
    assert speaking.ended() == []
    now += 1.9
    assert speaking.ended() == []
    now += 0.2
    assert speaking.ended() == [PromptFailed(1)]
    assert speaking.ended() == []
    gate.release(9)
    until(lambda: speaking.owed() is None)
    for _ in range(20):
        mixer.next_block()
    assert speaking.ended() == [SentenceFinished(1), PromptFinished(1)]
    speaking.close()


# Between sessions it rests


class Typed(io.StringIO):
    """A terminal at which somebody types when they are asked to; it never ends."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def type(self, line: str) -> None:
        self._lines.put(line + "\n")

    def readline(self, size: int | None = -1, /) -> str:
        return self._lines.get()


@cache
def content() -> Stock:
    """Loaded once for all these tests."""
    loaded = Stock(Config(), lambda line: None)
    assert loaded.content
    assert loaded.library
    return loaded


@pytest.fixture
def resting(service: Service) -> Iterator[tuple[Typed, threading.Thread]]:
    """A room that rests, and the thread that stays in it."""
    typed = Typed()
    service._stock.__dict__ |= {name: content().__dict__[name] for name in ("content", "library")}
    service.open_typed("here", ["showing"], typed)
    staying = threading.Thread(target=service.stay, args=("here",), kwargs={"at_rest": True}, daemon=True)
    staying.start()
    until(lambda: service.state("here") is RoomState.RESTING)
    yield typed, staying
    service.end()
    staying.join(10)
    assert not staying.is_alive()


def until_begun(service: Service) -> None:
    (shown,) = Showing.opened
    until(lambda: shown.views and shown.views[-1].state is State.CHOOSING)
    assert service.state("here") is RoomState.GUIDING


@pytest.mark.parametrize("line", ["wake up", "Limber, wake up!", "", "hello"])
def test_a_room_that_rests_is_woken_by_what_is_typed_and_rests_again(
    service: Service, resting: tuple[Typed, threading.Thread], line: str
) -> None:
    resting[0].type(line)
    until_begun(service)
    finish(service, "here")
    until(lambda: service.state("here") is RoomState.RESTING)


def test_a_room_that_rests_is_woken_by_a_touch_and_asks_for_no_sound_check_without_sound(
    service: Service, resting: object
) -> None:
    service.begin("here")
    until_begun(service)
    with pytest.raises(AssistantError, match="guiding"):
        service.begin("here")


def test_nothing_else_wakes_it_and_a_stop_that_is_said_there_stays_there(
    service: Service, resting: tuple[Typed, threading.Thread]
) -> None:
    for phrase, intent in (("stop", Intent.STOP), ("that hurts", Intent.PAIN), ("next", Intent.NEXT)):
        service.put("here", Said(intent, phrase, source=Source.VOICE))
    assert service.stop() == {"stopped": 0}
    resting[0].type("next")
    threading.Event().wait(0.3)
    assert service.state("here") is RoomState.RESTING
    assert Showing.opened[0].views == [], "the page shows that there is no session"
    (found,) = service._overview.report()["rooms"]
    assert (found["session"], found["is_resting"]) == (None, True)
    service.begin("here")
    until_begun(service)
    threading.Event().wait(0.2)
    assert Showing.opened[0].views[-1].state is State.CHOOSING


def test_another_program_wakes_it_and_nobody_who_is_guided(service: Service, resting: object) -> None:
    assert service.wake() == {"woken": 1}
    until_begun(service)
    assert service.wake() == {"woken": 0}


@pytest.mark.parametrize("wakes", [True, False])
def test_at_night_a_voice_wakes_it_where_that_is_wanted(service: Service, wakes: bool) -> None:
    night = NightConfig(hours="22:00-07:00", wake=wakes)
    service._config = service._config.model_copy(update={"night": night})
    service._stock.__dict__ |= {name: content().__dict__[name] for name in ("content", "library")}
    service.open_typed("here", ["showing"], Typed())
    service._rooms["here"]._nightfall = Nightfall(night.night, lambda: datetime(2026, 11, 30, 3))
    staying = threading.Thread(target=service.stay, args=("here",), kwargs={"at_rest": True}, daemon=True)
    staying.start()
    until(lambda: service._rooms["here"].look().is_resting)
    threading.Event().wait(0.1)
    service.put("here", Said(Intent.START, "wake up", source=Source.VOICE))
    if not wakes:
        threading.Event().wait(0.2)
        assert service.state("here") is RoomState.RESTING
        service.begin("here")
    until_begun(service)
    service.end()
    staying.join(10)


def test_who_types_a_warning_sign_while_it_rests_gets_advice(
    service: Service, resting: tuple[Typed, threading.Thread]
) -> None:
    resting[0].type("i can't breathe")
    until(lambda: Showing.opened and Showing.opened[0].views)
    until(lambda: Showing.opened[0].views[-1].state is State.EMERGENCY)
    assert service.state("here") is RoomState.GUIDING


def test_a_goodbye_ends_it_when_that_is_meant(
    service: Service, resting: tuple[Typed, threading.Thread]
) -> None:
    typed, staying = resting
    typed.type("goodbye")
    typed.type("no")
    typed.type("goodbye")
    typed.type("yes")
    staying.join(10)
    assert not staying.is_alive()
    assert service.state("here") is RoomState.IDLE


def test_who_ends_the_service_ends_the_rest(
    service: Service, resting: tuple[Typed, threading.Thread]
) -> None:
    assert service.is_guiding
    service.end()
    resting[1].join(10)
    assert not resting[1].is_alive()


def test_the_end_of_the_input_ends_a_rest_without_sound(service: Service) -> None:
    service.open_typed("here", [], io.StringIO(""))
    service.stay("here", at_rest=True)
    assert service.state("here") is RoomState.IDLE


def test_the_history_is_erased_while_it_rests_and_not_while_it_guides(
    service: Service, resting: object
) -> None:
    with service._guiding.without_history("here"):
        pass
    service.begin("here")
    until_begun(service)
    with pytest.raises(AssistantError, match="under way"), service._guiding.without_history("here"):
        raise AssertionError("nobody may come here")


def test_a_fault_that_began_at_rest_is_told_to_the_session(service: Service, resting: object) -> None:
    service.put("here", MicrophoneLost("silent"))
    threading.Event().wait(0.2)
    service.begin("here")
    (shown,) = Showing.opened
    until(lambda: shown.views and shown.views[-1].state is State.DEAF)
    assert shown.views[-1].faults == (Fault.MICROPHONE_SILENT,)


def test_what_was_said_before_a_session_is_not_for_it(service: Service) -> None:
    service.open_typed("here", ["showing"], Silent())
    service.put("here", Said(Intent.STOP, "stop", source=Source.TOUCH))
    service.begin("here")
    until_begun(service)
    threading.Event().wait(0.1)
    assert Showing.opened[0].views[-1].state is State.CHOOSING
    finish(service, "here")
    until(lambda: service.state("here") is RoomState.IDLE)


def test_a_resting_room_renders_ahead_and_stops_at_once_when_it_is_woken(
    service: Service, tmp_path: Path
) -> None:
    gate = threading.Semaphore(3)
    voice = FakeVoice(gate=gate)
    service._stock.__dict__ |= {
        "voice": SharedVoice(FallbackVoice([lambda: voice], on_fallback=pytest.fail)),
        "cache": PromptCache(tmp_path / "prompts", on_trouble=pytest.fail),
    }
    service.open_typed("here", [], Silent())
    service._rooms["here"].has_sound = True
    threading.Thread(target=lambda: service.stay("here", at_rest=True), daemon=True).start()
    until(lambda: len(voice.begun) == 4)
    service.wake()
    until(lambda: service.state("here") is RoomState.GUIDING)
    gate.release(1000)
    until(lambda: len(voice.spoken) == 4)
    threading.Event().wait(0.3)
    assert len(voice.spoken) == 4, "the part in hand, and no other"
    finish(service, "here")
    until(lambda: len(voice.spoken) > 4)
    service.end()
