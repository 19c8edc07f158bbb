"""What can happen to a session, made by chance where it stands.

`random_case` makes a case as it plays it; whatever draws like random.Random decides. `search` plays one after
the other. In a session some kinds of moves are never made and some often, so that rare things meet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from random import Random

from cases import CATALOGUES, DEVICES, PACKS, Case, Move, Moves, Setup, play, says, watched
from invariants import Watched

from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.machine import listened_for
from assistant.core.states import ONLY_AT_REST, UNDER_WAY, State

LEADS_ON: dict[State, tuple[str, ...]] = {
    State.GOING_ON: ("yes", "yes", "no", "continue"),
    State.CHOOSING: ("mixed one", "short one", "neck one", "low one", "start"),
    State.SCREENING: ("yes",),
    State.HISTORY: ("no",),
    State.CONDITIONS: ("no", "no", "a new hip", "my hip is fine now"),
    State.SCORE_NOW: ("zero", "zero", "one", "two", "four", "seven"),
    State.NEWS: ("no",),
    State.SOUND_CHECK: ("stop", "ready"),
    State.TRANSFERRING: ("ready", "ready", "ready", "not yet", "easier", "next"),
    State.PAUSED: ("continue", "continue", "next", "go back", "mixed one"),
    State.ASLEEP: ("continue", "wake up"),
    State.SCORING: (
        "zero",
        "one",
        "one or two",
        "two",
        "three",
        "four",
        "five",
        "four",
        "five",
        "seven",
        "next",
    ),
    State.SPREADING: (*["no"] * 9, "no idea", "yes", "skip the questions"),
    State.DECIDING: (*["yes"] * 6, "yes please", "easier", "go on", "ready", "carry on", "okay", "next"),
    State.SCORE_AFTER: ("three",),
    State.FINISHING: ("yes", "no", "continue"),
    State.HELPING: ("no", "yes", "help", "ready", "?"),
}
HARMLESS = tuple(i for i in Intent if i not in (Intent.RED_FLAG, Intent.END, *ONLY_AT_REST))
CHATTER = (UNKNOWN_WORD, "step", "yes", "no", "ten", "stop", "back", "okay", "end", "better", "two")
LAST_WORDS = ("red flag", "end", "hurt", "report", "report", "there", "there", "pause")
"""What a session leads up to; a little more happens after it."""
BASE = {
    "go on": 16,
    "there": 10,
    "report": 6,
    "pause": 4,
    "end": 3,
    "say": 6,
    "likely": 6,
    "hurt": 2,
    "others": 1,
    "hold": 3,
    "doubt": 3,
    "okay": 2,
    "bring back": 3,
    "plan": 1,
    "setting": 2,
    "red flag": 0.1,
    "pass": 4,
    "stall": 1,
    "late": 2,
    "device": 2,
    "odd": 1,
    "partial": 1,
    "chatter": 1.5,
    "talk": 0.5,
    "silence": 0.7,
}
"""How often each kind of move is made; `weights` makes some of them rarer or more frequent in a session."""


Make = Callable[[Random, Watched, Setup], Moves]
PLACES = ("instructing", "settling", "holding", "holding", "releasing", "resting")
OKAY = ("okay", "better", "it's better", "much better", "i'm fine", "i'm okay", "yes", "yes please", "sure")


def random_setup(random: Random) -> Setup:
    """How a session begins: routine, questions, history."""
    catalogue = random.choice(("test", "test", "built in"))
    setup: Setup = {"catalogue": catalogue}
    if random.random() < 0.8:
        setup["routine"] = random.choice((*CATALOGUES[catalogue], CATALOGUES[catalogue][-1])).id
    for name, chance in (("physician_check_due", 0.15), ("sound_check", 0.2), ("asks_how_it_is", 0.4)):
        if random.random() < chance:
            setup[name] = True
    setup["plans"] = random.random() < 0.3
    if random.random() < 0.15:
        setup["conditions_due"] = True
    setup["hears_itself"] = random.random() < 0.3
    if random.random() < 0.5:
        named = [r for r in CATALOGUES[catalogue] if r.id == setup.get("routine")] or CATALOGUES[catalogue]
        setup["pasts"] = {
            one.id: [random.choice((0, 1, 2, 2)), random.randint(0, 3), random.randint(0, 9)]
            for one in random.choice(named).stretches
            if random.random() < 0.5
        }
    return setup


def phrase_of(random: Random, setup: Setup, *intents: Intent) -> str:
    """A phrase of one of the intents, with something in each of its slots."""
    table = PACKS[setup.get("catalogue", "test")].table
    words = random.choice(table.phrases[random.choice(intents)]).split()
    return " ".join(
        random.choice(_values(setup.get("catalogue", "test"), word[1:-1])) if word[0] == "{" else word
        for word in words
    )


@cache
def _values(catalogue: str, slot: str) -> tuple[str, ...]:
    return tuple(PACKS[catalogue].table.slots[slot])


def weights(random: Random) -> dict[str, float]:
    """How likely each kind of move is in one session: some never, some often, and less beside the way."""
    beside = random.choice((0.3, 1.0))
    often = {kind: weight * beside * random.choice((0, 1, 1, 4)) for kind, weight in BASE.items()}
    return often | {"go on": BASE["go on"]}


def _spoken(random: Random, phrase: str) -> Move:
    """A phrase, in the clear or over whatever is being spoken, heard word by word or only at its end."""
    if random.random() < 0.4:
        return ["hear", phrase.split()] if random.random() < 0.7 else ["type", phrase]
    return ["say", phrase] if random.random() < 0.4 else ["answer", phrase, random.choice((0.0, 0.5))]


def _go_on(random: Random, driver: Watched, setup: Setup) -> Moves:
    """What leads on from here: an answer, or time."""
    state = driver.state
    if state is State.FINISHING:
        return _to_whether_to_finish(random, setup)
    if state in LEADS_ON and random.random() < 0.2:
        return [["say", random.choice(LEADS_ON[state])]]
    if state in LEADS_ON:
        return [["answer", random.choice(LEADS_ON[state]), random.choice((0.0, 0.5))]]
    if state is State.DEAF:
        return [["device", "microphone restored"]]
    if state in (State.CLOSING, State.EMERGENCY, State.EASING) and random.random() < 0.5:
        return [["say", phrase_of(random, setup, Intent.PAIN, Intent.RED_FLAG, *HARMLESS)]]
    if state in UNDER_WAY and random.random() < 0.4:
        return [["until", random.choice(PLACES)]]
    return [["leave"]]


def _phrases(*intents: Intent) -> Make:
    return lambda random, _, setup: [_spoken(random, phrase_of(random, setup, *intents))]


def _likely(random: Random, driver: Watched, setup: Setup) -> Moves:
    """A phrase that is answered where the session stands."""
    wanted = [intent for intent in HARMLESS if intent in listened_for(driver.state)]
    return [_spoken(random, phrase_of(random, setup, *(wanted or HARMLESS)))]


def _there(random: Random, driver: Watched, setup: Setup) -> Moves:
    """Something happens at a certain place of a stretch."""
    kind = random.choice(("hold", "hold", "next", "next", "end", "end", "hurt", "device", "stall", "say"))
    there: Moves = [
        ["until", random.choice(PLACES)],
        ["pass", _number(0, random.choice((1, 4, 8, 16)))(random)],
    ]
    then = [["say", "next"]] if kind == "next" else MAKES[kind](random, driver, setup)
    return [*there[: random.choice((1, 2))], *then]


def _hold(random: Random, driver: Watched, setup: Setup) -> Moves:
    """What is said in a stretch: for more time, less, or another one."""
    if random.random() < 0.3:
        return [_spoken(random, random.choice(("more time", "a few more seconds")))]
    wanted = (Intent.MORE_TIME, Intent.LONGER, Intent.SHORTER, Intent.NEXT, Intent.BACK, Intent.READY)
    return [_spoken(random, phrase_of(random, setup, *wanted))]


def _report(random: Random, driver: Watched, setup: Setup) -> Moves:
    """A report of pain with its answers, or the first of them; and perhaps back, or to another routine."""
    report: Moves = [
        _spoken(random, phrase_of(random, setup, Intent.PAIN)),
        ["leave"],
        ["answer", random.choice(LEADS_ON[State.SCORING]), 0.5],
        ["answer", random.choice(LEADS_ON[State.SPREADING]), 0.5],
        ["answer", random.choice(LEADS_ON[State.DECIDING]), 0.5],
    ]
    if random.random() < 0.3:
        return report[: random.choice((1, 2, 3, 4))]
    other: Moves = [["say", "pause"], ["answer", random.choice(LEADS_ON[State.CHOOSING][:4]), 0.5], *report]
    back: Moves = [["answer", "bring it back", 0.5]]
    thens: tuple[Moves, ...] = ([], [["say", "go back"]], back, back, _pause(random, driver, setup), other)
    then = random.choice(thens)
    return [*(report[: random.choice((3, 4))] if random.random() < 0.2 else ()), *report, *then]


def _pause(random: Random, driver: Watched, setup: Setup) -> Moves:
    """A pause, and what is said to it."""
    wanted = (Intent.RESUME, Intent.READY, Intent.NEXT, Intent.BACK, Intent.CHOOSE, Intent.LONGER, Intent.YES)
    pause = random.choice((["say", "pause"], ["say", "stop"], ["device", "speaker lost"]))
    return [pause, ["answer", phrase_of(random, setup, *wanted), 0.5]]


def _end(random: Random, driver: Watched, setup: Setup) -> Moves:
    """A word for the end, and what is said to the question whether it was meant."""
    end = _spoken(random, phrase_of(random, setup, Intent.END, Intent.END, Intent.SLEEP))
    pause: Moves = [["say", "pause"], ["pass", 2.0]] if random.random() < 0.2 else []
    return [*pause, end, *(_to_whether_to_finish(random, setup) if random.random() < 0.5 else ())]


def _to_whether_to_finish(random: Random, setup: Setup) -> Moves:
    wanted = (
        Intent.NO,
        Intent.NO,
        Intent.YES,
        Intent.RESUME,
        Intent.NEXT,
        Intent.BACK,
        Intent.CHOOSE,
        Intent.HELP,
    )
    return random.choice(
        (
            [["leave"]],
            [["pass", 20.0]],
            _talking(random),
            [*_talking(random), ["leave"]],
            [["answer", phrase_of(random, setup, *wanted), 0.5]],
            _doubt(random, None, setup),
            [["hear", random.choices(CHATTER, k=random.randint(1, 3))]],
        )
    )


def _doubt(random: Random, _: object, setup: Setup) -> Moves:
    """Half an answer: something beside it was lost."""
    words = phrase_of(random, setup, Intent.YES, Intent.NO, Intent.RESUME).split()
    return [["hear", [UNKNOWN_WORD, *words] if random.random() < 0.5 else [*words, UNKNOWN_WORD]]]


def _device(random: Random, driver: Watched, setup: Setup) -> Moves:
    """A device goes or comes; and perhaps something is said while nothing can be heard."""
    if random.random() < 0.2:
        return [["voice fails"]]
    rarer = (
        *("microphone lost", "measured", "hearing stuck", "hearing late", "hearing in time"),
        *("history held", "disk nearly full"),
    )
    device: Moves = [["device", random.choice((*list(DEVICES)[:4], *rarer))]]
    meant = random.choice(((Intent.PAIN,), (Intent.RED_FLAG,), (Intent.STOP, Intent.END), HARMLESS))
    said = phrase_of(random, setup, *meant)
    return device if random.random() < 0.6 else [*device, ["say", said], ["device", "microphone restored"]]


def _odd(random: Random, driver: Watched, setup: Setup) -> Moves:
    """Ends of prompts that come early, late or twice, or not at all."""
    last_id = max(1, len(driver.spoken))
    prompt_id = random.randint(max(1, last_id - 4), last_id)
    odd = random.choice(("prompts hang", "prompts finish", "finished", "sentence", "started", "deadline"))
    if odd.startswith("prompts"):
        return [["prompts", odd == "prompts finish"]]
    return [[odd, prompt_id] if odd in ("finished", "sentence") else ["device", odd]]


def _partial(random: Random, driver: Watched, setup: Setup) -> Moves:
    return [["partial", phrase_of(random, setup, *Intent).split()]]


def _talking(random: Random, *_: object) -> Moves:
    words = random.choice(([UNKNOWN_WORD], ["step", UNKNOWN_WORD], ["two"], ["yes", UNKNOWN_WORD]))
    return [["talk", words, random.choice((4.0, 12.0, 30.0))]]


def _number(low: float, high: float) -> Callable[[Random], float]:
    return lambda random: round(random.uniform(low, high), 1)


def _stall(longest: tuple[int, ...]) -> Make:
    return lambda random, driver, setup: [["stall", _number(0, random.choice(longest))(random)]]


MAKES: dict[str, Make] = {
    "go on": _go_on,
    "there": _there,
    "report": _report,
    "pause": _pause,
    "say": _phrases(*HARMLESS),
    "likely": _likely,
    "hurt": _phrases(Intent.PAIN),
    "others": lambda random, driver, setup: [
        ["others", phrase_of(random, setup, Intent.PAIN, Intent.RED_FLAG, Intent.STOP)]
    ],
    "hold": _hold,
    "end": _end,
    "doubt": _doubt,
    "okay": lambda random, driver, setup: [_spoken(random, random.choice(OKAY))],
    "bring back": _phrases(Intent.BRING_BACK),
    "plan": _phrases(Intent.CHOOSE),
    "setting": _phrases(Intent.SLOWER, Intent.FASTER, Intent.LOUDER, Intent.QUIETER),
    "red flag": _phrases(Intent.RED_FLAG),
    "pass": lambda random, driver, setup: [["pass", _number(0, random.choice((1, 5, 60)))(random)]],
    "stall": _stall((5, 60, 3600)),
    "late": _stall((2,)),
    "device": _device,
    "odd": _odd,
    "partial": _partial,
    "chatter": lambda random, driver, setup: [["hear", random.choices(CHATTER, k=random.randint(0, 3))]],
    "talk": _talking,
    "silence": lambda random, driver, setup: [["pass", random.choice((15.0, 130.0, 300.0))]],
}
"""How a move, or a few that belong together, are made."""


def random_case(random: Random, case: Case, kind: type[Watched] = Watched, most_moves: int = 60) -> Watched:
    """Play a session of chance; its setup and moves are added to `case`, also when a rule breaks."""
    case.setup |= random_setup(random)
    likely = weights(random)
    driver = watched(case.setup, kind)
    count, last_words = random.randint(4, most_moves), random.choice(LAST_WORDS)
    last_at = random.randrange(count // 2, count)
    for at in range(min(count, last_at + 8)):
        kind_of_move = (
            last_words if at == last_at else random.choices(tuple(likely), tuple(likely.values()))[0]
        )
        for move in MAKES[kind_of_move](random, driver, case.setup):
            case.moves.append(move)
            play(driver, move)
        if driver.state is State.FINISHED:
            break
    driver.play_out()
    return driver


@contextmanager
def untraced() -> Iterator[None]:
    """Without counting what is covered: that takes six times as long, and other tests cover the core."""
    traced = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(traced)


FIXED_SEED, FIXED_SESSIONS, MOST_SESSIONS = 1, 400, 2000
"""The sessions that the tests play each time; and in how many of them, of those that follow, or of as many
from the next seed or a fault's own, each planted fault is found: nearly all in the first 150."""


@dataclass
class Found:
    """A broken rule: what it says, the case that shows it, and after how many sessions."""

    says: str
    case: Case
    sessions: int


def search(seed: int, most_sessions: int, kind: type[Watched] = Watched) -> Iterator[Found | Watched]:
    """Sessions of chance, one after the other: each as it ended, or as it broke."""
    random = Random(seed)
    for count in range(1, most_sessions + 1):
        case = Case({})
        try:
            yield random_case(random, case, kind)
        except Exception as error:  # noqa: BLE001
            yield Found(says(error), case, count)
