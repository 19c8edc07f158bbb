"""Reading level, and the check of a language pack's prompts."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.languages.en.wording import lint_reading, reading_grade, syllables
from assistant.languages.packs import available_languages, load_language
from assistant.resources import LANGUAGES_FOLDER
from assistant.store.content_check import check_paths, everything
from assistant.store.documents import MAX_BYTES
from assistant.store.wording import check_prompts, without_placeholders

LANGUAGE = load_language()


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("rest", 1),
        ("make", 1),
        ("ribs", 1),
        ("raised", 1),
        ("the", 1),
        ("knees", 1),
        ("hmm", 1),
        ("slowly", 2),
        ("rested", 2),
        ("ankle", 2),
        ("breathes", 2),
        ("chair's", 1),
        ("comfortable", 3),
        ("emergency", 4),
        ("physiotherapist", 5),
    ],
)
def test_syllables_are_counted_by_their_vowels(word: str, count: int) -> None:
    assert syllables(word) == syllables(word.upper()) == count


def test_the_grade_is_that_of_flesch_and_kincaid() -> None:
    assert reading_grade("You rest now. You rest.") == pytest.approx(0.39 * 5 / 2 + 11.8 * 5 / 5 - 15.59)
    assert reading_grade(without_placeholders("Let your {side} arm rest.")) == pytest.approx(
        0.39 * 5 + 11.8 - 15.59
    )
    assert reading_grade("... !") == 0.0


def test_a_text_that_is_hard_to_follow_is_told_with_its_worst_word() -> None:
    hard = "Initially position yourself comfortably, retaining continuous abdominal activity."
    (problem,) = lint_reading(hard)
    assert '"initially"' in problem or '"comfortably"' in problem or '"continuous"' in problem
    assert problem.startswith("reads like school grade ")
    assert "8 is the most" in problem


@pytest.mark.parametrize(
    "text",
    [
        "Slowly tip your pelvis until your lower back rests flat, only as far as is comfortable.",
        "Initially comfortable.",  # too few words for a grade
        "",
    ],
)
def test_what_is_easy_to_follow_passes(text: str) -> None:
    assert lint_reading(text) == []


PROMPTS = """\
# prompts
[words]
left = "left"

[lines]
rest = "And rest."
"push" = "Do push on."
many = [
  "Fine words.",
  "Go deeper.",
]
long = "Physiotherapists."
again = "And stop."
"""


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.toml"
    path.write_text(PROMPTS, encoding="utf-8")
    return path


def test_prompts_are_told_with_file_line_and_word(prompts: Path) -> None:
    assert [str(problem) for problem in check_prompts(prompts, LANGUAGE)] == [
        f'{prompts}:7: lines.push: says "push", which is never to be said',
        f'{prompts}:8: lines.many: says "deeper" without "only as far as is comfortable"',
        f'{prompts}:12: lines.long: says "physiotherapists", a word of 5 syllables: use a shorter one',
        f'{prompts}:13: lines.again: says "stop", which the recognizer takes for "stop"',
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = ", "is not TOML: "),
        (b"a = '\xff'\n", "is not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "is larger than 256 KB"),
    ],
)
def test_a_file_that_holds_no_prompts_is_told(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "prompts.toml"
    path.write_bytes(data)
    (problem,) = check_prompts(path, LANGUAGE)
    assert message in problem.message


def test_only_the_sound_check_may_say_stop_and_nothing_but_stop(tmp_path: Path) -> None:
    path = tmp_path / "prompts.toml"
    lines = ('sound_check = "Please say stop."', 'sound_checked = "Please say stop."')
    path.write_text("\n".join(["[lines]", *lines]))
    assert [problem.line for problem in check_prompts(path, LANGUAGE)] == [3]
    path.write_text('[lines]\nsound_check = "Say stop if it hurts."')
    (problem,) = check_prompts(path, LANGUAGE)
    assert '"it hurts"' in problem.message


@pytest.mark.parametrize("language", available_languages())
def test_every_prompt_of_a_language_keeps_to_the_wording_rules(language: str) -> None:
    assert check_prompts(LANGUAGES_FOLDER / language / "prompts.toml", load_language(language)) == ()


def test_everything_that_can_be_spoken_keeps_to_the_wording_rules() -> None:
    files = everything(LANGUAGE.code)
    assert len(files) >= 22
    assert check_paths(files, LANGUAGE) == []
