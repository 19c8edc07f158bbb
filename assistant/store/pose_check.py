"""What is wrong with poses, each problem with its file and line.

Called on the main thread by `limber routines` and `limber poses`. Must not measure a body
itself: that is core/posing/checking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from assistant.core.posing.checking import faults, headings, is_even
from assistant.core.posing.pose import Pose
from assistant.core.routine import Posture, Region, Stretch
from assistant.store.documents import Document, DocumentError, Problem, read_document
from assistant.store.poses import make_poses

_FELT: Mapping[Region, tuple[str, ...]] = {
    Region.NECK: ("nape", "neck", "shoulder", "blade"),
    Region.SHOULDERS: ("shoulder", "chest_front", "ribs", "blade", "upper_back", "neck"),
    Region.UPPER_BACK: ("upper_back", "blade", "shoulder", "ribs", "back"),
    Region.MID_BACK: (
        *("middle_back", "whole_back", "upper_back", "lower_back", "back"),
        *("ribs", "waist", "chest_front", "shoulder"),
    ),
    Region.LOWER_BACK: ("lower_back", "waist", "belly", "seat", "hip_front", "back"),
    Region.HIPS: ("hip_front", "thigh", "seat", "belly"),
    Region.GLUTES: ("seat", "lower_back", "thigh_back"),
    Region.HAMSTRINGS: ("thigh_back", "calf"),
    Region.CALVES: ("calf", "shin"),
}
"""What a region's stretches may be felt in, by the first words of a muscle's name without its side."""


_LIES_DOWN: Mapping[Posture, tuple[Posture, ...]] = {Posture.LONG_SITTING: (Posture.ON_BACK,)}
"""Who begins a stretch sitting on a mat may lie back in it: strap and towel are put in place first."""


_TO = r"(?P<to>to the \{other_side\}|to the \{side\}|away from your \{side\})"
_TO_THE_RIGHT = ("to the {other_side}", "away from your {side}")
_TOLD = (
    ("head turn", rf"(turn your head|head roll slowly)[^.]*?{_TO}"),
    ("head tilt", rf"(tilt your head|head tilt slowly)[^.]*?{_TO}"),
    ("trunk turn", rf"turn your ribs[^.]*?{_TO}"),
    ("trunk lean", rf"lean slowly {_TO}"),
    ("knees", rf"both knees sink slowly {_TO}"),
)
"""What goes to a side, and the words that say to which; a language without such words is not checked."""
_CHANGES_SIDES = re.compile(r"change (sides|legs|arms) with each breath", re.IGNORECASE)
"""What is told of a movement that goes to the left with one breath and to the right with the next."""
_CLEAR = 0.02
"""How far something has to go to one side, as headings() tells, to be seen."""


def check_pose_file(path: Path, library: Mapping[str, Stretch]) -> list[Problem]:
    """All problems of a file of poses, in the order of their lines."""
    try:
        document = read_document(path)
        found = check_poses(document, library)
        poses = make_poses(document, library)
    except DocumentError as error:
        return list(error.problems)
    region = path.stem.replace("-", "_")
    missing = [id for id, stretch in library.items() if id not in poses and stretch.region == region]
    return [*(Problem(path, 1, id, "has no pose") for id in missing), *found]


def check_poses(document: Document, library: Mapping[str, Stretch]) -> list[Problem]:
    """What is wrong with the poses of a document, in the order of their lines.

    Raises DocumentError when it cannot be read at all.
    """
    found = [
        document.problem((id,), message)
        for id, pose in make_poses(document, library).items()
        for message in problems_of_pose(pose, library[id])
    ]
    return sorted(found, key=lambda problem: problem.line)


def problems_of_pose(pose: Pose, stretch: Stretch) -> list[str]:
    """What is wrong with a pose: of the body itself, and against what is said of its stretch."""
    return [*faults(pose), *_against(pose, stretch)]


def _against(pose: Pose, stretch: Stretch) -> list[str]:
    found = []
    if pose.base.name not in {stretch.posture, stretch.ends_in, *_LIES_DOWN.get(stretch.posture, ())}:
        found.append(f"its base is {pose.base.name}, and the stretch is done {stretch.posture}")
    for name in pose.highlight:
        plain = name.removeprefix("left_").removeprefix("right_")
        if not plain.startswith(_FELT[stretch.region]):
            found.append(f"{name} is not in the region {stretch.region}")
    ways, told = headings(pose), " ".join(stretch.entering)
    if _CHANGES_SIDES.search(told) and not pose.alternates:
        found.append("it is told to change sides with each breath: set alternates")
    if pose.alternates and (stretch.has_sides or not pose.both_ways or not is_even(pose)):
        found.append("what alternates is a movement without sides, and begins with left and right alike")
    for way, words in _TOLD:
        for match in re.finditer(words, told, re.IGNORECASE):
            goes = ways[way] * (-1 if match["to"] in _TO_THE_RIGHT else 1)
            if goes < _CLEAR:
                found.append(f'the {way} goes the wrong way: "{match[0]}"')
    return found
