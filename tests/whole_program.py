"""The whole program in a virtual room: service, room, threads, hearing path, voice and history, as they are.

Put in place of others are only: the recognizer and the voices (words by time), the sound card, the sound
server, the clocks, threads that take turns (virtual_threads), and the disk where it fails. A process can be
killed: then all that it had in memory is gone, and another one finds what was on the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from cases import CATALOGUES, PACKS
from in_place import in_place
from virtual_engines import QUIET_BLOCKS, Utterance, blocks_of
from virtual_machine import OTHERS, PERSON, WORD_BLOCKS, Disk, SoundCard, floor_block, word_block
from virtual_process import Process
from virtual_threads import Threads

from assistant.config import Config
from assistant.core.actions import RecordConditionsAsked, RecordPhysicianChecked
from assistant.core.intents import UNKNOWN_WORD
from assistant.core.ports import BLOCK_SECONDS
from assistant.core.understanding import find_safety
from assistant.store.history import History

ENDING_SECONDS = 2.0


class World:
    """A machine with a person at it. Whoever makes it directs: it alone lets time pass, by `go_on`."""

    blocks_of = staticmethod(blocks_of)

    def __init__(self, setup: dict[str, Any], rules: Callable[[World], Any]) -> None:
        self.setup, self.random = setup, Random(setup["seed"])
        self.threads = Threads(Random(setup["seed"] + 1))
        self.card, self.disk = SoundCard(self.threads, self.random), Disk()
        self.disk.die = lambda: self.kill(in_hand=1)
        self.card.hear, self.card.played = self._hear, self._played
        self.base = Path(tempfile.mkdtemp(prefix="limber-world-", dir=_fast_place()))
        self.folders = 0
        self.folder = self._new_folder()
        self.content = CATALOGUES["test"], PACKS["test"]
        session = {"routine": setup.get("routine", ""), "settle_seconds": 3.0, "rest_seconds": 2.0}
        self.config = Config.model_validate(
            {"session": {**session, "sound_check": False}, "audio": {"echo": "none"}}
            | {"speech": {"cache_megabytes": 0}}
        )
        self.said: list[tuple[str, Utterance]] = []
        self.utterances: list[Utterance] = []
        self.heard_last: dict[tuple[str, ...], float] = {}
        self._sounding: deque[bytes] = deque()
        self.slow_seconds = 0.0
        self.voices: dict[str, tuple[str, float]] = {}
        self.good_at = self.wall_offset = self.boot_offset = 0.0
        self.boot_number = self.process_count = 0
        self.process: Process | None = None
        self._processes: list[Process] = []
        self.heard_blocks: Counter[int] = Counter()
        self.problems: list[str] = []
        self._stack = ExitStack()
        self._stack.enter_context(in_place(self))
        self.rules = rules(self)
        if not setup.get("first_use"):
            with_consent(self.history_path)

    # Time

    def go_on(self, seconds: float) -> None:
        """Let time pass. Raises what a thread failed with, and AssertionError for a broken rule."""
        end = self.threads.now + seconds
        while (left := end - self.threads.now) > 1e-9:
            self.threads.sleep(min(0.1, left))
            self._look()

    def _look(self) -> None:
        for error in self.threads.failures:
            raise error
        if self.problems:
            raise AssertionError(self.problems[0])
        process = self.process
        if process is not None and process.ends_by is not None and self.threads.now >= process.ends_by:
            if not process.is_over:
                self.rules.did_not_end(process)
                self.kill()
            process.ends_by = None
        self.rules.look()

    def wall(self) -> float:
        """The wall clock, in seconds since 1970."""
        return 1.8e9 + self.threads.now + self.threads.asleep_seconds + self.wall_offset

    # Processes

    def start(self) -> Process:
        """Begin a process, where none is."""
        if self.process is None or self.process.is_over or self.process.is_killed:
            self.threads.kill(self.process)  # what a process leaves behind ends with it
            self.threads.sleep(0.001)
            self.threads.forget_the_dead()
            self.card.streams.clear()
            self.heard_blocks.clear()
            self.process = Process(self)
            self._processes.append(self.process)
        return self.process

    def signal(self, reason: str) -> None:
        """Ask the process to end; it has two seconds."""
        process = self.process
        if process is None or process.is_over or process.is_killed or process.ends_by is not None:
            return
        if not process.service.is_guiding:
            self.kill()
            return
        process.service.end(reason)
        process.ends_by = self.threads.now + ENDING_SECONDS

    def kill(self, in_hand: int = 0) -> None:
        """The process dies where it is; the next one finds what was on the disk at this moment."""
        process = self.process
        if process is None or process.is_over or process.is_killed:
            return
        self.rules.dies(process, in_hand)
        process.is_killed = True
        self.disk.unlock()
        old, self.folder = self.folder, self._new_folder()
        if old.exists():
            shutil.copytree(old, self.folder, dirs_exist_ok=True)
        else:
            self.folder.rmdir()
        self.threads.kill(process)
        self.card.streams.clear()

    def close(self) -> None:
        """End whatever is left, and take all of it away."""
        try:
            self.threads.failures.clear()
            self.disk.unlock()
            if self.process is not None:
                self.process.is_killed = True
            for _ in range(100):
                left = [one for one in self.threads.all if not one.is_over]
                for one in left:
                    self.threads.kill(one.belongs_to)
                if left:
                    self.threads.sleep(0.001)
            assert not left, f"threads that nothing ends: {[one.name for one in left]}"
            for one in self._processes:  # a kernel would do it for those that were killed
                if one.history is not None and hasattr(one.history, "_pending"):
                    one.history._pending.close()
                    one.history._database.disconnect()
        finally:
            self._stack.close()
            shutil.rmtree(self.base, ignore_errors=True)

    def _new_folder(self) -> Path:
        self.folders += 1
        folder = self.base / str(self.folders)
        folder.mkdir(mode=0o700)
        return folder

    @property
    def history_path(self) -> Path:
        return self.folder / "history.sqlite"

    # Sound

    def say(self, phrase: str, *, is_persons: bool = True) -> Utterance:
        """Somebody says a phrase, after whatever is being said."""
        now = self.threads.now
        words = tuple(phrase.split())
        last = self.utterances[-1] if self.utterances else None
        one = Utterance(words, is_persons, now + len(self._sounding) * BLOCK_SECONDS)
        one.is_alone = last is None or one.begins_at - last.ends_at > 14.0
        found = find_safety(words, self.content[1].table) if is_persons else None
        one.is_safety = found is not None
        for word in words:
            self.said.append((word, one))
            level = PERSON if is_persons else OTHERS
            number = len(self.said) - 1
            self._sounding += [word_block(number, part, level) for part in range(WORD_BLOCKS)]
        one.ends_at = one.begins_at + len(words) * WORD_BLOCKS * BLOCK_SECONDS
        self._sounding += [floor_block()] * (QUIET_BLOCKS + 5)
        self.utterances.append(one)
        return one

    def recognized(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words of an utterance as the recognizer had them, last of all.

        The program puts an unknown word before a command that something as loud as it stood beside
        (`core/listening/addressing.py`).
        """
        rest = words[1:]
        is_marked = words[:1] == (UNKNOWN_WORD,) and rest in self.heard_last
        return rest if is_marked and self.heard_last[rest] > self.heard_last.get(words, -1.0) else words

    def ended_at(self, number: int) -> float:
        """When the word of this number was over."""
        _, utterance = self.said[number]
        place = next(at for at in range(number, -1, -1) if at == 0 or self.said[at - 1][1] is not utterance)
        return utterance.begins_at + (number - place + 1) * WORD_BLOCKS * BLOCK_SECONDS

    def _hear(self) -> bytes:
        return self._sounding.popleft() if self._sounding else floor_block()

    def _played(self, block: bytes, is_heard: bool) -> None:
        process = self.process
        if process is None or process.mixer is None:
            return
        self.rules.played(process, block, is_heard)
        if is_heard and block.count(0) != len(block):
            self.card.sounded_at = self.threads.now
            if (prompt_id := process.mixer.sounding_prompt_id()) is not None:
                self.heard_blocks[prompt_id] += 1


@cache
def _fast_place() -> str | None:
    place = "/dev/shm"
    return place if os.access(place, os.W_OK) else None


_consent: list[bytes] = []


def with_consent(path: Path) -> None:
    """A history in which a doctor has agreed and nothing ails: whoever has it is asked less."""
    if not _consent:
        kept = History(path, lambda line: None, lambda: datetime.fromtimestamp(1.8e9 - 9e5, UTC))
        kept.record(RecordPhysicianChecked())
        kept.record(RecordConditionsAsked())
        kept.close()
        _consent.append(path.read_bytes())
    path.write_bytes(_consent[0])
    path.chmod(0o600)
