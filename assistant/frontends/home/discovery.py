"""What tells Home Assistant which entities there are: its device-based MQTT discovery, in one message.

Pure. Must name no entity that nobody publishes, and none of pain where that is not shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assistant import __version__
from assistant.config import HomeConfig
from assistant.config_rooms import OWN_ROOM

ONLINE, OFFLINE = "online", "offline"
ON, OFF = "ON", "OFF"
UNKNOWN = "None"
"""What Home Assistant takes for a number that is not known; of a text it would be shown as it is."""
NO_TEXT = "none"
STATES = ("resting", "asking", "guiding", "paused", "ending")
ASKS = "Limber asks"
"""Stands among the routines to choose from for none of them."""
SENSORS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "state": {"name": "State", "device_class": "enum", "options": list(STATES), "icon": "mdi:yoga"},
        "routine": {"name": "Routine", "icon": "mdi:format-list-numbered"},
        "stretch": {"name": "Stretch", "icon": "mdi:human-handsup"},
        "side": {"name": "Side", "icon": "mdi:arrow-left-right"},
        "seconds_left": {
            "name": "Seconds left",
            "device_class": "duration",
            "unit_of_measurement": "s",
        },
        "last_session": {"name": "Last session", "device_class": "timestamp"},
        "last_length": {
            "name": "Length of the last session",
            "device_class": "duration",
            "unit_of_measurement": "min",
        },
    }
)
PAIN: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "pain_before": {"name": "Pain before", "state_class": "measurement", "icon": "mdi:numeric"},
        "pain_after": {"name": "Pain after", "state_class": "measurement", "icon": "mdi:numeric"},
    }
)
PROBLEM, CHOICE = "microphone_problem", "next_routine"
BUTTONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "start": ("Start", "mdi:play"),
        "pause": ("Pause", "mdi:pause"),
        "stop": ("Stop", "mdi:stop"),
        "end": ("End", "mdi:flag-checkered"),
        "ready": ("Ready", "mdi:check"),
        "next": ("Next", "mdi:skip-next"),
    }
)
"""What is pressed is published as the button's key; its name, and its icon."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one room; `values` are below `base`, each entity's under its key."""

    base: str
    discovery: str
    birth: str

    @classmethod
    def of(cls, home: HomeConfig, room: str = OWN_ROOM) -> Topics:
        """Of a room by its name."""
        node = node_of(home, room)
        prefix = home.discovery_prefix
        return cls(f"limber/{node}", f"{prefix}/device/{node}/config", f"{prefix}/status")

    def value(self, key: str) -> str:
        """Where an entity's value is told."""
        return f"{self.base}/{key}"

    @property
    def availability(self) -> str:
        """Where it is told whether Limber is there."""
        return f"{self.base}/availability"

    @property
    def command(self) -> str:
        """Where buttons are pressed."""
        return f"{self.base}/command"

    @property
    def choice(self) -> str:
        """Where a routine is chosen."""
        return f"{self.base}/{CHOICE}/set"


def node_of(home: HomeConfig, room: str) -> str:
    """How a room is called in topics."""
    return "_".join([home.node, *re.findall(r"[a-z0-9]+", _suffix(room).lower())])


def _suffix(room: str) -> str:
    return "" if room == OWN_ROOM else room


def payload(home: HomeConfig, room: str, choices: Iterable[str]) -> dict[str, Any]:
    """The whole discovery message of a room, in which one of `choices` can be chosen."""
    topics, node = Topics.of(home, room), node_of(home, room)

    def entity(platform: str, key: str, **more: Any) -> dict[str, Any]:
        return {"platform": platform, "unique_id": f"{node}_{key}", **more}

    def told(platform: str, key: str, **more: Any) -> dict[str, Any]:
        return entity(platform, key, state_topic=topics.value(key), **more)

    components = {key: told("sensor", key, **more) for key, more in SENSORS.items()}
    for key, more in PAIN.items():  # an entity with its platform alone is one that is to go
        components[key] = told("sensor", key, **more) if home.share_pain else {"platform": "sensor"}
    components[PROBLEM] = told(
        "binary_sensor",
        PROBLEM,
        name="Microphone problem",
        device_class="problem",
        entity_category="diagnostic",
    )
    components[CHOICE] = told(
        "select",
        CHOICE,
        name="Next routine",
        command_topic=topics.choice,
        options=[ASKS, *dict.fromkeys(choices)],
        qos=1,
        icon="mdi:playlist-play",
    )
    for key, (name, icon) in BUTTONS.items():
        components[key] = entity(
            "button", key, name=name, command_topic=topics.command, payload_press=key, icon=icon, qos=1
        )
    return {
        "device": {
            "identifiers": [node],
            "name": f"{home.name} {_suffix(room)}".strip(),
            "manufacturer": "Limber",
            "model": "Stretching coach",
            "sw_version": __version__,
        },
        "origin": {"name": "Limber", "sw_version": __version__},
        "availability": [
            {
                "topic": topics.availability,
                "payload_available": ONLINE,
                "payload_not_available": OFFLINE,
            }
        ],
        "components": components,
    }
