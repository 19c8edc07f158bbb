"""The locks name the public index only, agree with each other, and suit every machine Limber is for."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parents[2]
UV_LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")
PACKAGES = tomllib.loads(UV_LOCK)["package"]
EXPORTED = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "requirements").glob("*.lock")}
SOURCE_ONLY = {"srt"}


def requirements(text: str) -> list[Requirement]:
    return [Requirement(line.removesuffix("\\")) for line in text.splitlines() if not line.startswith(" ")]


def version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


def tags(python: tuple[int, int], machine: str) -> set[Tag]:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(36, 4, -1)]  # Debian 12 has glibc 2.36
    platforms += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}"]
    interpreter = f"cp{python[0]}{python[1]}"
    return {*cpython_tags(python, platforms=platforms), *compatible_tags(python, interpreter, platforms)}


def test_uv_lock_names_the_public_index_only() -> None:
    sources = [package["source"] for package in PACKAGES if package["name"] != "limber"]
    assert all(source == {"registry": "https://pypi.org/simple"} for source in sources)
    assert set(re.findall(r"[a-z+]+:/[^/]*/[^/\"]*", UV_LOCK)) == {
        "https://pypi.org",
        "https://files.pythonhosted.org",
    }
    assert not re.search(r"\bpath =", UV_LOCK)


@pytest.mark.parametrize("name", ["build", "run", "dev"])
def test_requirement_locks_hold_versions_and_hashes_only(name: str) -> None:
    pinned = re.compile(r"[a-z0-9-]+==[^\s/@:]+ ; [^/@:\\]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in EXPORTED[name].splitlines() if not pinned.fullmatch(line)] == []


@pytest.mark.parametrize("name", ["build", "run", "dev"])
def test_requirement_locks_come_from_this_uv_lock(name: str) -> None:
    locked = {(package["name"], package.get("version")) for package in PACKAGES}
    exported = {(canonicalize_name(r.name), version(r)) for r in requirements(EXPORTED[name])}
    assert exported <= locked, "run scripts/lock"


@pytest.mark.parametrize("name", ["build", "run", "dev"])
def test_locks_were_made_after_the_last_change_of_the_dependencies(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = next(package for package in PACKAGES if package["name"] == "limber")["metadata"]
    is_run = name == "run"
    wanted = project["project"]["dependencies"] if is_run else project["dependency-groups"][name]
    held = ours["requires-dist"] if is_run else ours["requires-dev"][name]
    asked = {(canonicalize_name(r.name), str(r.specifier)) for r in map(Requirement, wanted)}
    assert asked == {(r["name"], r.get("specifier", "")) for r in held}, "run scripts/lock"
    assert {n for n, _ in asked} <= {canonicalize_name(r.name) for r in requirements(EXPORTED[name])}


@pytest.mark.parametrize(
    ("python", "machine"), [*product([(3, 11), (3, 12), (3, 13)], ["x86_64", "aarch64"])]
)
def test_a_wheel_for_every_machine(python: tuple[int, int], machine: str) -> None:
    usable = tags(python, machine)
    environment = {
        "python_full_version": f"{python[0]}.{python[1]}.0",
        "sys_platform": "linux",
        "platform_machine": machine,
    }
    wheels = {
        (package["name"], package["version"]): [
            wheel["url"].rsplit("/", 1)[1] for wheel in package.get("wheels", [])
        ]
        for package in PACKAGES
        if package["name"] != "limber"
    }
    without = set()
    for requirement in requirements(EXPORTED["run"] + EXPORTED["build"]):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            names = wheels[canonicalize_name(requirement.name), version(requirement)]
            if not any(parse_wheel_filename(name)[3] & usable for name in names):
                without.add(requirement.name)
    assert without == SOURCE_ONLY
