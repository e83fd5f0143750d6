"""The keys of incidents that triaged opens for an event of its own."""

from typing import assert_never

from triaged.core.alerts.quarantine import quarantine_key
from triaged.core.oncall.gaps import gap_key
from triaged.core.oncall.shift_notices import shift_key
from triaged.core.practice.drills import drill_key
from triaged.core.practice.learning.review_notice import review_key
from triaged.core.practice.reports import report_key
from triaged.core.records.duty.notices import GapNoticed, ShiftNoticed
from triaged.core.records.events import (
    BodyQuarantined,
    ContactsTested,
    DutyMoved,
    ReviewMade,
    SelfAlertFired,
    SelfAlertResolved,
)
from triaged.core.records.model import Key
from triaged.core.records.practice.drills import DrillStarted
from triaged.core.records.practice.reports import (
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportEvent,
    ReportFiled,
)
from triaged.core.response.contact_tests import contact_test_key
from triaged.core.response.duty_notices import duty_key
from triaged.core.self_alerts import self_alert_key

OwnEvent = (
    BodyQuarantined
    | SelfAlertFired
    | SelfAlertResolved
    | DutyMoved
    | ShiftNoticed
    | GapNoticed
    | ReviewMade
    | ContactsTested
)
"""Events, besides those of the practice, for which triaged opens an incident of its own."""


def own_key(event: OwnEvent | DrillStarted | ReportEvent) -> Key:
    """The key of the incident that triaged itself opens for the event."""
    match event:
        case BodyQuarantined(source=source, reason=reason):
            return quarantine_key(source, reason)
        case SelfAlertFired(name=name) | SelfAlertResolved(name=name):
            return self_alert_key(name)
        case DutyMoved():
            return duty_key(event)
        case ShiftNoticed():
            return shift_key(event)
        case GapNoticed():
            return gap_key(event)
        case ReviewMade(slot_at=slot_at):
            return review_key(slot_at)
        case ContactsTested(person=person):
            return contact_test_key(person)
        case DrillStarted(id=identity):
            return drill_key(identity)
        case ReportFiled() | ReportAttached() | ReportDeclared() | ReportDismissed():
            return report_key(event.id)
        case _:
            assert_never(event)
