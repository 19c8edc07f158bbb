"""A private sound server with a virtual microphone and speaker, for tests without any sound hardware.

    with VirtualSound.started() as sound:
        limber = sound.run([sys.executable, "-m", "assistant"], stdout=subprocess.PIPE)
        with sound.recording() as tape:
            sound.play_to_microphone(speech)       # 16 kHz mono int16; returns when it has been heard
        tape.speaker(), tape.microphone()          # what Limber played, what it heard: the same clock

The server is PulseAudio or PipeWire (`sound_servers.py`) with one stereo null sink, the *room*: whatever is
played on the virtual speaker goes to its left channel, whatever is played to the virtual microphone to its
right one. A recording of the room has both on one sample clock, so that the time from a spoken word to
silence is counted in samples.
PortAudio sees the devices through ALSA (MICROPHONE and SPEAKER are their names), and reads ALSA's
configuration from the environment when it initializes: give `sound.env` to a subprocess, or use the
`sound_here` fixture.

Faint noise keeps the microphone from exact zeros, as a real one; `mute_microphone` takes it away.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sound_servers import CHOSEN, SERVERS, SoundServer

RATE_HZ = 16_000
MICROPHONE = "virtual_microphone"
SPEAKER = "virtual_speaker"
LOSING = "virtual_losing_microphone"
"""A microphone that gives what is written to `VirtualSound.pipe`, and only that."""
PAIR = "virtual_pair"
"""A microphone of two channels; the first one hears nothing while nothing is played on the speaker."""

Samples = npt.NDArray[np.int16]

_MONO = "channels=1 channel_map=mono remix=no"
_STEREO = "channels=2 channel_map=front-left,front-right"
_PAIR = f"{_STEREO} master_channel_map=front-left,front-right remix=no"
# Without "norewinds" a null sink makes up to 2 s at a time: the first block is late by that, and they burst.
_MODULES = (
    f"null-sink sink_name=room rate=16000 format=s16le {_STEREO} norewinds=1",
    f"remap-sink sink_name=spk master=room {_MONO} master_channel_map=front-left",
    f"remap-sink sink_name=micfeed master=room {_MONO} master_channel_map=front-right",
    f"remap-source source_name=pair master=room.monitor {_PAIR}",
    "null-sink sink_name=elsewhere rate=16000 channels=1 norewinds=1",
    "pipe-source source_name=losing file={pipe} format=s16le rate=16000 channels=1",
)
_MICROPHONE_MODULE = (
    f"remap-source source_name=mic master=room.monitor {_MONO} master_channel_map=front-right"
)
_ALSA = f"""
pcm.{MICROPHONE} {{ type pulse device mic }}
pcm.{SPEAKER} {{ type pulse device spk }}
pcm.{PAIR} {{ type pulse device pair }}
pcm.{LOSING} {{ type pulse device losing }}
pcm.!default {{ type pulse }}
"""  # PortAudio aborts the process where ALSA has no "default"
# The shell ends the server when the test's process is no more, however it ended: then its input is closed.
_UNTIL_THE_TEST_ENDS = """
while read -r line; do :; done
kill -9 0
"""
_STREAM = ("--raw", "--format=s16le", f"--rate={RATE_HZ}")


class Tape:
    """A recording of the room that may still be going on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def both(self) -> Samples:
        """What was recorded so far, shape (samples, 2): speaker, microphone."""
        raw = self._path.read_bytes()
        return np.frombuffer(raw[: len(raw) // 4 * 4], np.int16).reshape(-1, 2)

    def speaker(self) -> Samples:
        """What was played on the virtual speaker."""
        return self.both()[:, 0]

    def microphone(self) -> Samples:
        """What was played to the virtual microphone, muted or not."""
        return self.both()[:, 1]

    def seconds(self) -> float:
        """How long the recording is by now."""
        return self._path.stat().st_size / 4 / RATE_HZ


class VirtualSound:
    """One private sound server; made by `started()`."""

    def __init__(self, folder: Path, server: SoundServer) -> None:
        self._folder = folder
        self._kind = server
        self.is_pipewire = server is SERVERS["pipewire"]
        self.pipe = folder / "pipe"
        self._server: subprocess.Popen[bytes] | None = None
        self._noise: subprocess.Popen[bytes] | None = None
        self._microphone_module = ""
        self._tape_count = 0
        for name, text in server.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.format(folder=folder))
        (folder / "asound.conf").write_text(_ALSA)
        noise = np.random.default_rng(1).integers(-4, 5, 60 * RATE_HZ, dtype=np.int16)
        (folder / "noise.raw").write_bytes(noise.tobytes())
        self.overrides = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder / server.socket}",
            "PULSE_COOKIE": str(folder / "cookie"),
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "JACK_NO_START_SERVER": "1",
        }

    @classmethod
    @contextmanager
    def started(cls, server: str = CHOSEN) -> Iterator[VirtualSound]:
        """Start server, microphone and noise; end all of it on leaving."""
        # Not pytest's folder: the path of a socket must be shorter than 108 characters.
        with tempfile.TemporaryDirectory(prefix="limber-sound-") as folder:
            sound = cls(Path(folder), SERVERS[server])
            try:
                sound.start_server()
                yield sound
            finally:
                sound.kill_server()

    @property
    def env(self) -> dict[str, str]:
        """The environment of a program that shall use the virtual devices."""
        return {**os.environ, **self.overrides}

    def run(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a program that uses the virtual devices; `options` are Popen's."""
        return subprocess.Popen(command, env={**self.env, **options.pop("env", {})}, **options)

    # The person and the room

    def play_to_microphone(self, samples: Samples) -> None:
        """Play mono int16 at 16 kHz to the microphone; return when its end has been heard.

        A long buffer: on a busy machine a short one runs dry, and "yes" with a gap of 0.1 s is another word.
        """
        subprocess.run(
            ["pacat", *_STREAM, "--channels=1", "--device=micfeed", "--latency-msec=400"],
            input=samples.astype(np.int16).tobytes(),
            env=self.env,
            check=True,
        )

    @contextmanager
    def recording(self) -> Iterator[Tape]:
        """Record the room until the block is left; it runs when the block is entered."""
        self._tape_count += 1
        path = self._folder / f"tape-{self._tape_count}.raw"
        tape = Tape(path)
        with path.open("wb") as file, ExitStack() as stack:
            command = ["parec", *_STREAM, "--channels=2", "--device=room.monitor", "--latency-msec=20"]
            recorder = stack.enter_context(self.run(command, stdout=file))
            stack.callback(recorder.terminate)
            wait_until(lambda: tape.seconds() > 0)
            yield tape
            end = tape.seconds() + 0.1  # so that what happened before leaving is on it
            wait_until(lambda: tape.seconds() >= end)

    @contextmanager
    def echo(self, gain_db: float, latency_seconds: float = 0.05) -> Iterator[None]:
        """Let the microphone hear the speaker, so loud, and later than that by the server's own buffers."""
        latency = f"latency_msec={round(latency_seconds * 1000)}"
        places = "source=spk.monitor sink=micfeed source_dont_move=1 sink_dont_move=1 adjust_time=0"
        module = self._control("load-module", "module-loopback", latency, *places.split())
        try:
            self._control("set-sink-input-volume", self._input_of(module), f"{gain_db}dB")
            yield
        finally:
            self._control("unload-module", module)

    def _input_of(self, module: str) -> str:
        """The stream that a module plays on a sink."""
        for listed in self._control("list", "sink-inputs").split("Sink Input #")[1:]:
            if f"Owner Module: {module}\n" in listed:
                return listed.split("\n", 1)[0]
        raise RuntimeError(f"module {module} plays nothing")

    # Faults

    def mute_microphone(self, muted: bool) -> None:
        """Make the microphone give exact zeros, or end that, as a mute switch does."""
        self._control("set-source-mute", "mic", str(int(muted)))

    def suspend_microphone(self, suspended: bool) -> None:
        """Stop its blocks, without any sign to who reads them.

        PipeWire suspends no source that is read: there its links are cut, and whoever opens it gets new ones.
        """
        if not self.is_pipewire:
            self._control("suspend-source", "mic", str(int(suspended)))
        elif suspended:
            _, listed = self._done("pw-link", "--links").split("\nmic:capture_MONO\n")
            for line in itertools.takewhile(lambda line: "|->" in line, listed.splitlines()):
                self._done("pw-link", "--disconnect", "mic:capture_MONO", line.split("|-> ")[1])

    def unplug_microphone(self) -> None:
        """Take the device away; the server moves whoever reads it to the speaker's monitor."""
        self._control("set-default-source", "spk.monitor")
        self._control("unload-module", self._microphone_module)

    def plug_in_microphone(self) -> None:
        """Bring the device, under the same name."""
        self._microphone_module = self._load(_MICROPHONE_MODULE)
        self._control("set-default-source", "mic")

    def move_microphone(self, process_id: int, source: str) -> None:
        """Let a process hear another source, as the server does when one goes."""
        self._control("move-source-output", self._stream_of(process_id, "source-outputs"), source)

    def move_speaker(self, process_id: int, sink: str) -> None:
        """Let a process play on another sink."""
        self._control("move-sink-input", self._stream_of(process_id, "sink-inputs"), sink)

    def _stream_of(self, process_id: int, kind: str) -> str:
        for stream in json.loads(self._control("--format=json", "list", kind)):
            if stream["properties"].get("application.process.id") == str(process_id):
                return str(stream["index"])
        raise RuntimeError(f"process {process_id} has no stream among the {kind}")

    @contextmanager
    def losing_microphone(self) -> Iterator[list[float]]:
        """Write faint noise to the microphone LOSING; the share of its blocks to keep may be changed."""
        kept, closing = [1.0], threading.Event()

        def write() -> None:
            noise = np.random.default_rng(2).integers(-4, 5, RATE_HZ // 50, dtype=np.int16).tobytes()
            owed, began = 0.0, time.monotonic()
            with self.pipe.open("wb", buffering=0) as pipe:
                for number in itertools.count(1):
                    if closing.wait(max(0.0, began + number / 50 - time.monotonic())):
                        return
                    owed += kept[0]
                    if owed >= 1.0:
                        owed -= 1.0
                        pipe.write(noise)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            yield kept
        finally:
            closing.set()
            writer.join()

    def freeze_server(self, frozen: bool) -> None:
        """Stop the server from answering, or let it go on."""
        assert self._server
        os.killpg(self._server.pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill_server(self) -> None:
        """End the server: both devices go."""
        for process in (self._noise, self._server):
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for name in (*self._kind.leftovers, "pipe"):
            (self._folder / name).unlink(missing_ok=True)

    def start_server(self) -> None:
        """Start the server, at first or after it was killed, with the microphone plugged in."""
        with (self._folder / "server.log").open("ab") as log:
            self._server = self.run(
                ["sh", "-c", self._kind.script + _UNTIL_THE_TEST_ENDS],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers)
        for module in _MODULES:
            self._load(module.format(pipe=self.pipe))
        self._control("set-default-sink", "spk")
        self.plug_in_microphone()
        noise = self._folder / "noise.raw"
        player = " ".join(["pacat", *_STREAM, "--channels=1", "--device=micfeed"])
        self._noise = self.run(
            ["sh", "-c", f"while cat {noise}; do :; done | {player}"], start_new_session=True
        )

    def _answers(self) -> bool:
        assert self._server
        if self._server.poll() is not None:
            raise RuntimeError(f"the sound server ended: {(self._folder / 'server.log').read_text()}")
        asked = subprocess.run(["pactl", "info"], env=self.env, capture_output=True, check=False)
        return asked.returncode == 0

    def _load(self, module: str) -> str:
        name, *options = module.split()
        return self._control("load-module", f"module-{name}", *options)

    def _control(self, *command: str) -> str:
        return self._done("pactl", *command).strip()

    def _done(self, *command: str) -> str:
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True).stdout


def wait_until(condition: Callable[[], bool], limit_seconds: float = 20.0) -> float:
    """Wait until it is so; give the seconds it took. Raises TimeoutError."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > limit_seconds:
            raise TimeoutError(f"not so within {limit_seconds} s: {condition}")
        time.sleep(0.01)
    return time.monotonic() - start


def tone(seconds: float, hertz: float = 440.0, amplitude: float = 0.3) -> Samples:
    """A sine, mono int16 at 16 kHz."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.rint(amplitude * 32767 * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def sound_spans(samples: Samples, pause_seconds: float = 0.1, floor: int = 50) -> list[tuple[float, float]]:
    """Find where there is sound louder than `floor`: (start, end) in seconds, parted by pauses that long."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > floor)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > pause_seconds * RATE_HZ)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [len(loud) - 1]))] + 1
    return [(start / RATE_HZ, end / RATE_HZ) for start, end in zip(starts, ends, strict=True)]
