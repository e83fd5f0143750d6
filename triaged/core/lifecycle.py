"""The states of an incident and what may follow what: one table, from which the docs draw.

`closed` and `merged` are final. An action that asks for the state that already is, is no error.
"""

from collections.abc import Mapping
from enum import StrEnum

from triaged.core.draft import Draft
from triaged.core.records.model import Entry, Phase, State
from triaged.core.situation import Situation


class Verb(StrEnum):
    """What can be done to an incident's state."""

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
    return TRANSITIONS[state].get(verb)


def impossible(state: State, verb: Verb) -> str:
    """Why `verb` cannot be done now, and what can."""
    allowed = ", ".join(TRANSITIONS[state]) or "nothing: it is final"
    return f"cannot {verb} an incident that is {state}; possible now: {allowed}"


def set_phase(situation: Situation, draft: Draft, phase: Phase, by: str) -> None:
    """Say how far the work is, if that is news."""
    before = draft.incident.phase
    if phase is before:
        return
    draft.change(phase=phase)
    data: dict[str, object] = {"from": before, "to": phase}
    draft.say(Entry(situation.now, "phase.changed", by, f"{before} → {phase}", data))


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", "    [*] --> open"]
    for state, verbs in TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {verb}" for verb, after in verbs.items()]
        if not verbs:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
