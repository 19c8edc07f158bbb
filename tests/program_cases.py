"""Schedules of faults and speech over the whole program: data that can be played again, and made minimal.

A schedule is made by chance as it is played, for what is said depends on where the session stands. Then its
moves are plain data, and lead to the same each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from cases import Case, Moves, says
from happenings import HARMLESS, LEADS_ON, phrase_of
from program_faults import FAULTS, REMOVED, play
from program_rules import Rules
from whole_program import World

from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.states import State

MOST_MOVES = 13
SAFETY = ("stop", "stop", "that hurts", "ouch", "stop it", "i can't breathe", "pause")
REASONS = ("terminated", "hung_up", "interrupted_by_user")


@dataclass
class Played:
    """A schedule that was played, and what it came to."""

    case: Case
    broken: str = ""
    seconds: float = 0.0
    events: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    trace: tuple[str, ...] = ()


# How moves are made


def _state(world: World) -> State:
    process = world.process
    return process.session.state if process is not None and process.session is not None else State.ASLEEP


def _phrase(world: World, random: Random, *intents: Intent) -> str:
    return phrase_of(random, {"catalogue": "test"}, *intents)


def _leads_on(world: World, random: Random) -> Moves:
    state = _state(world)
    if state is State.SCORE_NOW:
        return [["answer", random.choice(("zero", "one", "two", "three"))]]
    if state in LEADS_ON:
        return [["answer", random.choice(LEADS_ON[state])]]
    if state is State.DEAF:
        return [["pass", 2.0]]
    if random.random() < 0.6:
        where = random.choice(("holding", "holding", "holding", "settling", "releasing"))
        return [["until", where, 12.0], ["pass", round(random.uniform(0.1, 4.0), 2)]]
    return [["pass", round(random.uniform(0.5, 6.0), 2)]]


def _report(world: World, random: Random) -> Moves:
    number = random.choice(("two", "three", "five", "seven", "no"))
    moves: Moves = [["say", random.choice(("that hurts", "ouch", "my neck hurts")), 3.0], ["answer", number]]
    return [*moves, ["answer", random.choice(("no", "no", "yes"))], ["answer", "yes"]][: random.randint(1, 4)]


def _any_fault(world: World, random: Random) -> Moves:
    """One thing fails, now and then two at once."""
    moves: Moves = []
    for kind in random.sample(FAULTS, 2 if random.random() < 0.25 else 1):
        seconds = round(random.choice((0.4, 2.0, 5.0, 9.0)) * random.uniform(0.5, 1.5), 2)
        moves.append(["fault", kind, seconds])
    return [*moves, ["pass", round(random.uniform(0.0, 4.0), 2)]]


def _end(world: World, random: Random) -> Moves:
    away = random.choice((0.0, 5.0, 60.0, 600.0, 4000.0))
    kinds: tuple[Moves, ...] = (
        [["kill", away, random.random() < 0.3]],
        [["kill while writing", random.randint(1, 6), away]],
        [["signal", random.choice(REASONS)]],
    )
    return random.choice(kinds)


def _disk_and_kill(world: World, random: Random) -> Moves:
    """The disk fails, something is to be kept, perhaps the file is harmed as well, and the process dies."""
    disks = ("history locked", "disk full", "no room at all", "history hangs")
    moves: Moves = [["fault", random.choice(disks), round(random.uniform(0.5, 12.0), 2)]]
    if random.random() < 0.7:
        moves += _report(world, random)[: random.randint(1, 4)]
    harms: tuple[Moves, ...] = ([["remove", random.choice(REMOVED)]], [["tear", random.randint(0, 30)]])
    moves += random.choice((*harms, [], [], []))
    if random.random() < 0.3:
        moves.append(["fault", random.choice(disks), round(random.uniform(0.5, 12.0), 2)])
    moves.append(["pass", round(random.uniform(0.0, 4.0), 2)])
    return [*moves, *_end(world, random)]


MAKES: dict[str, tuple[float, Callable[[World, Random], Moves]]] = {
    "go on": (14, _leads_on),
    "safety": (3, lambda w, r: [["say", r.choice(SAFETY), r.choice((0.5, 2.0, 4.0))]]),
    "report": (2, _report),
    "say": (2, lambda w, r: [["say", _phrase(w, r, *HARMLESS), r.choice((0.3, 2.0))]]),
    "red flag": (0.15, lambda w, r: [["say", _phrase(w, r, Intent.RED_FLAG), 2.0]]),
    "end": (0.5, lambda w, r: [["say", _phrase(w, r, Intent.END), 2.0]]),
    "others": (1.5, lambda w, r: [["others", _chatter(w, r), r.choice((0.5, 4.0))]]),
    "fault": (8, _any_fault),
    "over": (1.5, _end),
    "disk and kill": (1.5, _disk_and_kill),
    "suspend": (0.4, lambda w, r: [["suspend", r.choice((0.5, 3.0, 100.0, 5000.0))]]),
    "wall": (0.5, lambda w, r: [["wall", r.choice((-1e6, -3600.0, 3600.0, 4e7))]]),
    "remove": (0.5, lambda w, r: [["remove", r.choice(REMOVED)]]),
    "tear": (0.4, lambda w, r: [["tear", r.randint(0, 30)]]),
}


def _chatter(world: World, random: Random) -> str:
    words = (UNKNOWN_WORD, UNKNOWN_WORD, "stop", "back", "hurts", "yes", "no", "two")
    return " ".join(random.choice(words) for _ in range(random.randint(1, 12)))


def random_case(seed: int, case: Case, most_moves: int = MOST_MOVES) -> Callable[[World], Moves]:
    """What makes the moves of a schedule, as it is played; its setup is put into the case."""
    random = Random(seed)
    case.setup |= {"seed": seed, "routine": random.choice((*["short", "mixed", "neck"] * 4, ""))}
    if random.random() < 0.05:
        case.setup["first_use"] = True
    often = {kind: weight * random.choice((0, 1, 1, 3)) for kind, (weight, _) in MAKES.items()}
    often["go on"] = MAKES["go on"][0]
    count = random.randint(5, most_moves)
    begun: Moves = [["pass", 0.8], ["answer", "zero"], ["answer", "no"]]

    def make(world: World) -> Moves:
        if begun and random.random() < 0.97:
            return [begun.pop(0)]
        if len(case.moves) >= count:
            return [] if case.moves[-1][0] == "damage" or seed % 20 else [["damage", seed]]
        kind = random.choices(tuple(often), tuple(often.values()))[0]
        return MAKES[kind][1](world, random)

    return make


def played(case: Case, make: Callable[[World], Moves] | None = None) -> Played:
    """Play a schedule to its end, all faults over and the last session ended: what came of it."""
    outcome = Played(case)
    world = World(case.setup, Rules)
    try:
        if make is None:
            for move in case.moves:
                play(world, move)
        else:
            while moves := make(world):
                for move in moves:
                    case.moves.append(move)
                    play(world, move)
        _rest(world)
    except Exception as error:  # noqa: BLE001 - also what breaks the program
        outcome.broken = says(error)
    finally:
        rules: Rules = world.rules
        outcome.seconds = world.threads.now
        outcome.events, outcome.checks, outcome.states = rules.events, rules.checks, rules.states
        outcome.faults = Counter(rules.injected)
        outcome.trace = tuple(rules.trace)
        world.close()
    return outcome


def _rest(world: World) -> None:
    """All that fails is over; what goes on is ended, and what was kept is looked at."""
    world.disk.dies_after = None
    left = max((until for _, until in world.rules.faults.values()), default=0.0) - world.threads.now
    world.go_on(max(0.0, left) + 1.0)
    world.signal("terminated")
    world.go_on(2.5)
    process = world.process
    assert process is None or process.is_over or process.is_killed, "it does not end"
    if process is not None:
        world.rules.check_threads(process)
    world.rules.check_history()


def violation(case: Case) -> str:
    """What a schedule breaks; "" for nothing."""
    return played(case).broken


def minimal(case: Case) -> Case:
    """The schedule without moves that its failure does not need, and without time that it does not."""
    wanted = _kind(violation(case))
    moves, size = case.moves, len(case.moves)
    while size:
        at = 0
        while at < len(moves):
            fewer = moves[:at] + moves[at + size :]
            if _kind(violation(Case(case.setup, fewer))) == wanted:
                moves = fewer
            else:
                at += size
        size //= 2
    return Case(case.setup, moves)


def _kind(broken: str) -> str:
    """The rule that is broken, without its numbers."""
    return "".join(character for character in broken if not character.isdigit()).partition(":")[2][:60]
