"""MQTT brokers for tests: a real one with a password and TLS, and hostile ones; and a home that is there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

USER, PASSWORD = "limber", "soft knees 7"
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at
        threading.Event().wait(0.01)


def make_certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate for this name that signs itself, its key beside it; localhost is 127.0.0.1 as well."""
    certificate = folder / f"{name}.pem"
    address = ",IP:127.0.0.1" if name == "localhost" else ""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName=DNS:{name}{address}"),
            *("-keyout", folder / f"{name}.key", "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    return certificate


class BrokerProcess:
    """A real broker, on a port of its own that it keeps when it is begun anew. `lines` are its settings."""

    def __init__(self, folder: Path, *lines: str) -> None:
        assert MOSQUITTO, "this needs: sudo apt-get install mosquitto"
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        as_root = ["user root"] if os.geteuid() == 0 else []
        told = [f"listener {self.port} 127.0.0.1", *lines, *as_root]
        self._config.write_text("\n".join(told) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", self._config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._is_listening)

    def _is_listening(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
            return True
        return False

    def stop(self, *, kills: bool = False) -> None:
        if self._process is not None:
            self._process.kill() if kills else self._process.terminate()
            self._process.wait(10)
            self._process = None


class Mosquitto(BrokerProcess):
    """One that knows a user by a password, with TLS where there is a `certificate`."""

    def __init__(self, folder: Path, *, certificate: Path | None = None, rules: str = "") -> None:
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        tool = shutil.which("mosquitto_passwd") or "mosquitto_passwd"
        subprocess.run([tool, "-b", passwords, USER, PASSWORD], check=True, capture_output=True)
        lines = ["allow_anonymous false", f"password_file {passwords}"]
        if certificate:
            lines += [f"certfile {certificate}", f"keyfile {certificate.with_suffix('.key')}"]
        if rules:
            (folder / "rules").write_text(rules)
            lines += [f"acl_file {folder / 'rules'}"]
        super().__init__(folder, *lines)


class HomeAssistant:
    """What Home Assistant does at its broker: it remembers what it is told, and presses buttons."""

    def __init__(self, port: int, ca_file: Path | None = None) -> None:
        self.told: list[tuple[str, str, bool]] = []
        self._client = client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.username_pw_set(USER, PASSWORD)
        if ca_file:
            client.tls_set(str(ca_file))
        client.reconnect_delay_set(1, 1)
        client.on_connect = lambda *_: client.subscribe([("homeassistant/#", 1), ("limber/#", 1)])
        client.on_message = self._heard
        client.connect("localhost", port)
        client.loop_start()

    def _heard(self, client: Any, userdata: Any, message: mqtt.MQTTMessage) -> None:
        self.told.append((message.topic, message.payload.decode(), bool(message.retain)))

    def value(self, key: str, node: str = "limber") -> str | None:
        """The newest value of an entity."""
        return self.newest(f"limber/{node}/{key}")

    def newest(self, topic: str) -> str | None:
        return next((told for where, told, _ in reversed(self.told) if where == topic), None)

    def discovered(self, node: str = "limber") -> Any:
        told = self.newest(f"homeassistant/device/{node}/config")
        return json.loads(told) if told else None

    def send(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(5)

    def press(self, button: str, *, retain: bool = False) -> None:
        self.send("limber/limber/command", button, retain=retain)

    def press_until(self, button: str, *states: str) -> None:
        """As somebody does who sees nothing happen: a busy machine drops commands that are a second old."""
        until(lambda: self.value("state") in states or self._pressed(button))

    def _pressed(self, button: str) -> bool:
        self.press(button)
        threading.Event().wait(0.4)
        return False

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def hostile(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Something that takes connections, one after the other, and does this to each; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, suppress(OSError):
                    serve(client)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


CONNACK = b"\x20\x03\x00\x00\x00"


def suback(packet: bytes) -> bytes:
    """What grants the three topics of a SUBSCRIBE."""
    return b"\x90\x06" + packet[2:4] + b"\x00\x01\x01\x01"


def welcome(client: socket.socket) -> None:
    """Answer as a broker does, up to the subscription."""
    client.settimeout(5.0)
    client.recv(4096)
    client.sendall(CONNACK)
    client.sendall(suback(client.recv(4096)))


def message(topic: bytes, payload: bytes, *, retain: bool = False) -> bytes:
    """A PUBLISH of MQTT 5."""
    body = len(topic).to_bytes(2, "big") + topic + b"\x00" + payload
    length, encoded = len(body), b""
    while True:
        length, low = divmod(length, 128)
        encoded += bytes([low | (128 if length else 0)])
        if not length:
            return bytes([0x30 | retain]) + encoded + body
