"""`scripts/measure/run hearing` and `model` on a few synthesized recordings, and on the real ones.

The real recordings lie beside the repository where its server has them. Their figures are held against
`hearing-figures.json`: `scripts/measure/run hearing --quick --commit` writes it anew.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile as sf
import soxr

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "data" / "audio"
KEPT = Path(__file__).parent / "hearing-figures.json"
RATE_HZ = 16_000
READING = "The morning was bright, and the children walked along the river to the old mill."


def measure(*arguments: str | Path, timeout_seconds: float = 600) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.measure", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout_seconds
    )


def is_there(group: int) -> bool:
    """Whether a process of this group is running."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def spoken(text: str, voice: str, folder: Path) -> np.ndarray:
    path = folder / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", path, text], check=True, capture_output=True)
    samples, rate_hz = sf.read(path, dtype="float32")
    return np.asarray(soxr.resample(samples, rate_hz, RATE_HZ))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four synthesized speakers."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs: sudo apt-get install espeak-ng")
    folder = tmp_path_factory.mktemp("recordings")
    noise = 0.01 * np.random.default_rng(1).standard_normal(RATE_HZ * 5)
    echo = np.eye(1, RATE_HZ // 2)[0] + 0.2 * np.eye(1, RATE_HZ // 2, 800)[0]
    sounds = {"noise/ambient/hiss.wav": ("", "", noise), "noise/rir/room.wav": ("", "", echo)}
    for voice in ("en-us", "en-us+m3", "en-us+f2", "en-gb"):
        for word in ("stop", "yes"):
            sounds[f"commands/{word}/{voice}.wav"] = (word, voice, spoken(word, voice, folder))
        sounds[f"negatives/librispeech/{voice}.wav"] = (READING, voice, spoken(READING, voice, folder))
    with (folder / "manifest.csv").open("w", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["path", "text", "speaker", "note"])
        for name, (text, speaker, samples) in sounds.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            sf.write(folder / name, samples, RATE_HZ)
            out.writerow([name, text, speaker, ""])
    return folder


@pytest.mark.timeout(1200)
def test_a_small_folder_is_measured_saved_and_compared(recordings: Path, tmp_path: Path) -> None:
    names = "clean,kitchen 20 dB,own voice none direct,others' reading,single other commands"
    page, kept = tmp_path / "page.md", tmp_path / "kept.json"
    page.write_text("<!-- figures: begin -->\n<!-- figures: end -->\n")
    done = measure(
        "hearing",
        *("--audio", recordings, "--conditions", names, "--out", tmp_path / "out"),
        *("--markdown", page, "--commit", kept),
    )
    assert done.returncode == 0, done.stderr
    assert "100%" in done.stderr
    found = {(f["what"], f["condition"]): f for f in json.loads((tmp_path / "out/figures.json").read_text())}
    clean = found['"stop" missed', "clean"]
    assert (clean["total"], clean["speakers"]) == (4, 4)
    assert clean["count"] <= 1
    assert found["false pauses an hour", "others' reading"]["recordings"] == 4
    assert found["taken for a safety phrase", "single other commands"]["total"] == 4
    assert found["word end to silence, median", "clean"]["value"] < 0.6
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".csv", ".md", ".svg"}
    for drawing in (tmp_path / "out").glob("*.svg"):
        ElementTree.parse(drawing)
    assert '"stop" missed, clean' in page.read_text()

    same = ("--audio", recordings, "--conditions", "single other commands", "--json")
    one = measure("hearing", *same, "--processes", "1", "--against", kept)
    assert one.returncode == 0, one.stderr
    assert "No figure got worse" in one.stderr
    (understood,) = (f for f in json.loads(one.stdout) if f["what"] == "understood")
    assert understood["count"] == found["understood", "yes"]["count"]

    planted = [found["understood", "yes"] | {"low": 1.1, "high": 1.2, "value": 1.2, "recordings": 20}]
    kept.write_text(json.dumps(planted))
    worse = measure("hearing", *same, "--processes", "1", "--against", kept)
    assert worse.returncode == 1
    assert "Hearing got worse beyond what chance explains. understood, yes:" in worse.stderr


@pytest.mark.timeout(1200)
def test_a_curve_is_measured_printed_and_saved(recordings: Path, tmp_path: Path) -> None:
    wanted = ("--curve", "50,0", "--conditions", "clean,others' reading")
    done = measure("hearing", "--audio", recordings, *wanted, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    free, strict = json.loads((tmp_path / "curve.json").read_text())
    missed = [
        next(f["count"] for f in point["figures"] if f["what"] == '"stop" missed') for point in (free, strict)
    ]
    assert missed[0] <= min(1, missed[1])  # the less is asked of the sound, the less is missed
    assert [free["factor"], strict["factor"]] == [50.0, 0.0]
    assert "| 50 | " in done.stdout
    ElementTree.parse(tmp_path / "curve.svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--audio", "{audio}", "--curve", "much"), '"much" is no list of factors'),
        (("--audio", "{audio}", "--curve", "1", "--conditions", "clean"), "A curve needs"),
        (("--audio", "{audio}", "--curve", "1", "--json"), "A curve is printed"),
        (("--audio", "{tmp}/none"), "manifest.csv is no list of recordings: No such file or directory."),
        (("--audio", "{tmp}/corrupt"), "is no list of recordings: a line lacks the column 'text'."),
        (("--audio", "{tmp}/broken"), "commands/stop/a.wav cannot be read"),
        (("--audio", "{audio}", "--conditions", "cellar"), 'There is no condition "cellar"'),
        (("--audio", "{audio}", "--conditions", "music"), "there are no recordings for these conditions."),
        (("--audio", "{audio}", "--model", "{tmp}/none"), "The speech model"),
        (("--audio", "{audio}", "--against", "{tmp}/none"), "none cannot be read: No such file"),
        (("--audio", "{audio}", "--markdown", "{tmp}/corrupt/manifest.csv"), "needs a line <!-- figures"),
        (("--audio", "{audio}", "--out", "{tmp}/file/out"), "out cannot be written: Not a directory."),
        (("--audio", "{audio}", "--commit", "{tmp}/file/kept.json"), "file cannot be written: File exists."),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence(
    recordings: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "corrupt").mkdir()
    (tmp_path / "corrupt/manifest.csv").write_text("path,words\na,b\n")
    (tmp_path / "broken/commands/stop").mkdir(parents=True)
    (tmp_path / "broken/manifest.csv").write_text("path,text,speaker,note\ncommands/stop/a.wav,stop,x,\n")
    (tmp_path / "broken/commands/stop/a.wav").write_text("no sound")
    done = measure(
        "hearing", *(a.format(tmp=tmp_path, audio=recordings) for a in arguments), "--processes", "1"
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Listening" not in done.stderr  # it is told before the work, not after
    assert "Traceback" not in done.stderr
    assert "bug in Limber" not in done.stderr


def test_a_recording_that_turns_out_to_be_none_ends_the_work_in_one_sentence(tmp_path: Path) -> None:
    """Found by one of two processes, told by the program."""
    (tmp_path / "negatives/words").mkdir(parents=True)
    sf.write(tmp_path / "negatives/words/two.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    (tmp_path / "manifest.csv").write_text("path,text,speaker,note\nnegatives/words/two.wav,bed,x,\n")
    done = measure("hearing", "--audio", tmp_path, "--conditions", "single other words")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("two.wav is not mono sound at 16 kHz.")
    assert "Traceback" not in done.stderr


def test_nothing_goes_on_when_the_program_is_killed(recordings: Path) -> None:
    command = [sys.executable, "-m", "scripts.measure", "hearing", "--conditions", "clean"]
    with subprocess.Popen(
        [*command, "--audio", recordings], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr
        assert any("Listening" in line for line in running.stderr)
        running.kill()
        running.wait()
        until = time.monotonic() + 30.0
        while is_there(running.pid) and time.monotonic() < until:
            time.sleep(0.1)
        assert not is_there(running.pid)


@pytest.mark.timeout(1200)
def test_no_figure_of_the_quick_form_got_worse() -> None:
    if not (RECORDINGS / "manifest.csv").exists():
        pytest.skip("the development recordings are not beside the repository, in ../shared/data/audio")
    done = measure("hearing", "--audio", RECORDINGS, "--quick", "--against", KEPT, timeout_seconds=1190)
    assert done.returncode == 0, done.stderr


def test_the_models_figures_name_recordings_and_speakers(recordings: Path) -> None:
    model = ROOT / "models" / "limber-en"
    done = measure("model", model, "--audio", recordings, "--json")
    assert done.returncode == 0, done.stderr
    found = {(f["what"], f["condition"]): f for f in json.loads(done.stdout)}
    clean, unsuspected = found['"stop" missed', "clean"], found['"stop" not suspected', "clean"]
    assert (clean["total"], clean["speakers"]) == (4, 4)
    assert unsuspected["count"] <= clean["count"] <= 1
    assert found["right, with nothing else to be heard", "all"]["total"] == 8
    reading = found["false pauses an hour", "others' reading"]
    assert reading["total"] > 0.003
    assert reading["count"] <= found["suspicions an hour", "others' reading"]["count"]
    told = measure("model", model, "--audio", recordings)
    missed = told.stdout[told.stdout.index('"stop" missed') :]
    assert "kitchen 10 dB" in missed.partition("\n\n")[0], told.stderr
    assert "Traceback" not in told.stderr


def test_the_echo_proof_takes_its_own_arguments_and_fails_for_a_safety_phrase() -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs: sudo apt-get install espeak-ng")
    proof = measure("echo-proof", "--voice", "espeak:en-us", "Please stop.")
    assert proof.returncode == 1, proof.stderr
    assert "stop: “please stop”" in proof.stdout
    assert "--draws" in measure("echo-proof", "--help").stdout
