"""Packs of routines from others: everything is checked first, and what is refused leaves no trace."""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.routine import Routine
from assistant.errors import ContentError, StoreError
from assistant.languages.packs import load_language
from assistant.store.documents import MAX_BYTES
from assistant.store.library import load_library
from assistant.store.pack_poses import load_pack_poses, own_stretches
from assistant.store.packs import (
    MAX_FILES,
    MAX_ZIP_BYTES,
    PackError,
    add_pack,
    check_pack,
    read_files,
    remove_pack,
)
from assistant.store.routines import installed_packs, list_routines, load_routines, packs_folder, user_folder

LIBRARY = load_library()
TABLE = PhraseTable(phrases={Intent.STOP: ("stop",), Intent.PAIN: ("hurts",)}, slots={})
LANGUAGE = replace(load_language(), table=TABLE)
BUILT_IN = load_routines(None, pytest.fail)

MANIFEST = b"name: calm-week\nauthor: Ada Example\nlicence: CC BY 4.0\nreviewed_by: nobody\n"
ROUTINE = b"""\
id: calm-monday
# for tests
spoken_name: calm monday
description: A quiet start.
stretches:
  - neck-nod
  - use: knee-to-chest
    hold_seconds: 20
"""
GOOD: Mapping[str, bytes] = {"manifest.yaml": MANIFEST, "monday.yaml": ROUTINE, "README.md": b"Hello.\n"}

Make = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of one's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return user_folder()


def folder(files: Mapping[str, bytes] = GOOD) -> Make:
    """Makes a pack that is a folder."""

    def make(where: Path) -> Path:
        pack = where / "calm"
        for name, data in files.items():
            (pack / name).parent.mkdir(parents=True, exist_ok=True)
            (pack / name).write_bytes(data)
        return pack

    return make


def zipped(
    files: Mapping[str, bytes] = GOOD,
    change: Callable[[zipfile.ZipInfo], None] = lambda info: None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> Make:
    """Makes a pack that is a zip file; `change` may lie about its last file."""

    def make(where: Path) -> Path:
        path = where / "calm.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for number, (name, data) in enumerate(files.items(), start=1):
                info = zipfile.ZipInfo(name)
                info.compress_type = compression
                info.external_attr = (stat.S_IFREG | 0o644) << 16
                if number == len(files):
                    change(info)
                archive.writestr(info, data)
        return path

    return make


def add(source: Path) -> tuple[Routine, ...]:
    """Add a pack beside the built-in routines."""
    return add_pack(source, LIBRARY, BUILT_IN, LANGUAGE)[1]


def with_file(name: str, data: bytes = b"x\n") -> dict[str, bytes]:
    """A good pack with another file, the last."""
    return {**GOOD, name: data}


def changed(name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    """A good pack with one file changed."""
    assert old in GOOD[name]
    return {**GOOD, name: GOOD[name].replace(old, new)}


@pytest.mark.parametrize(
    "make",
    [
        folder(),
        zipped(),
        zipped(compression=zipfile.ZIP_STORED),
        zipped({f"calm/{name}": data for name, data in GOOD.items()}),
        zipped({"calm/": b"", **{f"calm/{name}": data for name, data in GOOD.items()}}),
        zipped({**GOOD, "__MACOSX/._monday.yaml": b"\0", ".DS_Store": b"\0"}),
        folder({**GOOD, ".DS_Store": b"\0"}),
    ],
)
def test_a_good_pack_is_added_and_removed(make: Make, tmp_path: Path) -> None:
    pack, routines = add_pack(make(tmp_path), LIBRARY, BUILT_IN, LANGUAGE)
    assert (pack.name, pack.author, pack.licence) == ("calm-week", "Ada Example", "CC BY 4.0")
    assert pack.reviewed_by == "nobody"
    assert {path.name: path.read_bytes() for path in pack.folder.iterdir()} == GOOD
    assert [path.name for path in packs_folder().iterdir()] == ["calm-week"]
    listed = list_routines(LANGUAGE, pytest.fail)
    assert [one.routine for one in listed] == [*BUILT_IN, *routines]
    assert (listed[-1].pack, listed[-1].routine.stretches[1].hold_seconds) == (pack, 20)

    assert remove_pack("calm-week", installed_packs(pytest.fail)) == pack
    assert list(packs_folder().iterdir()) == []
    assert load_routines(LANGUAGE, pytest.fail) == BUILT_IN


def link(where: Path) -> Path:
    """A pack with a link that leads out of it."""
    pack = folder()(where)
    (where / "secret.txt").write_text("secret")
    (pack / "notes.txt").symlink_to(where / "secret.txt")
    return pack


def pipe(where: Path) -> Path:
    """A pack with a pipe, that a reader would wait at for ever."""
    pack = folder()(where)
    os.mkfifo(pack / "notes.txt")
    return pack


def as_link(info: zipfile.ZipInfo) -> None:
    """Say that the file is a symbolic link."""
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def encrypted(where: Path) -> Path:
    """A zip file that says it is encrypted."""
    path = zipped()(where)
    data = bytearray(path.read_bytes())
    for at in (m.start() for m in re.finditer(rb"PK\x01\x02", bytes(data))):
        data[at + 8] |= 1
    path.write_bytes(data)
    return path


def torn(where: Path) -> Path:
    """A zip file with a byte of its first file's data changed."""
    path = zipped()(where)
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)
    return path


def bomb(where: Path) -> Path:
    """A zip bomb: fifty megabytes in fifty kilobytes."""
    return zipped(with_file("more.txt", b"\0" * 50_000_000))(where)


def twice(where: Path) -> Path:
    """A zip file with two files of one name."""
    path = zipped()(where)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("monday.yaml", b"id: another\n")
    return path


def no_zip(where: Path) -> Path:
    """A text file that is called a zip file."""
    path = where / "calm.zip"
    path.write_text("PK, but no zip file")
    return path


def huge_zip(where: Path) -> Path:
    """A zip file that is not even opened."""
    path = where / "calm.zip"
    path.write_bytes(b"\0" * (MAX_ZIP_BYTES + 1))
    return path


LONG = b"# " + b"x" * 200_000 + b"\n"

BAD: dict[str, tuple[Make, str]] = {
    "a path that climbs": (
        zipped(with_file("../evil.yaml")),
        "calm.zip/../evil.yaml:1: leads out of the pack",
    ),
    "a path that climbs inside": (zipped(with_file("a/../../evil.yaml")), "leads out of the pack"),
    "an absolute path": (zipped(with_file("/etc/evil.yaml")), "calm.zip/etc/evil.yaml:1: leads out"),
    "a path of another system": (zipped(with_file("..\\evil.yaml")), "leads out of the pack"),
    "a drive": (zipped(with_file("C:evil.yaml")), "leads out of the pack"),
    "a link in a folder": (link, "calm/notes.txt:1: is a link: copy the file itself"),
    "a link in a zip": (zipped(with_file("notes.txt"), as_link), "notes.txt:1: is a link or a device"),
    "a pipe": (pipe, "calm/notes.txt:1: is not a plain file"),
    "a folder inside": (folder(with_file("inner/a.yaml")), "calm/inner:1: is a folder"),
    "a folder inside a zip": (zipped(with_file("inner/a.yaml")), "inner/a.yaml:1: is in a folder"),
    "a large file": (
        folder(with_file("a.txt", b"x" * (MAX_BYTES + 1))),
        "calm/a.txt:1: is larger than 256 KB",
    ),
    "a zip bomb": (bomb, "more.txt:1: is larger than 256 KB"),
    "many large files": (
        folder({**GOOD, **{f"{n}.txt": LONG for n in range(12)}}),
        "calm:1: is larger than 2 MB",
    ),
    "too many files": (
        zipped({**GOOD, **{f"{n}.txt": b"x" for n in range(MAX_FILES)}}),
        "calm.zip:1: has more than 50 files",
    ),
    "a huge zip": (huge_zip, "calm.zip:1: is larger than 4 MB"),
    "an encrypted zip": (encrypted, "is encrypted"),
    "an unusual compression": (zipped(compression=zipfile.ZIP_LZMA), "is compressed in an unusual way"),
    "a torn zip": (torn, "calm.zip:1: is not a zip file that can be read: "),
    "no zip": (no_zip, "calm.zip:1: is not a zip file that can be read: "),
    "nothing": (lambda where: where / "nothing", "nothing:1: is neither a folder nor a zip file"),
    "an empty folder": (folder({"notes.txt": b"x"}), "calm/manifest.yaml:1: is missing"),
    "no routine": (folder({"manifest.yaml": MANIFEST}), "calm:1: has no routine"),
    "a program": (folder(with_file("run.py")), "calm/run.py:1: is not a kind of file"),
    "a hidden file": (folder(with_file(".bashrc")), "calm/.bashrc:1: has a name that is refused"),
    "a name in control characters": (zipped(with_file("a\x1b[2J.txt")), "a\ufffd[2J.txt:1: has a name that"),
    "a name twice": (twice, "monday.yaml:1: is there twice"),
    "names that differ in case only": (
        zipped(with_file("MONDAY.yaml", ROUTINE)),
        "MONDAY.yaml:1: is there twice",
    ),
    "another encoding": (
        folder(changed("monday.yaml", b"A quiet start", "Début".encode("latin-1"))),
        "calm/monday.yaml:4: is not UTF-8 text",
    ),
    "another encoding in a note": (
        folder(with_file("a.txt", b"\xff\xfe")),
        "calm/a.txt:1: is not UTF-8 text",
    ),
    "no author": (
        folder(changed("manifest.yaml", b"author: Ada Example\n", b"")),
        "manifest.yaml:1: author: is missing",
    ),
    "a reviewer mistyped": (
        folder(changed("manifest.yaml", b"reviewed_by", b"reviewd_by")),
        "manifest.yaml:4: reviewd_by: is not a known key, did you mean reviewed_by?",
    ),
    "a name that climbs": (
        folder(changed("manifest.yaml", b"calm-week", b"../../calm")),
        'manifest.yaml:1: name: "../../calm" should match',
    ),
    "a broken routine": (
        folder(changed("monday.yaml", b"hold_seconds: 20", b"hold_seconds: 90")),
        "calm/monday.yaml:8: stretches[1].hold_seconds: is 90, but a hold lasts 20 to 30 seconds",
    ),
    "a routine that pushes": (
        folder(changed("monday.yaml", b"A quiet start", b"Push through it")),
        'calm/monday.yaml:4: description: says "push", which is never to be said',
    ),
    "a routine that says stop": (
        zipped(changed("monday.yaml", b"A quiet start", b"Never stop")),
        'calm.zip/monday.yaml:4: description: says "stop", which the recognizer takes for "stop"',
    ),
    "a stretch that nobody knows": (
        folder(changed("monday.yaml", b"neck-nod", b"neck-not")),
        "monday.yaml:6: stretches[0]: neck-not is no stretch of the library, did you mean neck-nod?",
    ),
    "the id of a built-in routine": (
        folder(changed("monday.yaml", b"calm-monday", b"whole-spine")),
        "calm/monday.yaml:1: id: whole-spine is another routine's id already",
    ),
    "the spoken name of a built-in routine": (
        folder(changed("monday.yaml", b"calm monday", b"whole spine")),
        'calm/monday.yaml:3: spoken_name: "whole spine" is how whole-spine is called already',
    ),
    "the same routine twice": (
        folder(with_file("zz.yaml", ROUTINE)),
        "calm/zz.yaml:1: id: calm-monday is another routine's id already",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pack_is_refused_and_leaves_no_trace(name: str, tmp_path: Path) -> None:
    make, message = BAD[name]
    source = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PackError) as refused:
        add(source)
    assert message in "\n".join(str(problem) for problem in refused.value.problems)
    assert "\n" not in refused.value.message
    assert sorted(tmp_path.rglob("*")) == before  # nothing was written, neither there nor anywhere near


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = {
        **changed("monday.yaml", b"neck-nod", b"nod"),
        "two.yaml": b"id: 5\n",
        "manifest.yaml": b"name: x\n",
    }
    with pytest.raises(PackError, match=r"more problems in this pack") as refused:
        add(folder(files)(tmp_path))
    told = {problem.path.name for problem in refused.value.problems}
    assert told == {"manifest.yaml", "monday.yaml", "two.yaml"}
    assert len(refused.value.problems) > 6


def test_a_pack_is_not_added_twice(tmp_path: Path) -> None:
    source = folder()(tmp_path)
    add(source)
    with pytest.raises(PackError, match="calm-week is installed already: limber routines remove calm-week"):
        add(source)


def test_a_pack_may_not_tell_a_stretch_of_another_one_differently(tmp_path: Path) -> None:
    mine = b"""\
id: %s
# for tests
spoken_name: %s
description: Mine.
stretches:
  - id: my-nod
    name: My nod
    spoken_name: my nod
    region: neck
    position: seated
    has_sides: false
    hold_seconds: 20
    enter: [%s]
    feel: You feel a mild pull.
    leave: Slowly come back.
    easier: Nod less.
    avoid_if: [a recent injury]
    source: a leaflet
    avoid: [recent_injury, recent_operation, dizziness, rheumatoid_arthritis]
"""
    nod = b"Sit and nod while it is comfortable."
    add(folder({"manifest.yaml": MANIFEST, "a.yaml": mine % (b"one", b"one", nod)})(tmp_path / "1"))
    others = load_routines(None, pytest.fail)
    manifest = MANIFEST.replace(b"calm-week", b"calm-two")
    same = folder({"manifest.yaml": manifest, "a.yaml": mine % (b"two", b"two", nod)})(tmp_path / "2")
    assert len(check_pack(same, read_files(same), LIBRARY, others, None)[1]) == 1
    other = mine % (b"two", b"two", b"Sit and nod slowly while comfortable.")
    different = folder({"manifest.yaml": manifest, "a.yaml": other})(tmp_path / "3")
    with pytest.raises(PackError, match=r"a\.yaml:5: stretches: my-nod is another stretch in one"):
        check_pack(different, read_files(different), LIBRARY, others, None)


def test_a_data_folder_that_is_no_folder_is_told(tmp_path: Path, home: Path) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("a file in its place")
    with pytest.raises(StoreError, match="cannot be written"):
        add(folder()(tmp_path))


def test_when_the_last_step_fails_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    source = folder()(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", full)
        with pytest.raises(StoreError, match="No space left on device"):
            add(source)
    assert list(packs_folder().iterdir()) == []
    assert add(source)


def test_an_unknown_pack_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="no pack is installed"):
        remove_pack("calm-week", installed_packs(pytest.fail))
    add(folder()(tmp_path))
    with pytest.raises(ContentError, match=r"There is no pack \.\./\.\.; there are calm-week"):
        remove_pack("../..", installed_packs(pytest.fail))


def test_a_pack_that_was_broken_later_is_named_and_left_out(tmp_path: Path) -> None:
    add(folder()(tmp_path))
    path = packs_folder() / "calm-week" / "monday.yaml"
    path.write_bytes(ROUTINE.replace(b"neck-nod", b"nod"))
    said: list[str] = []
    assert load_routines(None, said.append) == BUILT_IN
    (line,) = said
    assert f"{path}:6: stretches[0]: nod is no stretch" in line
    (packs_folder() / "calm-week" / "manifest.yaml").unlink()
    assert load_routines(None, said.append) == BUILT_IN
    assert "This pack is left out: " in said[1]


@settings(max_examples=200)
@given(st.data())
def test_no_damage_to_a_zip_file_brings_the_reader_down(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in GOOD.items():
            archive.writestr(name, text)
    damaged = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("zips") / "any.zip"
    path.write_bytes(
        bytes(damaged[: data.draw(st.integers(0, len(damaged)))] if data.draw(st.booleans()) else damaged)
    )
    try:
        files = read_files(path)
    except PackError:
        return
    assert all("/" not in name and len(content) <= MAX_BYTES for name, content in files.items())


OWN = b"""\
id: my-own
spoken_name: my own
description: Mine.
stretches:
  - neck-nod
  - id: my-nod
    name: My nod
    spoken_name: my nod
    region: neck
    position: seated
    has_sides: false
    hold_seconds: 20
    enter: [Sit and nod while it is comfortable.]
    feel: You feel a mild pull.
    leave: Slowly come back.
    easier: Nod less.
    avoid_if: [a recent injury]
    source: a leaflet
    avoid: [recent_injury, recent_operation, dizziness, rheumatoid_arthritis]
"""
POSE = b"""\
my-nod:
  base: sitting
  view: left
  highlight: [nape]
  end:
    neck: {bend: 30}
"""


def test_a_pack_may_bring_poses_of_its_own_stretches(tmp_path: Path) -> None:
    add(folder({"manifest.yaml": MANIFEST, "own.yaml": OWN, "poses.yaml": POSE})(tmp_path))
    own = own_stretches(load_routines(LANGUAGE, pytest.fail), LIBRARY)
    assert list(own) == ["my-nod"]
    poses = load_pack_poses(own, pytest.fail)
    assert {id: pose.highlight for id, pose in poses.items()} == {"my-nod": ("nape",)}


@pytest.mark.parametrize(
    ("poses", "problem"),
    [
        (POSE.replace(b"my-nod", b"neck-nod"), r"poses\.yaml:1: neck-nod: there is no neck-nod"),
        (POSE.replace(b"30", b"90"), r"poses\.yaml:1: my-nod: neck bend is"),
        (POSE.replace(b"nape", b"left_calf"), "left_calf is not in the region neck"),
        (POSE + b"  no: [", r"poses\.yaml"),
    ],
)
def test_a_pack_with_a_wrong_pose_is_refused(tmp_path: Path, poses: bytes, problem: str) -> None:
    with pytest.raises(PackError, match=problem):
        add(folder({"manifest.yaml": MANIFEST, "own.yaml": OWN, "poses.yaml": poses})(tmp_path))
    assert not packs_folder().exists()


def test_a_pack_has_to_have_more_than_poses(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="has no routine"):
        add(folder({"manifest.yaml": MANIFEST, "poses.yaml": POSE})(tmp_path))


def test_poses_that_were_spoiled_later_are_left_out(tmp_path: Path) -> None:
    add(folder({"manifest.yaml": MANIFEST, "own.yaml": OWN, "poses.yaml": POSE})(tmp_path))
    (packs_folder() / "calm-week" / "poses.yaml").write_bytes(POSE.replace(b"sitting", b"flying"))
    told: list[str] = []
    own = own_stretches(load_routines(LANGUAGE, pytest.fail), LIBRARY)
    assert load_pack_poses(own, told.append) == {}
    assert len(told) == 1
    assert "there is no flying" in told[0]
