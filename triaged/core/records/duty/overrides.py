"""Facts about duty that the configuration does not hold: overrides, and shifts of calendar feeds.

Rows belong to no incident. Whoever changes one holds the lock `DUTY_LOCK`.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from triaged.core.records.practice.rows import PracticeRow

DUTY_LOCK = "duty"
"""The lock of overrides, swaps and feed shifts: what one adds depends on all the others."""

NOBODY = "nobody"
"""The person of an override that removes somebody; no person can have this name."""

Layer = Literal["primary", "override"]
OverrideKind = Literal["override", "cover", "swap", "fixed", "away"]


class Override(PracticeRow, frozen=True, gc=False):
    """A change of duty that somebody made for [start_at, end_at); only its end can follow.

    `id` counts from 1.
    """

    schedule: str
    start_at: int
    end_at: int
    person: str
    """Who is on call instead; `NOBODY`: nobody."""
    reason: str
    by: str
    """The author."""
    made_at: int
    replaces: str = ""
    """The person who is replaced wherever on call; empty: everybody is."""
    kind: OverrideKind = "override"
    group: str = ""
    """What it was made with: overrides of one plan or swap have the same; empty: alone."""
    key: str = ""
    """The `Idempotency-Key` of the request that made it."""
    ended_at: int | None = None
    """When somebody ended it before its end."""
    ended_by: str = ""

    @property
    def until_at(self) -> int:
        """The end of its effect; not after its start: it has none."""
        return self.end_at if self.ended_at is None else min(self.end_at, self.ended_at)

    @property
    def source(self) -> str:
        """`override:17`, `fixed:17`: the source of a shift that it makes."""
        return f"{'fixed' if self.kind == 'fixed' else 'override'}:{self.id}"


class FeedShift(msgspec.Struct, frozen=True, gc=False):
    """An event of a calendar feed: people on call in [start_at, end_at)."""

    uid: str
    start_at: int
    end_at: int
    people: tuple[str, ...] = ()
    """Keys under `people`; empty: `unknown` says what the event calls its person."""
    unknown: str = ""
    """A name that nobody has: this shift is a hole, which pages the catch-all."""
    level: int = 0
    """At an instant the events of the highest level count: those of one level together."""


class FeedShifts(PracticeRow, frozen=True, gc=False):
    """The last good copy of a calendar feed. `id` is the name of the feed."""

    schedule: str
    layer: Layer
    """`primary` lies above the schedule's rotations, `override` above all primary feeds."""
    shifts: tuple[FeedShift, ...]
    read_at: int
    """When the feed was read."""


class SwapState(StrEnum):
    """The state of a proposal."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Swap(PracticeRow, frozen=True, gc=False):
    """A proposal that `other` takes a time of `person`, and perhaps gives one back.

    `id` counts from 1, together with overrides. Once `other` has agreed, overrides follow.
    """

    schedule: str
    person: str
    other: str
    give_start_at: int
    give_end_at: int
    take_start_at: int | None
    """The time that `person` takes in return; None: none."""
    take_end_at: int | None
    reason: str
    by: str
    """Who made the proposal: `person`, or a token for them."""
    made_at: int
    expires_at: int
    key: str = ""
    """The `Idempotency-Key` of the request that made it."""
    state: SwapState = SwapState.PROPOSED
    answered_at: int | None = None
    answered_by: str = ""
