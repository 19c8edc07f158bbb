"""Which host runs which room: told what comes from a broker, it answers with what to do. Pure.

Every host decides for itself, by the same rules, from what the broker tells all of them. The broker keeps
which rooms there are, which host has each, and which hosts are there; and it gives a request to one host
alone. Who really has a room is decided by its satellite, which takes one connection only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

SETTLE_SECONDS = 1.0
"""After it has connected, a host is first told what the broker keeps."""
ASK_SECONDS = 2.0
"""Between two requests for a room that nobody has taken."""
UNWELL_SECONDS = 60.0
"""So long a host that could not open a room takes no other one."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker is there; what it keeps comes next."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The broker is gone: rooms go on, and nothing new is known."""


@dataclass(frozen=True, slots=True)
class HostSeen:
    """A host is there for so many seconds unless it is seen again; it is gone with 0."""

    host: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RoomOffered:
    """There is a room, and its satellite has this address; with "" there is none any more."""

    room: str
    address: str


@dataclass(frozen=True, slots=True)
class RoomClaimed:
    """A host has a room; with "" nobody has."""

    room: str
    host: str


@dataclass(frozen=True, slots=True)
class RoomWanted:
    """Somebody is wanted for a room; the broker told this to one host."""

    room: str


@dataclass(frozen=True, slots=True)
class SatelliteHeard:
    """Whether the satellite of a room is connected with us."""

    room: str
    is_connected: bool


@dataclass(frozen=True, slots=True)
class RoomFailed:
    """This host cannot run the room: it lacks a voice, perhaps."""

    room: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing happened until the deadline."""


Happening = (
    Connected
    | Disconnected
    | HostSeen
    | RoomOffered
    | RoomClaimed
    | RoomWanted
    | SatelliteHeard
    | RoomFailed
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """Run this room, by its satellite."""

    room: str
    address: str


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """Let go of it."""

    room: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Let the broker keep that this host has the room; with `host` "" that nobody has."""

    room: str
    host: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Let the broker ask one host for it."""

    room: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Be among those whom the broker asks, or not: who is full is not."""

    is_free: bool


Deed = OpenRoom | CloseRoom | Claim | Ask | Listen


class Sharing:
    """One host's view. `host` is a name that no other process ever has; it runs `most_rooms` at most."""

    def __init__(self, host: str, most_rooms: int) -> None:
        self._host = host
        self._most_rooms = most_rooms
        self._hosts: dict[str, float] = {}
        self._offers: dict[str, str] = {}
        self._claims: dict[str, str] = {}
        self._asked_at: dict[str, float] = {}
        self._unconfirmed: set[str] = set()
        self._heard: set[str] = set()
        self._settled_at = math.inf
        self._listens = False
        self._well_at = -math.inf
        self.rooms: dict[str, str] = {}
        """The rooms that this host runs, and their addresses."""
        self._looked_at = -math.inf

    def handle(self, happening: Happening, now: float) -> list[Deed]:
        """What to do about it; `now` is in seconds, on a clock that never goes back."""
        deeds = list(self._told(happening, now))
        if now >= self._settled_at:
            deeds += self._settle(now)
        return deeds

    @property
    def next_deadline(self) -> float:
        """When to be told that time has passed, at the latest."""
        if self._settled_at == math.inf:
            return math.inf
        due = [
            self._settled_at,
            self._well_at,
            *(asked_at + ASK_SECONDS for asked_at in self._asked_at.values()),
        ]
        later = [at for at in (*due, *self._hosts.values()) if at > self._looked_at]
        return min(later, default=math.inf)

    def _told(self, happening: Happening, now: float) -> Iterator[Deed]:
        self._looked_at = now
        match happening:
            case Connected():
                self._settled_at = now + SETTLE_SECONDS
                self._hosts, self._offers, self._claims, self._asked_at = {}, {}, {}, {}
                self._unconfirmed, self._listens = set(), False
            case Disconnected():
                self._settled_at = math.inf
            case HostSeen(host, seconds):
                self._hosts[host] = now + seconds
            case RoomOffered(room, address):
                self._offers[room] = address
            case RoomClaimed(room, host):
                yield from self._claimed(room, host)
            case RoomWanted(room):
                yield from self._wanted(room, now)
            case SatelliteHeard(room, is_connected):
                (self._heard.add if is_connected else self._heard.discard)(room)
            case RoomFailed(room):
                self.rooms.pop(room, None)
                self._well_at = now + UNWELL_SECONDS

    def _claimed(self, room: str, host: str) -> Iterator[Deed]:
        """Of two claims the later one counts, unless the satellite is connected with who was first."""
        if host == self._host:
            self._unconfirmed.discard(room)
        elif room in self._unconfirmed:
            return  # it was before ours, which comes yet
        self._claims[room] = host
        if room in self.rooms and host != self._host and room in self._heard:
            yield from self._claim(room)

    def _wanted(self, room: str, now: float) -> Iterator[Deed]:
        """Take it, if it can be taken; who has just become full hands the request on."""
        address = self._offers.get(room, "")
        if room in self.rooms:
            yield from self._claim(room)
        elif address and not self._is_taken(room, now):
            if self._is_free(now):
                self.rooms[room] = address
                yield from self._claim(room)
                yield OpenRoom(room, address)
            else:
                yield Ask(room)

    def _claim(self, room: str) -> Iterator[Deed]:
        self._unconfirmed.add(room)
        yield Claim(room, self._host)

    def _is_taken(self, room: str, now: float) -> bool:
        """Whether a host that is there has it."""
        host = self._claims.get(room, "")
        return host == self._host or now < self._hosts.get(host, -math.inf)

    def _settle(self, now: float) -> Iterator[Deed]:
        """Bring what this host does in line with what the broker keeps."""
        for room in list(self.rooms):
            yield from self._keep_or_let_go(room, now)
        for room, host in self._claims.items():
            if host == self._host and room not in self.rooms and room not in self._unconfirmed:
                self._claims[room] = ""
                yield Claim(room, "")
        if self._is_first(now):
            for room, address in sorted(self._offers.items()):
                if address and not self._is_taken(room, now) and room not in self._unconfirmed:
                    yield from self._ask(room, now)
        is_free = self._is_free(now)
        if is_free is not self._listens:
            self._listens = is_free
            yield Listen(is_free)

    def _keep_or_let_go(self, room: str, now: float) -> Iterator[Deed]:
        """A broker that has forgotten an offer ends nothing; one that was taken back does."""
        address, is_heard = self._offers.get(room, self.rooms[room]), room in self._heard
        is_ours = self._claims.get(room) == self._host or room in self._unconfirmed
        if address != self.rooms[room] or not (is_ours or is_heard or not self._is_taken(room, now)):
            del self.rooms[room]
            self._heard.discard(room)
            yield CloseRoom(room)
        elif not is_ours:
            yield from self._claim(room)

    def _is_free(self, now: float) -> bool:
        """Whether it can take one more room."""
        return len(self.rooms) < self._most_rooms and now >= self._well_at

    def _is_first(self, now: float) -> bool:
        """Whether it is for this host to ask: the first by name of those that are there."""
        return min((one for one, until in self._hosts.items() if now < until), default="") == self._host

    def _ask(self, room: str, now: float) -> Iterator[Deed]:
        if now >= self._asked_at.get(room, -math.inf) + ASK_SECONDS:
            self._asked_at[room] = now
            yield Ask(room)
