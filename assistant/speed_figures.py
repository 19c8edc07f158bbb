"""The file of what was measured on this machine: written by `limber doctor --speed`, read at the start.

It counts only for the machine, the speech model and the voice that were measured; with others all is done
that can be, until they are measured. Any thread.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import __version__
from assistant.config import Config
from assistant.core.speed import Figures
from assistant.private_files import make_folder
from assistant.reading import read_bytes
from assistant.speech.engines import find_model
from assistant.writing import write_whole

MAX_BYTES = 64 * 1024
_CPU_INFO = Path("/proc/cpuinfo")
_NAMES = "model name", "Model", "Hardware", "CPU part"


class _Measured(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: dict[str, str]
    hearing: float = Field(ge=0)
    spotting: float = Field(ge=0)
    second: float = Field(ge=0)
    voice: float = Field(ge=0)
    first_word_seconds: float = Field(ge=0)
    kept_word_seconds: float = Field(ge=0)
    jitter_seconds: float = Field(ge=0)
    jitter_of: str


def figures_path() -> Path:
    """Where the file is."""
    return platformdirs.user_state_path("limber", appauthor=False) / "speed.json"


def kind_of_machine(config: Config, voice_id: str) -> dict[str, str]:
    """What the figures depend on: when one of these changes, they count no more."""
    _, model = find_model(config.speech.model)
    return {
        "limber": __version__,
        "machine": f"{platform.machine()}, {_processor()}, {len(os.sched_getaffinity(0))} cores",
        "model": str(model.path.resolve()) if not model.is_built_in else model.name,
        "voice": hashlib.sha256(voice_id.removesuffix(":steady").encode()).hexdigest()[:16],
    }


def _processor() -> str:
    """Its names, without what differs from one core to the next."""
    try:
        lines = read_bytes(_CPU_INFO, 1 << 20).decode("utf-8", "replace").splitlines()
    except OSError:
        return "?"
    told = [line.split(":", 1) for line in lines if ":" in line]
    return ", ".join(sorted({value.strip() for name, value in told if name.strip() in _NAMES})) or "?"


def read_figures(kind: dict[str, str], path: Path | None = None) -> Figures | None:
    """What was measured with just these; None where nothing was, or the file is damaged."""
    try:
        measured = _Measured.model_validate_json(read_bytes(path or figures_path(), MAX_BYTES))
    except (OSError, ValidationError):
        return None
    return Figures(**measured.model_dump(exclude={"kind"})) if measured.kind == kind else None


def write_figures(kind: dict[str, str], figures: Figures, path: Path | None = None) -> None:
    """Keep them in place of those before. Raises OSError."""
    path = path or figures_path()
    make_folder(path.parent)
    write_whole(path, json.dumps({"kind": kind, **dataclasses.asdict(figures)}, indent=1).encode() + b"\n")
