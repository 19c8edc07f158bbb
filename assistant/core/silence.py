"""What each state answers by nothing, on purpose: the counterpart of the flow table. Data only."""

from __future__ import annotations

from assistant.core.flow import State

SILENT: dict[State, str] = {
    State.ASLEEP: (
        "pause ready not_yet repeat next back how_long whats_next more_time longer shorter easier yes no "
        "number unsure skip_questions bring_back sleep stalled spoken time_over talk not_understood "
        "microphone_restored speaker_lost speaker_restored"
    ),
    State.CHOOSING: (
        "resume not_yet next back how_long whats_next more_time longer shorter easier yes no unsure "
        "skip_questions started stalled talk microphone_restored speaker_restored"
    ),
    State.SCREENING: (
        "resume ready not_yet back how_long whats_next more_time longer shorter easier number bring_back "
        "start choose started stalled talk microphone_restored speaker_restored"
    ),
    State.HISTORY: (
        "resume ready not_yet back how_long whats_next more_time longer shorter easier number bring_back "
        "start choose started stalled talk microphone_restored speaker_restored"
    ),
    State.SCORE_NOW: (
        "resume ready not_yet back how_long whats_next more_time longer shorter easier yes no bring_back "
        "start choose started stalled talk microphone_restored speaker_restored"
    ),
    State.NEWS: (
        "resume ready not_yet back how_long whats_next more_time longer shorter easier number bring_back "
        "start choose started stalled talk microphone_restored speaker_restored"
    ),
    State.SOUND_CHECK: (
        "resume not_yet next back how_long whats_next more_time longer shorter easier no number unsure "
        "skip_questions bring_back choose started stalled talk not_understood microphone_restored "
        "speaker_restored"
    ),
    State.INTRODUCING: (
        "resume not_yet back more_time easier no number unsure skip_questions started time_over talk "
        "not_understood microphone_restored speaker_restored"
    ),
    State.INSTRUCTING: (
        "resume yes number unsure skip_questions start choose started time_over talk not_understood "
        "microphone_restored speaker_restored"
    ),
    State.SETTLING: (
        "resume number unsure skip_questions start choose started spoken talk not_understood "
        "microphone_restored speaker_restored"
    ),
    State.HOLDING: (
        "resume ready not_yet yes no number unsure skip_questions start choose started spoken talk "
        "not_understood microphone_restored speaker_restored"
    ),
    State.RELEASING: (
        "resume ready not_yet more_time easier yes no number unsure skip_questions start choose started "
        "time_over talk not_understood microphone_restored speaker_restored"
    ),
    State.RESTING: (
        "resume easier yes number unsure skip_questions start choose started spoken talk not_understood "
        "microphone_restored speaker_restored"
    ),
    State.PAUSED: (
        "not_yet more_time easier number unsure skip_questions started stalled talk not_understood "
        "microphone_restored speaker_lost"
    ),
    State.FINISHING: ("started stalled microphone_restored speaker_restored"),
    State.EASING: (
        "resume ready not_yet next back how_long whats_next more_time longer shorter easier yes no number "
        "unsure skip_questions bring_back start choose started stalled talk not_understood "
        "microphone_restored speaker_restored"
    ),
    State.SCORING: (
        "not_yet back how_long whats_next more_time longer shorter easier yes no bring_back choose "
        "started stalled talk microphone_restored speaker_restored"
    ),
    State.SPREADING: (
        "not_yet back how_long whats_next more_time longer shorter easier bring_back choose started "
        "stalled talk microphone_restored speaker_restored"
    ),
    State.DECIDING: (
        "not_yet back how_long whats_next more_time longer shorter bring_back choose started stalled talk "
        "microphone_restored speaker_restored"
    ),
    State.SCORE_AFTER: (
        "resume ready not_yet back how_long whats_next more_time longer shorter easier yes no bring_back "
        "start choose started stalled talk microphone_restored speaker_restored"
    ),
    State.EMERGENCY: (
        "pause resume ready not_yet next back how_long whats_next more_time longer shorter easier help "
        "yes no number unsure skip_questions bring_back start choose sleep started stalled time_over talk "
        "not_understood microphone_lost microphone_restored speaker_lost speaker_restored"
    ),
    State.DEAF: (
        "pause resume ready not_yet repeat next back how_long whats_next more_time longer shorter easier "
        "help yes no number unsure skip_questions bring_back start choose sleep stalled spoken time_over "
        "talk not_understood microphone_lost speaker_lost speaker_restored"
    ),
    State.CLOSING: (
        "pause resume ready not_yet repeat next back how_long whats_next more_time longer shorter easier "
        "help yes no number unsure skip_questions bring_back start choose sleep started stalled time_over "
        "talk not_understood microphone_lost microphone_restored speaker_lost speaker_restored"
    ),
    State.FINISHED: (
        "stop pain red_flag pause resume ready not_yet repeat next back how_long whats_next more_time "
        "longer shorter easier slower faster louder quieter help yes no number unsure skip_questions "
        "bring_back start choose end sleep started stalled spoken time_over talk not_understood "
        "microphone_lost microphone_restored speaker_lost speaker_restored"
    ),
}
"""Triggers that mean nothing in a state."""
