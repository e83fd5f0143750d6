"""Escalation policies as values, and the place that an incident has reached in its own."""

from typing import Literal

import msgspec

from triaged.core.records.pages import StepId


class Share(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A share of the response target: 0.5 is half of it."""

    of_target: float


class Span(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A length of time, whatever the target."""

    us: int


Delay = Share | Span

Exhausted = Literal["repeat", "stop"]
"""Action after the last round: page the catch-all again and again, or nothing."""

TargetKind = Literal["person", "schedule", "team", "channel"]


class Target(msgspec.Struct, frozen=True, gc=False):
    """Target that a step notifies; prints as `schedule:primary`."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


class Step(msgspec.Struct, frozen=True, gc=False):
    """One step of an escalation policy; `after` counts from the arming."""

    notify: tuple[Target, ...]
    after: Delay = Span(0)


class Plan(msgspec.Struct, frozen=True, gc=False):
    """An escalation policy as pinned on an incident at its opening."""

    policy: str
    steps: tuple[Step, ...]
    catch_all: Target | None = None
    repeat_times: int = 0
    """Further rounds after the first."""
    repeat_every: Delay = Share(1.0)
    """From the last step of a round to the start of the next."""
    exhausted: Exhausted | None = None
    """Action after the last round; None: by the urgency of the severity."""


class Escalation(msgspec.Struct, frozen=True, gc=False):
    """Where paging stands; each arming is a new epoch, round and step count from 1."""

    epoch: int = 0
    round: int = 1
    step: int = 1
    """The step that fires next; past the plan's last: all steps of the round have fired. 0: the
    hand-over to `assignee`, which comes before the plan's first."""
    next_at: int | None = None
    round_at: int = 0
    """From when the steps of this round count."""
    target_us: int = 0
    """The response target that shares are of; open time where a calendar counts."""
    caught_in_round: int = 0
    """The last round of this epoch in which the catch-all was paged; 0: none yet."""
    unreached_round: int = 0
    unreached_step: int = 0
    """The last step of this epoch that has reached nobody, with its round; 0: none has."""
    assignee: str = ""
    """The person to whom the incident was handed at the beginning of this epoch, if it was."""
    exhausted_at: int | None = None
    """When the last step of the last round had fired without an answer; None: steps are left."""
    rounds_by_hand: int = 0
    """How many rounds of this epoch people began before their time: they use none up."""

    @property
    def step_id(self) -> StepId:
        """The firing that comes next."""
        return StepId(self.epoch, self.round, self.step)
