"""A room between sessions: what wakes it, what ends it, and all that does neither."""

from __future__ import annotations

import pytest
from driver import PACK

from assistant.core.actions import (
    Action,
    DropReminder,
    Earcon,
    Listen,
    PlayEarcon,
    Remind,
    Speak,
    StopSpeaking,
)
from assistant.core.events import (
    CutShort,
    DeadlineReached,
    Event,
    HearingCaughtUp,
    HearingFellBehind,
    MicrophoneLost,
    MicrophoneRestored,
    NightChanged,
    NotUnderstood,
    PromptFinished,
    ReminderDue,
    Said,
    SentenceFinished,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
)
from assistant.core.faults import Fault, Standing
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.prompts import Line
from assistant.core.resting import ANSWER_SECONDS, LISTENED_FOR, RIGHT_AFTER_SECONDS, Resting
from assistant.core.states import State

ASLEEP, TURN_OFF = PACK.lines[Line.ASLEEP], PACK.lines[Line.TURN_OFF]


class Room:
    """A rest under test, with a clock of its own."""

    def __init__(
        self, ended_by: str | None = None, *, reminds: bool = False, wakes_at_night: bool = True
    ) -> None:
        self.resting = Resting(PACK, ended_by, reminds=reminds, wakes_at_night=wakes_at_night)
        self.now = 0.0
        self.actions: list[Action] = []
        self.event(Started())

    def event(self, event: Event, after: float = 1.0) -> None:
        self.now += after
        self.actions += self.resting.handle(event, self.now)

    def say(self, text: str, source: Source = Source.VOICE, after: float = 1.0) -> None:
        words, _ = PACK.table.without_call(tuple(text.split()))
        wanted = [action.intents for action in self.actions if isinstance(action, Listen)][-1]
        times = {"word_end_seconds": self.now + after, "at_seconds": self.now + after}
        self.event(meaning_of(words, PACK.table, wanted, source, **times), after)

    def type(self, text: str) -> None:
        self.say(text, Source.KEYBOARD)

    @property
    def spoken(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Speak)]

    def hear_out(self) -> None:
        """What is spoken is spoken to its end."""
        for prompt in self.resting.view.prompts:
            self.event(SentenceFinished(prompt.id))
            self.event(PromptFinished(prompt.id))

    @property
    def is_woken(self) -> bool:
        return self.resting.state is State.FINISHED and self.resting.is_woken

    @property
    def is_ended(self) -> bool:
        return self.resting.state is State.FINISHED and not self.resting.is_woken

    @property
    def reminders(self) -> list[Action]:
        return [action for action in self.actions if isinstance(action, Remind | DropReminder)]


def asked() -> Room:
    """One that is asked, and has heard the question."""
    room = Room()
    room.say("goodbye")
    assert room.spoken == [TURN_OFF]
    assert room.resting.state is State.FINISHING
    room.hear_out()
    return room


@pytest.mark.parametrize("text", ["wake up", "limber wake up", "hey limber wake up"])
def test_a_wake_phrase_wakes(text: str) -> None:
    room = Room()
    room.say(text)
    assert room.is_woken
    assert room.resting.view.state is State.FINISHED
    room.say("goodbye")
    assert room.is_woken, "what is over stays over"


@pytest.mark.parametrize(
    "text",
    [
        *("hello", "good morning", "start", "begin", "let's go", "start the session"),
        *("stop", "that hurts", "i can't breathe", "help me up", "continue", "yes", "next", "my neck"),
        f"{UNKNOWN_WORD} wake up",
        f"wake up {UNKNOWN_WORD}",
    ],
)
def test_what_others_say_to_each_other_wakes_nobody(text: str) -> None:
    room = Room()
    room.say(text)
    assert room.resting.state is State.ASLEEP
    assert room.spoken == []


def test_half_a_wake_phrase_wakes_nobody() -> None:
    room = Room()
    room.event(Said(Intent.START, "wake up", is_half_heard=True))
    assert room.resting.state is State.ASLEEP


@pytest.mark.parametrize("source", [Source.KEYBOARD, Source.TOUCH, Source.NETWORK])
def test_who_types_or_touches_may_begin_in_any_words(source: Source) -> None:
    room = Room()
    room.say("hello", source)
    assert room.is_woken


def test_it_says_after_a_silence_that_it_rests_and_its_own_voice_does_not_wake_it() -> None:
    room = Room("ended_by_user")
    assert room.spoken == []
    assert room.resting.next_deadline == pytest.approx(room.now + 0.8)
    room.event(DeadlineReached(), 0.4)
    assert room.spoken == []
    room.event(DeadlineReached(), 0.5)
    assert room.spoken == [ASLEEP]
    assert room.resting.view.sentence in ASLEEP
    room.event(SentenceFinished(1))
    room.say("wake up", after=0.5)
    assert room.resting.state is State.ASLEEP
    room.hear_out()
    room.say("wake up", after=5.0)
    assert room.is_woken


def test_a_stop_before_it_says_so_keeps_it_silent() -> None:
    room = Room("ended_by_user")
    room.say("stop", after=0.1)
    assert room.resting.next_deadline is None
    room = Room("ended_by_user")
    room.event(DeadlineReached())
    room.say("stop")
    assert isinstance(room.actions[-2], StopSpeaking)
    assert room.resting.view.prompts == ()


def test_it_listens_for_nothing_but_waking_and_ending() -> None:
    room = Room()
    assert room.actions == [Listen(LISTENED_FOR)]
    assert [example.intent for example in room.resting.view.can_say] == [Intent.START, Intent.END]


@pytest.mark.parametrize("text", ["goodbye", "finish", "quit"])
def test_an_end_is_asked_about_and_a_yes_ends(text: str) -> None:
    room = Room()
    room.say(text)
    room.say("yes", after=6.0)
    assert room.is_ended


@pytest.mark.parametrize("text", ["no", "stop", "that hurts"])
def test_a_no_and_a_stop_let_it_rest_on(text: str) -> None:
    room = asked()
    room.say(text)
    assert room.resting.state is State.ASLEEP
    assert room.actions[-1] == Listen(LISTENED_FOR)


@pytest.mark.parametrize("text", ["okay", f"yes {UNKNOWN_WORD}", "goodbye"])
def test_what_is_no_clear_yes_does_not_end_by_voice(text: str) -> None:
    room = asked()
    room.say(text)
    assert room.resting.state is State.FINISHING


def test_silence_is_no_yes() -> None:
    room = asked()
    assert room.resting.next_deadline == pytest.approx(room.now + ANSWER_SECONDS)
    room.event(DeadlineReached(), ANSWER_SECONDS)
    assert room.resting.state is State.ASLEEP
    assert room.resting.next_deadline is None
    room.event(DeadlineReached())
    assert room.resting.state is State.ASLEEP


def test_a_question_that_never_sounds_is_over_all_the_same() -> None:
    room = Room()
    room.say("goodbye")
    assert room.resting.next_deadline is not None
    room.event(DeadlineReached(), 60.0)
    assert room.resting.state is State.ASLEEP
    assert room.resting.view.prompts == ()


def test_who_is_asked_may_wake_it_instead() -> None:
    room = asked()
    room.say("wake up")
    assert room.is_woken


def test_who_types_the_end_twice_means_it() -> None:
    room = Room()
    room.type("turn off")
    assert room.resting.state is State.FINISHING
    room.type("goodbye")
    assert room.is_ended
    assert isinstance(room.actions[-1], StopSpeaking)


def test_it_ends_when_the_program_has_to() -> None:
    room = Room()
    room.event(CutShort("terminated"))
    assert room.is_ended


def test_what_was_heard_and_what_is_at_fault_is_shown() -> None:
    room = Room()
    room.event(MicrophoneLost("silent"))
    assert room.resting.view.faults == (Fault.MICROPHONE_SILENT,)
    room.event(MicrophoneRestored())
    room.event(NotUnderstood(("so",)))
    assert (room.resting.view.faults, room.resting.view.heard) == ((), None)
    room.type("goodbye")
    room.type("no")
    heard = room.resting.view.heard
    assert heard is not None
    assert (heard.number, heard.phrase) == (2, "no")


def test_faults_of_devices_stand_until_their_end_is_told() -> None:
    standing = Standing()
    for event in (
        *(MicrophoneLost("lost"), SpeakerLost(), HearingFellBehind(), Started(), MicrophoneLost("silent")),
    ):
        standing.note(event)
    assert standing.events == (MicrophoneLost("silent"), SpeakerLost(), HearingFellBehind())
    for event in (MicrophoneRestored(), SpeakerRestored(), HearingCaughtUp(), MicrophoneRestored()):
        standing.note(event)
    assert standing.events == ()


def said_of_it(line: Line, **values: str) -> str:
    return PACK.render(line, **values)


@pytest.mark.parametrize(
    ("ended_by", "reminds", "told"),
    [
        ("completed", False, [Line.ASLEEP, Line.OFFER_REMINDER]),
        ("completed", True, [Line.ASLEEP]),
        ("pain", False, [Line.ASLEEP]),
        ("emergency", False, []),
        (None, False, []),
    ],
)
def test_a_reminder_is_offered_once_after_a_whole_session(
    ended_by: str | None, reminds: bool, told: list[Line]
) -> None:
    room = Room(ended_by, reminds=reminds)
    for _ in range(2):
        room.event(DeadlineReached(), 10.0)
        assert room.spoken == [PACK.lines[line] for line in told]


@pytest.mark.parametrize(
    ("text", "minute", "time"),
    [
        ("same time tomorrow", None, ""),
        ("limber same time tomorrow please", None, ""),
        ("again tomorrow", None, ""),
        ("again tomorrow at eight", 480, "eight in the morning"),
        ("tomorrow at seven thirty", 450, "seven thirty in the morning"),
        ("remind me tomorrow at eight in the evening", 1200, "eight in the evening"),
        ("tomorrow at two", 840, "two in the afternoon"),
    ],
)
def test_who_wants_a_reminder_is_told_when_it_comes(text: str, minute: int | None, time: str) -> None:
    room = Room("completed")
    room.say(text)
    assert room.reminders == [Remind(minute)]
    line = Line.REMINDER_SET if time else Line.REMINDER_SET_SAME
    assert room.spoken == [said_of_it(line, **({"time": time} if time else {}))]
    room.hear_out()
    room.event(DeadlineReached(), ANSWER_SECONDS)
    assert room.actions[-1] == Listen(LISTENED_FOR)
    room.say("no")
    assert room.reminders == [Remind(minute)], "who is not asked refuses nothing"


def test_every_time_of_the_day_has_a_way_to_say_it_in_full() -> None:
    fullest = {minute: said for said, minute in PACK.table.slots["minute_of_day"].items()}
    assert all(" in the " in said for said in fullest.values())
    assert len(fullest) == 2 * (7 + 7 + 7 - 2)  # five and six are of the afternoon and of the evening


@pytest.mark.parametrize("source", [Source.VOICE, Source.KEYBOARD])
def test_a_reminder_can_be_refused(source: Source) -> None:
    room = Room("completed")
    room.say("same time tomorrow")
    room.say("no")
    assert room.reminders == [Remind(None)], "it says a no itself just now"
    if source is Source.VOICE:
        room.hear_out()
    room.say("no", source, after=5.0)
    assert room.reminders == [Remind(None), DropReminder()]
    assert room.spoken[-1] == PACK.lines[Line.REMINDER_DROPPED]
    assert room.actions[-1] == Listen(LISTENED_FOR)


def test_another_time_takes_the_place_of_the_first() -> None:
    room = Room("completed")
    room.say("same time tomorrow")
    room.type("tomorrow at eight in the evening")
    assert room.reminders == [Remind(None), Remind(1200)]


@pytest.mark.parametrize("text", [f"{UNKNOWN_WORD} same time tomorrow", f"same time tomorrow {UNKNOWN_WORD}"])
def test_talk_about_tomorrow_asks_for_no_reminder(text: str) -> None:
    room = Room("completed")
    room.say(text)
    room.say("same time tomorrow", after=RIGHT_AFTER_SECONDS)
    assert (room.reminders, room.spoken) == ([], [])
    room.type("same time tomorrow")
    assert room.reminders == [Remind(None)], "who types means it at any time"


def test_it_reminds_once_with_a_chime() -> None:
    room = Room(reminds=True)
    room.event(ReminderDue(), 3600.0)
    assert room.actions[-3:] == [
        PlayEarcon(Earcon.REMINDER),
        Speak(1, PACK.lines[Line.REMINDER]),
        Listen(LISTENED_FOR),
    ]
    room.hear_out()
    room.say("wake up", after=5.0)
    assert room.is_woken


def test_a_question_is_not_broken_into() -> None:
    room = asked()
    room.event(ReminderDue())
    assert room.spoken == [TURN_OFF]


def test_who_turns_it_off_learns_that_it_cannot_remind_then() -> None:
    room = Room(reminds=True)
    room.type("goodbye")
    assert room.spoken == [PACK.lines[Line.TURN_OFF_REMINDING]]


def test_an_end_asked_for_instead_of_a_no_is_asked_about() -> None:
    room = Room("completed")
    room.say("same time tomorrow")
    room.type("goodbye")
    assert room.resting.state is State.FINISHING
    room.say("no", after=9.0)
    assert room.reminders == [Remind(None)]


@pytest.mark.parametrize(
    "text", ["i can't breathe", "my chest hurts", "help me up", f"{UNKNOWN_WORD} i can't move"]
)
def test_who_calls_for_help_right_after_a_session_is_taken_up(text: str) -> None:
    room = Room("completed")
    room.say(text)
    assert room.is_woken
    assert room.resting.alarm is not None
    assert room.resting.alarm.phrase in text


def test_what_is_said_much_later_is_talk_but_who_types_or_touches_is_there() -> None:
    room = Room("completed")
    room.say("i can't breathe", after=RIGHT_AFTER_SECONDS)
    assert (room.resting.state, room.resting.alarm) == (State.ASLEEP, None)
    room.type("i can't breathe")
    assert room.is_woken
    assert room.resting.alarm is not None


def test_pain_and_a_stop_right_after_a_session_only_silence() -> None:
    room = Room("completed")
    for text in ("stop", "that hurts"):
        room.say(text)
        assert (room.resting.state, room.resting.alarm) == (State.ASLEEP, None)


def sounds(actions: list[Action]) -> list[Action]:
    return [action for action in actions if isinstance(action, (Speak, PlayEarcon))]


def at_night(ended_by: str | None = None, *, wakes_at_night: bool = True, reminds: bool = False) -> Room:
    room = Room(ended_by, reminds=reminds, wakes_at_night=wakes_at_night)
    room.event(NightChanged(True), 0.0)
    return room


@pytest.mark.parametrize("ended_by", [None, "completed", "stopped", "timed_out"])
def test_at_night_nothing_sounds_of_its_own_accord(ended_by: str | None) -> None:
    room = at_night(ended_by)
    for _ in range(10):
        room.event(DeadlineReached(), 3600.0)
        room.event(ReminderDue(), 1.0)
    assert sounds(room.actions) == []
    assert room.resting.state is State.ASLEEP


def test_a_session_that_ends_by_day_is_told_of_as_ever() -> None:
    room = Room("completed")
    room.event(NightChanged(False), 0.0)
    room.event(DeadlineReached(), 60.0)
    assert room.spoken[0] == ASLEEP


def test_a_reminder_waits_for_the_morning() -> None:
    room = at_night(reminds=True)
    room.event(ReminderDue(), 600.0)
    room.type("goodbye")  # which tells what would be lost
    assert room.spoken == [PACK.lines[Line.TURN_OFF_REMINDING]]
    room.type("no")
    room.actions.clear()
    room.event(NightChanged(False), 3600.0)
    assert (PlayEarcon(Earcon.REMINDER) in room.actions, room.spoken) == (True, [PACK.lines[Line.REMINDER]])
    room.hear_out()
    room.event(NightChanged(True), 3600.0)
    room.actions.clear()
    room.event(NightChanged(False), 3600.0)
    assert sounds(room.actions) == []


def test_what_is_asked_is_answered_at_night() -> None:
    room = at_night()
    room.say("goodbye")
    assert room.spoken == [TURN_OFF]
    room.say("wake up")
    assert room.is_woken


def test_where_no_voice_shall_wake_it_at_night_all_else_still_does() -> None:
    room = at_night(wakes_at_night=False)
    room.say("wake up")
    room.say("goodbye")
    room.say("stop")
    assert (room.resting.state, sounds(room.actions)) == (State.ASLEEP, [])
    room.type("wake up")
    assert room.is_woken


def test_in_the_morning_a_voice_wakes_it_again() -> None:
    room = at_night(wakes_at_night=False)
    room.event(NightChanged(False), 3600.0)
    room.say("wake up")
    assert room.is_woken


@pytest.mark.parametrize("words", ["wake up", "call an ambulance"])
def test_right_after_a_session_of_the_night_whoever_speaks_is_heard(words: str) -> None:
    room = at_night("completed", wakes_at_night=False)
    room.say(words)
    assert room.is_woken
