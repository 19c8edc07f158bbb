"""Hosts, a broker and satellites in simulated time: what is sent may come late or twice, and hosts die.

The broker is as MQTT 5 wants it: messages of one topic in order, at least once; it keeps the last one of a
topic, asks one of those who listen, and tells a will. A satellite takes one connection.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.core.sharing import (
    Ask,
    Claim,
    CloseRoom,
    Connected,
    Disconnected,
    Happening,
    HostSeen,
    Listen,
    OpenRoom,
    RoomClaimed,
    RoomOffered,
    RoomWanted,
    SatelliteHeard,
    Sharing,
    TimePassed,
)

PRESENCE_SECONDS = 30.0
REFRESH_SECONDS = 10.0
SILENT_SECONDS = 7.5
"""So long the broker waits for a host that says nothing any more, before it tells its will."""
FIRST_TRY_SECONDS, LONGEST_TRY_SECONDS = 0.5, 5.0
"""Between two tries to connect with a satellite, at first and at most."""


@dataclass
class Satellite:
    """`free_seconds` after its host went without a word it notices."""

    room: str
    free_seconds: float
    host: Host | None = None
    alone_since: float = 0.0


@dataclass
class Host:
    """One process. `is_linked` is whether it reaches the broker, `is_alive` whether it runs."""

    name: str
    world: World
    most_rooms: int
    is_alive: bool = True
    is_linked: bool = False
    listens: bool = False
    closed_in_session: int = 0
    sharing: Sharing = field(init=False)

    def __post_init__(self) -> None:
        self.sharing = Sharing(self.name, self.most_rooms)

    def take(self, happening: Happening) -> None:
        if not self.is_alive:
            return
        for deed in self.sharing.handle(happening, self.world.now):
            self.do(deed)
        self.world.at(max(self.world.now, self.sharing.next_deadline), self._look)

    def _look(self) -> None:
        if self.is_alive and self.world.now >= self.sharing.next_deadline:
            self.take(TimePassed())

    def do(self, deed: object) -> None:
        match deed:
            case OpenRoom(room, _):
                self.world.later(self.world.open_seconds, lambda: self.connect(room))
            case CloseRoom(room):
                satellite = self.world.satellites[room]
                if satellite.host is self:
                    self.closed_in_session += 1
                    self.world.let_go(satellite)
            case Claim(room, host):
                self.world.send(self, ("claim", room), host, kept=True)
            case Ask(room):
                self.world.ask(self, room)
            case Listen(is_free):
                self.listens = is_free

    def connect(self, room: str, wait_seconds: float = FIRST_TRY_SECONDS) -> None:
        if not self.is_alive or room not in self.sharing.rooms:
            return
        satellite = self.world.satellites[room]
        if satellite.host is None:
            satellite.host = self
            self.world.alone[room].append(self.world.now - satellite.alone_since)
            self.take(SatelliteHeard(room, True))
        elif satellite.host is not self:
            later = min(2 * wait_seconds, LONGEST_TRY_SECONDS)
            self.world.later(wait_seconds, lambda: self.connect(room, later))


class World:
    """All of it. `doubles` is the share of messages that come twice, `delays` are how late they may come."""

    def __init__(
        self,
        seed: int,
        *,
        doubles: float = 0.1,
        open_seconds: float = 0.3,
        delays: Sequence[float] = (0.001, 0.002, 0.005, 0.02, 0.2),
    ) -> None:
        self._delays = delays
        self.random = random.Random(seed)
        self.now = 0.0
        self.doubles, self.open_seconds = doubles, open_seconds
        self.hosts: list[Host] = []
        self.satellites: dict[str, Satellite] = {}
        self.alone: dict[str, list[float]] = {}
        """For how long each room was without a host, time by time."""
        self._kept: dict[tuple[str, str], tuple[str, float]] = {}
        self._order: dict[tuple[str, str], float] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    # Time

    def at(self, when: float, what: Callable[[], None]) -> None:
        if when < float("inf"):
            self._count += 1
            heapq.heappush(self._due, (when, self._count, what))

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.at(self.now + seconds, what)

    def run(self, seconds: float) -> None:
        ends_at = self.now + seconds
        while self._due and self._due[0][0] <= ends_at:
            self.now, _, what = heapq.heappop(self._due)
            what()
        self.now = ends_at

    # The broker

    def send(self, sender: Host | None, topic: tuple[str, str], value: str, *, kept: bool) -> None:
        if sender is not None and not (sender.is_linked and sender.is_alive):
            return
        self.later(self._delay(), lambda: self._spread(topic, value, kept))

    def _spread(self, topic: tuple[str, str], value: str, kept: bool) -> None:
        if kept:
            self._kept[topic] = (value, self.now + PRESENCE_SECONDS)
        for host in self.hosts:
            if host.is_alive and host.is_linked:
                self._deliver(host, topic, value, PRESENCE_SECONDS)

    def _deliver(self, host: Host, topic: tuple[str, str], value: str, seconds: float) -> None:
        for _ in range(2 if self.random.random() < self.doubles else 1):
            key = (host.name, topic[0] + topic[1])
            when = max(self._order.get(key, 0.0), self.now + self._delay())
            self._order[key] = when
            self.at(when, lambda: self._arrive(host, topic, value, seconds))

    def _arrive(self, host: Host, topic: tuple[str, str], value: str, seconds: float) -> None:
        if not host.is_linked:
            return
        kind, name = topic
        if kind == "host":
            host.take(HostSeen(name, seconds if value else 0.0))
        elif kind == "offer":
            host.take(RoomOffered(name, value))
        else:
            host.take(RoomClaimed(name, value))

    def ask(self, sender: Host, room: str) -> None:
        if not sender.is_linked:
            return
        free = [host for host in self.hosts if host.is_alive and host.is_linked and host.listens]
        if free:
            chosen = self.random.choice(free)
            for _ in range(2 if self.random.random() < self.doubles else 1):
                self.later(2 * self._delay(), lambda: chosen.is_linked and chosen.take(RoomWanted(room)))

    def _delay(self) -> float:
        return self.random.choice(self._delays)

    # What happens

    def offer(self, room: str, address: str = "sat:10700", free_seconds: float = 5.0) -> None:
        self.satellites.setdefault(room, Satellite(room, free_seconds, alone_since=self.now))
        self.alone.setdefault(room, [])
        self.send(None, ("offer", room), address, kept=True)

    def start(self, name: str, most_rooms: int = 4) -> Host:
        host = Host(f"{name}-{len(self.hosts)}", self, most_rooms)
        self.hosts.append(host)
        self.link(host)
        return host

    def link(self, host: Host) -> None:
        """It reaches the broker, and is told what that keeps."""
        host.is_linked, host.listens = True, False
        host.take(Connected())
        for topic, (value, until) in list(self._kept.items()):
            if topic[0] != "host" or until > self.now:
                self._deliver(host, topic, value, until - self.now)
        self._beat(host)

    def _beat(self, host: Host) -> None:
        if host.is_alive and host.is_linked:
            self.send(host, ("host", host.name), "here", kept=True)
            self.later(REFRESH_SECONDS, lambda: self._beat(host))

    def cut(self, host: Host) -> None:
        """It does not reach the broker any more; its satellites it does."""
        host.is_linked = False
        host.take(Disconnected())
        self.later(SILENT_SECONDS, lambda: host.is_linked or self._will(host))

    def die(self, host: Host, *, loudly: bool = True) -> None:
        """Its process ends, and others are told at once; or its power is gone, and nobody is told."""
        host.is_alive = False
        was_linked, host.is_linked = host.is_linked, False
        if was_linked:
            self.later(0.0 if loudly else SILENT_SECONDS, lambda: self._will(host))
        for satellite in self.satellites.values():
            if satellite.host is host:
                satellite.alone_since = self.now
                self.later(
                    0.0 if loudly else satellite.free_seconds, lambda s=satellite: self.let_go(s, host)
                )

    def stumble(self, satellite: Satellite) -> None:
        """A satellite begins anew: whoever had it tries again, as anybody else may."""
        host = satellite.host
        if host is not None and host.is_alive:
            satellite.host, satellite.alone_since = None, self.now
            host.take(SatelliteHeard(satellite.room, False))
            self.later(FIRST_TRY_SECONDS, lambda: host.connect(satellite.room))

    def let_go(self, satellite: Satellite, of: Host | None = None) -> None:
        if of is None or satellite.host is of:
            if satellite.host is not None and satellite.host.is_alive:
                satellite.alone_since = self.now
            satellite.host = None

    def _will(self, host: Host) -> None:
        self.send(None, ("host", host.name), "", kept=True)

    # What must hold

    def holders(self, room: str) -> list[str]:
        return [host.name for host in self.hosts if host.is_alive and room in host.sharing.rooms]
