"""Reports of customers: what somebody outside has noticed. Instants are µs."""

from enum import StrEnum

import msgspec

from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.severity import Severity


class CustomerReportState(StrEnum):
    """State of a customer's report."""

    NEW = "new"
    """Nobody has looked at it."""
    OPENED = "opened"
    """Nobody has looked at it in time: an incident pages for it."""
    ATTACHED = "attached"
    DECLARED = "declared"
    """An incident was declared from it."""
    DISMISSED = "dismissed"


WAITING = (CustomerReportState.NEW, CustomerReportState.OPENED)
"""States in which a person still has to say what it is."""


class CustomerReport(PracticeRow, frozen=True, gc=False):
    """A report. `incident` is the notice by which people on call hear of it."""

    incident: int
    title: str
    text: str
    service: str
    """Empty: the reporter named none."""
    contact: str
    """How to reach the reporter; empty: no way."""
    by: str
    at: int
    look_by: int
    """By then somebody has looked at it, or it pages."""
    state: CustomerReportState = CustomerReportState.NEW
    joined: int | None = None
    """The incident that it belongs to."""
    handled_by: str = ""
    handled_at: int | None = None
    reason: str = ""
    """Why it was dismissed."""


class ReportFiled(msgspec.Struct, frozen=True):
    """Somebody reports that something does not work; `id` is new."""

    id: str
    by: str
    title: str
    text: str = ""
    service: str = ""
    contact: str = ""


class ReportAttached(msgspec.Struct, frozen=True):
    """Somebody says that a report is about an incident."""

    id: str
    by: str
    incident: int


class ReportDeclared(msgspec.Struct, frozen=True):
    """Somebody declares an incident from a report."""

    id: str
    by: str
    severity: Severity


class ReportDismissed(msgspec.Struct, frozen=True):
    """Somebody says why a report is about no incident."""

    id: str
    by: str
    reason: str


ReportEvent = ReportFiled | ReportAttached | ReportDeclared | ReportDismissed
