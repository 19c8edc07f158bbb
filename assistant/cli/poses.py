"""`limber poses`: one pose as a picture, all of them as a sheet, what is wrong with them, their schema.

Runs on the main thread. Must not judge a pose itself: that is assistant/store.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import output
from assistant.errors import ContentError, closest

if TYPE_CHECKING:
    from assistant.core.posing.pose import Pose
    from assistant.core.routine import Stretch

_Side = Annotated[str, typer.Option("--side", metavar="left|right", help="Which side is shown.")]
_Light = Annotated[bool, typer.Option("--light", help="On a light ground.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="Look at the poses of the stretches, and check them.")
    group.command()(show)
    group.command()(sheet)
    group.command()(check)
    group.command()(schema)
    app.add_typer(group, name="poses")


def show(
    stretch_id: Annotated[str, typer.Argument(metavar="ID", help="The stretch.")],
    png: Annotated[Path, typer.Option(metavar="FILE", dir_okay=False, help="Where the picture goes.")],
    side: _Side = "left",
    light: _Light = False,
) -> None:
    """Make a picture of one pose.

    It shows start, half way and end, and tells what is wrong with it.
    """
    from assistant.cli.pose_sheet import height_of, picture
    from assistant.cli.pose_sheet import sheet as make
    from assistant.store.pose_check import problems_of_pose

    library, poses = _loaded()
    if stretch_id not in poses:
        near = closest(stretch_id, poses)
        raise ContentError(
            "pose_unknown", f"There is no pose of {stretch_id}{f': did you mean {near}?' if near else '.'}"
        )
    pose = poses[stretch_id]
    picture(make([pose], library, side=side, is_light=light), png, height_of(pose))
    for problem in problems_of_pose(pose, library[stretch_id]):
        output.out.print(problem)


def sheet(
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the page here.")
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write a picture of each pose here.")
    ] = None,
    side: _Side = "left",
    light: _Light = False,
) -> None:
    """Make a sheet of all poses, for a clinician.

    It is one page to look through, or with --png pictures.
    """
    from assistant.cli.pose_sheet import height_of, picture
    from assistant.cli.pose_sheet import sheet as make

    library, poses = _loaded()
    page = make(poses.values(), library, side=side, is_light=light)
    if html:
        html.write_text(page, "utf-8")
    if png:
        png.mkdir(parents=True, exist_ok=True)
        for pose in poses.values():
            single = make([pose], library, side=side, is_light=light)
            picture(single, png / f"{pose.id}.png", height_of(pose))
        output.note(f"Wrote {len(poses)} pictures to {png}.")
    if not (html or png):
        typer.echo(page, nl=False)


def check() -> None:
    """Check all poses; `limber routines check` does so too."""
    from assistant.store.pose_check import check_pose_file
    from assistant.store.poses import pose_files

    library = _library()
    problems = [problem for path in pose_files() for problem in check_pose_file(path, library)]
    for problem in problems:
        output.out.print(str(problem))
    if problems:
        raise typer.Exit(1)
    output.note("No problems found in the poses.")


def schema() -> None:
    """Print the JSON Schema of a file of poses, for editors."""
    from assistant.store.documents import schema_json
    from assistant.store.pose_files import PosesFile

    typer.echo(schema_json(PosesFile), nl=False)


def _library() -> dict[str, Stretch]:
    from assistant.store.library import load_library

    return load_library(output.configuration().session.language)


def _loaded() -> tuple[dict[str, Stretch], dict[str, Pose]]:
    from assistant.store.poses import load_poses

    library = _library()
    return library, load_poses(library)
