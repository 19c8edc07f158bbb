"""All that may be said, the most needed first."""

from __future__ import annotations

from itertools import islice

from driver import CATALOGUE, PACK

from assistant.core.actions import Prepare
from assistant.core.context import Settings
from assistant.core.events import Started
from assistant.core.prompts import Line
from assistant.core.session import Session
from assistant.core.stocking import texts_of_all


def texts_of(routine_id: str) -> set[str]:
    session = Session(PACK, CATALOGUE, Settings(routine_id=routine_id, sound_check=False))
    (prepare,) = (a for a in session.handle(Started(), 0.0) if isinstance(a, Prepare))
    return set(prepare.texts)


def test_it_is_what_each_routine_would_have_prepared_that_of_last_time_first() -> None:
    last = CATALOGUE[-1].id
    texts = list(texts_of_all(PACK, CATALOGUE, Settings(last_routine_id=last), ()))
    assert set(islice(texts, len(texts_of(last)))) == texts_of(last)
    assert set(texts) == set().union(*(texts_of(routine.id) for routine in CATALOGUE))
    assert len(texts) == len(set(texts))
    assert PACK.render(Line.EMERGENCY) in texts


def test_the_chosen_routine_comes_before_that_of_last_time() -> None:
    settings = Settings(routine_id=CATALOGUE[1].id, last_routine_id=CATALOGUE[0].id)
    texts = list(texts_of_all(PACK, CATALOGUE, settings, ()))
    assert set(texts[: len(texts_of(CATALOGUE[1].id))]) == texts_of(CATALOGUE[1].id)
