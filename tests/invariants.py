"""What must hold in every session, whatever is said and whatever happens: the safety rules, by number.

`Watched` is a session whose every answer is checked. It knows the rules, not the code: it looks at what
happened, at what was done, at the session's state, and at which stretch the course stands.
"""

from __future__ import annotations

from driver import PACK, Driver
from happened import (
    ADVICE,
    AFTER_THE_END,
    ASKED_TO_END,
    BUSY,
    DOUBTED_IN,
    ENDING,
    FINISH_AFTER_SECONDS,
    FINISH_WORDS,
    IN_PAIN,
    NO_WORDS,
    SETTINGS,
    UNDER_WAY_BY,
    WAITING,
    WITHOUT_A_WORD,
    YES_WORDS,
    Happened,
    goes_on,
    is_clear,
    safety_in,
)
from holding import Holds
from pain_invariants import PainRules

from assistant.core.actions import (
    Action,
    EndSession,
    ForgetCondition,
    Listen,
    PlayEarcon,
    RecordAskedBack,
    RecordCondition,
    RecordPhysicianChecked,
    RecordRedFlag,
    RecordSession,
    ReportHeard,
    ReportHoldStarted,
    ReportState,
    Speak,
    StopSpeaking,
)
from assistant.core.adapting import StretchPast
from assistant.core.course import Course
from assistant.core.events import (
    CameBack,
    CutShort,
    DeadlineReached,
    Event,
    Meaning,
    MicrophoneLost,
    MicrophoneRestored,
    NotUnderstood,
    PromptFailed,
    Said,
    Source,
    SpeakerLost,
    Started,
)
from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent
from assistant.core.listening.hypotheses import FinalHypothesis, PartialHypothesis
from assistant.core.machine import listened_for
from assistant.core.prompts import Line
from assistant.core.states import ASKED_FIRST, STRETCHING, State

S, I = State, Intent  # noqa: E741 - short, as in the other invariants


class Watched(Driver):
    """A session whose every answer is checked."""

    def __init__(self, **settings: object) -> None:
        pasts: dict[str, StretchPast] = settings.get("pasts") or {}  # type: ignore[assignment]
        self.gone = {name for name, past in pasts.items() if past.hurt_sessions >= 2}
        self.not_today = self.gone | {
            name for name, past in pasts.items() if past.hurt_sessions and (past.sessions_since_hurt or 0) < 2
        }
        self.holds = Holds(self, pasts if settings.get("pasts") is not None else None)
        self.pain = PainRules(self)
        self.ended = self.started = self.wonders = False
        self.ends_with = ""
        self.agreed, self.denied = False, 0
        self.conditions = set(settings.get("conditions") or ())  # type: ignore[call-overload]
        self.screened = not settings.get("physician_check_due")
        asks = settings.get("asks_how_it_is")
        self.due = (
            {S.SCORE_NOW, *(() if settings.get("physician_check_due") else (S.NEWS,))} if asks else set()
        )
        self.sound_checked = not settings.get("sound_check", False)
        self.cannot_hear = self.must_hear_first = False
        self.step, self.deadlines_in_a_row, self.deadlines_since = 0, 0, 0.0
        self.acted_in, self.acted = -1, False
        self.talked_at, self.rests, self.finishing_from = 0.0, False, S.ASLEEP
        self.ended_with: list[str] = []
        self.listens_for: frozenset[Intent] | None = None
        super().__init__(**settings)  # type: ignore[arg-type]

    @property
    def next_at(self) -> float:
        return max(self.now, super().next_at)  # what a stalled process missed is due at once

    def event(self, event: Event) -> tuple[Action, ...]:
        before, was_speaking, due = self.state, self.speaking, self.session.next_deadline
        actions = super().event(event)
        heard = next((action for action in actions if isinstance(action, ReportHeard)), None)
        intent, words = heard.intent if heard else None, self.words_of(event)
        it = Happened(event, before, self.state, actions, heard, was_speaking, intent, words)
        self.watched(it)
        if before is S.FINISHED and it.after is S.FINISHED:
            assert actions == (), "something is done after the end"
            return actions
        if before is S.FINISHED:
            self.ended_with.clear()
        self.check_safety(it)
        self.check_what_was_heard(it)
        self.pain.check(it)
        self.holds.check(it, due)
        self.check_where_it_leads(it)
        self.check_answers(it)
        self.check_ending(it)
        for action in actions:
            self.check_action(action)
        self.check_now(it)
        self.ended |= it.after is S.CLOSING
        return actions

    def words_of(self, event: Event) -> tuple[str, ...]:
        """What was said, with `UNKNOWN_WORD` for what was not understood of it."""
        return event.words if isinstance(event, Meaning) else ()

    def watched(self, it: Happened) -> None:
        """Something happened: for whoever counts."""

    @property
    def course(self) -> Course:
        """The way through the routine, to be looked at only."""
        course = self.session._context.course
        assert course is not None
        return course

    def interpret(self, hypothesis: PartialHypothesis | FinalHypothesis) -> tuple[Action, ...]:
        """A safety phrase acts in every state, once in an utterance, and while that is still going on."""
        if hypothesis.utterance_id != self.acted_in:
            self.acted_in, self.acted = hypothesis.utterance_id, False
        found = None if self.acted or self.state is S.FINISHED else safety_in(hypothesis.words)
        before, actions = self.state, super().interpret(hypothesis)
        if found is I.PAIN and before in (S.SOUND_CHECK, S.CHOOSING, S.SPREADING):
            found = None  # it may be the answer: "my back hurts", "it goes down my leg"
            self.acted = any(isinstance(action, ReportHeard) for action in actions)
        if found is not None:
            self.acted = True
            heard = [action.intent for action in actions if isinstance(action, ReportHeard)]
            if found is not I.RED_FLAG or isinstance(hypothesis, FinalHypothesis):
                assert heard == [found], f"{found} was not acted on"
            elif before in (*BUSY, *IN_PAIN):
                assert StopSpeaking() in actions, "the suspicion of an emergency does not pause"
                assert self.state not in BUSY, "on in the middle of an emergency"
                assert self.state is not S.EMERGENCY, "an emergency before the sentence is over"
        return actions

    def check_safety(self, it: Happened) -> None:
        """What was said for safety cuts the sound first."""
        if it.intent in SAFETY_INTENTS and it.before is not S.EMERGENCY:
            sounds = [type(a) for a in it.actions if isinstance(a, StopSpeaking | Speak | PlayEarcon)]
            assert sounds[:1] == [StopSpeaking], "the sound goes on"

    def check_what_was_heard(self, it: Happened) -> None:
        """What was understood, and what must follow at once."""
        if it.intent is I.STOP and it.before is S.SOUND_CHECK:
            assert it.after in (S.PAUSED, *ASKED_FIRST, S.INTRODUCING), "stop in the sound check"
            passed = it.after not in (S.PAUSED, S.SOUND_CHECK)
            assert not passed or not self.may_be_our_own(it), "our own stop passed"
        elif it.intent is I.STOP:
            assert it.after in WAITING, "on after stop"
            assert not it.spoken, "an answer to stop"
        elif it.intent is I.PAUSE and it.before in (*BUSY, *IN_PAIN):
            assert it.after is S.PAUSED, "on after pause"
        elif it.intent in (I.PAIN, I.RED_FLAG) and it.is_others:
            assert it.after is S.HELPING, "others' talk is taken for a report, or for nothing"
            asked = {PACK.lines[Line.WONDER], PACK.lines[Line.WHAT_IS_WRONG]}
            assert asked & set(it.spoken), "it is not asked about"
        elif it.intent is I.RED_FLAG:
            assert it.after is S.EMERGENCY, "on after a red flag"
            assert sum(text in ADVICE for text in it.spoken) == 2, "advice is said twice"
            assert any(isinstance(action, RecordRedFlag) for action in it.actions), "not kept"
            self.ends_with = "emergency"
        elif it.intent is I.DISTRESS:
            assert it.after in (S.HELPING, S.DEAF, S.EMERGENCY), "on while somebody is in trouble"
            assert it.before is S.EMERGENCY or PACK.lines[Line.GET_HELP] in it.spoken, "no way to get help"
        elif it.intent in SETTINGS:
            assert any(isinstance(a, SETTINGS[it.intent]) for a in it.actions), "a setting does nothing"
            if it.before in (S.EMERGENCY, S.CLOSING, S.EASING):
                assert not it.spoken, "advice is talked over"
                assert StopSpeaking() not in it.actions, "advice is cut"
        if (
            it.before is S.EMERGENCY
            and it.after is S.EMERGENCY
            and it.intent not in (I.RED_FLAG, I.PAIN, I.DISTRESS, I.REPEAT)
        ):
            assert StopSpeaking() not in it.actions, "the advice is cut"

    def may_be_our_own(self, it: Happened) -> bool:
        """Whether a word may be our own voice, come back."""
        said_aloud = isinstance(it.event, Said) and it.event.source is Source.VOICE
        return said_aloud and it.was_speaking and self.session._context.settings.hears_itself

    def check_where_it_leads(self, it: Happened) -> None:
        """Silence leads to rest, only clear speech resumes, who cannot hear does not guide."""
        if isinstance(it.event, Started):
            assert not self.started or it.after in (it.before, S.PAUSED), "begun twice"
            self.started = True
        elif isinstance(it.event, CutShort | CameBack):
            self.check_coming_back(it)
        elif not isinstance(it.event, Meaning):
            assert it.after is it.before or it.after in WITHOUT_A_WORD[it.before], f"on by {it.event}"
        if isinstance(it.event, MicrophoneLost) and it.before not in ENDING and not self.ended:
            assert it.after is S.DEAF, "on without a microphone"
            self.cannot_hear = self.must_hear_first = True
        elif isinstance(it.event, SpeakerLost) and it.before in (*BUSY, *IN_PAIN):
            assert it.after is S.PAUSED, "guiding without being heard"
        elif isinstance(it.event, PromptFailed) and it.before in (*BUSY, *IN_PAIN) and it.was_speaking:
            assert it.after is S.PAUSED, "on although its words were not heard"
        elif isinstance(it.event, MicrophoneRestored):
            self.cannot_hear = False
        able = not self.cannot_hear or it.after is S.DEAF or self.ended or it.after in ENDING
        assert able, "guiding without hearing"
        if it.intent and it.intent not in SAFETY_INTENTS and it.before is not S.DEAF:
            self.must_hear_first = False
        if (
            it.before in (S.PAUSED, S.ASLEEP)
            and it.after in BUSY
            and not isinstance(it.event, Started | CameBack)
        ):
            assert it.is_final, "resumed by what is no word"
            assert it.intent in UNDER_WAY_BY, "resumed by what is no clear word"
            assert it.intent is not I.TELL_HEALTH or it.after is S.CONDITIONS, "resumed by what was told"
        if it.moved_to(S.HELPING):
            self.wonders = isinstance(it.event, NotUnderstood) or it.is_others
        elif (
            it.intent in (I.DISTRESS, I.HELP)
            or (it.intent is I.YES and is_clear(it.words, YES_WORDS, NO_WORDS))
            or it.is_others
        ):
            self.wonders = False
        if it.before is S.HELPING and it.after in BUSY:
            assert self.wonders, "on out of trouble"
            assert it.intent in (I.NO, I.RESUME, I.READY), "on by what is no clear word"
        if it.before is not S.HOLDING and it.after is S.HOLDING:
            assert it.before in (S.INSTRUCTING, S.SETTLING), "a hold without settling"
        assert not self.ended or it.after in AFTER_THE_END, "on after the end"

    def check_coming_back(self, it: Happened) -> None:
        """It ends at once, and comes back to a question, after pain to the questions about that."""
        if isinstance(it.event, CutShort):
            assert it.after is S.FINISHED, "it does not end"
            assert it.actions[0] == StopSpeaking(), "the sound goes on"
            return
        self.cannot_hear = False
        if self.ends_with == "emergency":
            assert it.after is S.FINISHED, "on after an emergency"
        elif self.pain.hurting:
            assert it.after in (*IN_PAIN, S.FINISHED), "on after pain"
        else:
            assert it.after in (S.GOING_ON, S.FINISHED), "on without a question"
        late = it.event.away_seconds is not None and it.event.away_seconds > 30 * 60
        assert not late or it.after is S.FINISHED, "on after a long time"

    def check_answers(self, it: Happened) -> None:
        """Only whole and clear answers are answers; what must be asked before stretching was answered."""
        answers = (YES_WORDS | NO_WORDS) & set(it.words) and it.is_final
        if it.before in DOUBTED_IN and UNKNOWN_WORD in it.words and answers:
            allowed = (it.before, *DOUBTED_IN[it.before])
            assert it.intent not in (None, I.YES, I.NO) or it.after in allowed, "half an answer was taken"
        skips = it.intent in (I.SKIP_QUESTIONS, I.NEXT)
        self.due -= {S.SCORE_NOW, S.NEWS} if skips else {it.before}
        onward = it.after is not it.before and it.after in BUSY
        says_yes, says_no = is_clear(it.words, YES_WORDS, NO_WORDS), is_clear(it.words, NO_WORDS, YES_WORDS)
        if it.before is S.SCREENING and onward:
            assert says_yes, "no doctor has agreed"
            self.agreed = True
        elif it.before is S.HISTORY and it.is_final:
            self.denied += says_no
            assert not onward or says_no, "the history was not denied"
        elif it.before is S.NEWS and onward:
            assert says_no or skips, "news were not denied"
        elif it.before is S.SOUND_CHECK and it.after in (*ASKED_FIRST[1:], S.INTRODUCING):
            assert it.intent in (I.STOP, I.READY, I.YES, I.START), "nobody passed the sound check"
            assert isinstance(it.event, Said)
            assert it.event.source is Source.VOICE, "what was typed passed the sound check"
            self.sound_checked = True

    def check_ending(self, it: Happened) -> None:
        """Nothing ends by one word that may be misheard, and what ended for pain stays so."""
        finishes = bool(FINISH_WORDS & set(it.words))
        if it.intent in (I.END, I.SLEEP) and it.before in ASKED_TO_END and not self.ended:
            assert it.after is S.FINISHING or (it.before is S.PAUSED and finishes), "one word ended it"
            assert not it.was_speaking or StopSpeaking() in it.actions, "the sound goes on"
        elif it.intent is I.END and it.before in (*IN_PAIN, S.SCORE_AFTER):
            assert it.after in (S.CLOSING, S.FINISHING), "no end in a question about pain"
        elif it.intent is I.END and it.before in (S.CLOSING, S.EMERGENCY):
            assert finishes or it.after is it.before, "one word cut the last words"
        if it.before is S.FINISHING and it.after in (S.CLOSING, S.ASLEEP):
            said = finishes or is_clear(it.words, YES_WORDS, NO_WORDS) or it.intent in (I.SLEEP, I.NEXT)
            silent = (
                isinstance(it.event, DeadlineReached) and self.now >= self.talked_at + FINISH_AFTER_SECONDS
            )
            assert said or (not it.words and silent), "ended while somebody talks"
            assert it.after is S.CLOSING or self.rests or it.intent is I.SLEEP, "asleep instead of over"
        says_no = is_clear(it.words, NO_WORDS, YES_WORDS) and it.intent is I.NO
        if it.before is S.FINISHING and says_no and self.finishing_from in (S.PAUSED, S.ASLEEP, S.HELPING):
            assert it.after is S.PAUSED, "a no led out of a pause"
        if it.before is not S.FINISHING and it.after is S.FINISHING:
            self.rests, self.finishing_from = it.intent is I.SLEEP, it.before
        if it.words or it.before is not S.FINISHING:
            self.talked_at = self.now
        if it.moved_to(S.CLOSING) and self.pain.hurting and not self.ends_with:
            self.ends_with = "" if it.before is S.DECIDING and goes_on(it.words) else "pain"

    def check_action(self, action: Action) -> None:
        match action:
            case ReportHoldStarted():
                assert not self.pain.hurting, "a hold after pain without a clear yes"
                assert not self.must_hear_first, "a hold although nothing could be heard"
                assert self.screened, "a hold before the questions of the first use were answered"
                assert self.sound_checked, "a hold before the sound check"
                assert not self.due & set(ASKED_FIRST), "a hold before how it is today was asked"
                assert self.pain.may_begin, "a hold with six or more at the start"
            case RecordPhysicianChecked():
                assert self.agreed, "no doctor has agreed"
                assert self.denied >= 4, "not all of the history was asked"
                self.screened = True
            case RecordCondition(condition):
                self.conditions.add(condition)
            case ForgetCondition(condition):
                self.conditions.discard(condition)
            case RecordAskedBack(stretch_id):
                assert stretch_id in self.gone - self.pain.left_today, "what hurts today came back"
                self.not_today.discard(stretch_id)
            case RecordSession():
                self.step = 0
            case ReportState(state, step) if State(state) in STRETCHING:
                assert not self.course.step.stretch.avoid & self.conditions, "what does not suit was offered"
                stretch = self.course.step.stretch.id
                assert stretch not in self.pain.left_today, "what hurt today was offered again"
                assert stretch not in self.not_today, "what hurt on other days was offered again"
                if State(state) is S.INSTRUCTING:
                    assert step >= self.step or self.heard[-1] in (I.BACK, I.OTHER_SIDE), (
                        "the order was broken"
                    )
                    self.step = step
            case EndSession(reason):
                self.ended_with.append(reason)
                assert not self.ends_with or reason == self.ends_with, "another reason than the first"
            case Listen(intents):
                self.listens_for = intents

    def check_now(self, it: Happened) -> None:
        """What holds between any two events."""
        deadline = self.session.next_deadline
        if isinstance(it.event, DeadlineReached):
            assert deadline is None or deadline >= self.now - 1e-6, "a deadline in the past"
            self.deadlines_in_a_row = self.deadlines_in_a_row + 1 if self.now == self.deadlines_since else 0
            self.deadlines_since = self.now
            assert self.deadlines_in_a_row < 10, "deadlines lead nowhere"
        if self.state is S.HOLDING and self.session._context.hold:
            assert not self.course.step.stretch.avoid & self.conditions, "what does not suit is held on"
        is_over = self.state is S.FINISHED
        assert len(self.ended_with) == is_over, "it ends once"
        assert not is_over or isinstance(it.actions[-1], EndSession), "something follows the end"
        assert not is_over or deadline is None, "a deadline after the end"
        assert self.listens_for in (None, listened_for(self.state)), "it listens for something else"

    def play_out(self) -> None:
        """Nobody says anything any more: it comes to rest."""
        for _ in range(3000):
            if not self.happen():
                break
        assert self.state in (S.FINISHED, S.ASLEEP, S.DEAF), "it comes to no rest"
        if self.ends_with == "emergency":
            assert self.ended_with == ["emergency"], "an emergency does not end"
