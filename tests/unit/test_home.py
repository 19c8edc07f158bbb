"""A home, without a broker: what it is told of each view, what it may ask for, and how it learns of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import jsonschema
import pytest
from driver import CATALOGUE, PACK, Driver, in_state
from home_schema import is_accepted

from assistant.config import HomeConfig
from assistant.core.events import MicrophoneLost, Source
from assistant.core.intents import Intent
from assistant.core.resting import Resting
from assistant.core.states import State
from assistant.frontends.home import discovery
from assistant.frontends.home.commands import Asked, Command, Turnstile, read
from assistant.frontends.home.discovery import ASKS, BUTTONS, PAIN, STATES, Topics, payload
from assistant.frontends.home.picture import Picture, rested, taken
from assistant.frontends.pressing import said
from assistant.frontends.registry import FRONT_ENDS, home_wanted

TITLES = {routine.id: routine.title for routine in CATALOGUE}
TOPICS = Topics.of(HomeConfig())
WALL = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)

# How it learns what there is


@pytest.mark.parametrize("shares_pain", [False, True])
def test_the_discovery_message_is_accepted(shares_pain: bool) -> None:
    home = HomeConfig(share_pain=shares_pain, name="Limber", node="mat")
    message = json.loads(json.dumps(payload(home, "Living room", TITLES.values())))
    is_accepted(message)
    assert message["device"]["name"] == "Limber Living room"
    assert message["device"]["identifiers"] == ["mat_living_room"]
    assert Topics.of(home, "Living room").discovery == "homeassistant/device/mat_living_room/config"
    components = message["components"]
    assert set(components) == {*discovery.SENSORS, *PAIN, *BUTTONS, "microphone_problem", "next_routine"}
    assert components["next_routine"]["options"] == [ASKS, *TITLES.values()]
    assert ("state_topic" in components["pain_before"]) == shares_pain


def test_the_schema_is_strict() -> None:
    for place, odd in (
        (("device",), {"identifiers": []}),
        (("components", "state"), {"unit_of_measurement": "s"}),
        (("components", "seconds_left"), {"unit_of_measurement": "seconds"}),
        (("components", "seconds_left"), {"device_class": "timestamp"}),
        (("components", "start"), {"state_topic": "limber/limber/start"}),
        (("components", "next_routine"), {"command_topic": "limber/#"}),
        ((), {"state_topics": "limber"}),
    ):
        message = json.loads(json.dumps(payload(HomeConfig(), "here", TITLES.values())))
        at = message
        for key in place:
            at = at[key]
        at.update(odd)
        with pytest.raises(jsonschema.ValidationError):
            is_accepted(message)


def test_every_button_is_something_that_can_be_said() -> None:
    for key in BUTTONS:
        assert said({"intent": key}, PACK, Source.NETWORK).intent == key
    for id_ in TITLES:
        assert said({"intent": "choose", "routine": id_}, PACK, Source.NETWORK).slots.routine == id_


def test_it_is_off_by_default_and_no_home_gets_more_than_it_may() -> None:
    assert home_wanted(HomeConfig()) == ()
    plain, with_pain = (home_wanted(HomeConfig(enabled=True, share_pain=share)) for share in (False, True))
    assert [FRONT_ENDS[name].wants_health for name in (*plain, *with_pain)] == [False, True]


# What a home is told


def seen(driver: Driver) -> Picture:
    picture = Picture()
    for view in driver.views:
        picture = taken(picture, view, view.at, WALL)
    return picture


def shown(driver: Driver) -> dict[str, str]:
    return seen(driver).values(driver.now, shares_pain=False)


@pytest.mark.parametrize("state", [state for state in State if state is not State.ASLEEP])
def test_every_state_is_one_of_those_that_home_assistant_knows(state: State) -> None:
    picture = taken(Picture(), in_state(state).view, 0.0, WALL)
    told = picture.values(0.0, shares_pain=False)
    assert told["state"] in STATES
    assert all(len(value) < 256 and value for value in told.values())


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.CHOOSING, "asking"),
        (State.SCREENING, "asking"),
        (State.HOLDING, "guiding"),
        (State.PAUSED, "paused"),
        (State.SCORING, "paused"),
        (State.EASING, "paused"),
        (State.EMERGENCY, "ending"),
    ],
)
def test_of_pain_nothing_shows_in_the_state(state: State, told: str) -> None:
    assert shown(in_state(state))["state"] == told


def test_a_hold_is_told_with_its_clock() -> None:
    driver = Driver().until(State.HOLDING)
    told = shown(driver)
    assert told["routine"] == CATALOGUE[0].title
    assert told["stretch"] == "Chin to chest"
    assert (told["side"], told["seconds_left"]) == ("none", "20")
    for later, left in ((4.6, "15"), (19.0, "1"), (300.0, "0")):
        assert seen(driver).values(driver.now + later, shares_pain=False)["seconds_left"] == left
    driver.advance(5.0)
    driver.say("stop")
    assert shown(driver)["seconds_left"] == "15"
    assert seen(driver).values(driver.now + 60.0, shares_pain=False)["seconds_left"] == "15"


def test_a_microphone_that_fails_is_told_in_a_session_and_at_rest() -> None:
    driver = in_state(State.HOLDING)
    assert shown(driver)["microphone_problem"] == "OFF"
    driver.event(MicrophoneLost("silent"))
    assert shown(driver)["microphone_problem"] == "ON"
    resting = Resting(PACK)
    resting.handle(MicrophoneLost("lost"), 0.0)
    at_rest = taken(Picture(), resting.view, 0.0, WALL)
    told = rested(at_rest, 1.0).values(1.0, shares_pain=True)
    assert (told["microphone_problem"], told["state"]) == ("ON", "resting")


def test_the_last_session_is_told_when_it_is_over_and_pain_only_where_it_is_shared() -> None:
    driver = Driver(asks_how_it_is=True)
    driver.answer("three")
    driver.answer("no")
    driver.until(State.SCORE_AFTER).answer("one")
    driver.until(State.FINISHED)
    picture = Picture()
    for at, view in enumerate(driver.views):
        picture = taken(picture, view, at * 60.0, WALL)
    assert "last_session" not in picture.values(0.0, shares_pain=True)
    over = rested(picture, 600.0)
    told = over.values(0.0, shares_pain=True)
    assert (told["state"], told["routine"], told["stretch"]) == ("resting", "none", "none")
    assert (told["last_session"], told["last_length"]) == ("2026-05-04T07:30:00+00:00", "10.0")
    assert (told["pain_before"], told["pain_after"]) == ("3", "1")
    assert not PAIN.keys() & over.values(0.0, shares_pain=False).keys()


def test_a_rest_and_a_session_in_which_nothing_was_chosen_are_no_last_session() -> None:
    asleep = taken(Picture(), Resting(PACK).view, 0.0, WALL)
    assert asleep.values(0.0, shares_pain=False)["state"] == "resting"
    chose_nothing = Picture()
    for view in Driver(None).views:
        chose_nothing = taken(chose_nothing, view, 0.0, WALL)
    for picture in (asleep, chose_nothing):
        assert rested(picture, 60.0).last is None


# What a home may ask for


def command(topic: str, message: bytes, *, is_kept: bool = False) -> Command | None:
    return read(topic, message, is_kept=is_kept, topics=TOPICS, titles=TITLES)


def test_what_is_pressed_and_chosen_is_understood() -> None:
    for key in BUTTONS:
        assert command(TOPICS.command, key.encode()) == Command(Intent(key))
    for id_, title in TITLES.items():
        assert command(TOPICS.choice, title.encode()) == Command(Asked.CHOICE, id_)
    assert command(TOPICS.choice, ASKS.encode()) == Command(Asked.CHOICE)
    assert command("homeassistant/status", b"online") == Command(Asked.BIRTH)
    assert command("homeassistant/status", b"online", is_kept=True) == Command(Asked.BIRTH)


@pytest.mark.parametrize("message", [b"", b"resume", b"yes", b"STOP", b"stop ", b"\xff\xfe", b"stop" * 1000])
def test_what_nobody_can_press_is_nothing(message: bytes) -> None:
    for topic in (TOPICS.command, TOPICS.choice, "homeassistant/status", "limber/limber/state", "odd\0topic"):
        assert command(topic, message) is None


@pytest.mark.parametrize("button", BUTTONS)
def test_what_the_broker_kept_never_acts(button: str) -> None:
    assert command(TOPICS.command, button.encode(), is_kept=True) is None
    assert command(TOPICS.choice, next(iter(TITLES.values())).encode(), is_kept=True) is None


def test_a_flood_passes_no_faster_than_anybody_presses_and_stop_always() -> None:
    turnstile = Turnstile()
    passed = sum(turnstile.lets_pass(Command(Intent.START), 100.0 + at / 100) for at in range(1000))
    assert passed == 13, "four at once, and one a second after that"
    assert turnstile.refused_count == 987
    assert turnstile.lets_pass(Command(Intent.STOP), 110.0)
    assert not turnstile.lets_pass(Command(Intent.STOP), 110.1), "it is the same one"
    assert turnstile.lets_pass(Command(Intent.STOP), 110.2)
