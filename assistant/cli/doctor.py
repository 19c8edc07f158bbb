"""`limber doctor`: everything that could keep a session from working, each with what to do about it.

Runs on the main thread, which opens each device for a moment. Must leave nothing behind.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from assistant.cli import output
from assistant.errors import AssistantError
from assistant.showing import is_terminal

if TYPE_CHECKING:
    from assistant.config import Config

_LISTEN_SECONDS = 1.0
_STALL_SECONDS = 3.0  # a device that was asleep may take two to begin
_ENOUGH_FREE_BYTES = 200 << 20
_TOO_FEW_FREE_BYTES = 20 << 20


class Verdict(StrEnum):
    """How a finding bears on a session: BAD keeps it from working, WEAK makes it less than it could be."""

    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


_COLORS = {Verdict.GOOD: "green", Verdict.WEAK: "yellow", Verdict.BAD: "red"}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it, if anything."""

    check: str
    verdict: Verdict
    found: str
    advice: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a finding a line.")] = False,
    sound: Annotated[
        bool, typer.Option("--sound", help="Also play soft sweeps for 12 seconds, to measure the echo.")
    ] = False,
    speed: Annotated[
        bool, typer.Option("--speed", help="Only measure how fast this machine is, for 15 seconds.")
    ] = False,
) -> None:
    """Look for what could keep a session from working.

    Says what to do about each thing that is wrong. Exits with 1 when something keeps a session from
    working. The microphone is opened for a second; what it hears is not kept.
    """
    bad = 0
    for finding in _speed() if speed else examine(sound=sound):
        bad += finding.verdict is Verdict.BAD
        if as_json:
            output.emit_json(dataclasses.asdict(finding))
        else:
            _print(finding)
    if bad:
        output.note(f"A session cannot work as it should: see what is bad above ({bad}).")
        raise typer.Exit(1)
    output.note("This machine is fast enough." if speed else "Nothing keeps a session from working.")


def _print(finding: Finding) -> None:
    line = Text(f"{finding.verdict}  ", style=_COLORS[finding.verdict])
    line.append(f"{finding.check}: {finding.found}", style="default")
    output.out.print(line)
    if finding.advice:
        output.out.print(f"      → {finding.advice}")


def examine(*, sound: bool = False) -> Iterator[Finding]:
    """Check one thing after the other, from the machine to the terminal, whatever else is wrong."""
    from assistant.cli.speed import known_speed

    yield from _machine()
    yield _system_packages()
    config, findings = _configuration()
    yield from findings
    for name, check in (
        ("microphone", _microphone),
        ("speaker", _speaker),
        *([("echo", _echo)] if sound else []),
        ("routines", _routines),
        ("speech model", _speech_model),
        ("voice", _voice),
        ("speed", known_speed),
        ("folders", _folders),
        ("history", _history),
    ):
        yield from _told(name, check, config)
    yield _terminal()


def _speed() -> Iterator[Finding]:
    """How fast this machine is, with what is configured."""
    from assistant.cli.speed import examine_speed

    config, findings = _configuration()
    yield from (finding for finding in findings if finding.verdict is Verdict.BAD)
    yield from _told("speed", examine_speed, config)


Tell = Callable[[str], None]


def _told(name: str, check: Callable[[Config, Tell], Iterator[Finding]], config: Config) -> Iterator[Finding]:
    """What a check found, after the lines that it told; or why it could not be made."""
    told: list[str] = []
    try:
        findings = list(check(config, told.append))
    except AssistantError as error:
        findings = [Finding(name, Verdict.BAD, error.message)]
    yield from (Finding(name, Verdict.WEAK, line) for line in told)
    yield from findings


def _machine() -> Iterator[Finding]:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    fits = platform.machine() in ("x86_64", "aarch64") and platform.system() == "Linux"
    advice = "" if fits else "Limber was made for 64-bit Linux, x86_64 or aarch64."
    yield Finding("machine", Verdict.GOOD if fits else Verdict.WEAK, found, advice)


def _system_packages() -> Finding:
    from assistant.cli.system_packages import all_packages, missing_packages

    if missing := list(missing_packages()):
        advice = f"Run `sudo apt-get install {' '.join(missing)}`."
        return Finding("system packages", Verdict.WEAK, f"missing: {', '.join(missing)}", advice)
    return Finding("system packages", Verdict.GOOD, ", ".join(all_packages()))


def _configuration() -> tuple[Config, list[Finding]]:
    from assistant.config import Config
    from assistant.config_loading import config_path

    path = output.options.config_path or config_path()
    problems: list[str] = []
    advice = f"Mend it; `limber config example` tells every key. What is wrong in {path} does not count."
    try:
        config = output.configuration(problems.append)
    except AssistantError as error:
        advice = f"Mend it; `limber config example` tells every key. The checks below go without {path}."
        return Config(), [Finding("configuration", Verdict.BAD, error.message, advice)]
    if problems:
        return config, [Finding("configuration", Verdict.BAD, one, advice) for one in problems]
    found = str(path) if path.exists() else f"none; {path} would be read"
    return config, [Finding("configuration", Verdict.GOOD, found)]


def _microphone(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.audio.devices import Kind, find_device
    from assistant.audio.microphone import Microphone
    from assistant.core.ports import BLOCK_SECONDS

    wanted = config.audio.microphone or None
    name = find_device(Kind.MICROPHONE, wanted).name
    microphone = Microphone(wanted)
    microphone.open()
    blocks: list[bytes] = []
    try:
        while len(blocks) < _LISTEN_SECONDS / BLOCK_SECONDS and (block := microphone.read(_STALL_SECONDS)):
            blocks.append(block)
    finally:
        microphone.close()
    if len(blocks) < _LISTEN_SECONDS / BLOCK_SECONDS:
        advice = "Plug it in again, or restart the sound server."
        yield Finding("microphone", Verdict.BAD, f"{name} opens, but gives no sound", advice)
    elif not any(any(block) for block in blocks):
        advice = "Is it muted? `limber devices --meter` shows what it hears."
        yield Finding("microphone", Verdict.BAD, f"{name} gives nothing but silence", advice)
    else:
        yield Finding("microphone", Verdict.GOOD, name)


def _speaker(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.audio.devices import Kind, find_device
    from assistant.audio.mixer import Mixer
    from assistant.audio.speaker_stream import SpeakerStream

    wanted = config.audio.speaker or None
    name = find_device(Kind.SPEAKER, wanted).name
    stream = SpeakerStream(Mixer(), wanted)
    stream.open()
    stream.close()
    yield Finding("speaker", Verdict.GOOD, name, "Is it loud enough? `limber say hello` lets you hear.")


def _echo(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.audio.echo import canceller_in_use, open_canceller
    from assistant.audio.echo_check import check_echo
    from assistant.audio.echo_measuring import is_strong, propose

    output.note("Playing soft sweeps for 12 seconds: please be quiet.")
    measured = check_echo(config.audio.microphone or None, config.audio.speaker or None)
    setting, found = propose(measured)
    in_use = canceller_in_use(config.audio.echo)
    if setting in (in_use, "none" if config.audio.echo == "auto" else in_use):
        yield Finding("echo", Verdict.GOOD, f'{found} `echo = "{config.audio.echo}"` suits that.')
        return
    advice = f'Put `echo = "{setting}"` under [audio] in the configuration.'
    try:
        open_canceller(setting)
    except AssistantError as error:
        advice = f"{error.message} Then: {advice}"
    if in_use == "none" and is_strong(measured):
        found += " Nothing takes it away, so Limber would take its own voice for yours."
        yield Finding("echo", Verdict.BAD, found, advice)
    else:
        yield Finding("echo", Verdict.GOOD if setting == "none" else Verdict.WEAK, found, advice)


def _routines(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.opening import load_content, note_missing_routine

    _, routines = load_content(config, tell)
    note_missing_routine(config, routines, tell)
    yield Finding("routines", Verdict.GOOD, ", ".join(routine.spoken_name for routine in routines))


def _speech_model(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.opening import load_content, open_speech_model
    from assistant.speech.engines import find_model

    pack, _ = load_content(config, lambda _: None)
    open_speech_model(config, pack, tell)
    _, model = find_model(config.speech.model)
    yield Finding("speech model", Verdict.GOOD, f"{model.name} ({model.origin})")


def _voice(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.core.prompts import Line
    from assistant.languages.packs import load_language
    from assistant.opening import open_voice
    from assistant.speech.voice_files import installed_voices

    voice = open_voice(config, tell)
    sentence = load_language(config.session.language).render(Line.SHORTLY)
    spoken = sum(len(speech.samples) for speech in voice.synthesize(sentence, config.speech.rate))
    advice = "" if installed_voices() else "`limber voices install` fetches a better one."
    if spoken:
        yield Finding("voice", Verdict.GOOD, voice.id, advice)
    else:
        yield Finding("voice", Verdict.BAD, f"{voice.id} makes no sound", advice)


def _folders(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.speech.prompt_cache import default_folder
    from assistant.store.history_reader import history_path

    for folder in (history_path().parent, default_folder()):
        there = next(place for place in (folder, *folder.parents) if place.exists())
        try:
            with tempfile.TemporaryFile(dir=there):
                pass
        except OSError as error:
            advice = f"Make {there} yours and writable."
            yield Finding("folders", Verdict.BAD, f"{folder} cannot be written to: {error.strerror}", advice)
            continue
        free = shutil.disk_usage(there).free
        found = f"{folder}, {free >> 20} MB free"
        if free >= _ENOUGH_FREE_BYTES:
            yield Finding("folders", Verdict.GOOD, found)
        else:
            verdict = Verdict.WEAK if free >= _TOO_FEW_FREE_BYTES else Verdict.BAD
            yield Finding("folders", verdict, found, "Make room on this disk.")


def _history(config: Config, tell: Tell) -> Iterator[Finding]:
    from assistant.cli.known_content import history_kept
    from assistant.store.history_reader import count_sessions
    from assistant.store.history_server import HistoryServer

    where = history_kept()
    count = count_sessions(where)
    place = f" on {where}" if isinstance(where, HistoryServer) else ""
    yield Finding("history", Verdict.GOOD, f"{count} session{'' if count == 1 else 's'}{place}")


def _terminal() -> Finding:
    if is_terminal(sys.stdin) and is_terminal(sys.stdout):
        return Finding("terminal", Verdict.GOOD, os.environ.get("TERM", "of an unknown kind"))
    return Finding("terminal", Verdict.GOOD, "none; only a session without sound needs one")
