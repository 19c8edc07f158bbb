"""Every sentence that is spoken: there, short, calm, and nothing that the assistant would act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product
from string import Formatter

import pytest
from driver import MIXED, PACK, Driver, built_in_routines
from unicode_rbnf import RbnfEngine
from unicode_rbnf.plural_rules import get_plural_category

from assistant.core.actions import Speak
from assistant.core.dialogue.fitting import in_words
from assistant.core.dialogue.sound_check import SAYS_STOP
from assistant.core.needs import THINGS
from assistant.core.prompts import Line
from assistant.core.routine import Condition, Equipment, Position, Routine, Side
from assistant.core.script import Script
from assistant.core.understanding import find_safety
from assistant.errors import ContentError
from assistant.languages.packs import available_languages, load_language
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.wording import lint_spoken

PLACEHOLDERS = {"routines", "routine", "minutes", "stretch", "side", "other_side", "number", "seconds"}
PLACEHOLDERS |= {"before", "after", "count", "breaths", "condition", "conditions", "things", "time"}
NEVER_SAID = re.compile(
    r"\b(damage|wear and tear|hurt|pain|push|force|bounce|pulse|jerk|swing|deeper|you're fine)\b"
)


@pytest.mark.parametrize("line", Line)
def test_every_sentence_is_there_short_calm_and_acts_on_nothing(line: Line) -> None:
    text = PACK.lines[line]
    assert text.strip()
    assert lint_spoken(text, PACK, asks_for_stop=line is SAYS_STOP) == []
    assert not NEVER_SAID.search(text.lower())
    assert {name for _, name, _, _ in Formatter().parse(text) if name} <= PLACEHOLDERS


def test_whatever_can_be_needed_and_whatever_somebody_can_have_is_said_safely() -> None:
    assert {*Equipment, *Position} - {Position.STANDING, Position.SEATED, Position.FLOOR} <= {*THINGS}
    context = Driver(MIXED).session._context
    told = [PACK.render(Line.NEEDS, things=one) for one in in_words(context, THINGS, all_of_them=True)]
    for line in (Line.CONDITIONS_TAKEN, Line.LEAVE_OUT_IF, Line.LEAVE_OUT_IF_MORE):
        told += [PACK.render(line, conditions=one) for one in in_words(context, Condition)]
        told += [PACK.render(line, conditions=PACK.words[one]) for one in Condition]
    told += [PACK.render(Line.LEFT_OUT_FOR, stretch="A", condition=PACK.words[one]) for one in Condition]
    for text in told:
        assert lint_spoken(text, PACK) == [], text


@pytest.mark.parametrize("routine", built_in_routines(), ids=lambda routine: routine.id)
def test_whatever_a_routine_puts_into_a_sentence_is_safe_too(routine: Routine) -> None:
    """The sentences with names in them, as they are spoken; the stretches' own texts with both sides."""
    said = Script(PACK)
    said.say(Line.INTRODUCE, routine=routine.spoken_name, minutes=PACK.number(12))
    said.say(Line.ROUTINES, routines=routine.spoken_name)
    for stretch in routine.stretches:
        said.say(Line.NEXT_IS, stretch=stretch.spoken_name)
        for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
            said.say(Line.STRETCH_SIDE, stretch=stretch.spoken_name, side=PACK.words[side])
            for text in (*stretch.enter, stretch.feel, stretch.breath, stretch.leave, stretch.easier):
                said.speak(text.format(side=PACK.words[side], other_side=PACK.words[other]))
    for action in said.take():
        assert isinstance(action, Speak)
        assert "{" not in action.text
        assert lint_spoken(action.text, PACK) == []


def test_every_count_in_words_is_safe() -> None:
    for number in range(61):
        assert lint_spoken(PACK.render(Line.REMAINING_HOLD, seconds=PACK.number(number)), PACK) == []
        assert find_safety(tuple(PACK.number(number).split()), PACK.table) is None


def test_numbers_and_their_forms_are_those_of_cldr() -> None:
    """In English, up to what can be said of seconds and minutes; CLDR puts a hyphen where we have none."""
    spelling = RbnfEngine.for_language("en")
    for number in range(1000):
        words = spelling.format_number(number).text.replace("-", " ")
        category = get_plural_category("en", number)
        assert (PACK.number(number), PACK.number(number).category) == (words, category)
    assert {w: n for w, n in PACK.table.slots["number"].items() if PACK.number(int(n)) != w} == {}


@pytest.mark.parametrize(
    ("line", "values", "said"),
    [
        (Line.REMAINING_HOLD, {"seconds": 1}, "one more second."),
        (Line.REMAINING_HOLD, {"seconds": 2}, "two more seconds."),
        (Line.LONGER, {"seconds": 1}, "one second longer."),
        (Line.SHORTER, {"seconds": 5}, "five seconds shorter."),
        (Line.REMAINING, {"minutes": 2}, "About two more minutes."),
    ],
)
def test_words_beside_a_number_have_the_form_that_goes_with_it(
    line: Line, values: dict[str, int], said: str
) -> None:
    assert PACK.render(line, **{name: PACK.number(number) for name, number in values.items()}) == said


def test_the_introduction_of_something_short_is_right() -> None:
    one = PACK.number(1)
    assert "It takes about one minute. " in PACK.render(Line.INTRODUCE, routine="it", minutes=one)
    planned = PACK.render(Line.PLANNED, count=one, minutes=one)
    assert planned.startswith("I chose one stretch for about one minute, from")


def test_numbers_that_nobody_counts_to_are_said_in_digits() -> None:
    assert PACK.number(7) == "seven"
    assert PACK.number(30) == "thirty"
    assert PACK.number(61) == "sixty one"
    assert PACK.number(120) == "one hundred twenty"
    assert PACK.number(1000) == "1000"


def test_the_pack_has_words_for_both_sides() -> None:
    assert {PACK.words[side] for side in (Side.LEFT, Side.RIGHT)} == {"left", "right"}
    assert PACK.words[Side.BOTH] == ""


def test_a_language_that_is_not_there_is_named_with_those_that_are() -> None:
    assert available_languages() == ("en",)
    with pytest.raises(ContentError, match='no language pack "xx"; there is: en'):
        load_language("xx")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("prompts.toml", 'paused = "All right."', "", r"prompts.toml: \[lines\] paused is missing"),
        ("prompts.toml", "[lines]", '[lines]\nsing = "La."', r"prompts.toml: \[lines\] sing is not known"),
        (
            "phrases.toml",
            "[phrases]",
            '[phrases]\nsing = ["sing"]',
            r"phrases.toml: \[phrases\] sing is not known",
        ),
        ("phrases.toml", "[phrases]", "[phrases", "phrases.toml cannot be read"),
        (
            "prompts.toml",
            "other=seconds} longer",
            "more=seconds} longer",
            r"longer: .* needs a form for other",
        ),
        ("phrases.toml", "within = [", 'within = ["[um", ', r'phrases.toml: "]" is missing'),
        ("rules.py", "def plural(", "def plurals(", r"rules.py: the function plural is missing"),
        ("rules.py", "def plural(", "def (", r"rules.py cannot be read"),
    ],
)
def test_a_pack_that_is_not_whole_is_refused(tmp_path, file: str, old: str, new: str, told: str) -> None:
    (tmp_path / "en").mkdir()
    for path in (LANGUAGES_FOLDER / "en").glob("*.*"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / "en" / path.name).write_text(text.replace(old, new, 1) if path.name == file else text)
    with pytest.raises(ContentError, match=told):
        load_language("en", folder=tmp_path)


EDGES = {
    **dict.fromkeys(("minutes", "count"), (1, 2, 59)),
    "seconds": (1, 2, 60),
    "number": (1, 3),
    "breaths": (1, 5),
    **dict.fromkeys(("before", "after"), (0, 1, 10)),
}
NAMES = [stretch.spoken_name for routine in built_in_routines() for stretch in routine.stretches]

TIMES = [said for said in PACK.table.slots["minute_of_day"] if " in the " in said]


def in_lists(names: Sequence[str], joined: Callable[[Sequence[str]], str]) -> list[str]:
    """What stands in one sentence, as many names as there is room for."""
    words = [PACK.words[name] for name in names]
    return [joined(words[at : at + 4]) for at in range(0, len(words), 4)]


def edge_values(name: str) -> list[str]:
    """What may stand in a place of a sentence: the shortest and the longest, the first and the last."""
    routines = [routine.spoken_name for routine in built_in_routines()]
    if name in EDGES:
        return [PACK.number(number) for number in EDGES[name]]
    return {
        "routines": [
            PACK.rules.any_of(routines[at : at + size]) for size in (1, 4) for at in range(0, 12, size)
        ],
        "routine": [min(routines, key=len), max(routines, key=len)],
        "condition": [PACK.words[condition] for condition in Condition],
        "conditions": [PACK.words[Condition.GLAUCOMA], *in_lists([*Condition], PACK.rules.any_of)],
        "things": [PACK.words["mat"], *in_lists(THINGS, PACK.rules.all_of)],
        "stretch": [min(NAMES, key=len), max(NAMES, key=len)],
        "time": [min(TIMES, key=len), max(TIMES, key=len)],
        "side": [PACK.words[Side.LEFT], PACK.words[Side.RIGHT]],
    }[name]


@pytest.mark.parametrize("line", Line)
def test_every_sentence_reads_right_with_every_value_at_its_edges(line: Line) -> None:
    names = sorted({name for _, name, _, _ in Formatter().parse(PACK.lines[line]) if name})
    for values in product(*(edge_values(name) for name in names)):
        said = PACK.render(line, **dict(zip(names, values, strict=True)))
        assert said == " ".join(said.split()), "white space"
        assert not re.search(r"[{}|=]", said), "a place was not filled"
        assert said[-1] in ".?!", "no end"
        assert not re.search(r"\bone (seconds|minutes|stretches)\b", said), "one of many"
        assert not re.search(r"\b(two|nine|ten|sixty) (more )?(second|minute|stretch)\b", said), "many of one"
        assert not re.search(r"\b(\w+) \1\b", said), "a word twice"
        assert not re.search(r"[.,?!]{2}| [.,?!]", said), "marks"
