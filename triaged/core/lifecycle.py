"""The life of an incident as tables: states, conditions, and what leads from one to another.

The state is what people act on; an action that asks for the present state is no error. A condition
is finer: it says whether an incident pages, rests or waits for an umbrella. The reference draws
these tables, and no generated history leaves them (`tests/core/histories.py`).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import assert_never

import msgspec
from msgspec import UNSET

from triaged.core.draft import Draft
from triaged.core.practice.work import change_work
from triaged.core.records.actors import is_person
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    BodyQuarantined,
    Closed,
    ContactsTested,
    Declared,
    DeliveryEnded,
    DeliverySlow,
    DutyMoved,
    Escalated,
    PageDue,
    Reclassified,
    Reopened,
    Resolved,
    ReviewMade,
    SelfAlertFired,
    SelfAlertResolved,
    SettingsChanged,
    SettingsLoaded,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import Entry, Incident, Phase, State, incident_id
from triaged.core.records.practice.events import Merged, SplitOff
from triaged.core.records.timers import (
    AtRiskDue,
    ExpectDue,
    LapseDue,
    MuteDue,
    RaiseDue,
    ReachDue,
    ReopenWindowDue,
    ResolveDue,
    StepDue,
    StormDue,
    TargetDue,
    UnacknowledgeDue,
)
from triaged.core.situation import Situation


class Verb(StrEnum):
    """An action on an incident's state."""

    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    CLOSE = "close"
    MERGE = "merge"


TRANSITIONS: Mapping[State, Mapping[Verb, State]] = {
    State.OPEN: {
        Verb.ACKNOWLEDGE: State.ACKNOWLEDGED,
        Verb.RESOLVE: State.RESOLVED,
        Verb.MERGE: State.MERGED,
    },
    State.ACKNOWLEDGED: {
        Verb.UNACKNOWLEDGE: State.OPEN,
        Verb.RESOLVE: State.RESOLVED,
        Verb.MERGE: State.MERGED,
    },
    State.RESOLVED: {
        Verb.REOPEN: State.OPEN,
        Verb.CLOSE: State.CLOSED,
    },
    State.CLOSED: {},
    State.MERGED: {},
}

OUTCOME_OF: Mapping[Verb, State] = {
    Verb.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Verb.UNACKNOWLEDGE: State.OPEN,
    Verb.RESOLVE: State.RESOLVED,
    Verb.REOPEN: State.OPEN,
    Verb.CLOSE: State.CLOSED,
    Verb.MERGE: State.MERGED,
}


def next_state(state: State, verb: Verb) -> State | None:
    """The state after `verb`; the same state when it is there already; None when impossible."""
    if OUTCOME_OF[verb] is state:
        return state
    return TRANSITIONS.get(state, {}).get(verb)


def impossible(state: State, verb: Verb) -> str:
    """Why `verb` cannot be done now, and what can."""
    allowed = ", ".join(TRANSITIONS.get(state, {})) or "nothing: it is final"
    return f"cannot {verb} an incident that is {state}; possible now: {allowed}"


def merged_text(situation: Situation, incident: Incident) -> str:
    """`was merged into INC-12: act on that`: why nothing can be done with a merged incident."""
    survivor = situation.survivor(incident)
    number = survivor.number if survivor is not incident else incident.merged_into or 0
    return f"was merged into {incident_id(number)}: act on that"


class Condition(StrEnum):
    """The condition of an incident, finer than its state; each is in exactly one."""

    PAGING = "paging"
    EXHAUSTED = "exhausted"
    RESTING = "resting"
    BUNDLED = "bundled"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"


def condition_of(incident: Incident) -> Condition:
    """The condition that an incident is in."""
    match incident.state:
        case State.OPEN:
            return _condition_of_open(incident)
        case State.ACKNOWLEDGED if incident.snoozed_until is not None:
            return Condition.SNOOZED
        case State.ACKNOWLEDGED:
            return Condition.ACKNOWLEDGED
        case State.RESOLVED:
            return Condition.RESOLVED
        case State.CLOSED:
            return Condition.CLOSED
        case State.MERGED:
            return Condition.MERGED
        case _:
            assert_never(incident.state)


def _condition_of_open(incident: Incident) -> Condition:
    if incident.bundled_at is not None:
        return Condition.BUNDLED
    if incident.rests:
        return Condition.RESTING
    over = incident.is_exhausted or incident.escalation.next_at is None
    return Condition.EXHAUSTED if over else Condition.PAGING


class Fact(StrEnum):
    """Something that may be so besides the condition."""

    DEADLINE = "response deadline"
    STEP = "step due"
    HOLDER = "holder"
    SNOOZE = "end of a snooze"
    ENDING = "waits to resolve"
    END = "time of resolve"
    MUTED = "muted"
    FLAPPING = "flapping"
    UMBRELLA = "umbrella"
    SURVIVOR = "survivor"


FACTS: Mapping[Fact, Callable[[Incident], bool]] = {
    Fact.DEADLINE: lambda incident: incident.respond_by is not None,
    Fact.STEP: lambda incident: incident.escalation.next_at is not None,
    Fact.HOLDER: lambda incident: incident.acknowledged_by is not None,
    Fact.SNOOZE: lambda incident: incident.snoozed_until is not None,
    Fact.ENDING: lambda incident: incident.resolving_at is not None,
    Fact.END: lambda incident: incident.resolved_at is not None,
    Fact.MUTED: lambda incident: bool(incident.held_by),
    Fact.FLAPPING: lambda incident: incident.flaps,
    Fact.UMBRELLA: lambda incident: incident.bundle is not UNSET,
    Fact.SURVIVOR: lambda incident: incident.merged_into is not None,
}


class Meaning(msgspec.Struct, frozen=True):
    """A condition in words, and the facts that it always and never has; others may be so or not."""

    text: str
    always: frozenset[Fact]
    never: frozenset[Fact]


_NOT_OPEN = frozenset({Fact.HOLDER, Fact.SNOOZE, Fact.END, Fact.SURVIVOR})
"""Facts that no open incident has."""

_NOT_OVER = frozenset({Fact.STEP, Fact.ENDING, Fact.FLAPPING, Fact.SURVIVOR})
"""Facts that no incident has that is over by itself."""

MEANINGS: Mapping[Condition, Meaning] = {
    Condition.PAGING: Meaning(
        "open; the next step of its escalation has an instant",
        frozenset({Fact.DEADLINE, Fact.STEP}),
        _NOT_OPEN,
    ),
    Condition.EXHAUSTED: Meaning(
        "open; every step of every round has paged, and nobody answered; as the policy says, the"
        " catch-all is paged on",
        frozenset({Fact.DEADLINE}),
        _NOT_OPEN,
    ),
    Condition.RESTING: Meaning(
        "open and muted; nothing is sent and no deadline runs until the muting ends",
        frozenset({Fact.MUTED}),
        _NOT_OPEN | {Fact.DEADLINE, Fact.UMBRELLA},
    ),
    Condition.BUNDLED: Meaning(
        "open in a storm; the umbrella of its team pages for it",
        frozenset(),
        _NOT_OPEN | {Fact.STEP, Fact.UMBRELLA},
    ),
    Condition.ACKNOWLEDGED: Meaning(
        "somebody has it; nothing pages",
        frozenset({Fact.HOLDER}),
        frozenset({Fact.STEP, Fact.SNOOZE, Fact.END, Fact.SURVIVOR}),
    ),
    Condition.SNOOZED: Meaning(
        "somebody has it until an instant at which it pages again",
        frozenset({Fact.HOLDER, Fact.SNOOZE}),
        frozenset({Fact.STEP, Fact.END, Fact.SURVIVOR}),
    ),
    Condition.RESOLVED: Meaning(
        "over; a new episode within `reopen_within` re-opens it",
        frozenset({Fact.END}),
        _NOT_OVER,
    ),
    Condition.CLOSED: Meaning("over for good", frozenset({Fact.END}), _NOT_OVER),
    Condition.MERGED: Meaning(
        "part of another incident, which goes on for both",
        frozenset({Fact.SURVIVOR}),
        frozenset({Fact.STEP, Fact.ENDING, Fact.FLAPPING, Fact.END, Fact.MUTED, Fact.UMBRELLA}),
    ),
}

What = type[msgspec.Struct]
"""The type of an event; for a timer that fired, the type of the timer."""

ARMED = (Condition.PAGING, Condition.EXHAUSTED)
"""Conditions after an arming: exhausted, where no step reaches anybody."""


class Way(msgspec.Struct, frozen=True):
    """A way out of a condition: what happened, and which conditions that may lead to."""

    by: frozenset[What]
    to: tuple[Condition, ...]


RISE: frozenset[What] = frozenset(
    {AlertReceived, RaiseDue, SeverityChosen, Reclassified, ReopenWindowDue, StormDue, Merged}
)
"""Events that may raise the severity of a live incident or arm an acknowledged umbrella anew."""

END: frozenset[What] = frozenset(
    {
        AlertReceived,
        LapseDue,
        ResolveDue,
        Resolved,
        StormDue,
        SelfAlertResolved,
        SettingsLoaded,
        ExpectDue,
        SplitOff,
    }
)
"""Events that may end a live incident: of its alerts, of a person, of triaged itself."""

_TAKEN = (
    Way(frozenset({Acknowledged, Assigned}), (Condition.ACKNOWLEDGED,)),
    Way(frozenset({Snoozed}), (Condition.SNOOZED,)),
)
_LIVE = (
    Way(RISE, ARMED),
    Way(END, (Condition.RESOLVED,)),
    Way(frozenset({Merged}), (Condition.MERGED,)),
)
_GIVEN_BACK = Way(frozenset({Unacknowledged, UnacknowledgeDue, Escalated, Assigned}), ARMED)
_STILL_HELD = Way(
    frozenset({AlertReceived, SelfAlertFired, ExpectDue}),
    (Condition.ACKNOWLEDGED, Condition.SNOOZED),
)
"""What ended by itself and comes back while its holder still has it."""

_HANDED_OVER = Way(frozenset({Assigned}), ARMED)

OPENINGS: tuple[Way, ...] = (
    Way(
        frozenset(
            {
                AlertReceived,
                Declared,
                SelfAlertFired,
                BodyQuarantined,
                ExpectDue,
                ReopenWindowDue,
                StormDue,
                SplitOff,
            }
        ),
        ARMED,
    ),
    Way(frozenset({AlertReceived}), (Condition.BUNDLED,)),
    Way(frozenset({ContactsTested, DutyMoved, ReviewMade}), (Condition.CLOSED,)),
)
"""How an incident begins; an umbrella begins with the alert, or the look, that needs it."""

WAYS: Mapping[Condition, tuple[Way, ...]] = {
    Condition.PAGING: (
        *_LIVE,
        *_TAKEN,
        _HANDED_OVER,
        Way(
            frozenset({StepDue, TargetDue, ReachDue, DeliveryEnded, DeliverySlow, Escalated}),
            (Condition.EXHAUSTED,),
        ),
        Way(frozenset({StepDue, AtRiskDue, TargetDue, PageDue}), (Condition.RESTING,)),
        Way(frozenset({SettingsChanged}), (Condition.EXHAUSTED,)),
    ),
    Condition.EXHAUSTED: (
        *_LIVE,
        *_TAKEN,
        _HANDED_OVER,
        Way(frozenset({Escalated, SettingsChanged}), ARMED),
        Way(frozenset({StepDue, AtRiskDue, TargetDue, PageDue}), (Condition.RESTING,)),
    ),
    Condition.RESTING: (*_LIVE, *_TAKEN, _HANDED_OVER, Way(frozenset({MuteDue}), ARMED)),
    Condition.BUNDLED: (
        *_LIVE,
        *_TAKEN,
        Way(frozenset({Assigned, Escalated}), ARMED),
        Way(frozenset({StormDue}), (Condition.ACKNOWLEDGED,)),
    ),
    Condition.ACKNOWLEDGED: (
        *_LIVE,
        _GIVEN_BACK,
        Way(frozenset({Snoozed}), (Condition.SNOOZED,)),
    ),
    Condition.SNOOZED: (
        *_LIVE,
        _GIVEN_BACK,
        Way(frozenset({Acknowledged, Assigned}), (Condition.ACKNOWLEDGED,)),
    ),
    Condition.RESOLVED: (
        Way(frozenset({AlertReceived, Reopened, SelfAlertFired, ExpectDue}), ARMED),
        Way(frozenset({AlertReceived}), (Condition.BUNDLED,)),
        _STILL_HELD,
        Way(frozenset({Closed}), (Condition.CLOSED,)),
    ),
    Condition.CLOSED: (),
    Condition.MERGED: (),
}
"""The ways out of each condition. Any event may also leave an incident in its condition."""


def set_phase(situation: Situation, draft: Draft, phase: Phase, by: str) -> None:
    """Say how far the work is, if that is news."""
    before = draft.incident.phase
    if phase is before:
        return
    draft.change(phase=phase)
    if draft.incident.work is not UNSET or is_person(by):
        change_work(draft, phase_at=situation.now)
    data: dict[str, object] = {"from": before, "to": phase}
    draft.say(Entry(situation.now, "phase.changed", by, f"{before} → {phase}", data))
