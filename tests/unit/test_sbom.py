"""What Limber is made of: every locked package once, with a licence that goes with ours."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
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
        ("SSPL-1.0 OR BUSL-1.1", "does not go with"),
        ("MIT AND (SSPL-1.0 OR MIT)", "does not go with"),
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


def test_of_two_licences_one_may_be_chosen(sbom: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    part = sbom.Part("odd", "1.0", (), "EPL-2.0 OR BSD-3-Clause AND MIT")
    monkeypatch.setattr(sbom, "parts", lambda lock: [part] if lock == "run" else [])
    assert list(sbom.problems()) == []


def audit(**told: object) -> str:
    return json.dumps({"dependencies": [{"name": "odd", "version": "1.0", **told}, {"name": "even"}]})


@pytest.mark.parametrize(
    ("stdout", "stderr", "code", "said"),
    [
        (audit(vulns=[]), "", 0, ""),
        (
            audit(vulns=[{"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}, {"id": "CVE-2"}]),
            "Found 2 known vulnerabilities",
            1,
            "odd 1.0: CVE-1, mended in 1.1, 2.0.\nodd 1.0: CVE-2, mended in no version.\n",
        ),
        (
            audit(skip_reason="Dependency not found on PyPI"),
            "",
            0,
            "not looked up, or not all of them: the server does not know 1 of 2 packages.\n",
        ),
        (
            "",
            "Traceback\nrequests.exceptions.ProxyError: HTTPSConnectionPool(host='pypi.org')",
            0,
            "not looked up, or not all of them: the server that has them cannot be reached.\n",
        ),
        ("", "", 0, "not looked up, or not all of them: pip-audit failed: it said nothing.\n"),
        ("[]", "odd file", 0, "not looked up, or not all of them: pip-audit failed: odd file.\n"),
    ],
)
def test_advisories_are_told_and_what_could_not_be_looked_up_is_a_sentence(
    sbom: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stdout: str,
    stderr: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(sbom.shutil, "which", lambda name: name)
    done = subprocess.CompletedProcess([], 1, stdout, stderr)
    monkeypatch.setattr(sbom.subprocess, "run", lambda *arguments, **options: done)
    assert sbom.advisories() == code
    out = capsys.readouterr().out
    assert out.endswith(said)
    assert out.count("\n") == said.count("\n")


def test_who_does_not_answer_and_who_is_not_there_is_a_sentence_and_no_failure(
    sbom: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang(*arguments: object, timeout: float, **options: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", timeout)

    monkeypatch.setattr(sbom.subprocess, "run", hang)
    for there in ("pip-audit", None):
        monkeypatch.setattr(sbom.shutil, "which", lambda name, there=there: there)
        assert sbom.advisories() == 0
    assert [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "there was no answer within 120 seconds.",
        "pip-audit is not installed.",
    ]
