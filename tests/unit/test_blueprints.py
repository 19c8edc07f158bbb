"""Blueprints for Home Assistant: each is YAML of the form that its documentation asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from assistant.frontends.home.discovery import BUTTONS, STATES

FOLDER = Path(__file__).parents[2] / "packaging" / "home-assistant"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))
TEXT = {"type": "string", "minLength": 1}
INPUT = {
    "type": "object",
    "properties": {"input": TEXT},
    "required": ["input"],
    "additionalProperties": False,
}
STATE_NAMES = {"enum": [*STATES, "on", "off"]}
ONE_OR_MORE_STATES = {"anyOf": [STATE_NAMES, {"type": "array", "items": STATE_NAMES}]}
FILTER = {
    "type": "object",
    "properties": {
        "integration": {"const": "mqtt"},
        "domain": {"enum": ["sensor", "binary_sensor", "button"]},
        "device_class": {"enum": ["enum", "problem"]},
    },
    "additionalProperties": False,
}
ENTITY = {"type": "object", "properties": {"filter": FILTER}, "additionalProperties": False}
NUMBER = {
    "type": "object",
    "properties": {"min": {"type": "number"}, "max": {"type": "number"}, "unit_of_measurement": TEXT},
    "required": ["min", "max"],
    "additionalProperties": False,
}
EMPTY = {"type": "object", "maxProperties": 0}
SELECTOR = {
    "type": "object",
    "properties": {"entity": ENTITY, "number": NUMBER, "action": EMPTY, "trigger": EMPTY},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
TRIGGER = {
    "type": "object",
    "properties": {
        "platform": {"const": "state"},
        "entity_id": INPUT,
        "from": ONE_OR_MORE_STATES,
        "to": ONE_OR_MORE_STATES,
        "for": {"type": "object", "properties": {"minutes": INPUT}, "additionalProperties": False},
    },
    "required": ["platform", "entity_id", "to"],
    "additionalProperties": False,
}
CONDITION = {
    "type": "object",
    "properties": {"condition": {"const": "state"}, "entity_id": INPUT, "state": STATE_NAMES},
    "required": ["condition", "entity_id", "state"],
    "additionalProperties": False,
}
ACTION = {
    "type": "object",
    "properties": {
        "service": {"const": "button.press"},
        "target": {"type": "object", "properties": {"entity_id": INPUT}, "additionalProperties": False},
    },
    "required": ["service", "target"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "blueprint": {
            "type": "object",
            "properties": {
                "name": TEXT,
                "description": TEXT,
                "domain": {"const": "automation"},
                "input": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "properties": {
                            "name": TEXT,
                            "description": TEXT,
                            "selector": SELECTOR,
                            "default": {},
                        },
                        "required": ["name", "selector"],
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["name", "description", "domain", "input"],
            "additionalProperties": False,
        },
        "mode": {"enum": ["single", "restart", "queued", "parallel"]},
        "max": {"type": "integer", "minimum": 1},
        "trigger": {"anyOf": [INPUT, {"type": "array", "items": TRIGGER, "minItems": 1}]},
        "condition": {"type": "array", "items": CONDITION},
        "action": {"anyOf": [INPUT, {"type": "array", "items": ACTION, "minItems": 1}]},
    },
    "required": ["blueprint", "trigger", "action"],
    "additionalProperties": False,
}


class _Loader(yaml.SafeLoader):
    """YAML with `!input NAME`, which becomes {"input": NAME}."""


_Loader.add_constructor("!input", lambda loader, node: {"input": loader.construct_scalar(node)})


def _inputs_used(value: Any) -> set[str]:
    if isinstance(value, dict):
        if value.keys() == {"input"} and isinstance(value["input"], str):
            return {value["input"]}
        return set().union(*map(_inputs_used, value.values())) if value else set()
    return set().union(*map(_inputs_used, value)) if isinstance(value, list) and value else set()


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_it_is_a_blueprint_whose_inputs_are_all_used(path: Path) -> None:
    blueprint = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    jsonschema.validate(blueprint, SCHEMA, cls=jsonschema.Draft202012Validator)
    asked = set(blueprint["blueprint"]["input"])
    assert asked == _inputs_used({key: part for key, part in blueprint.items() if key != "blueprint"})


def test_the_page_tells_every_blueprint_button_and_state() -> None:
    page = (FOLDER.parents[1] / "docs" / "home-assistant.md").read_text(encoding="utf-8")
    assert len(BLUEPRINTS) == 5
    for name in (*(f"packaging/home-assistant/{path.name}" for path in BLUEPRINTS), *STATES):
        assert name in page
    for name, _ in BUTTONS.values():
        assert f"**{name}**" in page
