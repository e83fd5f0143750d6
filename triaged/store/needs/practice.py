"""The rows that an event of the practice is decided on."""

from typing import assert_never

from triaged.core.practice.chronicle import message_id
from triaged.core.practice.learning.postmortem_export import text_hash
from triaged.core.records.model import incident_id
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.drills import (
    DrillAborted,
    DrillAnswered,
    DrillEvent,
    DrillRun,
    DrillStarted,
)
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    Merged,
    MessagesImported,
    PracticeEvent,
    RoleAssigned,
    RoleReleased,
    SplitOff,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemTracked,
    LearningEvent,
    PostmortemPublished,
    PostmortemReviewed,
    PostmortemSaved,
    PostmortemWaived,
)
from triaged.core.records.practice.notes import ImportedMessage
from triaged.core.records.practice.postmortems import (
    Postmortem,
    PostmortemRevision,
    unmerged_id,
)
from triaged.core.records.practice.reports import CustomerReport, ReportAttached, ReportEvent
from triaged.core.records.practice.roles import RolePeriod
from triaged.core.records.practice.status_events import StatusEvent
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.view import key_text
from triaged.store.needs.event_needs import EventNeeds, of_incident
from triaged.store.needs.own_keys import own_key
from triaged.store.needs.status import status_needs


def practice_needs(event: PracticeEvent) -> EventNeeds:
    """The incidents, records and locks that the event is decided on."""
    if isinstance(event, StatusEvent):
        return status_needs(event)
    if isinstance(event, ReportEvent):
        return report_needs(event)
    if isinstance(event, LearningEvent):
        return learning_needs(event)
    if isinstance(event, DrillEvent):
        return drill_needs(event)
    match event:
        case RoleAssigned(incident=number) | RoleReleased(incident=number):
            return of_incident(number, RolePeriod)
        case UpdatePosted(incident=number):
            return of_incident(number, IncidentUpdate)
        case MessagesImported(incident=number, messages=messages):
            ids = {message_id(number, message.ref) for message in messages}
            return EventNeeds(frozenset({number}), row_ids={ImportedMessage: ids})
        case Merged(incident=number, into=into):
            return EventNeeds(frozenset({number, into}), {RolePeriod: {number}})
        case SplitOff(incident=number, alerts=alerts):
            return EventNeeds(frozenset({number}), openings=True, split=frozenset(alerts))
        case UpdateSnoozed() | EntryCorrected() | EntryMarked() | ItemTicked():
            return of_incident(event.incident)
        case _:
            assert_never(event)


def report_needs(event: ReportEvent) -> EventNeeds:
    """The customer's report, which is protected by the key of the notice about it."""
    numbers = (event.incident,) if isinstance(event, ReportAttached) else ()
    return EventNeeds(
        numbers=frozenset(numbers),
        row_ids={CustomerReport: {event.id}},
        keys=frozenset({key_text(own_key(event))}),
        openings=True,
    )


def learning_needs(event: LearningEvent) -> EventNeeds:
    """The postmortem or the action items of the incident."""
    match event:
        case PostmortemSaved(incident=number, text=text):
            kept = unmerged_id(incident_id(number), text_hash(text))
            return EventNeeds(
                frozenset({number}), {Postmortem: {number}}, {PostmortemRevision: {kept}}
            )
        case PostmortemReviewed() | PostmortemPublished() | PostmortemWaived():
            return of_incident(event.incident, Postmortem)
        case ActionItemAdded() | ActionItemChanged() | ActionItemTracked():
            return of_incident(event.incident, ActionItem)
        case _:
            assert_never(event)


def drill_needs(event: DrillEvent) -> EventNeeds:
    """The drill, by its incident or by the key of the one that it opens."""
    match event:
        case DrillStarted():
            return EventNeeds(keys=frozenset({key_text(own_key(event))}), openings=True)
        case DrillAnswered(incident=number) | DrillAborted(incident=number):
            return of_incident(number, DrillRun)
        case _:
            assert_never(event)
