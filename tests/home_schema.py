"""What Home Assistant takes for a device: a strict schema of its device-based discovery, as far as used."""

from __future__ import annotations

from typing import Any

import jsonschema

TOPIC = {"type": "string", "pattern": r"^[^#+\s\0]{1,200}$"}
TEXT = {"type": "string", "minLength": 1, "maxLength": 255}
QOS = {"enum": [0, 1, 2]}
UNIQUE = {"type": "string", "pattern": r"^[a-z0-9_-]+$"}


def _entity(platform: str, required: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """An entity of a platform: what every one may have, and what this one has."""
    common = {"platform": {"const": platform}, "unique_id": UNIQUE, "name": TEXT}
    common |= {"icon": {"type": "string", "pattern": "^mdi:[a-z0-9-]+$"}}
    common |= {"entity_category": {"enum": ["config", "diagnostic"]}}
    return {
        "type": "object",
        "properties": {**common, **more},
        "required": ["platform", "unique_id", *required],
        "additionalProperties": False,
    }


SENSOR = _entity(
    "sensor",
    ("state_topic",),
    state_topic=TOPIC,
    device_class={"enum": ["enum", "duration", "timestamp"]},
    options={"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
    state_class={"enum": ["measurement", "total", "total_increasing"]},
    unit_of_measurement={"enum": ["s", "min", "h", "d"]},
)
SENSOR["allOf"] = [
    # Options go with the class "enum", and with no unit; a duration needs one, a time has none.
    {
        "if": {"required": ["options"]},
        "then": {
            "required": ["device_class"],
            "properties": {
                "device_class": {"const": "enum"},
                "unit_of_measurement": False,
                "state_class": False,
            },
        },
    },
    {
        "if": {"properties": {"device_class": {"const": "duration"}}, "required": ["device_class"]},
        "then": {"required": ["unit_of_measurement"]},
        "else": {"properties": {"unit_of_measurement": False}},
    },
]
BINARY_SENSOR = _entity(
    "binary_sensor", ("state_topic",), state_topic=TOPIC, device_class={"enum": ["problem"]}
)
BUTTON = _entity("button", ("command_topic",), command_topic=TOPIC, payload_press=TEXT, qos=QOS)
SELECT = _entity(
    "select",
    ("command_topic", "options"),
    command_topic=TOPIC,
    state_topic=TOPIC,
    qos=QOS,
    options={"type": "array", "items": TEXT, "uniqueItems": True},
)
GONE = {
    "type": "object",
    "properties": {"platform": {"const": "sensor"}},
    "required": ["platform"],
    "additionalProperties": False,
}
DEVICE = {
    "type": "object",
    "properties": {
        "identifiers": {"type": "array", "items": UNIQUE, "minItems": 1},
        **dict.fromkeys(("name", "manufacturer", "model", "sw_version"), TEXT),
    },
    "required": ["identifiers", "name"],
    "additionalProperties": False,
}
AVAILABILITY = {
    "type": "object",
    "properties": {"topic": TOPIC, "payload_available": TEXT, "payload_not_available": TEXT},
    "required": ["topic"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "device": DEVICE,
        "origin": {
            "type": "object",
            "properties": {"name": TEXT, "sw_version": TEXT, "support_url": TEXT},
            "required": ["name"],
            "additionalProperties": False,
        },
        "availability": {"type": "array", "items": AVAILABILITY, "minItems": 1},
        "components": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z0-9_]+$"},
            "additionalProperties": {"oneOf": [SENSOR, BINARY_SENSOR, BUTTON, SELECT, GONE]},
            "minProperties": 1,
        },
    },
    "required": ["device", "origin", "components"],
    "additionalProperties": False,
}
"""Home Assistant's device-based discovery, as its documentation tells it, of the platforms that are used."""


def is_accepted(message: Any) -> None:
    """Raises ValidationError for what Home Assistant would not take, or would take otherwise."""
    jsonschema.validate(message, SCHEMA, cls=jsonschema.Draft202012Validator)
    ids = [one["unique_id"] for one in message["components"].values() if "unique_id" in one]
    assert len(set(ids)) == len(ids)
