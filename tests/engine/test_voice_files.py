"""Piper voices as people lay them into the models folder: which are found, and what is said of the others.

With tiny voices of our own, which the real piper-tts loads.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_voice import make_tiny_voice

from assistant.core.ports import Voice
from assistant.errors import VoiceError
from assistant.speech import voice_files
from assistant.speech.engines import choose_voices, open_voice
from assistant.speech.models import manifest
from assistant.speech.prompt_cache import prompt_key
from assistant.speech.voice_files import describe, installed_voices, names_of


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_voice(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def lay(tiny: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Lay a voice into the models folder, at this path."""

    def put(place: str) -> Path:
        path = tmp_path / "models" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tiny, path)
        shutil.copy(f"{tiny}.json", f"{path}.json")
        return path

    return put


def found(tmp_path: Path) -> tuple[Path, ...]:
    return installed_voices(tmp_path / "models")


def named(tmp_path: Path, name: str) -> Voice:
    return open_voice(name, installed=found(tmp_path))


def refusal(tmp_path: Path, name: str) -> str:
    """What is said of a voice that cannot be used: always one sentence, without a line's end."""
    with pytest.raises(VoiceError) as caught:
        named(tmp_path, name)
    assert "\n" not in caught.value.message
    return caught.value.message


def change(path: Path, **settings: object) -> None:
    file = Path(f"{path}.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))


Lay = Callable[[str], Path]


@pytest.mark.parametrize(
    "place",
    [
        "en_US-joe.onnx",
        "joe/en_US-joe.onnx",
        "my voices/en_US-joe.onnx",
        "en/en_US/joe/medium/en_US-joe.onnx",
    ],
)
def test_a_voice_anywhere_in_the_models_folder_is_found_and_chosen(
    lay: Lay, tmp_path: Path, place: str
) -> None:
    path = lay(place)
    assert found(tmp_path) == (path,)
    for name in ("piper:en_US-joe", "en_US-joe", str(path), f"piper:{path}", f"{path}.json", str(path)[:-5]):
        assert named(tmp_path, name).id.startswith("piper:en_US-joe:")
    chosen = choose_voices(language="en", installed=found(tmp_path), on_fallback=pytest.fail)
    assert chosen.id.startswith("piper:en_US-joe:")


def test_a_voice_is_known_by_its_folder_too_and_its_name_may_have_spaces(lay: Lay, tmp_path: Path) -> None:
    path = lay("Aunt Joe/a warm voice.onnx")
    for name in ("Aunt Joe", "a warm voice", "piper:a warm voice", str(path.parent)):
        assert named(tmp_path, name).id.startswith("piper:a warm voice:")


def test_our_own_voice_comes_first_and_what_is_not_there_whole_is_no_voice(lay: Lay, tmp_path: Path) -> None:
    own = next(model for model in manifest() if model.kind == "voice").name
    hearing = next(model for model in manifest() if model.kind == "hearing").name
    other, ours = lay("aa.onnx"), lay(f"{own}/{own}.onnx")
    lay(".partial/half/half.onnx")
    lay(f"{hearing}/network.onnx")
    assert found(tmp_path) == (ours, other)


def test_links_are_followed_but_none_in_circles_and_one_file_is_one_voice(lay: Lay, tmp_path: Path) -> None:
    path = lay("joe/en_US-joe.onnx")
    folder = tmp_path / "models"
    (folder / "round").symlink_to(folder)
    (folder / "gone.onnx").symlink_to(tmp_path / "nowhere.onnx")
    (folder / "again").symlink_to(path.parent)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(path.parent, elsewhere)
    (folder / "linked").symlink_to(elsewhere)
    assert {p.resolve() for p in found(tmp_path)} == {path.resolve(), elsewhere / "en_US-joe.onnx"}
    assert "gone.onnx is missing" in refusal(tmp_path, str(folder / "gone.onnx"))


def test_two_voices_of_one_name_are_told_apart_by_their_folders(lay: Lay, tmp_path: Path) -> None:
    one, other = lay("one/en_US-joe.onnx"), lay("other/en_US-joe.onnx")
    change(other, inference={"noise_scale": 0.0, "length_scale": 2.0, "noise_w": 0.0})
    assert names_of(found(tmp_path)) == {"one/en_US-joe": one, "other/en_US-joe": other}
    assert named(tmp_path, "one/en_US-joe").id != named(tmp_path, "other/en_US-joe").id
    told = refusal(tmp_path, "en_US-joe")
    assert str(one) in told
    assert str(other) in told
    assert choose_voices(language="en", installed=found(tmp_path), on_fallback=pytest.fail)


def test_a_folder_with_none_or_several_is_answered(lay: Lay, tmp_path: Path) -> None:
    path = lay("pair/a.onnx")
    lay("pair/b.onnx")
    assert "a.onnx" in refusal(tmp_path, str(path.parent))
    (tmp_path / "empty").mkdir()
    assert "there is no Piper voice" in refusal(tmp_path, str(tmp_path / "empty"))


def test_what_is_not_there_is_told_with_the_folder_and_another_voice_speaks(tmp_path: Path) -> None:
    told = refusal(tmp_path, "piper:nobody")
    assert str(voice_files.models_folder()) in told
    assert "`limber voices`" in told
    assert "festival:" not in refusal(tmp_path, "nobody")


Spoil = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: Path(f"{p}.json").unlink(), "en_US-joe.onnx.json is missing; put it into"),
        (lambda p: p.unlink(), "en_US-joe.onnx is missing; put it into"),
        (lambda p: Path(f"{p}.json").write_text("{"), "en_US-joe.onnx.json in"),
        (lambda p: Path(f"{p}.json").write_text("[" * 9999), "en_US-joe.onnx.json in"),
        (lambda p: Path(f"{p}.json").write_bytes(b"\xff\xfe"), "cannot be read (it is not UTF-8 text)"),
        (lambda p: (Path(f"{p}.json").unlink(), os.mkfifo(f"{p}.json")), "(it is not a regular file)"),
        (lambda p: (p.unlink(), p.symlink_to("/dev/zero")), "(it is not a regular file)"),
        (lambda p: p.write_bytes(b""), "fetch en_US-joe.onnx and its .json anew"),
        (lambda p: change(p, phoneme_type="pinyin"), 'phonemes of the kind "pinyin"'),
        (lambda p: change(p, audio={}), "its files are damaged or no Piper voice"),
    ],
)
def test_each_fault_names_its_file_and_the_next_voice_speaks(
    lay: Lay, tmp_path: Path, spoil: Spoil, said: str
) -> None:
    path, other = lay("joe/en_US-joe.onnx"), lay("other/en_US-other.onnx")
    spoil(path)
    told = refusal(tmp_path, str(path))
    assert str(path.parent) in told
    assert said in told
    lines: list[str] = []
    voice = choose_voices(str(path), language="en", installed=[other], on_fallback=lines.append)
    assert voice.id.startswith("piper:en_US-other")
    assert lines == [f"{told} Speaking with {voice.id} instead."]


def test_a_network_of_another_kind_is_refused_when_it_is_opened(lay: Lay, tmp_path: Path) -> None:
    import onnx

    path = lay("en_US-joe.onnx")
    model = onnx.load(str(path))
    for node in model.graph.node:
        node.input[:] = ["tokens" if name == "input" else name for name in node.input]
    model.graph.input[0].name = "tokens"
    onnx.save(model, str(path))
    assert "of another kind, which wants input_lengths, scales, tokens" in refusal(tmp_path, "en_US-joe")


def test_a_speaker_of_several_is_named_after_a_number_sign(lay: Lay, tmp_path: Path) -> None:
    path = lay("en_US-many.onnx")
    change(path, num_speakers=2, speaker_id_map={"ann": 0, "bob": 1})
    ids = {named(tmp_path, f"en_US-many{which}").id for which in ("", "#ann", "#bob", "#1")}
    assert len(ids) == 4
    assert 'no speaker "eve"; there is: ann, bob' in refusal(tmp_path, "en_US-many#eve")
    assert 'no speaker "2"' in refusal(tmp_path, "piper:en_US-many#2")


def test_what_an_edited_or_replaced_voice_said_before_is_not_played(lay: Lay, tmp_path: Path) -> None:
    """Neither size nor time of a file tells them apart: most voices have the same size."""
    path = lay("en_US-joe.onnx")
    times = path.stat().st_mtime_ns, path.stat().st_mtime_ns
    before = named(tmp_path, "en_US-joe").id
    assert named(tmp_path, "en_US-joe").id == before
    change(path, inference={"noise_scale": 0.0, "length_scale": 1.5, "noise_w": 0.0})
    edited = named(tmp_path, "en_US-joe").id
    data = path.read_bytes()
    at = data.index(b"tiny_voice")
    path.write_bytes(data[:at] + b"tiny_voicf" + data[at + 10 :])
    os.utime(path, ns=times)
    replaced = named(tmp_path, "en_US-joe").id
    assert len({prompt_key(voice_id, "Stop.", 1.0) for voice_id in (before, edited, replaced)}) == 3


def test_what_a_voice_tells_of_itself(lay: Lay) -> None:
    path = lay("joe/en_US-joe-medium.onnx")
    change(path, num_speakers=3, audio={"sample_rate": 22_050, "quality": "high"}, language={"code": "en-GB"})
    voice = describe("joe", path)
    assert (voice.language, voice.quality, voice.speakers, voice.trouble) == ("en_GB", "high", 3, "")
    assert voice.size_bytes == path.stat().st_size
    change(path, num_speakers="x", audio=5, language=[], espeak={"voice": "de"})
    voice = describe("joe", path)
    assert (voice.language, voice.quality, voice.speakers) == ("de", "medium", 1)
    Path(f"{path}.json").unlink()
    voice = describe("joe", path)
    assert (voice.language, voice.quality) == ("en_US", "medium")
    assert "en_US-joe-medium.onnx.json is missing" in voice.trouble


def test_a_voice_of_another_language_is_not_chosen_by_itself(lay: Lay, tmp_path: Path) -> None:
    path = lay("warm.onnx")
    change(path, espeak={"voice": "de"})
    told: list[str] = []
    assert not choose_voices(language="en", installed=found(tmp_path), on_fallback=told.append).id.startswith(
        "piper"
    )
    german = choose_voices("warm", language="en", installed=found(tmp_path), on_fallback=told.append)
    assert german.id.startswith("piper:warm")
    assert told == []
