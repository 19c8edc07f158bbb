"""The stand-in for prompter and mixer where there is no sound."""

from __future__ import annotations

from assistant.core.events import PromptFinished
from assistant.speech.silent_prompter import SilentPrompter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_prompts_finish_one_after_the_other_in_their_reading_time() -> None:
    clock = Clock()
    prompter = SilentPrompter(clock)
    prompter.speak(1, "one two three four five six seven eight nine ten eleven twelve thirteen")
    prompter.speak(2, "Yes.")
    clock.now = 4.9
    assert prompter.ended() == []
    clock.now = 5.0
    assert prompter.ended() == [PromptFinished(1)]
    clock.now = 5.7
    assert prompter.ended() == []
    clock.now = 5.8
    assert prompter.ended() == [PromptFinished(2)]


def test_cut_prompts_never_finish_and_what_comes_after_begins_at_once() -> None:
    clock = Clock()
    prompter = SilentPrompter(clock)
    prompter.speak(1, "a sentence that takes long, quite long, and then some time")
    prompter.cut()
    prompter.speak(2, "Yes.")
    clock.now = 0.8
    assert prompter.ended() == [PromptFinished(2)]
    clock.now = 100.0
    assert prompter.ended() == []


def test_a_faster_rate_shortens_prompts() -> None:
    clock = Clock()
    prompter = SilentPrompter(clock)
    prompter.set_rate(2.0)
    prompter.speak(1, "one two three four five six seven eight nine ten eleven twelve thirteen")
    clock.now = 2.5
    assert prompter.ended() == [PromptFinished(1)]
