"""What sentences mean, where they are said: a table, its variants, the rules, and what means nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from driver import PACK
from happenings import untraced
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.clauses import match_half
from assistant.core.events import Said, Source
from assistant.core.intents import SAFETY_INTENTS, Intent, Match
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.precedence import WINS, match_of
from assistant.core.states import ASKING_SCORE, State
from assistant.core.understanding import find_safety, understand

TABLE = PACK.table


def rows() -> Iterator[tuple[State, str, str]]:
    """State, sentence, and the meanings that are right, of `sentences.tsv`."""
    for line in Path(__file__).with_name("sentences.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            state, sentence, meanings = line.split("\t")
            yield State(state), sentence, meanings


ROWS = list(rows())


def meaning(sentence: str, state: State = State.HOLDING, source: Source = Source.KEYBOARD) -> Said | None:
    found = meaning_of(PACK.typed(sentence), TABLE, listened_for(state), source)
    return found if isinstance(found, Said) else None


def is_right(said: Said | None, meanings: str) -> bool:
    got = "-" if said is None else str(said.intent)
    number = None if said is None else said.slots.number
    wanted = (one.partition("=") for one in meanings.split("|"))
    return any(name == got and (not value or int(value) == number) for name, _, value in wanted)


def test_there_are_enough_sentences_of_every_kind() -> None:
    assert len(ROWS) >= 400
    assert len({sentence for _, sentence, _ in ROWS}) >= 400
    assert len({state for state, _, _ in ROWS}) >= 10


@pytest.mark.parametrize(("state", "sentence", "meanings"), ROWS, ids=[f"{s}: {t}" for s, t, _ in ROWS])
def test_a_sentence_means_what_people_mean_by_it(state: State, sentence: str, meanings: str) -> None:
    said = meaning(sentence, state)
    assert is_right(said, meanings), said


NUMBERS = {word for number in TABLE.slots["number"] for word in number.split()}
VARIANTS = {
    "a filler before": lambda text: f"um {text}",
    "another before": lambda text: f"well {text}",
    "a filler after": lambda text: f"{text} uh",
    "in capitals": lambda text: text.upper(),
    "with a stop": lambda text: f"{text}.",
    "the name before": lambda text: f"Limber, {text}",
    "please": lambda text: f"{text} please",
    "a stutter": lambda text: text if PACK.typed(text)[0] in NUMBERS else f"{text.split()[0]} {text}",
    "typographic": lambda text: text.replace("'", "\u2019"),
    "without apostrophes": lambda text: re.sub(r"\b(\w*n|i|I|that|it|It)'(t|m|ve|s)\b", r"\1\2", text),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_how_it_is_said_changes_nothing(variant: str) -> None:
    """A few words that are no longer understood are a nuisance; a meaning that changes is not allowed."""
    change = VARIANTS[variant]
    told = [(s, text, m) for s, text, m in ROWS if m != "-"]
    if variant == "a stutter":  # a number said twice is asked for again
        told = [row for row in told if row[0] not in ASKING_SCORE]
    with untraced():
        wrong = [(s, text) for s, text, m in told if not is_right(meaning(change(text), s), m)]
    changed = [
        (s, text)
        for s, text in wrong
        if (said := meaning(change(text), s)) and said.intent not in SAFETY_INTENTS
    ]
    safety = [(s, text) for s, text in wrong if (m := meaning(text, s)) and m.intent in SAFETY_INTENTS]
    assert safety == []
    assert changed == []
    assert len(wrong) <= 0.03 * len(told), wrong


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("no my chest hurts", Intent.RED_FLAG),
        ("I'm not dizzy but my chest hurts", Intent.RED_FLAG),
        ("no pain in my neck but my knee hurts", Intent.PAIN),
        ("it's not that it doesn't hurt", None),
        ("I'm not sure it's not numb", Intent.PAIN),
    ],
)
def test_a_denial_denies_itself_and_nothing_else(sentence: str, phrase: Intent | None) -> None:
    said = meaning(sentence)
    assert phrase is None or (said is not None and said.intent is phrase)


EXAMPLES = {
    Intent.NUMBER: "four",
    Intent.YES: "yes",
    Intent.NO: "no",
    Intent.UNSURE: "not sure",
    Intent.RESUME: "continue",
    Intent.READY: "ready",
    Intent.START: "wake up",
    Intent.NEXT: "next",
    Intent.BACK: "go back",
    Intent.CHOOSE: "my neck",
    Intent.COMPLAIN: "my neck hurts",
    Intent.SPREAD: "it goes down my leg",
    Intent.DENIAL: "i'm not dizzy",
    Intent.CONDITION: "osteoporosis",
    Intent.HAS_CONDITION: "i have a new hip",
    Intent.CONDITION_OVER: "my hip is fine now",
}
MEANS = {Intent.SPREAD: Intent.YES, Intent.DENIAL: Intent.NO}
PAIRS = [
    (rule, one, other)
    for rule in WINS
    for one, other in product(sorted(rule.intents), sorted(rule.over))
    if not {one, other} & set(SAFETY_INTENTS)
]


@pytest.mark.parametrize("rule", WINS, ids=lambda rule: rule.why)
def test_every_rule_of_what_wins_is_kept(rule: object) -> None:
    """In both orders, wherever no rule before decides otherwise."""
    decided: set[frozenset[Intent]] = set()
    for before in WINS[: WINS.index(rule)]:  # type: ignore[arg-type]
        decided |= {frozenset(pair) for pair in product(before.intents, before.over)}
    tried = 0
    for of, one, other in PAIRS:
        if of is not rule or frozenset((one, other)) in decided or one is other:
            continue
        for words in (f"{said(one)} {said(other)}", f"{said(other)} {said(one)}"):
            heard = tuple(words.split())
            if TABLE.match(heard, (one, other)) or match_half(heard, TABLE, (one, other)):
                continue  # together they are another phrase
            found = understand(heard, TABLE, (one, other), is_text=True)
            if found is not None:
                tried += 1
                assert found.intent in (one, MEANS.get(one)), (words, found)
                assert found.is_half_heard is of.is_unclear
    assert tried or set(rule.intents) & set(SAFETY_INTENTS)  # type: ignore[attr-defined]


def said(intent: Intent) -> str:
    """One way to say it."""
    first = TABLE.phrases[intent][0]
    return EXAMPLES.get(intent, "ten more seconds" if intent is Intent.MORE_TIME else first)


def test_of_two_numbers_the_corrected_one_or_the_higher_counts() -> None:
    for sentence, number in (
        ("four no six", 6),
        ("six no four", 4),
        ("six in my neck and four in my back", 6),
    ):
        said = meaning(sentence, State.SCORING)
        assert said is not None
        assert said.slots.number == number
    lost = meaning("three seven", State.SCORING)
    assert lost is not None
    assert lost.is_half_heard


WHO = ("My brother", "The teacher", "Her neighbour", "Our dog", "The old man", "The children")
DID = (
    *("bought a new bicycle", "stopped at the bakery", "read a book about painters", "heard the bell ring"),
    *("hurt the feelings of a friend", "went back to the station", "had a break at noon"),
    *("lost the second match", "counted to ten in French", "found the phone under the sofa"),
    *("burned the toast this morning", "was sick of the long meetings", "painted the door green"),
    *("finished the puzzle last week", "called the plumber about the sink", "kept a step ahead of others"),
    *("said that the film was painful to watch", "slept through the concert", "left the right shoe outside"),
    *("watched the next episode", "moved to a quieter street"),
)
WHEN = (
    *("on Monday", "before the rain", "last summer", "after the wedding", "in the evening", "as usual"),
    *("with great care", "without saying a word", "near the river", "for the third time"),
)
OTHER = (
    *("The price of bread went up again {}", "There is a stop sign at the corner {}"),
    *("The train to the city leaves at {}", "We had soup and a salad for dinner {}"),
    *("The stock market fell {}", "She pushed the chair back to the table {}"),
    *("The garden needs more water {}", "They sing louder than the choir {}", "The museum is closed {}"),
)
TRIED = (State.HOLDING, State.CHOOSING, State.SCREENING, State.SCORE_NOW, State.PAUSED)


def everyday() -> list[str]:
    """Ten thousand sentences that are meant for nobody here, many with words of the commands in them."""
    chance = random.Random(16)
    told = [f"{who} {did} {when}" for who, did, when in product(WHO, DID, WHEN)]
    told += [text.format(f"{when} {year}") for text, when, year in product(OTHER, WHEN, range(1, 60))]
    joined = [
        f"{a} and {b[0].lower()}{b[1:]}" for a, b in zip(told, chance.sample(told, len(told)), strict=True)
    ]
    return chance.sample([*told, *joined], 10_000)


@pytest.mark.parametrize(
    "state", [State.HOLDING, State.CHOOSING, State.SCREENING, State.SCORE_NOW, State.PAUSED]
)
def test_everyday_sentences_mean_nothing(state: State) -> None:
    share = everyday()[TRIED.index(state) :: len(TRIED)]
    with untraced():
        meant = [(text, found) for text in share if (found := meaning(text, state))]
    assert len(meant) <= 1, meant
    assert [pair for pair in meant if pair[1].intent in SAFETY_INTENTS] == []


def test_what_a_recognizer_heard_counts_wherever_it_stands() -> None:
    """It leaves out what it does not know, so that there is no telling what the sentence was about."""
    words = ("my", "next", "ten", "back", "?", "stop", "?", "the")
    assert find_safety(words, TABLE) == Match(Intent.STOP, "stop")
    assert find_safety(words, TABLE, is_text=True) is None


@given(st.lists(st.sampled_from(sorted(TABLE.known_words)), max_size=9), st.sampled_from(list(State)))
def test_any_words_mean_one_thing_at_most_and_soon(words: list[str], state: State) -> None:
    """Whatever is said: no error, and a phrase that is a part of what was said."""
    found = understand(tuple(words), TABLE, listened_for(state), is_text=True)
    if found is not None:
        heard = TABLE.spelled(words)
        assert set(found.phrase.split()) <= set(heard)


def test_a_sore_place_is_a_choice_where_it_is_asked_and_pain_elsewhere() -> None:
    sore = "my lower back hurts"
    for state, intent in ((State.CHOOSING, Intent.COMPLAIN), (State.HOLDING, Intent.PAIN)):
        found = meaning(sore, state)
        assert found is not None
        assert found.intent is intent
    flag = meaning("my legs are numb", State.SPREADING)
    assert flag is not None
    assert flag.intent is Intent.RED_FLAG


def test_a_reason_is_left_out_and_two_things_without_a_rule_mean_the_first() -> None:
    reason = meaning("yes because my doctor said so to me", State.SCREENING)
    assert reason is not None
    assert reason.intent is Intent.YES
    assert meaning("because it is monday", State.SCREENING) is None
    both = understand(("wake", "up", "four"), TABLE, (Intent.START, Intent.NUMBER), is_text=True)
    assert both is not None
    both = understand(
        PACK.typed("my neck is stiff four"), TABLE, (Intent.COMPLAIN, Intent.NUMBER), is_text=True
    )
    assert both is not None
    assert both.intent is Intent.COMPLAIN
    thanks = meaning("stop thank you very much")
    assert thanks is not None
    assert thanks.intent is Intent.STOP


@pytest.mark.parametrize("sentence", ["ready no wait", "i'm ready wait no", "four or rather"])
def test_a_correction_without_what_is_right_is_nothing(sentence: str) -> None:
    state = State.SCORING if "four" in sentence else State.SETTLING
    found = meaning(sentence, state)
    assert found is None or found.intent not in (Intent.NUMBER, Intent.READY)


@pytest.mark.parametrize(
    ("state", "sentence", "meanings"),
    [
        (State.HOLDING, "zog blik, how much longer have I got", "how_long"),
        (State.HOLDING, "somebody rang, there is a man at the front door", "pause"),
        (State.HOLDING, "the frumious one, my back hurts, and so on and so forth with grumbling", "pain"),
        (State.HOLDING, "the king was tired, his dragon hurts, and he lay down", "-"),
        (State.HOLDING, "stop the frumious talk, I can't breathe, and I am numb", "red_flag"),
        (State.HOLDING, "her dragon is at the front door", "-"),
        (State.HOLDING, "next, he told the frumious dragon", "-"),
        (State.PAUSED, "onwards of the", "-"),
        (State.RESTING, "please do not make all the holds longer", "-"),
        (State.SCORING, "frabjous, a five", "number=5"),
        (State.SCORING, "it was frabjously an eight", "number=8"),
        (State.SCORING, "a frabjous hundred", "-|number=100"),
        (State.HISTORY, "no, frabjous dragons live there", "no"),
        (State.HISTORY, "frabjous dragons live there, no", "-"),
        (State.HISTORY, "frabjous, she said so", "yes|-"),
        (State.PAUSED, "sorry, that frabjous dragon", "-"),
        (State.HOLDING, "next, frumious dragons, louder", "louder"),
        (State.HOLDING, "louder, frumious dragons, next", "louder"),
        (State.HOLDING, "louder, frumious dragons, louder please", "louder"),
        (State.CHOOSING, "my neck is stiff, frumious dragons, four", "choose|complain"),
        (State.SPREADING, "yes but no", "no|yes"),
    ],
)
def test_what_is_understood_counts_beside_what_is_not(state: State, sentence: str, meanings: str) -> None:
    said = meaning(sentence, state)
    assert is_right(said, meanings), said


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.SCREENING, "my doctor told me to stay in bed"),
        (State.SCREENING, "my physio said I should not lift anything"),
        (State.SCREENING, "the nurse on the ward is fine with most things"),
        (State.SCREENING, "I asked my doctor but never heard back"),
        (State.DECIDING, "it would be better to finish"),
        (State.DECIDING, "that is probably the best we can hope for"),
        (State.DECIDING, "good by me to leave it all"),
        (State.FINISHING, "that would be great some other day"),
        (State.DECIDING, "I want to go on holiday"),
        (State.PAUSED, "I want to continue tomorrow with the dragons"),
        (State.PAUSED, "continue, said the frumious dragon, is a word"),
        (State.HISTORY, "my chest is fine apart from the flu"),
        (State.HISTORY, "nothing new in my wardrobe of dragons"),
        (State.SPREADING, "it stays in the one spot mostly, but my toes feel odd"),
    ],
)
def test_an_answer_that_would_lead_on_is_not_taken_from_half_a_sentence(state: State, sentence: str) -> None:
    said = meaning(sentence, state)
    asks_what_is_wrong = state in (State.HISTORY, State.NEWS, State.SPREADING)
    answer = Intent.NO if asks_what_is_wrong else Intent.YES
    leads_on = said is not None and said.intent in (answer, Intent.RESUME, Intent.READY, Intent.START)
    assert said is None or not leads_on or said.is_half_heard, said


@pytest.mark.parametrize(
    "sentence", ["no, frabjous dragons live there", "nothing different to report apart from dragons"]
)
def test_a_no_beside_what_is_not_understood_is_half_heard(sentence: str) -> None:
    said = meaning(sentence, State.HISTORY)
    assert said is not None
    assert said.is_half_heard


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.SCREENING, "yes, my GP gave me the all-clear"),
        (State.SPREADING, "no, it stays in the one spot"),
        (State.HISTORY, "nope, nothing different to report apart from dragons"),
    ],
)
def test_a_clear_answer_stays_clear_beside_what_says_the_same(state: State, sentence: str) -> None:
    said = meaning(sentence, state)
    assert said is not None
    assert not said.is_half_heard


def test_where_no_rule_decides_the_first_is_meant() -> None:
    said = [Match(Intent.COMPLAIN, "my neck is stiff"), Match(Intent.NUMBER, "four")]
    assert match_of(said) is said[0]
