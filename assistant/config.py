"""The configuration, by section: keys, their defaults, and what each may be. `config_loading` reads it.

Must import nothing of the package but its errors, `OperatingPoint`, `Night` and `Condition`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

from pydantic import AfterValidator, Field, SecretStr, create_model

from assistant.config_problems import shortened
from assistant.config_rooms import RoomConfig, Strict, apart
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.night import Night, night_of
from assistant.core.routine import Condition
from assistant.errors import closest

_HomePath = Annotated[str, AfterValidator(os.path.expanduser)]
_VoiceName = Annotated[
    str,
    Field(pattern=r"\S"),
    AfterValidator(
        lambda name: re.sub(r"^([a-z]+:)?~", lambda m: f"{m[1] or ''}{os.path.expanduser('~')}", name)
    ),
]


class AudioConfig(Strict):
    """Sound devices, by a part of their names as `limber devices` shows them; "" is the system's default."""

    microphone: str = ""
    speaker: str = ""
    volume_db: float = Field(default=0.0, ge=-40.0, le=12.0)
    echo: Literal["auto", "none", "speex", "webrtc"] = "auto"


_WHATEVER_THE_SENSITIVITY = "command_plausibility", "answer_plausibility", "spotted_phone_plausibility"


class _Sensitivity(Strict):
    """How readily a safety phrase is believed, in steps that docs/hearing.md measures.

    The numbers behind it, those of `OperatingPoint`, are keys of the same section.
    """

    sensitivity: int = Field(default=0, ge=-1, le=3)

    def operating_point(self) -> OperatingPoint:
        """What is asked: with each step up, half as good a fit of the sound, and with a step down twice.

        A step down asks no more of pain and red flags that are alone: a missed one is worse than a false one.
        """
        factor = 2.0**self.sensitivity
        numbers = self.model_dump(exclude={"sensitivity"})
        for name in numbers:
            if name.endswith("_plausibility") and name not in _WHATEVER_THE_SENSITIVITY:
                numbers[name] *= max(factor, 1.0) if name == "unrecorded_plausibility" else factor
        return OperatingPoint(**numbers)


def _numbers_of_hearing() -> Iterator[tuple[str, tuple[type[float], Any]]]:
    """Each number of the operating point as a field, with the bounds that stand beside it."""
    hints = get_type_hints(OperatingPoint, include_extras=True)
    for number in fields(OperatingPoint):
        (bounds,) = hints[number.name].__metadata__
        yield number.name, (float, Field(default=number.default, ge=bounds.least, le=bounds.most))


if TYPE_CHECKING:
    HearingConfig = _Sensitivity
else:
    HearingConfig = create_model("HearingConfig", __base__=_Sensitivity, **dict(_numbers_of_hearing()))


class SpeechConfig(Strict):
    """What hears and what speaks."""

    model: _HomePath = ""
    voice: _VoiceName = "auto"
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    cache_megabytes: int = Field(default=64, ge=0, le=4096)


def _known_conditions(listed: str) -> str:
    """The list as it is. Raises ValueError with the names that are none of ours."""
    known = list(Condition)
    unknown = [name for name in _names_in(listed) if name not in known]
    if unknown:
        told = " and ".join(
            f'"{shortened(name)}"' + (f" (did you mean {close}?)" if (close := closest(name, known)) else "")
            for name in unknown
        )
        verb = "is" if len(unknown) == 1 else "are"
        raise ValueError(f"{told} {verb} not known; there are {', '.join(known)}")
    return listed


def _names_in(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


class SessionConfig(Strict):
    """How a session goes."""

    routine: str = ""
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    sound_check: bool = True
    settle_seconds: float = Field(default=20.0, ge=3.0, le=120.0)
    rest_seconds: float = Field(default=8.0, ge=2.0, le=120.0)
    half_way_cue: bool = True
    conditions: Annotated[str, AfterValidator(_known_conditions)] = ""

    @property
    def known_conditions(self) -> frozenset[Condition]:
        """What somebody has, as the list tells."""
        return frozenset(map(Condition, _names_in(self.conditions)))


def _known_hours(hours: str) -> str:
    """The hours as they are. Raises ValueError where they are none."""
    night_of(hours)
    return hours


class NightConfig(Strict):
    """When a room that rests makes no sound of its own accord, and whether a voice can wake it then."""

    hours: Annotated[str, AfterValidator(_known_hours)] = ""
    wake: bool = True

    @property
    def night(self) -> Night | None:
        """The hours, if there are any."""
        return night_of(self.hours)


class ScreenConfig(Strict):
    """The page for a browser, and who may see it."""

    enabled: Literal["auto", "always", "never"] = "auto"
    port: int = Field(default=8765, ge=0, le=65535)
    distance_metres: float = Field(default=4.0, ge=0.3, le=10.0)
    diagonal_inches: float = Field(default=0.0, ge=0.0, le=120.0)
    theme: Literal["dark", "light", "auto"] = "dark"
    emergency_number: str = Field(default="", pattern=r"^[0-9+ -]{0,20}$")
    lan: bool = False


class BrokerConfig(Strict):
    """An MQTT broker, "" for none, and who we are there. Port 0 is the usual one."""

    broker: str = Field(default="", pattern=r"^[^\s/]*$")
    port: int = Field(default=0, ge=0, le=65535)
    tls: bool = True
    ca_file: _HomePath = ""
    user: str = ""
    password_file: _HomePath = ""

    @property
    def real_port(self) -> int:
        """Where the broker listens."""
        return self.port or (8883 if self.tls else 1883)


class HomeConfig(BrokerConfig):
    """The MQTT broker of a home, such as Home Assistant's, and what it is told."""

    enabled: bool = False
    certificate_file: _HomePath = ""
    key_file: _HomePath = ""
    password: SecretStr = SecretStr("")
    discovery_prefix: str = Field(default="homeassistant", pattern=r"^[\w-]+(/[\w-]+)*$")
    node: str = Field(default="limber", pattern=r"^[a-z0-9_-]{1,40}$")
    name: str = Field(default="Limber", pattern=r"^\S(.{0,58}\S)?$")
    share_pain: bool = False


def _without_password(url: str) -> str:
    """The URL as it is. Raises ValueError for another kind, or one with a password, without telling it."""
    if url and not re.match(r"postgres(ql)?://", url):
        raise ValueError("should begin with postgresql://")
    if re.search(r"://[^/@]*:[^/@]*@|[?&]password=", url):
        raise ValueError("a password stands in it: put that into ~/.pgpass, which nobody else can read")
    return url


class HistoryConfig(Strict):
    """Where the history is kept, "" being a file of its own, and whether different people use the rooms."""

    database: Annotated[str, AfterValidator(_without_password)] = ""
    shared: bool = False


class HostsConfig(BrokerConfig):
    """The MQTT broker by which several hosts share out rooms."""

    host: str = Field(default="", pattern=r"^[a-z0-9-]{0,40}$")
    most_rooms: int = Field(default=4, ge=1, le=64)


_Whether = Literal["auto", "always", "never"]


class SpeedConfig(Strict):
    """What a slow machine does without; "auto" goes by what `limber doctor --speed` measured."""

    second_recognizer: _Whether = "auto"
    spotting: _Whether = "auto"
    render_ahead: _Whether = "auto"
    animation: _Whether = "auto"


class LogConfig(Strict):
    """Where logs go, "" being nowhere, and how much of them."""

    file: _HomePath = ""
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(Strict):
    """The whole configuration, by section. Every key has a default: `limber config example` tells them."""

    audio: AudioConfig = AudioConfig()
    hearing: HearingConfig = HearingConfig()
    speech: SpeechConfig = SpeechConfig()
    session: SessionConfig = SessionConfig()
    night: NightConfig = NightConfig()
    screen: ScreenConfig = ScreenConfig()
    home: HomeConfig = HomeConfig()
    rooms: Annotated[list[RoomConfig], AfterValidator(apart)] = Field(default_factory=list)
    speed: SpeedConfig = SpeedConfig()
    history: HistoryConfig = HistoryConfig()
    hosts: HostsConfig = HostsConfig()
    log: LogConfig = LogConfig()

    def with_session(self, **changes: Any) -> Config:
        """The same, but for how a session goes."""
        return self.model_copy(update={"session": self.session.model_copy(update=changes)})

    def satellite(self, name: str) -> RoomConfig | None:
        """The room of that name, if it is another one than that of the machine."""
        return next((room for room in self.rooms if room.name == name), None)

    def with_room(self, room: RoomConfig) -> Config:
        """The same, with one room more."""
        return self.model_copy(update={"rooms": [*self.rooms, room]})

    def of_room(self, name: str) -> Config:
        """The configuration as it is for one room."""
        room = self.satellite(name)
        if room is None:
            return self
        audio = self.audio.model_copy(update={"echo": room.echo})
        routine = room.routine or self.session.routine
        return self.model_copy(update={"audio": audio}).with_session(routine=routine)
