"""The rows that a timer of an incident is decided on."""

from collections.abc import Mapping

from triaged.core.practice.reports import unseen_key
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.drills import DrillRun
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.reports import CustomerReport
from triaged.core.records.practice.status import Post, PublicIncident
from triaged.core.records.timers import (
    ActionItemsDue,
    ComponentsDue,
    DrillDue,
    IncidentTimer,
    MuteDue,
    PostDue,
    PostmortemDue,
    ReachDue,
    ReportDue,
)
from triaged.core.response.timing import PAGING
from triaged.core.view import key_text
from triaged.store.needs.event_needs import EventNeeds, Kinds
from triaged.store.needs.status import COMPONENTS, PAGE_LOCK

MUTABLE = (*PAGING, MuteDue)
"""Timers that do nothing while their incident is muted."""

OF_PAGES = (MuteDue, ReachDue)

ROWS_OF_TIMER: Mapping[type[IncidentTimer], tuple[Kinds, ...]] = {
    PostmortemDue: (Postmortem,),
    ActionItemsDue: (ActionItem,),
    DrillDue: (DrillRun,),
    ReportDue: (CustomerReport,),
    PostDue: (PublicIncident,),
    ComponentsDue: (PublicIncident, Post),
}
"""The records of an incident that a timer of it is decided on."""


def timer_needs(timer: IncidentTimer) -> EventNeeds:
    """Its incident, the records of that, and what else the timer may set."""
    only = frozenset({timer.incident})
    rows: dict[Kinds, set[int]] = {
        kind: {timer.incident} for kind in ROWS_OF_TIMER.get(type(timer), ())
    }
    unseen = {key_text(unseen_key(timer.step))} if isinstance(timer, ReportDue) else set[str]()
    is_public = isinstance(timer, ComponentsDue)
    return EventNeeds(
        numbers=only,
        rows=rows | COMPONENTS if is_public else rows,
        locks=PAGE_LOCK if is_public else frozenset(),
        keys=frozenset(unseen),
        openings=bool(unseen),
        pages_of=only if isinstance(timer, OF_PAGES) else frozenset(),
        muted=only if isinstance(timer, MUTABLE) else frozenset(),
    )
