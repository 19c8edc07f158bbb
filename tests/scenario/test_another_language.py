"""A whole second language goes through the real code, and nothing outside its folder knows English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from driver import CATALOGUE, MIXED, PACK, Driver
from driver import built_in_routines as built_in_routines_in_english
from fakes import FakeRecognizer, FakeVoice
from nonsense import END, load_nonsense, nonsense, nonsense_routine, nonsense_text, write_nonsense_texts

from assistant.audio.mixer import Mixer
from assistant.core.actions import RecordPain, ReportHoldStarted
from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.prompts import LanguagePack, Line
from assistant.core.routine import plan
from assistant.core.states import State
from assistant.languages.packs import load_language, with_routines
from assistant.speech.hearing import HearingPath
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import Prompter
from assistant.store.documents import parse_document
from assistant.store.library import check_texts_file, library_files, load_library, texts_of
from assistant.store.routine_check import check_routine
from assistant.store.routines import built_in_routines
from assistant.store.wording import check_prompts, lint_spoken

ASSISTANT = Path(__file__).parents[2] / "assistant"
ROUTINES = tuple(nonsense_routine(routine) for routine in CATALOGUE)
LATIN = re.compile("[A-Za-z]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("languages")


@pytest.fixture(scope="module")
def pack(folder: Path) -> LanguagePack:
    return load_nonsense(folder, ROUTINES)


class Typing:
    """Somebody who types to a session in nonsense what is written here in English."""

    def __init__(self, pack: LanguagePack, **settings: object) -> None:
        self.driver = Driver(None, catalogue=ROUTINES, pack=pack, hears_itself=False, **settings)
        self.pack = pack

    def type(self, line: str) -> None:
        self.driver.until_silent()
        self.driver.say(" ".join(self.pack.typed(line)))


def said(pack: LanguagePack, line: Line, **numbers: int) -> str:
    return pack.render(line, **{name: pack.number(number) for name, number in numbers.items()})


def test_a_whole_session_is_asked_guided_stopped_and_ended_in_nonsense(pack: LanguagePack) -> None:
    person = Typing(pack, physician_check_due=True, asks_how_it_is=True, sound_check=True)
    driver = person.driver
    assert driver.state is State.SOUND_CHECK
    person.type(f"{nonsense('stop')} !")
    person.type(nonsense("my lower back").upper())
    for _ in range(5):
        person.type(nonsense("yes" if driver.state is State.SCREENING else "no"))
    assert driver.state is State.SCORE_NOW
    person.type("3")
    driver.until(State.HOLDING)
    driver.advance(2)
    person.type(f"{nonsense('seconds more')} 10")
    assert driver.spoken[-1] == said(pack, Line.LONGER, seconds=10)
    person.type(nonsense("how long"))
    assert nonsense("more") in driver.spoken[-1]
    person.type(nonsense("stop"))
    driver.advance(2)
    assert driver.state is State.PAUSED
    person.type(nonsense("go on"))
    driver.until(State.HOLDING)
    person.type(nonsense("my knee hurts"))
    assert [report.phrase for report in driver.of(RecordPain)] == [nonsense("my knee hurts")]
    driver.until(State.SCORING)
    person.type(nonsense("one or two"))
    person.type(nonsense("no"))
    person.type(nonsense("yes"))
    driver.until(State.SCORE_AFTER)
    person.type("2")
    assert pack.render(Line.CHANGE_LESS, before=pack.number(3), after=pack.number(2)) in driver.spoken
    driver.until(State.FINISHED)
    assert driver.end_reasons == ["completed"]
    assert [text for text in driver.spoken if LATIN.search(text) or not text.endswith(END)] == []


def test_an_emergency_is_told_in_nonsense(pack: LanguagePack) -> None:
    person = Typing(pack, sound_check=False)
    person.type(nonsense("i can't breathe"))
    assert person.driver.state is State.EMERGENCY
    assert person.driver.spoken[-1] == pack.lines[Line.EMERGENCY_CHEST]


def test_routines_are_named_and_chosen_in_nonsense(pack: LanguagePack) -> None:
    person = Typing(pack, sound_check=False)
    person.type(nonsense("which routines do you have"))
    names = pack.rules.any_of([routine.spoken_name for routine in ROUTINES])
    assert person.driver.spoken[-1] == pack.render(Line.ROUTINES, routines=names)
    person.type(nonsense(f"do {MIXED.spoken_name}"))
    assert person.driver.state is State.INTRODUCING


def test_words_have_the_forms_of_the_language(pack: LanguagePack) -> None:
    forms = [said(pack, Line.REMAINING_HOLD, seconds=number) for number in (1, 3, 21)]
    second = nonsense("second")
    assert [text.split()[0] for text in forms] == [second, nonsense("secondsa"), nonsense("secondsu")]
    assert forms[2] == f"{nonsense('secondsu')} {nonsense('more')} {nonsense('twenty one')}{END}"


def test_what_is_half_heard_follows_the_order_of_the_language(pack: LanguagePack) -> None:
    """There a number begins before what was heard of it, and goes on after it in English."""
    for language, words, is_half in (
        (pack, ("?", nonsense("two")), True),
        (pack, (nonsense("two"), "?"), False),
        (PACK, ("?", "two"), False),
        (PACK, ("two", "?"), True),
    ):
        match = language.table.match(words, [Intent.NUMBER])
        assert match is not None
        assert match.is_half_heard is is_half


def test_it_is_heard_by_a_recognizer(pack: LanguagePack) -> None:
    recognizer = FakeRecognizer({1: f"{nonsense('please stop')}."})
    hearing = HearingPath(recognizer, pack.table)
    hearing.listen_for(Intent)
    (heard,) = hearing.accept(bytes(640))
    assert isinstance(heard, Said)
    assert (heard.intent, heard.phrase) == (Intent.STOP, nonsense("please stop"))
    assert not any(LATIN.search(phrase) for grammar in recognizer.grammars for phrase in grammar)


def test_it_is_spoken_sentence_by_sentence(pack: LanguagePack) -> None:
    voice, mixer = FakeVoice(), Mixer()
    cache = PromptCache(None, on_trouble=pytest.fail)
    prompter = Prompter(voice, cache, mixer, sentences=pack.sentences, on_trouble=pytest.fail)
    prompter.speak(1, pack.lines[Line.CHOOSE])
    english = PACK.sentences(PACK.lines[Line.CHOOSE])
    assert voice.spoken == [nonsense_text(sentence) for sentence in english]
    assert len(voice.spoken) == 2


def test_the_stretches_and_routines_that_come_with_limber_are_told_in_it(
    pack: LanguagePack, folder: Path
) -> None:
    write_nonsense_texts(folder)
    library = load_library("zz", folder)
    routines = tuple(listed.routine for listed in built_in_routines(library, "zz", folder))
    assert [r.id for r in routines] == [r.id for r in built_in_routines_in_english()]
    driver = Driver(
        None, catalogue=routines, pack=with_routines(pack, routines), library=tuple(library.values())
    )
    driver.until_silent()
    driver.say(routines[1].spoken_name)
    driver.until(State.FINISHED)
    assert len(driver.of(ReportHoldStarted)) == len(plan(routines[1]))
    assert [text for text in driver.spoken if LATIN.search(text) or not text.endswith(END)] == []
    for path in library_files():
        texts = texts_of(path, "zz", folder)
        wording = {p.message for p in check_texts_file(texts, path, pack)}
        assert wording <= {"never says softly", "is long"}


STRETCH = """
spoken_name: {name}
stretches:
  - id: bend
    has_sides: true
    hold_seconds: 20
    enter: ["{enter}"]
    leave: "{leave}"
"""


@pytest.mark.parametrize(
    ("enter", "leave", "told"),
    [
        ("turn {side}", "come back slowly", []),
        ("turn left or {side}", "come back slowly", [f'says "{nonsense("left")}" on both sides']),
        ("push {side}", "come back", ["says пусх", "never says softly"]),
        ("stop {side}", "come back slowly", ['recognizer takes for "stop"']),
        ("turn. turn. turn. turn. {side}", "come back slowly", ["has 5 sentences, and 4 are the most"]),
    ],
)
def test_its_wording_rules_are_kept(pack: LanguagePack, enter: str, leave: str, told: list[str]) -> None:
    text = STRETCH.format(name=nonsense("bend"), enter=nonsense_text(enter), leave=nonsense_text(leave))
    document = parse_document(Path("zz.yaml"), text.encode())
    problems = [problem.message for problem in check_routine(document, {}, pack)]
    assert len(problems) == len(told)
    assert all(any(words in problem for problem in problems) for words in told)


def test_its_prompts_are_held_against_its_rules(pack: LanguagePack, folder: Path) -> None:
    path = folder / "zz" / "prompts.toml"
    assert check_prompts(path, pack) == ()
    assert lint_spoken("{seconds:one=сецонд|other=пусх}", pack) == ["says пусх"]
    spoiled = folder / "spoiled.toml"
    spoiled.write_text(path.read_text("utf-8").replace(nonsense("rest"), nonsense("push")), encoding="utf-8")
    assert {problem.message for problem in check_prompts(spoiled, pack)} == {"says пусх"}


def strings(path: Path) -> Iterator[str]:
    """Every string of a program, without its documentation."""
    tree = ast.parse(path.read_text("utf-8"))
    alone = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    documentation = {id(value) for value in alone if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_nothing_outside_the_languages_says_or_hears_english() -> None:
    """No sentence of the prompts, and no phrase of two words or more: one word may be a name."""
    english = load_language("en")
    phrases = {phrase for ways in english.table.phrases.values() for phrase in ways if " " in phrase}
    phrases |= {name for values in english.table.slots.values() for name in values if " " in name}
    sentences = {sentence for text in english.lines.values() for sentence in english.sentences(text)}
    files = [path for path in ASSISTANT.rglob("*.py") if "languages" not in path.parts]
    assert len(files) > 80
    found = {
        (path.name, string)
        for path in files
        for string in strings(path)
        if string in sentences or (" " in string and " ".join(english.rules.words(string)) in phrases)
    }
    assert found == set()


def test_the_core_has_no_words_but_names_and_what_a_clinician_reads() -> None:
    """A string with a space in it is text; `says`, `when` and `why` of rules are for whoever signs them."""
    texts = {
        (path.name, string)
        for path in (ASSISTANT / "core").rglob("*.py")
        for string in strings(path)
        if re.search(r"[a-z] [a-z]", string) and not re.fullmatch(r"[a-z_ ]*", string)
    }
    read_by_authors = {
        "checking.py",
        "night.py",
    }  # what is wrong with a pose, or with a configuration's hours
    signed = {"pain_rules.py", "adapting.py", "templates.py", "precedence.py"}
    assert {name for name, _ in texts} <= signed | read_by_authors
