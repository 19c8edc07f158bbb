"""The pain dialogue's rules as a table: every row, every boundary, every kind of answer."""

from __future__ import annotations

import pytest

from assistant.core.pain_rules import (
    RULES,
    Answer,
    Decision,
    PainReport,
    decide,
    deciding_rule,
    is_score,
    may_begin,
)

D = Decision
SCORES = range(11)


@pytest.mark.parametrize(
    ("score", "decision"),
    [
        *((n, D.OFFER_EASIER) for n in (0, 1)),
        *((n, D.SKIP) for n in (2, 3)),
        *((n, D.SUGGEST_ENDING) for n in (4, 5)),
        *((n, D.END_STRONG) for n in (6, 7, 8, 9, 10)),
        (None, D.END_UNANSWERED),
    ],
)
def test_what_every_number_means_when_none_was_given_at_the_start(score: int, decision: Decision) -> None:
    assert decide(PainReport(score)) is decision


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("start", SCORES)
def test_two_points_above_the_start_is_a_reason_to_end(score: int, start: int) -> None:
    decision = decide(PainReport(score, start))
    alone = decide(PainReport(score))
    if score - start >= 2 and score < 6:
        assert decision is D.SUGGEST_ENDING
    else:
        assert decision is alone, "less than two points changes nothing, and never for the better"


@pytest.mark.parametrize(
    ("start", "score", "decision"),
    [(0, 1, D.OFFER_EASIER), (0, 2, D.SUGGEST_ENDING), (1, 3, D.SUGGEST_ENDING), (2, 3, D.SKIP)],
)
def test_the_boundary_of_the_change(start: int, score: int, decision: Decision) -> None:
    assert decide(PainReport(score, start)) is decision


@pytest.mark.parametrize("score", range(6))
@pytest.mark.parametrize(
    ("answer", "decision"), [(Answer.YES, D.END_SPREADING), (Answer.NONE, D.END_UNANSWERED)]
)
def test_whatever_may_have_spread_ends(score: int, answer: Answer, decision: Decision) -> None:
    assert decide(PainReport(score, has_spread=answer)) is decision


@pytest.mark.parametrize("score", [None, *SCORES])
@pytest.mark.parametrize("answer", Answer)
@pytest.mark.parametrize("reports", [2, 3])
def test_a_second_report_ends_whatever_else_is_known(score: int | None, answer: Answer, reports: int) -> None:
    assert decide(PainReport(score, 0, answer, reports)) is D.END_REPEATED


def test_every_rule_decides_something_and_names_its_number() -> None:
    reports = [
        PainReport(score, start, answer, reports)
        for score in (None, *SCORES)
        for start in (None, *SCORES)
        for answer in Answer
        for reports in (1, 2)
    ]
    reports.append(PainReport(None, is_unwell=True))
    assert {deciding_rule(report) for report in reports} == set(RULES)
    assert {rule.number for rule in RULES} == {2, 3, 4, 5, 6, 7}
    assert all(rule.when.endswith(".") for rule in RULES)


def test_what_goes_on_does_so_only_after_a_question() -> None:
    assert [d for d in Decision if not d.ends] == [D.SUGGEST_ENDING, D.SKIP, D.OFFER_EASIER]


def test_a_higher_number_never_leads_to_more() -> None:
    severity = [D.OFFER_EASIER, D.SKIP, D.SUGGEST_ENDING, D.END_STRONG]
    for start in (None, *SCORES):
        found = [severity.index(decide(PainReport(score, start))) for score in SCORES]
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("number", "is_one"), [(-1, False), (0, True), (10, True), (11, False), (None, False)]
)
def test_numbers_of_the_scale(number: int | None, is_one: bool) -> None:
    assert is_score(number) is is_one


@pytest.mark.parametrize(("score", "may"), [(None, True), (0, True), (5, True), (6, False), (10, False)])
def test_with_six_or_more_nothing_begins(score: int | None, may: bool) -> None:
    assert may_begin(score) is may
