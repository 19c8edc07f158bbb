"""Engines by name: one of the test's own needs a module and a line in the registry, nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from fakes import FakeRecognizer, FakeVoice

from assistant.config import Config
from assistant.core.intents import Intent
from assistant.core.ports import Recognizer, Voice
from assistant.errors import VoiceError
from assistant.opening import load_content, open_hearing, open_speech_model, open_voice
from assistant.speech import engines
from assistant.speech.engines import RecognizerEngine, VoiceEngine, choose_voices, find_model

ROOT = Path(__file__).parents[2]


class Whistle(FakeVoice):
    """A voice engine of the test's own."""


def open_whistle(which: str, *, installed: Sequence[Path], steady: bool) -> Voice:
    if which == "broken":
        raise VoiceError("voice_failed", "The whistle is broken.")
    return Whistle(f"whistle:{which}:{steady}")


def whistles(language: str, installed: Sequence[Path]) -> Sequence[str]:
    return ["low", "high"] if language == "xx" else []


WHISTLE = VoiceEngine("whistle", open_whistle, whistles, "sudo apt-get install whistle", "low")


class Shell:
    """A model of the test's own: it knows one word."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new_recognizer(self) -> Recognizer:
        return FakeRecognizer({1: "next.", 3: "stop."})

    def new_commands(self) -> None:
        return None

    def missing_words(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(set(words) - {"next", "stop"}))


@pytest.fixture
def whistle(monkeypatch: pytest.MonkeyPatch) -> VoiceEngine:
    monkeypatch.setattr(engines, "VOICES", (*engines.VOICES, WHISTLE))
    return WHISTLE


@pytest.mark.usefixtures("whistle")
def test_a_registered_voice_is_opened_by_its_name() -> None:
    assert engines.open_voice("whistle:high", steady=True).id == "whistle:high:True"
    assert engines.open_voice("whistle").id == "whistle:low:False"
    config = Config.model_validate({"speech": {"voice": "whistle:high"}})
    assert open_voice(config, pytest.fail).id == "whistle:high:False"


@pytest.mark.usefixtures("whistle")
def test_a_registered_voice_is_told_to_whoever_asks_for_one_that_is_not_there() -> None:
    with pytest.raises(VoiceError, match='"espeak:en-us" or "whistle:low"'):
        engines.open_voice("festival")
    with pytest.raises(VoiceError, match='no voice "festival:usual"'):
        choose_voices("festival:usual", language="en", on_fallback=pytest.fail)


def test_the_best_voice_of_a_language_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None of the others may be opened: they do not speak it, or come after it."""
    monkeypatch.setattr(engines, "VOICES", (WHISTLE, *engines.VOICES))
    assert choose_voices(language="xx", on_fallback=pytest.fail).id == "whistle:low:False"
    told: list[str] = []
    assert choose_voices("whistle:broken", language="xx", on_fallback=told.append).id == "whistle:low:False"
    assert told == ["The whistle is broken. Speaking with whistle:low:False instead."]


def test_where_no_voice_opens_every_engine_tells_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        engines, "VOICES", (VoiceEngine("none", open_whistle, lambda *_: (), "get none"), WHISTLE)
    )
    with pytest.raises(VoiceError, match='"get none" or "sudo apt-get install whistle"'):
        choose_voices(language="en", on_fallback=pytest.fail)


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["piper:en_US-one", "flite:slt", "espeak:en-us"]), ("de", ["piper:de-two", "espeak:de"])],
)
def test_voices_are_tried_by_the_language_they_speak(
    monkeypatch: pytest.MonkeyPatch, language: str, names: list[str]
) -> None:
    tried: list[str] = []

    def refuse(name: str, **_: object) -> Voice:
        tried.append(name)
        raise VoiceError("voice_missing", "")

    monkeypatch.setattr(engines, "open_voice", refuse)
    with pytest.raises(VoiceError):
        choose_voices(
            language=language, installed=[Path("en_US-one.onnx"), Path("de-two.onnx")], on_fallback=str
        )
    assert tried == names


def test_a_registered_recognizer_hears_a_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engines, "RECOGNIZERS", (*engines.RECOGNIZERS, RecognizerEngine("shell", Shell)))
    config = Config.model_validate({"speech": {"model": f"shell:{tmp_path}"}})
    engine, model = find_model(config.speech.model)
    assert (engine.name, model.path, model.origin) == ("shell", tmp_path, "configured")
    told: list[str] = []
    pack, _ = load_content(config, pytest.fail)
    hearing = open_hearing(config, pack, open_speech_model(config, pack, told.append), None)
    hearing.listen_for(Intent)
    believed = [one for _ in range(5) for one in hearing.accept(bytes(640))]
    assert [one.words for one in believed] == [("next",)], "safety phrases are for the built-in model alone"
    assert "does not know these words" in told[0]


def test_a_folder_alone_is_a_model_of_the_usual_recognizer(tmp_path: Path) -> None:
    engine, model = find_model(f"{tmp_path}")
    assert (engine.name, model.path) == ("vosk", tmp_path)
    engine, model = find_model("odd:name")
    assert (engine.name, model.path) == ("vosk", Path("odd:name"))
    engine, model = find_model()
    assert (engine.name, model.origin) == ("vosk", "built-in")


def test_nothing_but_the_registry_opens_an_engine() -> None:
    """A class of an engine is named in its own package, and for an engine's own measures in its tests."""
    construct = re.compile(r"\b(?:VoskModel|VoskRecognizer|PiperVoice|EspeakVoice|FliteVoice)\(")
    own = {ROOT / "assistant/speech/engines.py"}
    own |= {*(ROOT / "assistant/speech/vosk").glob("*.py"), *(ROOT / "assistant/speech/voices").glob("*.py")}
    sources = [path for folder in ("assistant", "scripts") for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 100
    opening = [path for path in sources if path not in own and construct.search(path.read_text("utf-8"))]
    assert opening == []


def test_to_know_the_engines_loads_none_of_them() -> None:
    """onnxruntime loaded beside libvosk made what was heard differ from run to run."""
    loads = "import sys, assistant.speech.engines; print({'vosk', 'piper', 'onnxruntime'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
