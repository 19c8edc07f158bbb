"""What does not do its part, of hearing, of speaking and of keeping, as far as a session was told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.core.events import (
    CameBack,
    Event,
    HearingCaughtUp,
    HearingFellBehind,
    KeepingChanged,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFailed,
    SentenceFinished,
    SpeakerLost,
    SpeakerRestored,
    WorkLeftOut,
    WorkResumed,
)


class Fault(StrEnum):
    """Hearing, speaking or keeping that does not do its part."""

    MICROPHONE_LOST = "microphone_lost"
    MICROPHONE_SILENT = "microphone_silent"
    MICROPHONE_MOVED = "microphone_moved"
    MICROPHONE_LOSING = "microphone_losing"
    HEARING_STUCK = "hearing_stuck"
    HEARING_BEHIND = "hearing_behind"
    HEARING_LATE = "hearing_late"
    MACHINE_BUSY = "machine_busy"
    SPEAKER_LOST = "speaker_lost"
    VOICE_LOST = "voice_lost"
    HISTORY_HELD = "history_held"
    DISK_NEARLY_FULL = "disk_nearly_full"
    SESSION_LATE = "session_late"  # a session that hangs cannot know of it: it is told from outside


_FAULTS = {
    "silent": Fault.MICROPHONE_SILENT,
    "moved": Fault.MICROPHONE_MOVED,
    "losing": Fault.MICROPHONE_LOSING,
    "stuck": Fault.HEARING_STUCK,
    "behind": Fault.HEARING_BEHIND,
}
DEAFENING = frozenset((Fault.MICROPHONE_LOST, *_FAULTS.values()))
"""With one of these nothing is heard."""


@dataclass(slots=True)
class Faults:
    """What is wrong now; owned by a session's context."""

    microphone: Fault | None = None
    lateness: Fault | None = None
    load: Fault | None = None
    speaker: Fault | None = None
    voice: Fault | None = None
    history: Fault | None = None
    disk: Fault | None = None

    @property
    def known(self) -> tuple[Fault, ...]:
        """All of them."""
        hearing, speaking = (self.microphone, self.lateness, self.load), (self.speaker, self.voice)
        faults = (*hearing, *speaking, self.history, self.disk)
        return tuple(fault for fault in faults if fault)

    def note(self, event: Event) -> None:
        """Keep whether each does its part, whatever the state makes of it."""
        match event:
            case MicrophoneLost(reason):
                self.microphone = _FAULTS.get(reason, Fault.MICROPHONE_LOST)
            case MicrophoneRestored():
                self.microphone = None
            case HearingFellBehind():
                self.lateness = Fault.HEARING_LATE
            case HearingCaughtUp():
                self.lateness = None
            case WorkLeftOut():
                self.load = Fault.MACHINE_BUSY
            case WorkResumed():
                self.load = None
            case PromptFailed():
                self.voice = Fault.VOICE_LOST
            case SentenceFinished():
                self.voice = None
            case SpeakerLost():
                self.speaker = Fault.SPEAKER_LOST
            case SpeakerRestored():
                self.speaker = None
            case KeepingChanged(is_written, has_room):
                self.history = None if is_written else Fault.HISTORY_HELD
                self.disk = None if has_room else Fault.DISK_NEARLY_FULL
            case CameBack():  # what was wrong was wrong in another process
                self.microphone = self.lateness = self.load = None
                self.speaker = self.voice = self.history = self.disk = None
            case _:
                pass


_DEVICES: dict[type, tuple[str, bool]] = {
    MicrophoneLost: ("microphone", True),
    MicrophoneRestored: ("microphone", False),
    SpeakerLost: ("speaker", True),
    SpeakerRestored: ("speaker", False),
    HearingFellBehind: ("lateness", True),
    HearingCaughtUp: ("lateness", False),
    WorkLeftOut: ("load", True),
    WorkResumed: ("load", False),
}


class Standing:
    """The faults of devices that stand, as the events that told them.

    They are told once, as they begin: whoever begins to listen later has to be told again.
    """

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}

    def note(self, event: Event) -> None:
        """Keep a fault until its end is told."""
        device, is_fault = _DEVICES.get(type(event), ("", False))
        if is_fault:
            self._events[device] = event
        elif device:
            self._events.pop(device, None)

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, the earliest first."""
        return tuple(self._events.values())
