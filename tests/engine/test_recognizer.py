"""The real libvosk on the built-in model, with speech made on the spot by espeak-ng and flite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import vosk
from typer.testing import CliRunner

from assistant.audio.files import Samples, read_audio
from assistant.cli import app
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import FinalHypothesis, Hypotheses, PartialHypothesis
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ
from assistant.errors import HearingError
from assistant.languages.packs import load_language
from assistant.resources import resource_path
from assistant.speech.endpointing import EndpointSettings
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import VoskModel, same_dither
from assistant.speech.vosk.recognizer import VoskRecognizer

MODEL_PATH = resource_path("models/limber-en")
PHRASES = ("stop", "ready", "next", "ten more seconds", "how long", "yes", "no")


@pytest.fixture(scope="session")
def model() -> VoskModel:
    return VoskModel(MODEL_PATH)


@pytest.fixture(scope="session")
def say(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Samples]:
    folder = tmp_path_factory.mktemp("said")

    @cache
    def say_text(text: str) -> Samples:
        file = folder / f"{len(list(folder.iterdir()))}.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(file)], check=True)
        spoken = read_audio(file)
        loud = np.flatnonzero(np.abs(spoken) > 300)
        return spoken[loud[0] : loud[-1]]

    return say_text


def room(seconds: float, seed: int = 0) -> Samples:
    """A quiet room."""
    return np.random.default_rng(seed).normal(0, 8, round(seconds * SAMPLE_RATE_HZ)).astype(np.int16)


def blocks(*pieces: Samples) -> list[bytes]:
    audio = np.concatenate(pieces).tobytes()
    return [audio[i : i + BLOCK_BYTES].ljust(BLOCK_BYTES, b"\0") for i in range(0, len(audio), BLOCK_BYTES)]


def listening(model: VoskModel, phrases: Sequence[str] = PHRASES, **settings: float) -> VoskRecognizer:
    recognizer = VoskRecognizer(model, EndpointSettings(**settings))
    recognizer.set_grammar(phrases)
    return recognizer


def hear(recognizer: VoskRecognizer, *pieces: Samples) -> Hypotheses:
    return [hypothesis for block in blocks(*pieces) for hypothesis in recognizer.accept(block)]


def finals(hypotheses: Hypotheses) -> list[tuple[str, ...]]:
    return [h.words for h in hypotheses if isinstance(h, FinalHypothesis)]


def test_stop_is_heard_on_a_partial_hypothesis_before_the_utterance_ends(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    stop = say("stop")
    end_seconds = 1.0 + len(stop) / SAMPLE_RATE_HZ
    heard = hear(listening(model), room(1.0), stop, room(1.0))
    partial = next(h for h in heard if isinstance(h, PartialHypothesis) and "stop" in h.words)
    final = next(h for h in heard if isinstance(h, FinalHypothesis))
    assert partial.at_seconds < final.at_seconds
    assert partial.at_seconds < end_seconds + 0.5
    assert final.words == ("stop",)
    assert partial.utterance_id == final.utterance_id
    assert end_seconds - 0.3 < partial.word_end_seconds <= min(partial.at_seconds, end_seconds + 0.1)
    assert final.word_end_seconds == pytest.approx(end_seconds, abs=0.15)
    assert final.at_seconds - end_seconds == pytest.approx(0.4, abs=0.15)


def test_partials_are_told_whenever_their_words_change_and_only_then(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    pieces = (say("ten more seconds"), room(0.2), say("ready"), room(1.0))
    heard = hear(listening(model), room(0.5), *pieces)
    partials = [h.words for h in heard if isinstance(h, PartialHypothesis)]
    assert len(partials) > 1
    assert all(before != after for before, after in pairwise(((), *partials)))
    assert ("ten", "more", "seconds") in partials
    assert finals(heard) == [("ten", "more", "seconds", "ready")]


def test_whatever_was_told_of_an_utterance_is_followed_by_its_final_hypothesis(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    """Also when its words had all gone again: or the next utterance would bear its number."""
    random = np.random.default_rng(7)
    pieces: list[Samples] = []
    for text in ("my brother lives in another city", "ready", "stop", "have you heard of it"):
        for part in (1, 2, 3):
            spoken = say(text)
            pieces += [spoken[: len(spoken) * part // 3], room(0.6)]
        pieces.append(random.normal(0, 1500, SAMPLE_RATE_HZ // 3).astype(np.int16))
    heard = hear(listening(model), room(0.5), *pieces, room(1.0))
    open_id = 0
    for hypothesis in heard:
        if not open_id:
            open_id = hypothesis.utterance_id
        assert hypothesis.utterance_id == open_id
        if isinstance(hypothesis, FinalHypothesis):
            open_id = 0
    assert open_id == 0
    numbers = [h.utterance_id for h in heard if isinstance(h, FinalHypothesis)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 8


def test_one_utterance_after_the_other_and_times_go_on_counting(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    recognizer = listening(model)
    pieces = [piece for word in ("ready", "next", "stop", "ready") for piece in (say(word), room(1.0))]
    heard = [h for h in hear(recognizer, room(0.5), *pieces) if isinstance(h, FinalHypothesis)]
    assert [h.words for h in heard] == [("ready",), ("next",), ("stop",), ("ready",)]
    assert [h.utterance_id for h in heard] == [1, 2, 3, 4]
    at_seconds = 0.5
    for hypothesis, word in zip(heard, ("ready", "next", "stop", "ready"), strict=True):
        at_seconds += len(say(word)) / SAMPLE_RATE_HZ
        assert hypothesis.word_end_seconds == pytest.approx(at_seconds, abs=0.15)
        at_seconds += 1.0


@pytest.mark.parametrize("pause_seconds", [0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6])
def test_stop_shortly_after_another_phrase_is_heard_once(
    model: VoskModel, say: Callable[[str], Samples], pause_seconds: float
) -> None:
    heard = hear(
        listening(model), room(0.5), say("ten more seconds"), room(pause_seconds), say("stop"), room(1.0)
    )
    assert [word for words in finals(heard) for word in words] == ["ten", "more", "seconds", "stop"]


def test_other_speech_is_unknown(model: VoskModel, say: Callable[[str], Samples]) -> None:
    heard = hear(listening(model), room(0.5), say("my brother lives in another city"), room(1.0))
    assert {word for words in finals(heard) for word in words} == {UNKNOWN_WORD}


def test_a_new_grammar_holds_from_the_next_utterance(model: VoskModel, say: Callable[[str], Samples]) -> None:
    recognizer = listening(model, ["ready", "stop"])
    assert finals(hear(recognizer, room(0.5), say("how long"), room(1.0))) != [("how", "long")]
    recognizer.set_grammar(["how long", "stop"])
    assert finals(hear(recognizer, say("how long"), room(1.0))) == [("how", "long")]


def test_a_new_grammar_waits_for_the_end_of_what_is_being_said(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    recognizer = listening(model, ["ten more seconds", "stop"])
    spoken = say("ten more seconds")
    half = len(spoken) // 2
    heard = hear(recognizer, room(0.5), spoken[:half])
    recognizer.set_grammar(["ready", "stop"])
    assert finals(heard + hear(recognizer, spoken[half:], room(1.0))) == [("ten", "more", "seconds")]
    assert finals(hear(recognizer, say("ready"), room(1.0))) == [("ready",)]


def test_stop_is_heard_at_whatever_moment_the_grammar_changes(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    """libvosk forgets undecoded audio on a new grammar, so each moment before and within the word counts."""
    audio = blocks(say("ready"), room(0.6), say("stop"), room(1.2))
    lost = []
    for moment in range(round(len(say("ready")) / SAMPLE_RATE_HZ / BLOCK_SECONDS), len(audio) - 40, 3):
        recognizer = listening(model, ["ready", "stop"])
        hear(recognizer, room(0.5))
        heard: Hypotheses = []
        for at, block in enumerate(audio):
            if at == moment:
                recognizer.set_grammar(["how long", "yes", "stop"])
            heard += recognizer.accept(block)
        stops = [words for words in finals(heard) if "stop" in words]
        if len(stops) != 1:
            lost.append((moment, finals(heard)))
    assert lost == []


def test_stop_is_heard_when_the_grammar_changes_within_sound(
    model: VoskModel, say: Callable[[str], Samples]
) -> None:
    """In a noisy room the change cannot wait for silence, and falls at any moment of the word."""
    random = np.random.default_rng(5)
    stop = say("stop")
    lost = []
    for before_seconds in np.arange(0.0, 0.6, 0.06):
        noise = random.normal(0, 150, 3 * SAMPLE_RATE_HZ).astype(np.int16)
        start = round((1.0 - before_seconds) * SAMPLE_RATE_HZ)
        noise[start : start + len(stop)] += stop
        recognizer = listening(model, ["ready", "stop"], max_wait_seconds=1.0)
        recognizer.accept(noise[:320].tobytes())
        recognizer.set_grammar(["how long", "yes", "stop"])
        stops = [words for words in finals(hear(recognizer, noise[320:])) if "stop" in words]
        if len(stops) != 1:
            lost.append((before_seconds, stops))
    assert lost == []


def test_a_grammar_keeps_whole_phrases_only(model: VoskModel, say: Callable[[str], Samples]) -> None:
    """libvosk alone would make "next" of "next xyzzy"."""
    assert model.missing_words(["next", "xyzzy", "qwerty"]) == ("qwerty", "xyzzy")
    recognizer = listening(model, ["next xyzzy", "stop"])
    assert ("next",) not in finals(hear(recognizer, room(0.5), say("next"), room(1.0)))


def test_noise_does_not_make_an_utterance_endless(model: VoskModel, say: Callable[[str], Samples]) -> None:
    random = np.random.default_rng(3)
    loud = random.normal(0, 700, 3 * SAMPLE_RATE_HZ).astype(np.int16)
    recognizer = listening(model, max_utterance_seconds=4.0)
    heard = hear(recognizer, loud, say("stop"), loud, say("how long"), loud)
    assert [w for words in finals(heard) for w in words if w != UNKNOWN_WORD] == ["stop", "how", "long"]
    assert recognizer.finish() == []


def test_the_end_of_the_audio_ends_the_utterance(model: VoskModel, say: Callable[[str], Samples]) -> None:
    recognizer = listening(model)
    heard = hear(recognizer, room(0.3), say("ready"))
    assert finals(heard) == []
    assert finals(recognizer.finish()) == [("ready",)]
    assert recognizer.finish() == []


def test_the_hearing_path_takes_any_amount_of_audio(model: VoskModel, say: Callable[[str], Samples]) -> None:
    path = HearingPath(VoskRecognizer(model), load_language("en").table)
    path.listen_for([Intent.READY])
    audio = np.concatenate([room(0.5), say("ready"), room(0.7)]).tobytes()
    heard = [h for i in range(0, len(audio), 1_000) for h in path.accept(audio[i : i + 1_000])]
    assert [said.words for said in heard + path.finish()] == [("ready",)]


def test_the_built_in_model_knows_every_word_of_the_language_pack(model: VoskModel) -> None:
    assert model.missing_words(load_language("en").table.vocabulary()) == ()


def test_the_same_dither_gives_the_same_result(model: VoskModel, say: Callable[[str], Samples]) -> None:
    def sureness(seed: int) -> float:
        same_dither(seed)
        recognizer = vosk.KaldiRecognizer(model.native, SAMPLE_RATE_HZ, json.dumps(PHRASES))
        recognizer.SetMaxAlternatives(1)
        recognizer.AcceptWaveform(np.concatenate([room(0.5), say("ready"), room(0.7)]).tobytes())
        return float(json.loads(recognizer.FinalResult())["alternatives"][0]["confidence"])

    assert sureness(1) == sureness(1) != sureness(2)


def truncate(name: str, size: int) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, size)


def rewrite(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(shutil.rmtree, "does not exist", id="nothing there"),
        pytest.param(lambda f: (shutil.rmtree(f), f.mkdir()), "lacks am/final.mdl", id="empty"),
        pytest.param(lambda f: (shutil.rmtree(f), f.touch()), "is not a directory", id="a file"),
        pytest.param(lambda f: (f / "conf/model.conf").unlink(), "lacks conf/model.conf", id="no conf"),
        pytest.param(lambda f: (f / "graph/HCLr.fst").unlink(), "lacks graph/HCLr.fst", id="no graph"),
        pytest.param(truncate("am/final.mdl", 0), "lacks am/final.mdl", id="empty network"),
        pytest.param(truncate("am/final.mdl", 100), "is damaged", id="network's beginning"),
        pytest.param(truncate("am/final.mdl", 300_000), "is damaged", id="half a network"),
        pytest.param(rewrite("am/final.mdl", b"\xa4\xff\n" * 999), "is damaged", id="another file"),
        pytest.param(truncate("graph/HCLr.fst", 10), "is damaged", id="graph's beginning"),
        pytest.param(truncate("graph/HCLr.fst", 500_000), "is damaged", id="half a graph"),
        pytest.param(rewrite("graph/words.txt", b"<eps> 0\nam\n"), "is damaged", id="half a line of words"),
        pytest.param(rewrite("graph/words.txt", b"<eps> 0\nstop 1\n"), "does not know", id="too few words"),
        pytest.param(rewrite("conf/model.conf", b"--nonsense=1\n"), "is damaged", id="strange option"),
    ],
)
def test_a_broken_model_is_one_sentence(
    damage: Callable[[Path], object], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL_PATH, folder)
    (folder / "files.json").unlink()  # as one that nobody described
    damage(folder)
    with pytest.raises(HearingError, match=said) as caught:
        VoskModel(folder)
    assert str(folder) in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.message.endswith(".")
    assert capfd.readouterr() == ("", "")


def test_hear_prints_lines_of_json_and_nothing_else(say: Callable[[str], Samples], tmp_path: Path) -> None:
    from assistant.audio.files import write_wav

    said = np.concatenate([room(0.5), say("ten more seconds"), room(0.8), say("stop")])
    write_wav(tmp_path / "a.wav", np.repeat(said, 3)[: 3 * len(said)], 3 * SAMPLE_RATE_HZ)
    result = CliRunner().invoke(app, ["-q", "hear", "--json", str(tmp_path / "a.wav")])
    assert result.exit_code == 0, result.output
    more, stop, file = map(json.loads, result.stdout.splitlines())
    assert more["file"] == str(tmp_path / "a.wav")
    assert (more["intent"], more["phrase"], more["slots"]) == (
        "more_time",
        "ten more seconds",
        {"number": 10},
    )
    assert (more["source"], stop["source"]) == ("final", "partial")
    assert stop["intent"] == "stop"
    assert more["word_end_seconds"] < more["at_seconds"] < stop["word_end_seconds"] <= stop["at_seconds"]
    assert file["seconds"] == pytest.approx(len(said) / SAMPLE_RATE_HZ, abs=0.01)
    assert file["processing_seconds"] > 0


def test_hear_says_what_is_no_audio_and_goes_on(say: Callable[[str], Samples], tmp_path: Path) -> None:
    from assistant.audio.files import write_wav

    (tmp_path / "no.wav").write_text("words")
    write_wav(tmp_path / "yes.wav", np.concatenate([room(0.3), say("yes")]))
    result = CliRunner().invoke(app, ["hear", str(tmp_path / "no.wav"), str(tmp_path / "yes.wav")])
    assert result.exit_code == 1
    assert "no.wav is not an audio file" in result.stderr
    assert 'yes: "yes" (final)' in result.stdout
