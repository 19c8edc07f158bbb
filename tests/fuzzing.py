"""Odd inputs of every kind that Limber takes: made from good ones, with a seed, and given to what reads them.

    PYTHONPATH=.:tests python tests/fuzzing.py --count 20000 --seed 1 --failed FOLDER

An input fails when it raises anything but an AssistantError, takes longer than LIMIT_SECONDS, ends the
process, or leaves half a file. What failed once is in tests/corpus, and tests/unit/test_fuzzing.py reads that
every time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from fuzz_kinds import KINDS, WEIGHTS

from assistant.errors import AssistantError

LIMIT_SECONDS = 5.0  # of the processor's time
BUSY_FACTOR = 24  # so many times as long on the clock: others may be using this computer
AT_ONCE = 200
"""Inputs that one process tries; a new one goes on after a crash."""

TOKENS = (
    *(
        b'!!int ""',
        b"!!bool x",
        b"!!timestamp x",
        b"!!float ''",
        b"!!binary '!'",
        b"!!python/object:os.system x",
    ),
    *(
        b"*a",
        b"&a [*a]",
        b"&a {b: *a}",
        b"<<: *a",
        b"{",
        b"[",
        b"}",
        b"]",
        b"- - - -",
        b"? !!set",
        b"---",
        b"...",
        b"|",
        b">",
    ),
    *(
        b".inf",
        b".nan",
        b"-1",
        b"0",
        b"1e999",
        b"9" * 5000,
        b"0x" + b"f" * 5000,
        b"1:2:3",
        b"2026-13-45",
        b"~",
        b"null",
    ),
    *(
        b"[" * 3000,
        b"{a: " * 500,
        b"a." * 3000,
        b'"""',
        b"'''",
        b"\\u0000",
        b'"\\0"',
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xed\xa0\x80",
    ),
    *(
        b"\0",
        b"\x1b[31m",
        b"\r",
        b"\n",
        b"\t",
        b"\x7f",
        "\u202e".encode(),
        "\u2028".encode(),
        b"a" * 70_000,
        b" " * 2000,
    ),
    *(
        b"{side}",
        b"{routine}",
        b"{",
        b"(a|b)",
        b"[a]",
        b"<a>",
        b"stop",
        b"it hurts",
        b"%s",
        b"../../x",
        b"/dev/zero",
    ),
)


def changed(seed: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A good input with a few things that are not as they should be."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(8):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = chance.choice(TOKENS)
            case 2:
                del data[at : at + chance.choice((1, 2, 10, 200))]
            case 3:
                del data[at:]
            case 4:
                part = data[at : at + chance.choice((4, 40, 400))]
                data[at:at] = part * chance.choice((1, 2, 60))
            case 5:
                other = chance.choice(others)
                begin = chance.randrange(len(other) + 1)
                data[at:] = other[begin:]
            case 6:
                lines = bytes(data).split(b"\n")
                lines[chance.randrange(len(lines))] = chance.choice(lines) + chance.choice(
                    (b"", b" ", b": 1")
                )
                data = bytearray(b"\n".join(lines))
            case _:
                line = bytes(data).split(b"\n")
                number = chance.randrange(len(line))
                key = line[number].partition(b":")[0].partition(b"=")[0]
                mark = b"=" if b"=" in line[number] else b":"
                line[number] = key + mark + b" " + chance.choice(TOKENS)
                data = bytearray(b"\n".join(line))
    return bytes(data[: 1 << 20])


def inputs(count: int, seed: int) -> Iterator[tuple[int, str, bytes]]:
    """Numbered inputs, the same for the same seed."""
    names, weights = list(KINDS), [WEIGHTS.get(name, 1.0) for name in KINDS]
    seeds = {name: kind.seeds() for name, kind in KINDS.items()}
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        name = chance.choices(names, weights)[0]
        yield number, name, changed(chance.choice(seeds[name]), seeds[name], chance)


def problem_of(name: str, data: bytes, limit_seconds: float = LIMIT_SECONDS) -> str:
    """What went wrong with an input, "" when nothing did."""
    with (
        tempfile.TemporaryDirectory(prefix="limber-fuzz-") as folder,
        _homes(Path(folder)),
        _in_time(limit_seconds),
    ):
        place = Path(folder) / "here"
        place.mkdir()
        try:
            KINDS[name].give(data, place)
        except AssistantError as error:
            return "" if error.message and len(error.message) < 3000 else "a message without end"
        except _TooLongError:
            return f"more than {limit_seconds} seconds"
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__}: {str(error)[:200]} ({last.filename}:{last.lineno})"
    return ""


class _TooLongError(BaseException):
    pass


@contextmanager
def _in_time(limit_seconds: float) -> Iterator[None]:
    def late(signal_number: int, frame: object) -> None:
        raise _TooLongError

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, 1), (signal.SIGALRM, signal.ITIMER_REAL, BUSY_FACTOR))
    before = [signal.signal(number, late) for number, _, _ in timers]
    for _, timer, factor in timers:
        signal.setitimer(timer, limit_seconds * factor)
    try:
        yield
    finally:
        for (number, timer, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


@contextmanager
def _homes(folder: Path) -> Iterator[None]:
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    with mock.patch.dict(os.environ, {name: str(folder / name) for name in names}):
        yield


def _some(wanted: list[tuple[int, str, bytes]], doing: Path, failed: Path) -> None:
    for number, name, data in wanted:
        doing.write_bytes(f"{number} {name}\n".encode() + data)
        if problem_of(name, data) and (problem := problem_of(name, data)):  # not what was slow by chance
            (failed / f"{name}-{number}{KINDS[name].suffix}").write_bytes(data)
            with (failed / "problems.txt").open("a") as file:
                file.write(f"{name}-{number}: {problem}\n")
    doing.unlink()


def main() -> None:
    """Try many, in processes that may crash."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failed", type=Path, required=True)
    arguments = parser.parse_args()
    failed: Path = arguments.failed
    failed.mkdir(parents=True, exist_ok=True)
    doing, began = failed / "doing", time.monotonic()
    for name in ("said", "routine", "scene"):  # what is made ready on first use
        problem_of(name, KINDS[name].seeds()[0])
    waiting = list(inputs(arguments.count, arguments.seed))
    while waiting:
        batch = waiting[:AT_ONCE]
        process = multiprocessing.get_context("fork").Process(target=_some, args=(batch, doing, failed))
        process.start()
        process.join(AT_ONCE * LIMIT_SECONDS * BUSY_FACTOR)
        done = len(batch)
        if process.exitcode != 0:
            process.kill()
            head, _, data = doing.read_bytes().partition(b"\n")
            number, name = head.decode().split()
            done = 1 + next(index for index, one in enumerate(batch) if one[0] == int(number))
            (failed / f"{name}-{number}{KINDS[name].suffix}").write_bytes(data)
            with (failed / "problems.txt").open("a") as file:
                file.write(f"{name}-{number}: the process ended with {process.exitcode}\n")
        waiting = waiting[done:]
        count = arguments.count - len(waiting)
        sys.stdout.write(f"{count} of {arguments.count} in {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
