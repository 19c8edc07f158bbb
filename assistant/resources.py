"""Where the files that come with Limber lie: models, routines, languages.

May be called from any thread. Must not read the files themselves, and knows nothing of what the user adds.
"""

from __future__ import annotations

from pathlib import Path

BUILT_IN_MODEL = "models/limber-en"
_PACKAGE = Path(__file__).resolve().parent
LANGUAGES_FOLDER = _PACKAGE / "languages"
"""A folder for each language, named by its code."""


def resource_path(name: str) -> Path:
    """Path of a folder or file such as "models/limber-en" or "routines".

    An installed wheel carries them in `assistant/_data`; a checkout has them beside the package.
    """
    installed = _PACKAGE / "_data"
    return (installed if installed.is_dir() else _PACKAGE.parent) / name
