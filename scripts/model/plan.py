"""How much of everything a build makes and how long it learns. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything: the sizes that are chosen for time."""

    synthetic_utterances: int = 10_000
    noise_clips: int = 120
    human_variants: int = 6
    natural_variants: int = 4
    safety_variants: int = 16
    bootstrap_steps: int = 180
    draft_steps: int = 450
    first_steps: int = 4_000
    second_steps: int = 4_500
    last_steps: int = 1_000
    judge_steps: int = 4_500
    last_judge_steps: int = 900
    rows: int = 32

    def longer(self, times: float) -> Plan:
        """The same with more steps of training once everything is aligned."""
        names = ("first_steps", "second_steps", "last_steps", "judge_steps", "last_judge_steps")
        return replace(self, **{name: round(getattr(self, name) * times) for name in names})


MINIATURE = Plan(300, 6, 1, 1, 2, 120, 40, 60, 30, 20, 40, 10, rows=8)
