"""The configuration: defaults, the file, the environment, and what is wrong in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assistant.config import AudioConfig, Config
from assistant.config_loading import config_path, load_config
from assistant.core.listening.operating_point import OperatingPoint
from assistant.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
NUMBERS = get_type_hints(OperatingPoint, include_extras=True)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_example_tells_every_key_with_its_default() -> None:
    values = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert values == Config().model_dump(mode="json", exclude={"rooms"}) | {"hearing": {"sensitivity": 0}}
    assert Config().rooms == []  # of which it has one in a comment
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    unexplained = [line for before, line in pairwise(lines) if re.match(r"\w+ =", line) and not before]
    assert unexplained == []


def test_the_page_on_hearing_tells_each_number_that_the_example_leaves_out() -> None:
    page = (ROOT / "docs" / "hearing.md").read_text(encoding="utf-8")
    for number in fields(OperatingPoint):
        (bounds,) = NUMBERS[number.name].__metadata__
        assert f"| `{number.name}` | {number.default:g} | {bounds.least:g} to {bounds.most:g} |" in page


def test_without_sensitivity_hearing_is_as_it_was_measured() -> None:
    assert Config().hearing.operating_point() == OperatingPoint()


def test_each_step_of_sensitivity_asks_half_of_the_sound_and_no_step_more_of_pain(
    write: Callable[[str], Path],
) -> None:
    path = write("[hearing]\nsensitivity = 1\nalone_plausibility = -3\n")
    wanted = replace(
        OperatingPoint(),
        alone_plausibility=-6.0,
        unrecorded_plausibility=-4.0,
        among_plausibility=-2.0,
        doubted_plausibility=-1.4,
        again_plausibility=-6.0,
        spotted_plausibility=-0.6,
    )
    assert load_config(path, {}).hearing.operating_point() == wanted
    less = load_config(path, {"LIMBER_HEARING_SENSITIVITY": "-1"}).hearing.operating_point()
    assert (less.alone_plausibility, less.unrecorded_plausibility) == (-1.5, -2.0)
    assert less.among_plausibility == -0.5


@pytest.mark.parametrize("name", list(NUMBERS))
def test_each_number_of_hearing_is_a_key_within_its_bounds(write: Callable[[str], Path], name: str) -> None:
    (bounds,) = NUMBERS[name].__metadata__
    for value in (bounds.least, bounds.most):
        point = load_config(write(f"[hearing]\n{name} = {value}\n"), {}).hearing.operating_point()
        assert point == replace(OperatingPoint(), **{name: value})
    for value in (bounds.least - 0.01, bounds.most + 0.01):
        with pytest.raises(ConfigError, match=f"hearing.{name} should be"):
            load_config(write(f"[hearing]\n{name} = {value}\n"), {})


def test_without_a_file_everything_is_default(tmp_path: Path) -> None:
    assert load_config(environ={}) == Config()
    with pytest.raises(ConfigError, match=r"There is no configuration file .*missing\.toml"):
        load_config(tmp_path / "missing.toml", {})
    with pytest.raises(ConfigError, match=r"There is no configuration file .*gone\.toml"):
        load_config(environ={"LIMBER_CONFIG": str(tmp_path / "gone.toml")})


def test_the_file_is_in_the_user_s_folder_or_where_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path({}) == tmp_path / "limber" / "config.toml"
    config_path({}).parent.mkdir()
    config_path({}).write_text('[audio]\nmicrophone = "USB"\n', encoding="utf-8-sig")
    assert load_config(environ={}).audio.microphone == "USB"
    other = tmp_path / "other.toml"
    other.write_text("[speech]\nrate = 1\n", encoding="utf-8")
    assert load_config(environ={"LIMBER_CONFIG": str(other)}).speech.rate == 1.0


def test_the_home_folder_is_filled_in(write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    path = write('[speech]\nmodel = "~/model"\nvoice = "piper:~/voice.onnx"\n[log]\nfile = "~/log"\n')
    config = load_config(path, {"LIMBER_LOG_FILE": "~/other"})
    assert config.speech.model == "/home/someone/model"
    assert config.speech.voice == "piper:/home/someone/voice.onnx"
    assert config.log.file == "/home/someone/other"


def test_other_rooms_are_tables_of_their_own(write: Callable[[str], Path]) -> None:
    config = load_config(
        write(
            "[session]\nroutine = 'whole spine'\n"
            "[[rooms]]\nname = 'kitchen'\naddress = 'tcp://kitchen.local:10701'\necho = 'none'\n"
            "[[rooms]]\nname = 'bed room'\naddress = '192.168.1.7'\nroutine = 'at-the-desk'\n"
            "[[rooms]]\nname = 'attic'\naddress = '[fd00::7]:9'\n"
            "[[rooms]]\nname = 'cellar'\naddress = '[fd00::8]'\n"
        ),
        {},
    )
    places = [("kitchen.local", 10701), ("192.168.1.7", 10700), ("fd00::7", 9), ("fd00::8", 10700)]
    assert [room.host_and_port for room in config.rooms] == places
    kitchen, bedroom = config.of_room("kitchen"), config.of_room("bed room")
    assert (kitchen.audio.echo, kitchen.session.routine) == ("none", "whole spine")
    assert (bedroom.audio.echo, bedroom.session.routine) == ("auto", "at-the-desk")
    assert config.of_room("here") is config


def test_a_room_that_is_wrong_is_left_out_and_the_others_stay(write: Callable[[str], Path]) -> None:
    told: list[str] = []
    path = write(
        "[[rooms]]\nname = 'a'\n"
        "[[rooms]]\nname = 'b'\naddress = 'b:1'\n"
        "[[rooms]]\nname = 'c'\naddres = 'c:1'\nrotine = ''\n"
    )
    assert [room.name for room in load_config(path, {}, told.append).rooms] == ["b"]
    assert [line.removeprefix(f"{path}:").partition("; it is")[0] for line in told] == [
        "1: rooms.address is missing",
        "6: rooms.address is missing",
        "8: rooms.addres is not a known key (did you mean address?)",
        "9: rooms.rotine is not a known key (did you mean routine?)",
    ]
    with pytest.raises(ConfigError, match=r":1: rooms\.address is missing"):
        load_config(path, {})


ROOM = "[[rooms]]\nname = '{0}'\naddress = '{0}'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROOM.format("a") + ROOM.format("A"), 'rooms has a mistake: two rooms are called "a"'),
        (ROOM.format("here"), '"here" is the room of this machine'),
        ("".join(ROOM.format(n) for n in range(17)), "there can be 16 of them, and there are 17"),
        ("[rooms]\nname = 'a'\n", "rooms should have a part that begins with [[rooms]] for each"),
        ("rooms = [3]\n", "rooms should be a section, with its keys under it"),
        ("[[rooms]]\nname = ''\naddress = 'a'\n", "should be a word or two, such as kitchen"),
        ("[[rooms]]\nname = 'a'\naddress = 'http://a'\n", "should be a computer and perhaps a port"),
    ],
)
def test_rooms_that_cannot_be_are_told_of(write: Callable[[str], Path], text: str, said: str) -> None:
    told: list[str] = []
    assert load_config(write(text), {}, told.append).rooms == []
    assert len(told) == 1
    assert said in told[0]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[audio]\nmicrophne = 'x'\n", 2, "audio.microphne is not a known key (did you mean microphone?)"),
        ("[audio]\n\nzzz = 1\n", 3, "audio.zzz is not a known key: there are microphone, speaker, volume_db"),
        ("# mine\n[audoi]\n", 2, "audoi is not a known section (did you mean audio?)"),
        ("volume_db = 1\n", 1, "volume_db is not a known section"),
        (
            "[audio]\n# loud\nvolume_db = 'loud'\n",
            3,
            "audio.volume_db should be a valid number, and is 'loud'",
        ),
        ("[audio]\nvolume_db = 99\n", 2, "audio.volume_db should be less than or equal to 12, and is 99"),
        ("audio.volume_db = 99\n", 1, "audio.volume_db should be less than"),
        ("\naudio = {volume_db = 99}\n", 2, "audio.volume_db should be less than"),
        ("audio = 3\n", 1, "audio should be a section"),
        ("[speech]\nrate = nan\n", 2, "speech.rate should be a finite number"),
        ("[speech]\nrate = true\n", 2, "speech.rate should be a valid number"),
        ("[speech]\ncache_megabytes = 1.5\n", 2, "speech.cache_megabytes should be a valid integer"),
        ("[speech]\nvoice = ' '\n", 2, 'speech.voice is " ", but should be auto, the name or path'),
        ("[session]\nlanguage = 'english'\n", 2, 'session.language is "english", but should be two letters'),
        (
            "[session]\nsound_check = 'yes'\n",
            2,
            "session.sound_check should be a valid boolean, and is 'yes'",
        ),
        ("[session]\nroutine = 7\n", 2, "session.routine should be a valid string, and is 7"),
        (
            "[hearing]\nsensitivity = 4\n",
            2,
            "hearing.sensitivity should be less than or equal to 3, and is 4",
        ),
        ("[log]\nlevel = 'loud'\n", 2, "log.level should be 'debug', 'info', 'warning' or 'error'"),
        ("[log]\nlevel = 'info'\nlevel = 'info'\n", 3, "is not TOML: "),
        ("[log]\nlevel =", 2, "is not TOML: "),
        ("[log\n", 1, "is not TOML: "),
        ("[session]\nrest_seconds = 0\n[audio]\nspeaker = 1\n", 2, "session.rest_seconds should be greater"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(
    write: Callable[[str], Path], text: str, line: int, said: str
) -> None:
    path = write(text)
    with pytest.raises(ConfigError) as raised:
        load_config(path, {})
    assert raised.value.message.startswith(f"{path}:{line}")
    assert said in raised.value.message
    assert "\n" not in raised.value.message


def test_other_encodings_and_folders_are_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("[audio]\nmicrophone = 'Gerät'\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"config\.toml:2 is not UTF-8 text"):
        load_config(path, {})
    with pytest.raises(ConfigError, match=r"cannot be read: it is not a regular file"):
        load_config(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIMBER_AUDIO_MIKE", "x", "LIMBER_AUDIO_MIKE is not a known variable: there are microphone"),
        ("LIMBER_AUDIO_MICROPHNE", "x", "did you mean microphone?"),
        ("LIMBER_SPEECH_RATE", "fast", "LIMBER_SPEECH_RATE should be a valid number"),
        ("LIMBER_SPEECH_RATE", "9", "LIMBER_SPEECH_RATE should be less than or equal to 2, and is '9'"),
        ("LIMBER_SPEECH_VOICE", " ", 'LIMBER_SPEECH_VOICE is " ", but should be auto'),
        ("LIMBER_SESSION_SOUND_CHECK", "perhaps", "LIMBER_SESSION_SOUND_CHECK should be a valid boolean"),
        ("LIMBER_SPEECH_CACHE_MEGABYTES", "", "LIMBER_SPEECH_CACHE_MEGABYTES should be a valid integer"),
    ],
)
def test_what_is_wrong_in_the_environment_is_told_with_its_name(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(environ={name: value})
    assert said in raised.value.message


def test_the_environment_overrides_the_file_and_leaves_the_rest(write: Callable[[str], Path]) -> None:
    path = write("[audio]\nvolume_db = 3\nspeaker = 'Loud'\n")
    environ = {
        "LIMBER_AUDIO_VOLUME_DB": "-6.5",
        "LIMBER_SESSION_SOUND_CHECK": "false",
        "LIMBER_SPEECH_CACHE_MEGABYTES": "0",
        "PATH": "/bin",
    }
    config = load_config(path, environ)
    assert (config.audio.volume_db, config.audio.speaker) == (-6.5, "Loud")
    assert (config.session.sound_check, config.speech.cache_megabytes) == (False, 0)


_KEYS = [
    (section, key)
    for section, field in Config.model_fields.items()
    if isinstance(field.default, BaseModel)
    for key in type(field.default).model_fields
]


@given(st.sampled_from(_KEYS), st.text(max_size=12))
def test_any_override_of_any_key_is_taken_or_told(place: tuple[str, str], value: str) -> None:
    name = "_".join(("limber", *place)).upper()
    try:
        said = str(load_config(environ={name: value}))
    except ConfigError as error:
        said = error.message
    assert said.startswith((f"{name} ", "audio=AudioConfig("))


@pytest.mark.parametrize(
    ("text", "environ", "told"),
    [
        ("[audio]\nvolume_db = 99\nmicrophone = 'mine'\n", {}, r"config\.toml:2: audio\.volume_db should be"),
        ("[audio]\nvolumes = 3\nmicrophone = 'mine'\n", {}, "audio.volumes is not a known key"),
        ("[audoi]\nvolume_db = 3\n[audio]\nmicrophone = 'mine'\n", {}, "audoi is not a known section"),
        ("log = 3\n[audio]\nmicrophone = 'mine'\n", {}, "log should be a section"),
        ("[audio]\nmicrophone = 'mine'\n", {"LIMBER_AUDIO_ECHO": "x"}, "LIMBER_AUDIO_ECHO should be"),
        ("[audio]\nmicrophone = 'mine'\n", {"LIMBER_AUDIO_X": "x"}, "LIMBER_AUDIO_X is not a known variable"),
        ("session.language = 0x" + "f" * 9999 + "\naudio.microphone = 'mine'\n", {}, "is something else"),
        ("session.language.a" + ".a" * 3000 + " = 1\naudio.microphone = 'mine'\n", {}, "session.language"),
    ],
)
def test_a_key_that_is_wrong_is_left_out_by_itself(
    write: Callable[[str], Path], text: str, environ: dict[str, str], told: str
) -> None:
    problems: list[str] = []
    config = load_config(write(text), environ, problems.append)
    (problem,) = problems
    assert re.search(told, problem)
    assert problem.endswith("; it is left out.")
    assert len(problem) < 400
    assert config == Config(audio=AudioConfig(microphone="mine"))


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("[session]\nconditions = 3\n", {}),
        ("[session]\ncondition = 'osteoporosis'\n", {}),
        ("[sesion]\nconditions = 'osteoporosis'\n", {}),
        ("conditions = 'osteoporosis'\n", {}),
        ("", {"LIMBER_SESSION_CONDITION": "osteoporosis"}),
        ("[session", {}),
    ],
)
def test_what_may_keep_stretches_away_from_somebody_is_never_left_out(
    write: Callable[[str], Path], text: str, environ: dict[str, str]
) -> None:
    with pytest.raises(ConfigError):
        load_config(write(text), environ, lambda problem: None)


@pytest.mark.parametrize("wanted", [None, "told"])
def test_an_unknown_condition_begins_nothing_whoever_reads_it(
    write: Callable[[str], Path], wanted: str | None
) -> None:
    """The same judgement for `doctor`, `config check` and `start`: all read the configuration here."""
    path = write('[session]\nroutine = ""\nconditions = "glaucoma, pregnant, flu"\n')
    with pytest.raises(ConfigError) as raised:
        load_config(path, {}, (lambda problem: None) if wanted else None)
    assert raised.value.message.startswith(
        f'{path}:3: session.conditions has a mistake: "pregnant" (did you mean pregnancy?) and "flu" are not'
        " known; there are osteoporosis, "
    )
    with pytest.raises(ConfigError, match=r'LIMBER_SESSION_CONDITIONS has a mistake: "flu" is not known'):
        load_config(environ={"LIMBER_SESSION_CONDITIONS": "flu"})
