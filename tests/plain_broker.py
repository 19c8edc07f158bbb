"""A real MQTT broker that lets everybody in and forgets all when it stops, for tests and measurements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import brokers
import paho.mqtt.client as mqtt
from brokers import BrokerProcess
from paho.mqtt.enums import CallbackAPIVersion

from assistant.hosts import BASE


class Broker(BrokerProcess):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "allow_anonymous true")

    def stop(self, *, kills: bool = True) -> None:
        super().stop(kills=kills)

    def keep(self, **topics: str) -> None:
        """Let it keep what is offered, by room."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for room, address in topics.items():
            client.publish(f"{BASE}/offer/{room}", address, qos=1, retain=True).wait_for_publish(2.0)
        client.disconnect()
        client.loop_stop()


def until(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    brokers.until(is_so, seconds)
