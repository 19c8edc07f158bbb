"""What is said: one thing after the other, replies in between, and no voice mistaken for the user's."""

from __future__ import annotations

from driver import PACK

from assistant.core.actions import SetSpeechRate, SetVolume, Speak, StopSpeaking
from assistant.core.prompts import Line
from assistant.core.script import FASTEST_RATE, LOUDEST_DB, QUIETEST_DB, SLOWEST_RATE, Script


def script() -> Script:
    return Script(PACK)


def test_prompts_have_numbers_of_their_own_and_actions_are_taken_once() -> None:
    said = script()
    said.say(Line.PAUSED)
    said.speak("More.")
    assert said.take() == (Speak(1, "All right."), Speak(2, "More."))
    assert said.take() == ()
    assert said.speaking


def test_all_has_been_said_when_the_last_prompt_has_finished() -> None:
    said = script()
    said.speak("One.")
    said.speak("Two.")
    assert not said.finished(1)
    assert said.finished(2)
    assert not said.speaking
    assert not said.finished(2), "it finishes once"


def test_a_cut_prompt_never_finishes() -> None:
    said = script()
    said.speak("One.")
    said.cut()
    said.cut()
    assert said.take() == (Speak(1, "One."), StopSpeaking())
    assert not said.finished(1)
    assert not said.speaking


def test_after_a_reply_what_it_interrupted_is_said_again() -> None:
    said = script()
    said.speak("Sit tall.")
    said.take()
    said.reply(Line.LOUDER)
    assert said.take() == (StopSpeaking(), Speak(2, "I am louder now."), Speak(3, "Sit tall."))
    said.reply(Line.QUIETER)
    assert said.take() == (StopSpeaking(), Speak(4, "I am quieter now."), Speak(5, "Sit tall."))


def test_a_reply_to_silence_interrupts_nothing() -> None:
    said = script()
    said.reply(Line.LOUDER)
    assert said.take() == (Speak(1, "I am louder now."),)


def test_a_cue_is_said_now_or_never() -> None:
    said = script()
    said.cue(Line.HALF_WAY)
    said.cue(Line.BREATHE_OUT)
    assert said.take() == (Speak(1, "Half way."),)
    said.reply(Line.AT_LIMIT)
    assert said.take() == (StopSpeaking(), Speak(2, "That is as far as it goes."))


def test_a_finished_cue_leaves_the_next_sentence_to_be_said_again() -> None:
    said = script()
    said.cue(Line.HALF_WAY)
    assert said.finished(1)
    said.speak("Sit tall.")
    said.take()
    said.reply(Line.LOUDER)
    assert said.take()[-1] == Speak(4, "Sit tall.")


def test_one_question_in_place_of_another() -> None:
    said = script()
    said.say(Line.DECIDE)
    said.take()
    said.say_instead(Line.DECIDE_AGAIN)
    assert said.take() == (StopSpeaking(), Speak(2, "Do you want to go on? Yes or no."))


def test_two_sentences_in_place_of_one() -> None:
    said = script()
    said.say(Line.DECIDE)
    said.take()
    said.say_instead(Line.SUGGEST_ENDING, Line.DECIDE_AGAIN)
    assert [type(action) for action in said.take()] == [StopSpeaking, Speak, Speak]


def test_a_long_text_may_take_long() -> None:
    said = script()
    said.speak("One.")
    short = said.longest_seconds()
    said.speak("A sentence of a few more words.")
    assert said.longest_seconds() > short > 1.0


def test_what_is_being_spoken_or_just_was_may_come_back_as_an_echo() -> None:
    said = script()
    said.now = 100.0
    said.speak("Sit down. When you are there, say ready.")
    assert not said.may_have_said(("ready",), 100.5), "that is still to come"
    said.now = 101.0
    said.sentence_finished(1)
    assert said.may_have_said(("sit", "down"), 101.2), "the room gives it back a little later"
    assert said.may_have_said(("down", "when"), 101.2), "heard as one"
    assert not said.may_have_said(("sit", "down"), 101.3)
    said.now = 102.0
    assert said.may_have_said(("ready",), 100.5)
    assert said.may_have_said(("say", "ready"), 100.5)
    assert said.may_have_said(("there", "ready"), 100.5), "one word between them was lost"
    assert not said.may_have_said(("are", "ready"), 100.5)
    assert not said.may_have_said(("read",), 100.5)
    assert not said.may_have_said(("yes",), 100.5)
    said.now = 103.0
    said.sentence_finished(1)
    said.finished(1)
    said.sentence_finished(1)
    said.now = 103.6
    assert said.may_have_said(("ready",), 103.2), "the room gives it back a little later"
    assert not said.may_have_said(("ready",), 103.5)
    said.now = 120.0
    assert not said.may_have_said(("ready",), 103.2), "long forgotten"


def test_a_cut_sentence_may_come_back_as_an_echo_too() -> None:
    said = script()
    said.speak("Sit down. Say ready.")
    said.speak("Say yes.")
    said.sentence_finished(1)
    said.now = 10.0
    said.cut()
    assert said.may_have_said(("ready",), 10.1)
    assert not said.may_have_said(("sit", "down"), 10.1)
    assert not said.may_have_said(("yes",), 10.1), "it never began"


def test_which_sentence_sounded_when() -> None:
    said = script()
    assert said.sounded_at(1.0) == []
    said.now = 10.0
    said.speak("Sit down. Say ready.")
    said.speak("Say yes.")
    said.now = 11.0
    assert said.sounded_at(10.5) == ["Sit down."]
    assert said.sounded_at(9.9) == [], "it had not begun"
    said.sentence_finished(1)
    said.now = 12.0
    said.sentence_finished(1)
    said.finished(1)
    said.now = 13.0
    assert said.sounded_at(10.5) == ["Sit down."]
    assert said.sounded_at(11.2) == ["Sit down.", "Say ready."], "the room gives it back a little later"
    assert said.sounded_at(11.5) == ["Say ready."]
    assert said.sounded_at(12.5) == ["Say yes."]
    said.cut()
    assert said.sounded_at(13.2) == ["Say yes."]
    assert said.sounded_at(13.4) == []


def test_volume_and_rate_have_bounds() -> None:
    said = script()
    louder = [said.change_volume(1) for _ in range(9)]
    assert louder == sorted(louder, reverse=True)
    assert not louder[-1]
    assert said.take()[-1] == SetVolume(LOUDEST_DB)
    while said.change_volume(-1):
        pass
    assert said.take()[-1] == SetVolume(QUIETEST_DB)
    while said.change_rate(1):
        pass
    assert said.take()[-1] == SetSpeechRate(FASTEST_RATE)
    while said.change_rate(-1):
        pass
    assert said.take()[-1] == SetSpeechRate(SLOWEST_RATE)


def test_what_is_to_be_heard_is_there_to_be_shown_and_the_sentence_that_sounds() -> None:
    said = script()
    assert (said.prompts, said.sentence) == ((), "")
    said.speak("One. Two.")
    said.speak("Three.")
    assert said.prompts == ((1, "One. Two."), (2, "Three."))
    assert said.sentence == "One."
    said.sentence_finished(1)
    assert said.sentence == "Two."
    said.finished(1)
    assert (said.prompts, said.sentence) == (((2, "Three."),), "Three.")
    said.cut()
    assert (said.prompts, said.sentence) == ((), "")
