"""Files and folders that are nobody's but the user's: what Limber keeps tells of somebody's health.

Called from any thread. Must not touch what belongs to somebody else.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def keep_new_files_private() -> None:
    """Whatever this process writes from now on is the user's alone."""
    os.umask(0o077)


def make_folder(folder: Path) -> None:
    """Make Limber's folder, or mend one that others may look into. Raises OSError."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    mend(folder)


def mend(*paths: Path) -> None:
    """Take from others what they may do with these; what is not there, or not ours, stays as it is."""
    for path in paths:
        with suppress(OSError):
            found = path.lstat()
            wanted = FOLDER_MODE if stat.S_ISDIR(found.st_mode) else FILE_MODE
            is_ours = found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode)
            if is_ours and stat.S_IMODE(found.st_mode) & 0o077:
                path.chmod(wanted)
