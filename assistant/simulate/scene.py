"""A scene: what a rehearsed person says and when, the room, and the faults; read from YAML and checked.

Read once, on the main thread. Says every mistake with file, line and field.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.core.adapting import StretchPast
from assistant.core.context import Settings
from assistant.core.routine import Condition
from assistant.core.states import State
from assistant.store.documents import DocumentError, Problem, read_document, validate

DEFAULT_SCENE = Path(__file__).parent / "scenes" / "default.yaml"

Seconds = Annotated[float, Field(ge=0, le=7200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """The moment of a line: so long after a state began, after a prompt began to sound, or from the start."""

    state: State | None = Field(None, description="Wait for the session to be in this state.")
    step: int | None = Field(None, ge=1, description="…at this step of the routine, counted from 1.")
    occurrence: int = Field(1, ge=0, description="…for the n-th time; 0: each time.")
    prompt: int | None = Field(None, ge=1, description="Wait for the n-th prompt to sound.")
    after_seconds: Seconds = Field(0.0, description="So long after that.")
    at_seconds: Seconds | None = Field(None, description="At this time from the start.")

    @model_validator(mode="after")
    def _one_moment(self) -> When:
        given = [name for name in ("state", "prompt", "at_seconds") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("needs exactly one of state, prompt and at_seconds")
        if self.step is not None and self.state is None:
            raise ValueError("step needs a state")
        if self.occurrence == 0 and self.state is None:
            raise ValueError("occurrence 0, each time, needs a state")
        return self


class ScriptedLine(_Strict):
    """What happens at a moment: the person says or plays something, or a device fails."""

    when: When
    say: str | None = Field(None, min_length=1, max_length=300, description="Spoken by a synthesized voice.")
    voice: str = Field("en-us", description="The voice of espeak-ng that says it, such as en-us+f3.")
    rate: float = Field(1.0, ge=0.5, le=2.0, description="How fast it is said.")
    play: Path | None = Field(None, description="A recording, relative to the scene's file.")
    gain_db: float = Field(0.0, ge=-60, le=30, description="Louder or softer than usual.")
    fault: Literal["microphone_silent", "microphone_lost", "speaker_lost"] | None = None
    for_seconds: Seconds = Field(5.0, description="How long the fault lasts.")

    @model_validator(mode="after")
    def _one_thing(self) -> ScriptedLine:
        if sum(thing is not None for thing in (self.say, self.play, self.fault)) != 1:
            raise ValueError("needs exactly one of say, play and fault")
        return self


class SceneRoom(_Strict):
    """The room's sound. All optional: a quiet room without echo."""

    noise: Path | None = Field(None, description="A recording that sounds all the time, repeated.")
    snr_db: float = Field(15.0, ge=-20, le=60, description="The person's level over the noise.")
    echo: Path | None = Field(None, description="Impulse response from the loudspeaker to the microphone.")
    echo_gain_db: float | None = Field(
        None, ge=-60, le=20, description="Level of the echo over what is played; none without this or echo."
    )
    echo_canceller: Literal["auto", "none", "speex", "webrtc"] = Field(
        "auto",
        description="What takes our own voice out of what is heard; auto: as in a live session.",
    )

    @property
    def has_echo(self) -> bool:
        """Whether what is played comes back to the microphone."""
        return self.echo is not None or self.echo_gain_db is not None


class Past(_Strict):
    """How a stretch went in earlier sessions."""

    hurt_sessions: int = Field(0, ge=0, description="In so many sessions it hurt.")
    sessions_since_hurt: int | None = Field(
        None, ge=0, description="So many sessions since the last of them."
    )
    pain_free_sessions: int = Field(0, ge=0, description="So many without, since.")

    def told(self) -> StretchPast:
        """The same for the session."""
        return StretchPast(self.hurt_sessions, self.sessions_since_hurt, self.pain_free_sessions)


class Scene(_Strict):
    """A rehearsal."""

    routine: str = Field("", description="The routine's id; empty: the person chooses.")
    seed: int = Field(0, ge=0, description="Fixes every chance.")
    first_use: bool = Field(False, description="Whether the session asks what it asks on first use.")
    screening: bool = Field(False, description="Whether it asks how it is, before and after.")
    past: dict[str, Past] = Field(default_factory=dict, description="What is known of stretches, by id.")
    conditions: frozenset[Condition] = Field(
        frozenset(), description="What the person has: stretches that do not suit are left out."
    )
    sound_check: bool = Field(False, description="Whether the session begins with the sound check.")
    max_seconds: float = Field(3600.0, gt=0, le=7200, description="The rehearsal ends here at the latest.")
    room: SceneRoom = Field(default_factory=lambda: SceneRoom.model_validate({}))
    person: list[ScriptedLine] = Field(default_factory=list, max_length=500)

    def settings(self, settings: Settings) -> Settings:
        """How this scene's session is run."""
        return replace(
            settings,
            routine_id=self.routine,
            hears_itself=self.room.has_echo,
            asks_how_it_is=self.screening,
            pasts={stretch_id: past.told() for stretch_id, past in self.past.items()} or None,
            conditions=self.conditions,
        )


def load_scene(path: Path) -> Scene:
    """Read a scene file; its paths become absolute. Raises DocumentError with all its problems."""
    document = read_document(path)
    scene = validate(document, Scene)
    problems: list[Problem] = []

    def located(file: Path | None, *loc: str | int) -> Path | None:
        found = None if file is None else path.parent / file
        if found is not None and not found.is_file():
            problems.append(document.problem(loc, f"{found} is not there"))
        return found

    room = scene.room.model_copy(
        update={name: located(getattr(scene.room, name), "room", name) for name in ("noise", "echo")}
    )
    person = [
        line.model_copy(update={"play": located(line.play, "person", index, "play")})
        for index, line in enumerate(scene.person)
    ]
    if problems:
        raise DocumentError(problems)
    return scene.model_copy(update={"room": room, "person": person})
