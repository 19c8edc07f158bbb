"""Every built-in routine can be asked for by its name, heard by the real recognizer from a made voice."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.files import read_audio
from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.routine import Routine
from assistant.core.states import ONLY_AT_REST
from assistant.languages.packs import load_language
from assistant.resources import resource_path
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import VoskModel
from assistant.speech.vosk.recognizer import VoskRecognizer
from assistant.store.routines import load_routines

ROUTINES = load_routines(None, pytest.fail)
TABLE = load_language("en", ROUTINES).table


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(resource_path("models/limber-en"))


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
@pytest.mark.parametrize("routine", ROUTINES, ids=lambda routine: routine.id)
def test_a_routine_is_chosen_by_its_name(routine: Routine, model: VoskModel, tmp_path: Path) -> None:
    file = tmp_path / "name.wav"
    subprocess.run(
        ["espeak-ng", "-v", "en-us", "-s", "145", "-w", str(file), routine.spoken_name], check=True
    )
    quiet = np.zeros(SAMPLE_RATE_HZ, dtype=np.int16)
    audio = np.concatenate([quiet, read_audio(file) // 2, quiet]).tobytes()
    hearing = HearingPath(VoskRecognizer(model), TABLE)
    hearing.listen_for(frozenset(Intent) - ONLY_AT_REST)
    heard = hearing.accept(audio) + hearing.finish()
    assert [said.slots.routine for said in heard if isinstance(said, Said)] == [routine.id]
