"""What can happen to the whole program in one move of a schedule: speech, faults, and ends of processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from unittest.mock import patch

from cases import Move
from whole_program import World

from assistant.config import Config
from assistant.config_loading import load_config
from assistant.errors import ConfigError
from assistant.opening import load_content

ROOT = Path(__file__).resolve().parent.parent
ROUTINE, CONFIG = Path("limber/routines/own.yaml"), Path("limber/config.toml")
End = Callable[[], None]
Begin = Callable[[World, str, float], End | None]


def _answer(world: World, phrase: str) -> None:
    for _ in range(40):
        if world.threads.now - world.card.sounded_at > 0.3:
            break
        world.go_on(0.2)
    world.say(phrase)
    world.go_on(len(phrase.split()) * 0.24 + 0.7)


def _say(world: World, phrase: str, seconds: float) -> None:
    world.say(phrase)
    world.go_on(seconds)


def _others(world: World, phrase: str, seconds: float) -> None:
    world.say(phrase, is_persons=False)
    world.go_on(seconds)


def _until(world: World, state: str, most_seconds: float) -> None:
    for _ in range(round(most_seconds / 0.5)):
        process = world.process
        if process is None or process.session is None or process.session.state == state:
            return
        world.go_on(0.5)


def _fault(world: World, kind: str, seconds: float) -> None:
    world.rules.fault(kind, seconds)
    end = _BEGIN[kind](world, kind, seconds)

    def end_last() -> None:
        if end is not None and world.rules.faults[kind][1] <= world.threads.now + 1e-6:
            end()  # else the same fault came again, or came before, and lasts longer

    world.threads.at(world.threads.now + seconds, end_last)


def _lose(world: World, kind: str, seconds: float) -> End:
    is_microphone, stays_active = kind.startswith("microphone"), kind.endswith("still")
    world.card.lose(is_microphone, True, stays_active=stays_active)
    return lambda: world.card.lose(is_microphone, False)


def _move(world: World, kind: str, seconds: float) -> None:
    world.card.move(kind.startswith("microphone"))


def _freeze_server(world: World, kind: str, seconds: float) -> None:
    world.card.frozen_until = max(world.card.frozen_until, world.threads.now + seconds)


def _freeze(world: World, kind: str, seconds: float) -> None:
    world.threads.freeze(kind.removesuffix(" hangs"), seconds)


def _trouble_voices(world: World, kind: str, seconds: float) -> End:
    which, trouble = kind.split()
    for name in ("first", "second")[: 1 if which == "voice" else 2]:
        world.voices[name] = (trouble.rstrip("s"), 1.8)
    return world.voices.clear


def _lock(world: World, kind: str, seconds: float) -> End:
    world.disk.lock(world.history_path, "IMMEDIATE")
    return world.disk.unlock


def _sets(what: str, value: object, usual: object, *names: str) -> Begin:
    def begin(world: World, kind: str, seconds: float) -> End:
        def put(one: object) -> None:
            for name in names:
                setattr(getattr(world, what) if what else world, name, one)

        put(value)
        return lambda: put(usual)

    return begin


_BEGIN: dict[str, Begin] = {
    **dict.fromkeys(
        ("microphone lost", "microphone stands still", "speaker lost", "speaker stands still"), _lose
    ),
    **dict.fromkeys(("microphone moved", "speaker moved"), _move),
    "microphone silent": _sets("card", True, False, "is_zero"),
    "microphone loses": _sets("card", 0.4, 0.0, "loses"),
    "sound server frozen": _freeze_server,
    **dict.fromkeys(("hearing hangs", "session hangs", "history hangs", "prompting hangs"), _freeze),
    "hearing slow": _sets("", 0.2, 0.0, "slow_seconds"),
    **dict.fromkeys(("voice fails", "voice late", "voice hangs"), _trouble_voices),
    **dict.fromkeys(("voices fail", "voices late", "voices hang"), _trouble_voices),
    "history locked": _lock,
    "disk full": _sets("disk", True, False, "is_full"),
    "no room at all": _sets("disk", True, False, "is_full", "has_no_room_beside"),
}
FAULTS = tuple(_BEGIN)
"""What can fail for a while."""
REMOVED = ("file removed", "file moved", "folder removed", "folder moved")


def _kill(world: World, away_seconds: float, reboots: bool) -> None:
    world.kill()
    _away(world, away_seconds, reboots)


def _away(world: World, away_seconds: float, reboots: bool) -> None:
    world.threads.asleep_seconds += away_seconds
    world.go_on(0.3)
    if reboots:
        world.boot_number += 1
        world.threads.asleep_seconds = -world.threads.now  # the clock begins anew
        world.wall_offset -= world.threads.asleep_seconds - away_seconds
        world.rules.expects_return = None


def _kill_while_writing(world: World, steps: int, away_seconds: float) -> None:
    process = world.process
    world.disk.dies_after = steps
    for _ in range(40):
        if process is None or process.is_killed or process.is_over:
            break
        world.go_on(0.2)
    world.disk.dies_after = None
    _away(world, away_seconds, False)


def _signal(world: World, reason: str) -> None:
    world.signal(reason)
    world.go_on(2.3)


def _suspend(world: World, seconds: float) -> None:
    world.rules.fault("machine asleep", 0.1)
    world.threads.asleep_seconds += seconds
    world.go_on(0.3)


def _wall(world: World, seconds: float) -> None:
    world.wall_offset += seconds


def _remove(world: World, what: str) -> None:
    world.rules.fault(f"history {what}", 0.0)
    path = world.history_path
    if what == "file removed":
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    elif what == "file moved":
        if path.exists():
            path.rename(path.with_name("elsewhere"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    elif what == "folder removed":
        shutil.rmtree(path.parent, ignore_errors=True)
    else:
        with suppress(OSError):
            path.parent.rename(path.parent.with_name(f"{path.parent.name} moved {world.threads.now}"))
    world.rules.ledger.removed()
    world.go_on(0.1)


def _tear(world: World, page: int) -> None:
    path = world.history_path
    world.rules.fault("history torn", 0.0)
    if not path.exists():
        return
    pages = max(1, path.stat().st_size // 4096)
    descriptor = os.open(path, os.O_RDWR)
    os.pwrite(descriptor, b"\xa5" * 4096, page % pages * 4096)
    os.close(descriptor)
    world.rules.ledger.torn()
    world.go_on(0.1)


def _damage(world: World, seed: int) -> None:
    """The user's own files are damaged between two sessions: what is ours is there all the same."""
    world.rules.fault("files damaged", 0.0)
    random, home = Random(seed), world.base / f"home {seed}"
    for source, name in (
        (ROOT / "routines/at-the-desk.yaml", ROUTINE),
        (ROOT / "config.example.toml", CONFIG),
    ):
        data = bytearray((ROOT / source).read_bytes())
        for _ in range(random.randint(1, 6)):
            at = random.randint(0, len(data))  # of which nothing may be left
            data[at : at + random.choice((0, 1, 1, 40))] = random.randbytes(random.choice((0, 1, 4)))
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data[: random.randint(0, len(data))] if random.random() < 0.3 else data)
    with patch.dict(os.environ, XDG_DATA_HOME=str(home), XDG_CONFIG_HOME=str(home)):
        _, routines = load_content(Config(), lambda line: None)
        with suppress(ConfigError):
            load_config(on_problem=lambda line: None)
    assert len(routines) >= len(list((ROOT / "routines").glob("*.yaml"))), "a routine of ours is missing"


PLAYS: dict[str, Callable[..., None]] = {
    "answer": _answer,
    "say": _say,
    "others": _others,
    "pass": World.go_on,
    "until": _until,
    "fault": _fault,
    "kill": _kill,
    "kill while writing": _kill_while_writing,
    "signal": _signal,
    "suspend": _suspend,
    "wall": _wall,
    "remove": _remove,
    "tear": _tear,
    "damage": _damage,
}


def play(world: World, move: Move) -> None:
    """Let one move happen; where no process is, one is begun."""
    process = world.process
    if process is None or process.is_over or process.is_killed:
        world.start()
        world.go_on(0.5)
    PLAYS[move[0]](world, *move[1:])
