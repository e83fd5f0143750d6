"""Escalation policies as values."""

from typing import Literal

import msgspec


class Share(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A share of the response target: 0.5 is half of it."""

    of_target: float


class Span(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A length of time, whatever the target."""

    us: int


Delay = Share | Span

TargetKind = Literal["person", "schedule", "team", "channel"]


class Target(msgspec.Struct, frozen=True, gc=False):
    """Whom a step notifies; prints as `schedule:primary`."""

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
