"""The poses that a pack brings for stretches of its own: checked as those of Limber, read before a session.

Called on any thread. Must not let a pack change how a stretch of the library looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.core.posing.pose import Pose
from assistant.core.routine import Routine, Stretch
from assistant.errors import ContentError
from assistant.store.documents import Document, DocumentError, Problem, read_document
from assistant.store.pose_check import check_poses
from assistant.store.poses import make_poses
from assistant.store.routines import POSES_NAME, installed_packs


def own_stretches(routines: Iterable[Routine], library: Mapping[str, Stretch]) -> dict[str, Stretch]:
    """The stretches of these routines that are none of the library's, by id."""
    stretches = (stretch for routine in routines for stretch in routine.stretches)
    return {stretch.id: stretch for stretch in stretches if stretch.id not in library}


def check_pack_poses(
    document: Document, routines: Iterable[Routine], library: Mapping[str, Stretch]
) -> list[Problem]:
    """All problems of a pack's poses, `routines` being the pack's own, in the order of their lines."""
    try:
        return check_poses(document, own_stretches(routines, library))
    except DocumentError as error:
        return list(error.problems)


def load_pack_poses(stretches: Mapping[str, Stretch], on_problem: Callable[[str], None]) -> dict[str, Pose]:
    """The poses of installed packs, of stretches that are none of the library's.

    `on_problem` gets a line for each pack whose poses are left out.
    """
    found: dict[str, Pose] = {}
    for pack in installed_packs(lambda _told_already: None):
        path = pack.folder / POSES_NAME
        if not path.exists():
            continue
        try:
            found = make_poses(read_document(path), stretches) | found
        except ContentError as error:
            on_problem(f"These poses are left out: {error.message}.")
    return found
