"""Templates of phrases, held against hassil, whose syntax they are written in."""

from __future__ import annotations

import tomllib

import pytest
from hassil import parse_sentence, sample_expression
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.intents import Intent
from assistant.core.templates import expand, expand_all
from assistant.errors import ContentError
from assistant.languages.packs import available_languages, load_language
from assistant.resources import LANGUAGES_FOLDER


def by_hassil(template: str) -> set[str]:
    expression = parse_sentence(template).expression
    return {" ".join(phrase.split()) for phrase in sample_expression(expression, expand_lists=False)}


def templates_of(language: str) -> list[str]:
    phrases = tomllib.loads((LANGUAGES_FOLDER / language / "phrases.toml").read_text("utf-8"))
    lists = [*phrases["phrases"].values(), *(flag["phrases"] for flag in phrases["red_flags"].values())]
    return [template for templates in lists for template in templates]


@pytest.mark.parametrize(
    ("template", "phrases"),
    [
        ("stop", ("stop",)),
        ("stop [it|now]", ("stop", "stop it", "stop now")),
        ("[give me] {number} [more] seconds", None),
        ("(that is|that's) enough", ("that is enough", "that's enough")),
        ("hold on [a (second|minute)]", ("hold on", "hold on a second", "hold on a minute")),
        ("[a] (b|c [d])", ("b", "c", "c d", "a b", "a c", "a c d")),
        ("re(peat|run)", ("repeat", "rerun")),
        ("no [no]", ("no", "no no")),
    ],
)
def test_a_template_gives_its_phrases_the_shortest_first(
    template: str, phrases: tuple[str, ...] | None
) -> None:
    if phrases is not None:
        assert expand(template) == phrases
    assert set(expand(template)) == by_hassil(template)


def test_phrases_come_in_the_order_of_their_templates_each_once() -> None:
    assert expand_all(["go [on]", "on", "go (on|back)"]) == ("go", "go on", "on", "go back")


@pytest.mark.parametrize("template", ["[a", "a]", "(a|b", "a|b", "a)", "(a]", "[a] [b]", "", "()"])
def test_a_template_that_is_not_whole_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"may be empty|means nothing|is missing"):
        expand(template)


WORDS = st.sampled_from(["stop", "it's", "{number}", "a"])
TEMPLATES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda ways: f"({'|'.join(ways)})"),
        inner.map(lambda way: f"now [{way}]"),
    ),
    max_leaves=8,
)


@given(TEMPLATES)
def test_any_template_gives_what_hassil_gives(template: str) -> None:
    assert set(expand(template)) == by_hassil(template)


@pytest.mark.parametrize("language", available_languages())
def test_every_phrase_of_a_language_is_what_hassil_gives(language: str) -> None:
    templates = templates_of(language)
    assert len(templates) > 100
    for template in templates:
        assert set(expand(template)) == by_hassil(template), template
    table = load_language(language).table
    assert {p for phrases in table.phrases.values() for p in phrases} == set(expand_all(templates))
    assert all(len(set(phrases)) == len(phrases) for phrases in table.phrases.values())
    assert table.phrases[Intent.STOP][0] == "stop"


def test_a_template_that_is_not_whole_is_told_with_its_file(tmp_path) -> None:
    (tmp_path / "en").mkdir()
    for path in (LANGUAGES_FOLDER / "en").glob("*.*"):
        text = path.read_text("utf-8").replace('"wake up"', '"wake [up"')
        (tmp_path / "en" / path.name).write_text(text)
    with pytest.raises(ContentError, match=r'phrases.toml: "\]" is missing'):
        load_language("en", folder=tmp_path)
