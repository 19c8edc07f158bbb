"""The part of the configuration that tells of other rooms. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_ROOMS = 16
"""docs/rooms.md says how many a machine can guide."""
OWN_ROOM = "here"
"""The room of the machine's own microphone and speaker."""
SATELLITE_PORT = 10700


class Strict(BaseModel):
    """A section: no unknown keys, and each value of its own kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class RoomConfig(Strict):
    """Another room, whose microphone and loudspeaker are those of a Wyoming satellite."""

    name: str = Field(pattern=r"^\w[\w -]{0,39}$")
    address: str = Field(
        pattern=r"^(tcp://)?([0-9A-Za-z._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?$", max_length=300
    )
    routine: str = ""
    echo: Literal["auto", "none", "speex", "webrtc"] = "auto"

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Where it is; at a satellite's usual port unless the address has one."""
        place = self.address.removeprefix("tcp://")
        host, _, port = place.rpartition(":")
        if not host or port.endswith("]"):
            return place.strip("[]"), SATELLITE_PORT
        return host.strip("[]"), int(port)


def apart(rooms: list[RoomConfig]) -> list[RoomConfig]:
    """The rooms as they are. Raises ValueError where two cannot be told apart, or there are too many."""
    if len(rooms) > MOST_ROOMS:
        raise ValueError(f"there can be {MOST_ROOMS} of them, and there are {len(rooms)}")
    names = [room.name.casefold() for room in rooms]
    if OWN_ROOM in names:
        raise ValueError(f'"{OWN_ROOM}" is the room of this machine; call another one otherwise')
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f'two rooms are called "{twice}"')
    return rooms
