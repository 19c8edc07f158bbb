"""The prompt cache: what it keeps, its bounds, and a disk that does not play along."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.core.ports import Speech
from assistant.speech.prompt_cache import PromptCache, prompt_key

PIECES = (
    Speech(b"\x01\x00" * 100),
    Speech(b"\n\x00" * 50),
)
KEY = prompt_key("voice", "Ease.", 1.0)

Opener = Callable[..., PromptCache]


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def open_cache(tmp_path: Path, troubles: list[str]) -> Opener:
    def opener(folder: Path | None = tmp_path / "prompts", **bounds: int) -> PromptCache:
        return PromptCache(folder, on_trouble=troubles.append, **bounds)

    return opener


def test_pieces_come_back_in_a_later_run(open_cache: Opener) -> None:
    open_cache().put(KEY, PIECES)
    later = open_cache()
    assert later.recall(KEY) is None
    assert later.get(KEY) == PIECES
    assert later.recall(KEY) == PIECES


def test_the_key_tells_voice_sentence_and_rate_apart() -> None:
    keys = {prompt_key("a", "b", 1.0), prompt_key("ab", "", 1.0), prompt_key("a", "b", 1.1)}
    assert len(keys) == 3
    assert prompt_key("a", "b", 0.1 + 0.2) == prompt_key("a", "b", 0.3)


def test_what_is_not_there_is_none(open_cache: Opener, troubles: list[str]) -> None:
    assert open_cache().get(KEY) is None
    assert troubles == []


def test_the_disk_is_bounded_and_the_longest_unused_goes_first(open_cache: Opener, tmp_path: Path) -> None:
    cache = open_cache(max_bytes=3500, max_memory_bytes=0)
    for name in "abc":
        cache.put(name, (Speech(bytes(1000)),))
    assert cache.get("a") is not None
    cache.put("d", (Speech(bytes(1000)),))
    assert sorted(os.listdir(tmp_path / "prompts")) == ["a", "c", "d"]


def test_use_counts_across_runs_and_so_does_what_was_left_half_written(
    open_cache: Opener, tmp_path: Path
) -> None:
    cache = open_cache()
    for name in ("a", "b", ".partial-x"):
        cache.put(name, (Speech(bytes(1000)),))
    for age, name in enumerate(("a", "b", ".partial-x")):
        os.utime(tmp_path / "prompts" / name, (age, age))
    assert open_cache().get("a") is not None
    open_cache(max_bytes=2500).put("c", (Speech(bytes(1000)),))
    assert sorted(os.listdir(tmp_path / "prompts")) == ["a", "c"]


def test_memory_is_bounded(open_cache: Opener) -> None:
    cache = open_cache(None, max_memory_bytes=2000)
    for name in "abc":
        cache.put(name, (Speech(bytes(1000)),))
    assert [cache.recall(name) is not None for name in "abc"] == [False, True, True]
    cache.put("c", (Speech(bytes(500)),))
    cache.put("b", (Speech(bytes(1500)),))
    assert [cache.get(name) is not None for name in "abc"] == [False, True, True]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: b"",
        lambda content: b"\n" + content,
        lambda content: b"00000000" + content[8:],
        lambda content: content.replace(b"200", b"198"),
        lambda content: b"nonsense \xff\x00",
    ],
)
def test_a_damaged_entry_is_removed(
    open_cache: Opener, tmp_path: Path, troubles: list[str], damage: Callable[[bytes], bytes]
) -> None:
    open_cache().put(KEY, PIECES)
    path = tmp_path / "prompts" / KEY
    path.write_bytes(damage(path.read_bytes()))
    cache = open_cache()
    assert cache.get(KEY) is None
    assert not path.exists()
    cache.put(KEY, PIECES)
    assert open_cache().get(KEY) == PIECES
    assert troubles == []


def test_an_entry_that_another_program_removed_is_none(open_cache: Opener, tmp_path: Path) -> None:
    cache = open_cache(max_memory_bytes=0)
    cache.put(KEY, PIECES)
    (tmp_path / "prompts" / KEY).unlink()
    assert cache.get(KEY) is None


def test_a_folder_that_cannot_be_made_is_said_once(
    open_cache: Opener, tmp_path: Path, troubles: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = open_cache(tmp_path / "file" / "prompts")
    assert cache.get(KEY) is None
    cache.put(KEY, PIECES)
    cache.put("other", PIECES)
    assert cache.get(KEY) == PIECES
    assert len(troubles) == 1
    assert str(tmp_path) in troubles[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_still_read(open_cache: Opener, tmp_path: Path, troubles: list[str]) -> None:
    open_cache().put(KEY, PIECES)
    (tmp_path / "prompts").chmod(0o500)
    cache = open_cache()
    assert cache.get(KEY) == PIECES
    cache.put("other", PIECES)
    assert len(troubles) == 1
    (tmp_path / "prompts").chmod(0o700)


def test_a_full_disk_leaves_no_half_an_entry(open_cache: Opener, tmp_path: Path, troubles: list[str]) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    cache = open_cache()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        cache.put(KEY, (Speech(bytes(100_000)),))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.listdir(tmp_path / "prompts") == []
    assert len(troubles) == 1
    assert cache.recall(KEY) is not None
