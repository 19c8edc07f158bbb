"""The hearing benchmark's trials, pieces and loop, with ears that hear loud sound and nothing else."""

from __future__ import annotations

import csv
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech
from assistant.errors import AudioError, HearingError, VoiceError
from assistant.simulate.room import PERSON_RMS
from scripts.measure import measuring, own_voice, processes
from scripts.measure.clips import Clip, active_rms, read_clips, word_end_seconds
from scripts.measure.ears import Noticed
from scripts.measure.figures import OWN_WORDS, PAUSES, figures_of
from scripts.measure.material import WARM_UP_SECONDS, Backgrounds, Piece, clips_of, pieces_of, room_for, said
from scripts.measure.measuring import LATE_SECONDS, Outcome, Tools, hear_piece
from scripts.measure.own_voice import QUIET_AFTER_CUT_SECONDS, Prompts, Talking
from scripts.measure.saying import made_up
from scripts.measure.trials import TRIALS, Kind, OwnVoice, Trial, chosen

TABLE = PhraseTable({Intent.STOP: ("stop",), Intent.YES: ("yes",)}, {})
WORD_ENDS_SECONDS = 0.6
LOUD_RMS = 600.0


def burst() -> np.ndarray:
    """A "word" from 0.4 to 0.6 s, in a recording of one second."""
    sound = np.zeros(SAMPLE_RATE_HZ)
    sound[6400:9600] = 4000 * np.random.default_rng(1).standard_normal(3200).clip(-3, 3)
    return sound.astype(np.int16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four people with a burst each, for "stop" and "yes", and noise."""
    steady = (800 * np.random.default_rng(2).standard_normal(SAMPLE_RATE_HZ * 4)).astype(np.int16)
    rows = []
    for number in range(4):
        rows += [(f"commands/{word}/{number}.wav", word, f"p{number}", "") for word in ("stop", "yes")]
    rows += [(f"negatives/librispeech/{number}.wav", "", f"r{number}", "") for number in range(4)]
    rows += [("noise/ambient/tap.wav", "", "", ""), ("noise/room_tone/quiet.wav", "", "", "")]
    for path, *_ in rows:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        sf.write(tmp_path / path, burst() if path.startswith("commands") else steady, SAMPLE_RATE_HZ)
    with (tmp_path / "manifest.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([("path", "text", "speaker", "note"), *rows])
    return tmp_path


class LoudnessEars:
    """Reflexes 100 ms after sound that gets loud has become soft; suspects while it is loud."""

    def __init__(self, model: object, table: object, canceller: str, *_: object) -> None:
        self._quiet_blocks = 99
        self.far: list[bytes | None] = []

    def hear(self, near: bytes, far: bytes | None) -> Noticed:
        self.far.append(far)
        loud = float(np.frombuffer(near, np.int16).astype(float).std()) > LOUD_RMS
        self._quiet_blocks = 0 if loud else self._quiet_blocks + 1
        reflex = self._quiet_blocks == 5
        meanings = (Said(Intent.STOP, "stop", words=("?", "stop")),) if reflex else ()
        return Noticed(meanings, loud, reflex, ("stop",) if reflex else ())


@pytest.fixture
def tools(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    monkeypatch.setattr(measuring, "Ears", LoudnessEars)
    hum = (3000 * np.sin(np.arange(SAMPLE_RATE_HZ * 30) / 5)).astype(np.int16)
    hum.tofile(folder / "prompts.raw")
    starts = tuple(range(0, len(hum) + 1, SAMPLE_RATE_HZ * 3))
    return Tools(
        None,  # type: ignore[arg-type]
        TABLE,
        Backgrounds.among(read_clips(folder)),
        Prompts(folder / "prompts.raw", starts, ("Breathe out.",) * len(starts), 1),
    )


def heard(trial: Trial, folder: Path, tools: Tools) -> Outcome:
    (piece,) = pieces_of(trial, clips_of(trial, read_clips(folder), TABLE), quick=False, every=1)
    return hear_piece(piece, tools)


def test_a_recorded_room_begins_with_its_direct_sound_and_does_not_ring_on_for_long(tmp_path: Path) -> None:
    clips = []
    for name, seconds in (("room", 0.5), ("church", 3.0)):
        ringing = np.logspace(0, -3 / seconds, SAMPLE_RATE_HZ)
        clips.append(Clip(tmp_path / f"{name}.wav", "noise/rir", "", "", ""))
        sf.write(clips[-1].path, 0.9 * np.pad(ringing, (4000, 0)), SAMPLE_RATE_HZ)
    (room,) = Backgrounds.among(clips).responses
    assert np.argmax(room) == SAMPLE_RATE_HZ // 1000


CLEAN = Trial("clean", Kind.STOP, ("commands/stop",), as_recorded=True)


def test_a_decision_is_timed_from_the_words_end_and_silence_follows_the_fade(
    folder: Path, tools: Tools
) -> None:
    outcome = heard(CLEAN, folder, tools)
    assert len(outcome.spoken) == 4
    assert [one.decided_seconds for one in outcome.spoken] == pytest.approx([0.1] * 4)
    assert [one.silent_seconds for one in outcome.spoken] == pytest.approx([0.104] * 4, abs=0.0005)
    assert all(one.understood for one in outcome.spoken)
    assert (outcome.made_up, outcome.suspicions) == ([], 4)
    assert outcome.seconds == pytest.approx(2 + 4 * 2.6, abs=0.05)
    assert outcome.busy_seconds > 0


def test_a_suspicion_counts_again_when_it_had_vanished_and_a_belief_has_its_time(
    folder: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the one second of the word and the 1.6 s after it: blocks with what they bring, else nothing."""
    begins = round(WARM_UP_SECONDS / BLOCK_SECONDS)
    word_end = begins + round(WORD_ENDS_SECONDS / BLOCK_SECONDS)
    quiet, suspects = Noticed((), False, False), Noticed((), True, False)
    script = {
        word_end - 6: suspects,
        word_end - 2: suspects,
        word_end - 1: suspects,
        word_end + 4: Noticed((), True, True, ("stop",)),
        word_end + 24: Noticed((), False, True, ("stop",)),
    }

    class Scripted(LoudnessEars):
        def hear(self, near: bytes, far: bytes | None) -> Noticed:
            self.far.append(far)
            return script.get(len(self.far) - 1, quiet)

    monkeypatch.setattr(measuring, "Ears", Scripted)
    (clip, *_) = clips_of(CLEAN, read_clips(folder), TABLE)
    outcome = hear_piece(Piece(CLEAN, 0, (clip,), 0.0), tools)
    (spoken,) = outcome.spoken
    assert spoken.finals == ["stop", "stop"]
    assert (spoken.exact, spoken.right, spoken.suspected) == (True, False, True)
    assert outcome.suspicions == 3
    assert spoken.decided_seconds == pytest.approx(5 * BLOCK_SECONDS)


def test_a_recording_has_its_words_end_and_its_doubts(folder: Path) -> None:
    path = folder / "commands/stop/0.wav"
    clip = Clip(path, "", "stop", "x", "single word; not confirmed by independent spotter")
    assert not clip.confirmed
    assert word_end_seconds(clip.samples()) == pytest.approx(WORD_ENDS_SECONDS)


@pytest.mark.parametrize("trial", [one for one in TRIALS if one.kind is Kind.STOP], ids=lambda one: one.name)
def test_noise_has_the_level_it_should_have(folder: Path, trial: Trial) -> None:
    """Before anybody speaks."""
    room = room_for(Piece(trial, 3, (), 1.0), Backgrounds.among(read_clips(folder)))
    lead = np.frombuffer(b"".join(room.next_block(bytes(640)) for _ in range(22)), np.int16).astype(float)
    if trial.background:
        assert 20 * np.log10(PERSON_RMS / lead.std()) == pytest.approx(trial.snr_db, abs=1.5)
    else:
        assert lead.std() < 5


def test_a_reflex_long_after_the_word_is_none_of_its_doing(
    folder: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LATE_SECONDS", 0.05)
    outcome = heard(CLEAN, folder, tools)
    assert LATE_SECONDS > 0.1
    assert [one.decided_seconds for one in outcome.spoken] == [None] * 4
    assert outcome.made_up == ["stop"] * 4


def test_single_words_that_set_it_off_are_told(folder: Path, tools: Tools) -> None:
    outcome = heard(Trial("words", Kind.SINGLE, ("commands/*",), as_recorded=True), folder, tools)
    assert {one.text for one in outcome.spoken} == {"yes"}
    assert all(one.decided_seconds is not None and not one.understood for one in outcome.spoken)


def test_every_reflex_on_others_is_a_false_pause(folder: Path, tools: Tools) -> None:
    outcome = heard(Trial("others", Kind.OTHERS, ("commands/yes",), as_recorded=True), folder, tools)
    assert outcome.made_up == ["stop"] * 4
    assert all(one.decided_seconds is None for one in outcome.spoken)


def test_our_own_voice_comes_back_only_where_the_trial_says_so(folder: Path, tools: Tools) -> None:
    ears: list[LoudnessEars] = []

    class Kept(LoudnessEars):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            ears.append(self)

    def far_of(trial: Trial) -> list[bytes | None]:
        (piece,) = pieces_of(trial, clips_of(trial, read_clips(folder), TABLE), quick=False, every=1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(measuring, "Ears", Kept)
            hear_piece(piece, tools)
        return ears[-1].far

    assert set(far_of(CLEAN)) == {None}
    over = Trial("over", Kind.STOP, ("commands/stop",), own_voice=OwnVoice("none"))
    assert sum(any(block) for block in far_of(over) if block) > 100


def test_our_own_voice_alone_sets_off_ears_that_only_hear_loudness(folder: Path, tools: Tools) -> None:
    trial = Trial("alone", Kind.ALONE, own_voice=OwnVoice("none", walls=False))
    piece = Piece(trial, 0, (), 20.0)
    outcome = hear_piece(piece, tools)
    assert outcome.seconds == pytest.approx(20.0)
    assert outcome.spoken == []
    assert outcome.prompts >= 5  # of 3 s each, in 20 s; more where they are cut
    assert outcome.voices == 1
    assert set(outcome.made_up) == {"stop in: Breathe out."}
    count = len(outcome.made_up)
    assert made_up([outcome]) == ["", "made up", f"  {'alone':28} {count} x stop in: Breathe out."]
    assert made_up([Outcome("quiet", Kind.OTHERS, 0)]) == []


def test_a_word_that_our_own_sentence_says_is_not_made_up(tools: Tools) -> None:
    assert tools.prompts is not None
    trial = Trial("alone", Kind.ALONE, own_voice=OwnVoice("none", walls=False))
    texts = ("Breathe out.", "Please say stop.", "It hurts.") * 4
    asking = replace(tools, prompts=replace(tools.prompts, texts=texts[: len(tools.prompts.starts)]))
    outcome = hear_piece(Piece(trial, 0, (), 20.0), asking)
    assert set(outcome.made_up) == {"stop in: Breathe out.", "stop in: It hurts."}
    assert outcome.own_words > 0
    alone = {figure.what: figure.count for figure in figures_of([outcome], TABLE)}
    assert alone[OWN_WORDS] == outcome.own_words
    assert alone[PAUSES] == len(outcome.made_up)


def test_our_voice_is_cut_ducked_and_goes_on(tools: Tools) -> None:
    assert tools.prompts is not None
    voice = Talking(tools.prompts)

    def level() -> float:
        return float(np.abs(np.frombuffer(voice.next_block(), np.int16).astype(float)).max())

    for _ in range(5):
        before = level()
    voice.duck(True)
    level()
    assert level() < 0.25 * before
    voice.duck(False)
    for _ in range(20):
        after = level()
    assert after == pytest.approx(before, rel=0.05)
    voice.cut()
    level()
    quiet = [level() for _ in range(round(QUIET_AFTER_CUT_SECONDS / 0.02) - 1)]
    assert max(quiet) == 0
    assert max(level() for _ in range(3)) > 0


def test_prompts_are_found_by_time_and_begin_anew() -> None:
    prompts = Prompts(Path("none"), (0, 16_000, 48_000), ("One.", "Two."), 1)
    assert [prompts.first_at(seconds) for seconds in (0, 0.5, 1.0, 2.0, 3.0, 4.0)] == [0, 1, 1, 0, 0, 1]


def test_recordings_are_shared_out_and_thinned(folder: Path) -> None:
    path = folder / "commands/stop/0.wav"
    clips = [Clip(path, "commands/stop", "stop", str(number), "") for number in range(200)]
    whole = pieces_of(CLEAN, clips, quick=False, every=1)
    assert [clip for piece in whole for clip in piece.clips] == clips
    assert all(piece.seconds < 160 for piece in whole)
    thin = pieces_of(CLEAN, clips, quick=False, every=10)
    assert [clip for piece in thin for clip in piece.clips] == clips[::10]
    alone = Trial("alone", Kind.ALONE, own_voice=OwnVoice("none"))
    assert sum(p.seconds for p in pieces_of(alone, (), quick=False, every=1)) == pytest.approx(3600)
    assert sum(p.seconds for p in pieces_of(alone, (), quick=False, every=10)) == pytest.approx(360)


def test_each_half_of_the_speakers_is_heard_alone(
    folder: Path, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_opened", lambda _: None)
    run = processes.Run((folder,), (CLEAN,), processes=1, model=folder, own_voice=False)
    one, other = (
        {spoken.speaker for piece in processes.measure(half, lambda _: None) for spoken in piece.spoken}
        for half in (replace(run, half=1), replace(run, half=2))
    )
    assert one
    assert one == {"p0", "p1", "p2", "p3"} - other


def test_people_have_their_usual_level_unless_it_is_as_recorded(folder: Path) -> None:
    (clip, *_) = clips_of(CLEAN, read_clips(folder), TABLE)
    assert np.array_equal(said(Piece(CLEAN, 0, (clip,), 1.0), clip), clip.samples())
    leveled = said(Piece(Trial("x", Kind.STOP), 0, (clip,), 1.0), clip)
    assert active_rms(leveled.astype(float)) == pytest.approx(PERSON_RMS, rel=0.01)


@pytest.mark.parametrize("background", ["kitchen", "babble", "television", "room"])
def test_what_sounds_all_the_time_is_as_far_below_the_person_as_it_should_be(
    folder: Path, background: str
) -> None:
    trial = Trial("x", Kind.STOP, background=background, snr_db=10.0)
    room = room_for(Piece(trial, 1, (), 1.0), Backgrounds.among(read_clips(folder)))
    heard = np.frombuffer(b"".join(room.next_block(bytes(640)) for _ in range(200)), np.int16).astype(float)
    assert 20 * np.log10(PERSON_RMS / heard.std()) == pytest.approx(10.0, abs=0.5)


def test_without_its_recordings_a_background_is_silent(tmp_path: Path) -> None:
    assert Backgrounds.among(()).sound("kitchen", 10.0) == []


def test_conditions_are_chosen_by_name() -> None:
    assert [trial.name for trial in chosen("clean, kitchen*", quick=False)] == [
        "clean",
        "kitchen 20 dB",
        "kitchen 10 dB",
        "kitchen 5 dB",
    ]
    assert chosen("", quick=False) == list(TRIALS)
    assert 3 < len(chosen("", quick=True)) < 15
    with pytest.raises(HearingError, match=r'no condition "bathroom"; there is: clean, .*\.'):
        chosen("bathroom", quick=False)


def test_names_are_unique() -> None:
    assert len({trial.name for trial in TRIALS}) == len(TRIALS)


def test_trials_that_need_what_is_missing_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_webrtc(name: str) -> None:
        if name == "webrtc":
            raise AudioError("no_webrtc", "WebRTC needs its package.")

    monkeypatch.setattr(processes, "open_canceller", no_webrtc)
    trials = [CLEAN, *(Trial(name, Kind.ALONE, own_voice=OwnVoice(name)) for name in ("none", "webrtc"))]
    told: list[str] = []
    possible = list(processes._possible(trials, told.append))
    assert [trial.name for trial in possible] == ["clean", "none"]
    assert told == ['Left out: "webrtc". WebRTC needs its package.']


def test_without_one_voice_the_other_speaks_and_without_any_a_sentence_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ["flite:slt"]

    class Saying:
        id = "saying"

        def synthesize(self, text: str, rate: float) -> list[Speech]:
            return [Speech(bytes(2 * SAMPLE_RATE_HZ))]

    def open_voice(name: str) -> Saying:
        if name not in there:
            raise VoiceError("no_voice", f"{name} is not installed.")
        return Saying()

    monkeypatch.setattr(own_voice, "open_voice", open_voice)
    told: list[str] = []
    prompts = own_voice.synthesize(5.0, tmp_path, told.append)
    assert (prompts.voices, told) == (1, ["espeak:en-us is not installed."])
    assert prompts.starts[1] == round((1 + own_voice.PAUSE_SECONDS) * SAMPLE_RATE_HZ)
    assert 5.0 <= prompts.starts[-1] / SAMPLE_RATE_HZ < 10.0, "the prompt in which they are over is whole"
    assert prompts.path.stat().st_size == prompts.starts[-1] * 2
    there.clear()
    with pytest.raises(VoiceError, match=r"Our own voice cannot be measured: flite:slt is not installed\."):
        own_voice.synthesize(5.0, tmp_path, told.append)


def test_a_process_that_vanished_is_told_in_a_sentence(tmp_path: Path) -> None:
    made = processes._Made(tmp_path, TABLE, Backgrounds((), (), ()), None)
    with pytest.raises(HearingError, match="has ended; is there enough memory"), processes._pool(1, made):
        raise BrokenProcessPool


def test_how_far_it_is_is_told_and_the_order_is_kept() -> None:
    pieces = [Piece(CLEAN, number, (), 10.0) for number in range(3)]
    heard = [(piece, Outcome("clean", Kind.STOP, piece.number)) for piece in reversed(pieces)]
    told: list[str] = []
    outcomes = processes._told(pieces, iter(heard), told.append)
    assert [outcome.number for outcome in outcomes] == [0, 1, 2]
    assert [line[:4] for line in told[1:]] == [" 33%", " 67%", "100%"]


def test_our_own_voice_is_synthesized_for_as_long_as_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def synthesize(seconds: float, *_: object) -> Prompts:
        asked.append(seconds)
        raise VoiceError("no_voice", "There is no voice.")

    monkeypatch.setattr(processes, "synthesize", synthesize)
    told: list[str] = []
    alone = Trial("alone", Kind.ALONE, own_voice=OwnVoice("none"))
    others = Piece(Trial("others", Kind.OTHERS), 7, (), 100.0)
    assert processes._prompts([others], tmp_path, told.append) is None
    assert asked == told == []
    pieces = [others, Piece(CLEAN, 2, (), 150.0), Piece(alone, 1, (), 300.0)]
    assert processes._prompts(pieces, tmp_path, told.append) is None
    assert asked == [600.0 + processes.LONGEST_PROMPT_SECONDS]
    assert told[-1] == "Our own voice is left out. There is no voice."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", None),
        (b"path,words\na,b\n", "lacks the column"),
        (b"path,text,speaker,note\n\xff\xfe,x,y,z\n", "no list of recordings"),
        (b"path,text,speaker,note\n\n,\x00\n", None),
    ],
)
def test_a_manifest_that_is_none_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, reason: str | None
) -> None:
    (tmp_path / "manifest.csv").write_bytes(content)
    if reason is None:
        assert read_clips(tmp_path) is not None
        return
    with pytest.raises(HearingError, match=reason) as caught:
        read_clips(tmp_path)
    assert "\n" not in caught.value.message


def test_a_folder_without_recordings_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HearingError, match="no list of recordings"):
        read_clips(tmp_path)


def test_a_recording_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    clip = Clip(path, "", "", "", "")
    for content in (None, b"", b"RIFFnonsense"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(HearingError, match="cannot be read"):
            clip.samples()
    sf.write(path, np.zeros((10, 2)), 16_000)
    with pytest.raises(HearingError, match="not mono sound at 16 kHz"):
        clip.samples()
