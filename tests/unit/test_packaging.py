"""The Debian package, but for the Python libraries: what lies where in it, and what its parts say."""

from __future__ import annotations

import configparser
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from assistant import __version__, cli
from assistant.cli import doctor
from assistant.cli.system_packages import all_packages, missing_packages

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "packaging/debian").glob("p*"))


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs: {program}")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("dpkg") is None:
        pytest.skip("needs: dpkg")
    folder = tmp_path_factory.mktemp("tree")
    build = [str(ROOT / "scripts/package"), "--release", "trixie", "--arch", "arm64", "--tree", str(folder)]
    subprocess.run(build, cwd="/", check=True, capture_output=True)
    return folder


def unpacked(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode("utf-8")


def commands(group: Any, context: Any) -> Iterator[str]:
    """What can be typed, in full: "limber routines list"."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = typer.Context(command, info_name=name, parent=context)
        if hasattr(command, "list_commands"):
            yield from commands(command, inner)
        else:
            yield inner.command_path


def test_the_package_is_for_one_python_and_one_machine(tree: Path) -> None:
    control = dict(
        line.split(": ", 1) for line in (tree / "DEBIAN/control").read_text().splitlines() if ": " in line
    )
    assert control["Version"] == f"{__version__}~deb13"
    assert control["Architecture"] == "arm64"
    depends = control["Depends"].split(", ")
    assert {"python3 (>= 3.13~)", "python3 (<< 3.14~)"} <= set(depends)
    assert not re.search("@[A-Z_]+@", (tree / "DEBIAN/control").read_text())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--arch", "mips"], 'There are packages for amd64 and arm64, but not for "mips".\n'),
        (["--release", "sid"], 'There are packages for bookworm and trixie, but not for "sid".\n'),
        (["--tree"], "--tree needs a value.\n"),
    ],
)
@needs("dpkg")
def test_what_no_package_can_be_made_for_is_said(asked: list[str], said: str) -> None:
    done = subprocess.run(
        [str(ROOT / "scripts/package"), *asked], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_the_command_runs_in_an_environment_of_its_own(tree: Path) -> None:
    assert (tree / "usr/bin/limber").readlink() == Path("../lib/limber/bin/limber")
    command = tree / "usr/lib/limber/bin/limber"
    assert command.read_text().startswith("#!/usr/lib/limber/bin/python3 -I\n")
    assert os.access(command, os.X_OK)
    python = Path(
        os.path.normpath(tree / "usr/lib/limber/bin" / (tree / "usr/lib/limber/bin/python3").readlink())
    )
    assert python == tree / "usr/bin/python3.13"
    assert "home = /usr/bin\n" in (tree / "usr/lib/limber/pyvenv.cfg").read_text()


def test_nobody_but_root_may_change_what_is_installed_and_all_may_read_it(tree: Path) -> None:
    for path in tree.rglob("*"):
        mode = path.lstat().st_mode
        assert path.is_symlink() or (mode & 0o022, mode & 0o444) == (0, 0o444), path


def test_each_file_has_its_sum(tree: Path) -> None:
    listed = dict(reversed(line.split("  ")) for line in (tree / "DEBIAN/md5sums").read_text().splitlines())
    files = [path for path in (tree / "usr").rglob("*") if path.is_file() and not path.is_symlink()]
    assert listed == {str(f.relative_to(tree)): hashlib.md5(f.read_bytes()).hexdigest() for f in files}


def test_every_unit_that_there_is_is_installed_and_none_is_enabled(tree: Path) -> None:
    kinds = (".service", ".socket", ".timer", ".target", ".path")
    units = {path.name for path in (ROOT / "packaging/systemd").glob("*") if path.suffix in kinds}
    assert {path.name for path in (tree / "usr/lib/systemd/system").glob("*")} == units
    assert not (tree / "etc").exists()
    for script in SCRIPTS:
        assert not re.search(r"systemctl.* (enable|start)\b", script.read_text()), script


def test_the_manual_page_tells_every_command_and_the_options_of_each(tree: Path) -> None:
    page = unpacked(tree / "usr/share/man/man1/limber.1.gz").replace(r"\-", "-")
    root = get_command(cli.app)
    named = list(commands(root, typer.Context(root, info_name="limber")))
    assert {"limber start", "limber routines list", "limber voices install"} < set(named)
    assert re.findall(r"^\.SS (.+)$", page, re.MULTILINE) == named
    assert r"\fB--captions\fR" in page
    assert page.count("Show this message and exit.") == 1
    assert f"limber {__version__}" in page


@needs("man")
def test_the_manual_page_is_read_without_a_warning(tree: Path) -> None:
    page = tree / "usr/share/man/man1/limber.1.gz"
    done = subprocess.run(
        ["man", "--warnings", "-l", "-Tutf8", str(page)], capture_output=True, text=True, check=True
    )
    assert (done.stderr, "NAME" in done.stdout) == ("", True)


@pytest.mark.parametrize(
    ("shell", "asked"),
    [
        ("bash", {"COMP_WORDS": "limber routines sh", "COMP_CWORD": "2"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "limber routines sh"}),
        ("fish", {"_TYPER_COMPLETE_ARGS": "limber routines sh", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}),
    ],
)
def test_a_shell_completes_what_is_typed(tree: Path, shell: str, asked: dict[str, str]) -> None:
    places = {
        "bash": "bash-completion/completions/limber",
        "zsh": "zsh/vendor-completions/_limber",
        "fish": "fish/vendor_completions.d/limber.fish",
    }
    assert f"_LIMBER_COMPLETE=complete_{shell}" in (tree / "usr/share" / places[shell]).read_text()
    assert shell != "zsh" or (tree / "usr/share" / places[shell]).read_text().startswith("#compdef limber\n")
    env = os.environ | asked | {"_LIMBER_COMPLETE": f"complete_{shell}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "assistant"], env=env, capture_output=True, text=True, check=True
    )
    assert re.findall(r"\bsh\w+\b", done.stdout)[:1] == ["show"]
    assert "list" not in done.stdout.split()


def test_the_desktop_entry_starts_the_command_with_the_icon_that_is_there(tree: Path) -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(tree / "usr/share/applications/limber.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    assert (tree / "usr/bin" / told["Exec"]).is_symlink()
    assert (tree / f"usr/share/icons/hicolor/scalable/apps/{told['Icon']}.svg").stat().st_size > 0


@needs("desktop-file-validate")
def test_the_desktop_entry_is_valid() -> None:
    done = subprocess.run(
        ["desktop-file-validate", str(ROOT / "packaging/limber.desktop")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_changelog_and_the_copyright_are_where_debian_looks(tree: Path) -> None:
    documents = tree / "usr/share/doc/limber"
    assert unpacked(documents / "changelog.gz").startswith(f"limber ({__version__}~deb13) trixie; ")
    assert "License: GPL-3+" in (documents / "copyright").read_text()
    assert (documents / "examples/config.toml").read_bytes() == (ROOT / "config.example.toml").read_bytes()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_runs_at_installing_and_removing_is_good_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert script.read_text().startswith("#!/bin/sh\nset -e\n")
    assert "/home" not in script.read_text()


def test_what_is_needed_besides_is_the_same_for_every_way_of_installing() -> None:
    library = (ROOT / "scripts/lib.sh").read_text()
    found = re.search(r"^run_packages=\(([^)]+)\)", library, re.MULTILINE)
    assert found
    assert set(found[1].split()) == {*all_packages()} - {"libatomic1"}
    assert f"packages=({found[1]})" in (ROOT / "scripts/try_install").read_text()
    depends = re.search(r"^Depends: (.+)$", (ROOT / "packaging/debian/control").read_text(), re.MULTILINE)
    assert depends
    assert set(all_packages()) <= set(depends[1].split(", "))


def test_the_doctor_says_in_one_line_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None if name == "speexdsp" else name)
    monkeypatch.setattr("shutil.which", lambda name: None if name == "flite" else f"/usr/bin/{name}")
    assert list(missing_packages()) == ["libspeexdsp1", "flite"]
    finding = next(finding for finding in doctor.examine() if finding.check == "system packages")
    assert finding.verdict is doctor.Verdict.WEAK
    assert finding.found == "missing: libspeexdsp1, flite"
    assert finding.advice == "Run `sudo apt-get install libspeexdsp1 flite`."
