"""Rooms shared out over hosts: whatever comes late or twice, and whoever dies, each room has one host."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from many_hosts import World

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
    RoomFailed,
    RoomOffered,
    RoomWanted,
    SatelliteHeard,
    Sharing,
    TimePassed,
)

GYM = RoomOffered("gym", "10.0.0.21:10700")
OPENED = [Claim("gym", "a"), OpenRoom("gym", "10.0.0.21:10700")]


def sharing(*told: Happening, host: str = "a", most_rooms: int = 2) -> Sharing:
    """A host that has settled at 1 s, with what it was told before."""
    one = Sharing(host, most_rooms)
    one.handle(Connected(), 0.0)
    for happening in (HostSeen(host, 30.0), *told):
        assert one.handle(happening, 0.5) == []
    one.handle(TimePassed(), 1.0)
    return one


def test_it_first_hears_what_the_broker_keeps_and_then_listens_and_asks() -> None:
    one = Sharing("a", 2)
    assert one.next_deadline == math.inf
    assert one.handle(Connected(), 0.0) == []
    assert one.next_deadline == 1.0
    assert one.handle(HostSeen("a", 30.0), 0.5) == []
    assert one.handle(GYM, 0.5) == []
    assert one.handle(TimePassed(), 1.0) == [Ask("gym"), Listen(True)]
    assert one.next_deadline == 3.0
    assert one.handle(TimePassed(), 2.0) == []
    assert one.handle(TimePassed(), 3.0) == [Ask("gym")]
    assert one.handle(RoomWanted("gym"), 3.1) == OPENED
    assert one.handle(RoomClaimed("gym", "a"), 3.2) == []
    assert one.handle(TimePassed(), 6.0) == []


def test_the_first_by_name_asks_and_another_one_when_it_is_gone() -> None:
    one = sharing(GYM, HostSeen("b", 30.0), host="b")
    two = sharing(GYM, HostSeen("a", 30.0), HostSeen("b", 30.0), host="b")
    assert one.handle(TimePassed(), 5.0) == [Ask("gym")]
    assert two.handle(TimePassed(), 5.0) == []
    assert two.handle(HostSeen("a", 0.0), 6.0) == [Ask("gym")]


def test_one_that_is_not_seen_again_is_gone() -> None:
    one = sharing(GYM, HostSeen("b", 10.0), RoomClaimed("gym", "b"))
    assert one.handle(TimePassed(), 10.4) == []
    assert one.next_deadline == 10.5
    assert one.handle(TimePassed(), 10.5) == [Ask("gym")]


def test_a_request_for_what_another_one_has_or_nobody_offers_is_none() -> None:
    one = sharing(GYM, HostSeen("b", 30.0), RoomClaimed("gym", "b"))
    assert one.handle(RoomWanted("gym"), 2.0) == []
    assert one.handle(RoomWanted("nowhere"), 2.0) == []
    assert one.rooms == {}


def test_a_request_that_comes_twice_is_claimed_twice_and_opened_once() -> None:
    one = sharing(GYM)
    assert one.handle(RoomWanted("gym"), 2.0) == OPENED
    assert one.handle(RoomWanted("gym"), 2.0) == OPENED[:1]


def test_who_is_full_is_not_asked_any_more_until_a_room_is_taken_back() -> None:
    one = sharing(GYM, RoomOffered("hall", "10.0.0.22:10700"), most_rooms=1)
    assert Listen(False) in one.handle(RoomWanted("gym"), 2.0)
    assert one.handle(RoomWanted("hall"), 2.0) == [Ask("hall")], "it was on its way to us already"
    one.handle(RoomClaimed("gym", "a"), 2.1)
    assert one.handle(RoomOffered("gym", ""), 2.5) == [CloseRoom("gym"), Claim("gym", ""), Listen(True)]


def test_a_room_that_moves_is_asked_for_anew() -> None:
    one = sharing(GYM)
    one.handle(RoomWanted("gym"), 2.0)
    one.handle(RoomClaimed("gym", "a"), 2.1)
    assert one.handle(RoomOffered("gym", "10.0.0.99:10700"), 9.0) == [
        CloseRoom("gym"),
        Claim("gym", ""),
        Ask("gym"),
    ]


def test_of_two_claims_the_later_one_counts() -> None:
    one = sharing(GYM, HostSeen("b", 30.0))
    one.handle(RoomWanted("gym"), 2.0)
    assert one.handle(RoomClaimed("gym", "b"), 2.1) == [], "it was before ours"
    assert one.handle(RoomClaimed("gym", "a"), 2.2) == []
    assert one.handle(RoomClaimed("gym", "b"), 2.3) == [CloseRoom("gym")]


def test_but_whom_the_satellite_is_connected_with_keeps_the_room() -> None:
    one = sharing(GYM, HostSeen("b", 30.0))
    for happening in (RoomWanted("gym"), RoomClaimed("gym", "a"), SatelliteHeard("gym", True)):
        one.handle(happening, 2.0)
    assert one.handle(RoomClaimed("gym", "b"), 2.3) == [Claim("gym", "a")]
    one.handle(RoomClaimed("gym", "a"), 2.4)
    one.handle(SatelliteHeard("gym", False), 2.5)
    assert one.handle(RoomClaimed("gym", "b"), 2.6) == [CloseRoom("gym")]


def test_without_the_broker_rooms_go_on_and_a_broker_that_forgot_everything_ends_nothing() -> None:
    one = sharing(GYM)
    one.handle(RoomWanted("gym"), 2.0)
    one.handle(RoomClaimed("gym", "a"), 2.1)
    assert one.handle(Disconnected(), 3.0) == []
    assert one.next_deadline == math.inf
    assert one.handle(TimePassed(), 100.0) == []
    assert one.handle(Connected(), 101.0) == []
    assert one.handle(HostSeen("a", 30.0), 101.5) == []
    assert one.handle(TimePassed(), 102.0) == [Claim("gym", "a"), Listen(True)]


def test_a_claim_of_its_own_that_it_knows_nothing_of_is_given_up() -> None:
    one = sharing(GYM)
    assert one.handle(RoomClaimed("gym", "a"), 2.0) == [Claim("gym", "")]


def test_a_room_that_it_cannot_run_is_for_another_one() -> None:
    one = sharing(GYM)
    one.handle(RoomWanted("gym"), 2.0)
    one.handle(RoomClaimed("gym", "a"), 2.1)
    assert one.handle(RoomFailed("gym"), 5.0) == [Claim("gym", ""), Ask("gym"), Listen(False)]
    assert one.handle(RoomClaimed("gym", ""), 5.1) == []
    assert one.handle(RoomWanted("gym"), 6.0) == [Ask("gym")]
    assert Listen(True) in one.handle(TimePassed(), 65.0)


# In simulated time


def settled(world: World) -> None:
    """Each room has one host, which its satellite is connected with, and no host has too many."""
    for room, satellite in world.satellites.items():
        (holder,) = world.holders(room)
        assert satellite.host is not None
        assert satellite.host.name == holder
    assert all(len(host.sharing.rooms) <= host.most_rooms for host in world.hosts)


@pytest.mark.parametrize("seed", range(20))
def test_hosts_that_start_at_once_share_all_rooms(seed: int) -> None:
    world = World(seed)
    for number in range(8):
        world.offer(f"room-{number}")
    for _ in range(3):
        world.start("host")
    world.run(30.0)
    settled(world)
    assert sum(host.closed_in_session for host in world.hosts) == 0


DEEDS = ("die", "lose power", "cut", "link", "start", "satellite", "wait")


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 1 << 16),
    st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9), st.floats(0.0, 12.0)), max_size=12),
)
def test_whatever_happens_each_room_has_one_host_again(
    seed: int, steps: list[tuple[str, int, float]]
) -> None:
    world = World(seed, doubles=0.3)
    for number in range(6):
        world.offer(f"room-{number}")
    for _ in range(3):
        world.start("host")
    for deed, number, seconds in steps:
        alive = [host for host in world.hosts if host.is_alive]
        one = alive[number % len(alive)] if alive else None
        if deed == "start" and len(alive) < 4:
            world.start("host")
        elif one is not None and deed in ("die", "lose power"):
            world.die(one, loudly=deed == "die")
        elif one is not None and deed == "cut" and one.is_linked:
            world.cut(one)
        elif one is not None and deed == "link" and not one.is_linked:
            world.link(one)
        elif deed == "satellite":
            world.stumble(world.satellites[f"room-{number % 6}"])
        world.run(seconds)
    for host in world.hosts:
        if host.is_alive and not host.is_linked:
            world.link(host)
    while sum(host.is_alive for host in world.hosts) < 2:
        world.start("host")
    world.run(90.0)
    settled(world)
    assert sum(host.closed_in_session for host in world.hosts) == 0, (
        "nobody loses a satellite that is connected"
    )


@pytest.mark.parametrize("seed", range(10))
def test_one_that_is_cut_off_keeps_its_satellites_and_has_its_rooms_again(seed: int) -> None:
    world = World(seed)
    world.offer("gym")
    first = world.start("host")
    world.run(5.0)
    second = world.start("host")
    world.cut(first)
    world.run(30.0)
    assert world.holders("gym") == [first.name, second.name], "both believe that they have it"
    assert world.satellites["gym"].host is first, "and one has"
    world.link(first)
    world.run(10.0)
    assert world.holders("gym") == [first.name]
    settled(world)


def test_with_too_few_hosts_what_is_left_waits_for_the_next_one() -> None:
    world = World(1)
    for number in range(3):
        world.offer(f"room-{number}")
    world.start("host", most_rooms=2)
    world.run(20.0)
    assert [len(world.holders(f"room-{number}")) for number in range(3)].count(1) == 2
    world.start("host")
    world.run(10.0)
    settled(world)
