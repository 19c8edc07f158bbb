"""What Limber is made of: every locked package once, with a licence that goes with ours."""

from __future__ import annotations

import importlib.util
import json
import re
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    loader = SourceFileLoader("sbom", str(ROOT / "scripts" / "sbom"))
    spec = importlib.util.spec_from_loader("sbom", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["sbom"] = module  # dataclasses look there
    loader.exec_module(module)
    return module


def test_every_package_of_the_lock_is_told_once_with_its_hashes(sbom: ModuleType) -> None:
    lock = (ROOT / "requirements" / "run.lock").read_text(encoding="utf-8")
    wanted = [f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"(?m)^(\S+)==(\S+)", lock)]
    components = sbom.document()["components"]
    libraries = [one for one in components if one["type"] == "library"]
    assert [one["purl"] for one in libraries] == wanted
    told = sum(len(one["externalReferences"][0]["hashes"]) for one in libraries)
    assert told == lock.count("--hash=sha256:")
    (model,) = [one for one in components if one["type"] == "machine-learning-model"]
    assert "graph/HCLr.fst" in {file["name"] for file in model["components"]}
    json.dumps(sbom.document())


def test_every_licence_that_is_installed_here_goes_with_ours(sbom: ModuleType) -> None:
    assert list(sbom.problems()) == []


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("", "does not tell a licence that is known"),
        ("Proprietary", "Proprietary does not go with GPL-3.0-or-later"),
        ("MIT AND SSPL-1.0", "does not go with"),
    ],
)
def test_another_licence_is_named(
    sbom: ModuleType, monkeypatch: pytest.MonkeyPatch, licence: str, said: str
) -> None:
    part = sbom.Part("odd", "1.0", (), licence)
    monkeypatch.setattr(sbom, "parts", lambda lock: [part] if lock == "run" else [])
    (problem,) = sbom.problems()
    assert problem.startswith("odd 1.0")
    assert said in problem
