"""Live sound on virtual devices: heard, played, cut, and every fault that a sound server can show."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time

import numpy as np
import numpy.typing as npt
import pytest
from listening import Listener
from virtual_sound import MICROPHONE, PAIR, SPEAKER, VirtualSound, sound_spans, tone, wait_until

from assistant.audio import portaudio
from assistant.core.events import MicrophoneLost, MicrophoneRestored, SpeakerLost, SpeakerRestored
from assistant.core.ports import BLOCK_BYTES

NOTICED_SECONDS = 3.0
SEEN_SECONDS = 2.5
"""After so long the server has been asked where a stream belongs."""


def _pitch_hertz(samples: npt.NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * 16_000 / len(samples)


def test_what_is_played_to_the_microphone_is_heard_whole(
    listener: Listener, sound_here: VirtualSound
) -> None:
    listener.start()
    sound_here.play_to_microphone(tone(0.5, 1000))
    wait_until(lambda: len(sound_spans(listener.heard()[:-1600])) == 1)

    ((start, end),) = sound_spans(listener.heard())
    assert end - start == pytest.approx(0.5, abs=0.1)  # a busy machine plays it with gaps
    heard = listener.heard()[round(start * 16_000) : round(end * 16_000)]
    assert _pitch_hertz(heard) == pytest.approx(1000, abs=3)
    assert {len(block) for block in listener.blocks} == {BLOCK_BYTES}
    assert listener.microphone.overflow_count == 0
    assert listener.events == []


def test_of_two_channels_the_one_that_hears_is_heard(sound_here: VirtualSound) -> None:
    listener = Listener(PAIR)
    try:
        listener.start()
        sound_here.play_to_microphone(tone(1.0, 1000))
        wait_until(lambda: len(sound_spans(listener.heard()[:-1600])) == 1)
    finally:
        listener.finish()
    heard = listener.heard()
    assert {len(block) for block in listener.blocks} == {BLOCK_BYTES}
    assert np.abs(heard).max() == pytest.approx(0.3 * 32767, rel=0.01), "none of it was lost by adding up"


def test_what_the_source_plays_sounds_at_the_speaker(listener: Listener, sound_here: VirtualSound) -> None:
    listener.start()
    with sound_here.recording() as tape:
        listener.source.playing = True
        wait_until(lambda: tape.seconds() > 1.0)
        listener.source.playing = False

    ((start, end),) = sound_spans(tape.speaker())
    played = tape.speaker()[round(start * 16_000) : round(end * 16_000)]
    assert _pitch_hertz(played) == pytest.approx(440, abs=3)
    assert np.abs(played).max() == pytest.approx(0.3 * 32767, rel=0.01)


def test_a_cut_on_a_loud_word_is_heard_within_a_few_blocks(
    listener: Listener, sound_here: VirtualSound
) -> None:
    """From the first loud sample at the microphone to silence: 45 to 105 ms on a busy two-core machine."""
    listener.start()
    listener.source.playing = True
    listener.cut_when_loud = True
    with sound_here.recording() as tape:
        wait_until(lambda: tape.seconds() > 0.5)
        sound_here.play_to_microphone(tone(0.3, 1000))

    (word_start, _) = sound_spans(tape.microphone())[0]
    (_, silent_at) = sound_spans(tape.speaker())[-1]
    assert word_start < silent_at < word_start + 0.3


def test_a_muted_microphone_is_noticed_and_its_return_too(
    listener: Listener, sound_here: VirtualSound
) -> None:
    listener.start()
    sound_here.mute_microphone(True)
    listener.seconds_until(MicrophoneLost("silent"))
    assert listener.zeros_seconds_before(MicrophoneLost("silent")) < NOTICED_SECONDS
    sound_here.mute_microphone(False)
    listener.seconds_until(MicrophoneRestored())
    assert listener.events == [MicrophoneLost("silent"), MicrophoneRestored()]


def test_a_stalled_microphone_is_noticed_and_its_return_too(
    listener: Listener, sound_here: VirtualSound
) -> None:
    listener.start()
    sound_here.suspend_microphone(True)
    assert listener.seconds_until(MicrophoneLost("lost")) < NOTICED_SECONDS
    sound_here.suspend_microphone(False)
    listener.seconds_until(MicrophoneRestored())
    assert listener.events == [MicrophoneLost("lost"), MicrophoneRestored()]


def test_an_unplugged_microphone_is_found_again_by_its_name(
    listener: Listener, sound_here: VirtualSound
) -> None:
    """The server moves the stream to some monitor, and tells so when it is asked."""
    listener.start()
    time.sleep(SEEN_SECONDS)
    sound_here.unplug_microphone()
    assert listener.seconds_until(MicrophoneLost("moved")) < NOTICED_SECONDS
    sound_here.plug_in_microphone()
    listener.seconds_until(MicrophoneRestored())
    listener.blocks.clear()
    sound_here.play_to_microphone(tone(0.3))
    wait_until(lambda: len(sound_spans(listener.heard())) == 1)
    assert listener.events == [MicrophoneLost("moved"), MicrophoneRestored()]


def test_its_own_voice_on_the_speaker_s_monitor_is_not_taken_for_a_microphone(
    listener: Listener, sound_here: VirtualSound
) -> None:
    """Unplugged while Limber speaks: the server gives it the speaker's monitor, where it hears itself."""
    listener.start()
    time.sleep(SEEN_SECONDS)
    listener.source.playing = True
    sound_here.unplug_microphone()
    assert listener.seconds_until(MicrophoneLost("moved")) < NOTICED_SECONDS
    listener.source.playing = False
    sound_here.plug_in_microphone()
    listener.seconds_until(MicrophoneRestored())
    assert listener.events == [MicrophoneLost("moved"), MicrophoneRestored()]


def test_both_devices_come_back_when_the_sound_server_does(
    listener: Listener, sound_here: VirtualSound
) -> None:
    listener.start()
    sound_here.kill_server()
    assert listener.seconds_until(MicrophoneLost("lost")) < NOTICED_SECONDS
    assert listener.seconds_until(SpeakerLost()) < NOTICED_SECONDS
    sound_here.start_server()
    listener.seconds_until(SpeakerRestored())
    listener.seconds_until(MicrophoneRestored())

    listener.source.playing = True
    with sound_here.recording() as tape:
        wait_until(lambda: tape.seconds() > 0.5)
    assert sound_spans(tape.speaker())


def test_a_device_that_refuses_16_khz_is_resampled(
    listener: Listener, sound_here: VirtualSound, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = portaudio.sounddevice()
    opened_at: list[int] = []

    def refusing(stream_type: type) -> type:
        class Refusing(stream_type):  # type: ignore[misc]
            def __init__(self, samplerate: int, **options: object) -> None:
                if samplerate == 16_000:
                    raise module.PortAudioError("Error opening stream: Invalid sample rate", -9997)
                opened_at.append(samplerate)
                super().__init__(samplerate=samplerate, **options)

        return Refusing

    for name in ("RawInputStream", "RawOutputStream"):
        monkeypatch.setattr(module, name, refusing(getattr(module, name)))
    listener.start()
    assert opened_at == [44_100, 44_100]
    listener.source.playing = True
    with sound_here.recording() as tape:
        sound_here.play_to_microphone(tone(0.5, 1000))
        wait_until(lambda: len(sound_spans(listener.heard(), floor=300)) == 1)

    ((start, end),) = sound_spans(listener.heard(), floor=300)
    assert end - start == pytest.approx(0.5, abs=0.1)
    assert _pitch_hertz(listener.heard()[round(start * 16_000) :][:8000]) == pytest.approx(1000, abs=3)
    assert {len(block) for block in listener.blocks} == {BLOCK_BYTES}
    assert _pitch_hertz(tape.speaker()[-8000:]) == pytest.approx(440, abs=3)


def test_a_frozen_sound_server_ends_the_program_with_a_sentence(virtual_sound: VirtualSound) -> None:
    """A call that hangs must not hang Limber: it says so, and exits, so that a supervisor can restart it."""
    program = f"""
        from assistant.audio.live import LiveSound
        from assistant.audio.microphone import Microphone
        from assistant.audio.speaker_stream import SpeakerStream
        from assistant.errors import AudioError

        class Silence:
            def next_block(self):
                return bytes({BLOCK_BYTES})

        live = LiveSound(
            Microphone("{MICROPHONE}"),
            SpeakerStream(Silence(), "{SPEAKER}"),
            lambda event: print(event, flush=True),
        )
        live.open()
        try:
            for number, _ in enumerate(live.blocks()):
                if number == 0:
                    print("hearing", flush=True)
        except AudioError as error:
            print(error.code, error.message)
    """
    running = virtual_sound.run(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout
    try:
        assert running.stdout.readline() == "hearing\n"
        virtual_sound.freeze_server(True)
        said, _ = running.communicate(timeout=15)
    finally:
        running.kill()
        virtual_sound.freeze_server(False)
    assert "MicrophoneLost(reason='lost')" in said
    assert said.splitlines()[-1].startswith("sound_hangs Cannot close the ")
    assert running.returncode == 0
