"""`limber doctor --speed`: whether this machine keeps up, and what it leaves out if it does not.

Runs on the main thread, for 15 seconds at most. Writes what was measured where the program finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from assistant.cli.doctor import Finding, Verdict
from assistant.core.shedding import Shed
from assistant.core.speed import SLOW_VOICE, Choice, Figures, choose, hearing_needs, keeps_up, settled

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.core.ports import EchoCanceller
    from assistant.core.prompts import LanguagePack
    from assistant.speech.engines import HearingModel
    from assistant.speech.hearing import HearingPath

Tell = Callable[[str], None]

SHED_IN_WORDS = {
    Shed.ANIMATION: "moving pictures",
    Shed.PREPARING: "speech made ahead",
    Shed.SECOND_HEARING: "the second recognizer",
    Shed.SECOND_OPINIONS: "second opinions of commands",
    Shed.SPOTTING: "safety phrases under other talk",
}


def examine_speed(config: Config, tell: Tell) -> Iterator[Finding]:
    """Measure, keep the figures, and say what follows. Raises HearingError, VoiceError, ContentError."""
    from assistant.speed_figures import figures_path, kind_of_machine, write_figures

    figures, voice_id = _measured(config, tell)
    choice = settled(choose(figures), config.speed.model_dump())
    yield _verdict(figures, choice)
    yield Finding("hearing", Verdict.GOOD, _hearing(figures))
    yield Finding("voice", *_voice(figures, voice_id, choice))
    yield Finding("callbacks", *_callbacks(figures))
    yield Finding("this machine", Verdict.GOOD, _in_words(choice), _advice(config))
    yield Finding("if it gets busy", Verdict.GOOD, f"left out in this order: {_order(choice)}; never “stop”")
    path = figures_path()
    try:
        write_figures(kind_of_machine(config, voice_id), figures)
    except OSError as error:
        advice = f"Make {path.parent} yours and writable."
        yield Finding("figures", Verdict.WEAK, f"{path} cannot be written: {error.strerror}", advice)
    else:
        yield Finding("figures", Verdict.GOOD, f"kept in {path}; they count from the next start")


def known_speed(config: Config, tell: Tell) -> Iterator[Finding]:
    """Whether this machine's speed is known; without it all is done that can be."""
    from assistant.opening import open_voice
    from assistant.speed_figures import kind_of_machine, read_figures

    figures = read_figures(kind_of_machine(config, open_voice(config, lambda _: None).id))
    if figures is None:
        advice = "`limber doctor --speed` measures it in 15 seconds, and suits Limber to it."
        yield Finding("speed", Verdict.GOOD, "not measured with this model and voice", advice)
    elif keeps_up(figures):
        yield Finding("speed", Verdict.GOOD, "this machine kept up when it was measured")
    else:
        advice = "`limber doctor --speed` says more."
        yield Finding("speed", Verdict.BAD, "this machine did not keep up when it was measured", advice)


def _measured(config: Config, tell: Tell) -> tuple[Figures, str]:
    from assistant.audio.echo import choose_canceller
    from assistant.opening import load_content, open_speech_model, open_voice
    from assistant.speech.parts import parts_of
    from assistant.speed_measuring import measure

    pack, routines = load_content(config, tell)
    model = open_speech_model(config, pack, tell)
    voice = open_voice(config, tell, steady=True)
    chosen = next(iter(routines)).stretches[0]
    texts = [text for text in (*chosen.enter, chosen.feel, *chosen.leave) if "{" not in text]
    parts = [part.text for text in texts for sentence in pack.sentences(text) for part in parts_of(sentence)]
    canceller = partial(choose_canceller, config.audio.echo, lambda line: None)
    new_path = partial(_path, config, pack, model, canceller)
    return measure(new_path, voice, parts[:4], config.audio.microphone or None), voice.id


def _path(
    config: Config,
    pack: LanguagePack,
    model: HearingModel,
    new_canceller: Callable[[], EchoCanceller | None],
    second: bool,
    spots: bool,
) -> HearingPath:
    from assistant.opening import open_hearing

    choice = Choice(second_recognizer=second, spotting=spots)
    return open_hearing(config, pack, model, new_canceller(), choice)


def _verdict(figures: Figures, choice: Choice) -> Finding:
    needs = hearing_needs(figures, choice)
    told = (
        f"hearing takes {_percent(needs)} of one core, and the voice {_percent(figures.voice)} of the time"
        " that it speaks"
    )
    if not keeps_up(figures):
        advice = "Use a faster machine, or end what else runs on it: “stop” would come late here."
        return Finding("speed", Verdict.BAD, f"This machine does not keep up: {told}.", advice)
    if choice != Choice(render_ahead=choice.render_ahead):
        return Finding("speed", Verdict.WEAK, f"This machine keeps up, if it leaves something out: {told}.")
    return Finding("speed", Verdict.GOOD, f"This machine keeps up: {told}.")


def _hearing(figures: Figures) -> str:
    return (
        f"{_percent(figures.hearing)} of one core; looking for safety phrases by sound alone takes"
        f" {_percent(figures.spotting)} more, and a second recognizer while Limber speaks"
        f" {_percent(figures.second)} more"
    )


def _voice(figures: Figures, voice_id: str, choice: Choice) -> tuple[Verdict, str, str]:
    found = (
        f"{voice_id.partition(':')[0]}: a sentence begins after {figures.first_word_seconds:.2f} s, and after"
        f" {max(figures.kept_word_seconds * 1000, 1):.0f} ms once it is kept"
    )
    if figures.voice <= SLOW_VOICE:
        return Verdict.GOOD, found, ""
    later = "is made while nobody is guided" if choice.render_ahead else "makes you wait"
    advice = f"A lighter voice, as flite, suits this machine better; what this one says {later}."
    return Verdict.WEAK, found, advice


def _callbacks(figures: Figures) -> tuple[Verdict, str]:
    whose = "the microphone's" if figures.jitter_of == "stream" else "a timer's, for there is no microphone"
    found = f"late by {figures.jitter_seconds * 1000:.0f} ms at most ({whose})"
    return (Verdict.GOOD if figures.jitter_seconds <= 0.06 else Verdict.WEAK), found


def _in_words(choice: Choice) -> str:
    does = {
        "a second recognizer": choice.second_recognizer,
        "safety phrases by sound alone": choice.spotting,
        "speech made while nobody is guided": choice.render_ahead,
        "moving pictures": choice.animation,
    }
    told = [name for name, is_so in does.items() if is_so]
    left = [name for name, is_so in does.items() if not is_so]
    return f"with {', '.join(told) or 'nothing more'}" + (f"; without {', '.join(left)}" if left else "")


def _advice(config: Config) -> str:
    chosen = [f'{name} = "{value}"' for name, value in config.speed if value != "auto"]
    return f"[speed] in the configuration says so: {', '.join(chosen)}." if chosen else ""


def _order(choice: Choice) -> str:
    does = {
        Shed.ANIMATION: choice.animation,
        Shed.PREPARING: True,
        Shed.SECOND_HEARING: choice.second_recognizer,
        Shed.SECOND_OPINIONS: True,
        Shed.SPOTTING: choice.spotting,
    }
    return ", ".join(SHED_IN_WORDS[one] for one, is_so in does.items() if is_so)


def _percent(factor: float) -> str:
    return f"{factor * 100:.0f} %"
