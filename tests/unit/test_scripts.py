"""The set-up scripts, in a checkout whose programs are small stand-ins: nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Checkout:
    """Our scripts in a folder with a space, and programs that stand before the system's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.programs = folder / "programs"
        self.programs.mkdir(parents=True)
        shutil.copytree(ROOT / "requirements", self.folder / "requirements")
        shutil.copytree(ROOT / "scripts", self.folder / "scripts", ignore=shutil.ignore_patterns("model"))

    def program(self, path: Path, body: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        path.chmod(0o755)

    def environment_python(self, body: str) -> None:
        """Make `.venv/bin/python` a script; `-V` works as it should."""
        self.program(self.folder / ".venv/bin/python", f'[ "$1" != -V ] || exec echo Python 3.11.2\n{body}')

    def bash(self, script: str) -> subprocess.CompletedProcess[str]:
        return self.run("bash", "-c", f'source "{self.folder}/scripts/lib.sh"; {script}')

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | {"PATH": f"{self.programs}:{os.environ['PATH']}"}
        return subprocess.run(command, cwd="/", env=env, capture_output=True, text=True, check=False)

    def is_ready(self) -> bool:
        return self.bash("ready run").returncode == 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_an_environment_counts_only_with_the_stamp_of_these_locks(checkout: Checkout) -> None:
    checkout.environment_python("exit 1")
    assert not checkout.is_ready()
    checkout.bash('fingerprint >"$venv/.ready-run"')
    assert checkout.is_ready()
    with (checkout.folder / "requirements/run.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert not checkout.is_ready()


def test_an_environment_whose_python_is_gone_is_not_ready(checkout: Checkout) -> None:
    checkout.environment_python("exit 1")
    checkout.bash('fingerprint >"$venv/.ready-run"')
    (checkout.folder / ".venv/bin/python").unlink()
    assert not checkout.is_ready()


def test_arguments_go_to_limber_and_quiet_means_quiet(checkout: Checkout) -> None:
    checkout.environment_python('printf "<%s>" "$@"')
    checkout.bash('fingerprint >"$venv/.ready-run"')
    script = str(checkout.folder / "scripts/run")
    quiet = checkout.run(script, "-q", "hear", "--json", "a b.wav")
    assert (quiet.stdout, quiet.stderr) == ("<-P><-m><assistant><-q><hear><--json><a b.wav>", "")
    loud = checkout.run(script, "--log-file", "-q", "hear", "-q")
    assert loud.stdout == "<-P><-m><assistant><--log-file><-q><hear><-q>"
    assert loud.stderr.startswith("Limber guides you")


def test_without_root_the_one_line_is_said_and_nothing_installed(checkout: Checkout) -> None:
    checkout.program(checkout.programs / "id", "echo 1000")
    checkout.program(checkout.programs / "sudo", "echo sudo was used; exit 1")
    checkout.program(checkout.programs / "apt-get", "echo apt-get was used; exit 1")
    checkout.program(checkout.programs / "uv", "exit 1")
    checkout.program(
        checkout.programs / "dpkg-query", "echo installed espeak-ng; echo config-files flite; exit 1"
    )
    done = checkout.bash("install_system_packages run")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "Missing system packages; to install them: sudo apt-get install libportaudio2 libspeexdsp1 flite\n"
    )


def test_a_package_that_is_nowhere_keeps_none_of_the_others_out(checkout: Checkout) -> None:
    checkout.program(checkout.programs / "id", "echo 0")
    checkout.program(checkout.programs / "uv", "exit 1")
    checkout.program(checkout.programs / "dpkg-query", "echo installed espeak-ng; exit 1")
    checkout.program(checkout.programs / "apt-cache", '[ "$3" != flite ]')
    checkout.program(checkout.programs / "apt-get", f'echo "$@" >>"{checkout.folder}/asked"')
    done = checkout.bash("install_system_packages run")
    assert (done.returncode, done.stdout) == (0, "")
    assert "There is no package here, so going on without: flite\n" in done.stderr
    assert (checkout.folder / "asked").read_text().splitlines() == [
        "-q update",
        "-q -y --no-remove --no-install-recommends install libportaudio2 libspeexdsp1",
    ]
    quiet = checkout.bash("quiet=yes; install_system_packages run")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_a_browser_that_is_there_is_not_asked_for(checkout: Checkout) -> None:
    checkout.program(checkout.programs / "apt-get", "exit 1")
    wanted = checkout.bash("apt-get() { exit 1; }; command() { return 1; }; install_system_packages dev")
    has_one = Path("/usr/bin/chromium").exists()
    assert wanted.stderr.startswith("This is no Debian: if they are missing, install what it calls lib")
    assert ("chromium" in wanted.stderr) != has_one


def test_a_python_that_is_too_old_is_passed_over(checkout: Checkout) -> None:
    for name in ("python3", "python3.14", "python3.13", "python3.11"):
        checkout.program(checkout.programs / name, "exit 1")
    checkout.program(checkout.programs / "python3.12", "exit 0")
    assert checkout.bash("find_python").stdout == f"{checkout.programs}/python3.12\n"


def test_a_step_that_fails_shows_its_last_lines_and_ends_the_script(checkout: Checkout) -> None:
    done = checkout.bash("step Installing bash -c 'seq 100; exit 3'; echo not reached")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.splitlines()[-3:] == ["99", "100", "Installing: failed."]


def test_a_voice_is_offered_once_and_nothing_is_fetched(checkout: Checkout) -> None:
    checkout.environment_python('echo "$4" >>"$0.log"')
    checkout.bash('fingerprint >"$venv/.ready-run"')
    offered = [checkout.run(str(checkout.folder / "scripts/run"), "--version").stderr for _ in range(2)]
    assert ["voices install" in told for told in offered] == [True, False]
    assert "voices" not in (checkout.folder / ".venv/bin/python.log").read_text(encoding="utf-8").split()


def test_a_checkout_is_found_whatever_letters_its_path_has(tmp_path: Path) -> None:
    """In the C locale Python reads no é in a .pth file, and does not start at all."""
    checkout = Checkout(tmp_path / "é")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout.folder / ".venv"], check=True)
    (checkout.folder / "assistant.py").write_text("found = True\n", encoding="utf-8")
    done = checkout.bash(
        'link_checkout && LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 "$python" -P -c'
        ' "import assistant; print(assistant.found)"'
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize(
    ("kernel", "bits", "said"),
    [
        ("x86_64", "64", ""),
        ("aarch64", "32", "here only the kernel is one, all programs are 32-bit"),
        ("armv7l", "32", "this one is armv7l"),
    ],
)
def test_a_system_without_packages_is_told_before_anything_is_done(
    checkout: Checkout, kernel: str, bits: str, said: str
) -> None:
    checkout.program(checkout.programs / "uname", f"echo {kernel}")
    checkout.program(checkout.programs / "getconf", f"echo {bits}")
    done = checkout.bash("check_machine")
    assert (done.returncode == 0) is not bool(said)
    assert said in done.stderr
    assert done.stderr.count("\n") == bool(said)


def test_pip_installs_into_the_environment_whatever_its_settings(checkout: Checkout) -> None:
    checkout.program(checkout.programs / "uv", "exit 1")
    checkout.environment_python(
        'case "$*" in *"-m pip"*) echo "user=$PIP_USER" >>"$0.log";; *) cat >/dev/null;; esac; exit 0'
    )
    checkout.bash(
        'command() { [ "$2" != uv ] && builtin command "$@"; }; ready() { :; }; install_python_packages run'
    )
    log = checkout.folder / ".venv/bin/python.log"
    assert set(log.read_text(encoding="utf-8").split()) == {"user=0"}


@pytest.mark.skipif(Path("/etc/rpi-issue").exists(), reason="this is one")
def test_an_appliance_is_made_only_of_what_is_one() -> None:
    """What it does is tried by scripts/try_service in a machine of its own."""
    command = [ROOT / "scripts/install-pi", "--dry-run", "--user"]
    for user, said in (("nobody", "This is no Raspberry Pi OS"), ("root", "Whom is Limber for?")):
        refused = subprocess.run([*command, user], capture_output=True, text=True, check=False)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith(said)
