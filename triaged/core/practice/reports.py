"""Customers' reports: the second way, besides alerts, in which an incident is noticed.

Whoever is on call hears of a report at once, and is not woken by it. What nobody has looked at by
the end of the triage time pages as an incident of the severity `unclassified`, one for each service
however many reports there are. A person attaches a report to an incident, declares one, or
dismisses it.
"""

from collections.abc import Iterable
from hashlib import blake2b

from msgspec.structs import replace

from triaged.core.acting import declare
from triaged.core.alerts.grouping import plan_for
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED, UNCLASSIFIED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Append, Decision, DropTimer, Effect, SaveRow
from triaged.core.records.events import Declared
from triaged.core.records.model import (
    Entry,
    Incident,
    Key,
    Plan,
    Reason,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    State,
    incident_id,
)
from triaged.core.records.practice.reports import (
    WAITING,
    CustomerReport,
    CustomerReportState,
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportFiled,
)
from triaged.core.records.timers import ReportDue
from triaged.core.response.escalation import Cause
from triaged.core.response.paging import News, notify_person, notify_target
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident
from triaged.core.text.wording import clean, instant_for

TITLE_MAX = 200
TEXT_MAX = 4000
LINE_MAX = 1000
CONTACT_MAX = 200
DIGEST_BYTES = 6
"""Of a service's name: two of a thousand services share a digest once in 10⁸."""

REASON_MIN = 5
"""Characters of the reason of a dismissal: `spam.` is one."""


def report_key(identity: str) -> Key:
    """The key of the notice about a report."""
    return (("triaged", f"report:{identity}"),)


def service_digest(service: str) -> int:
    """A number for a service, by which a timer names it."""
    return int.from_bytes(blake2b(service.encode(), digest_size=DIGEST_BYTES).digest(), "big")


def unseen_key(digest: int) -> Key:
    """The key of the incident about reports of a service that nobody has looked at."""
    return (("triaged", f"reports:{digest:x}"),)


def harmless(text: str) -> str:
    """A stranger's text in lines: no control or direction characters, no links."""
    lines = (clean(line, LINE_MAX) for line in text[:TEXT_MAX].splitlines())
    return "\n".join(lines).strip()


def file_report(situation: Situation, event: ReportFiled) -> Decision:
    """Keep the report, and tell those who are on call for its service."""
    known = situation.latest_incident(report_key(event.id))
    if known is not None:
        return Decision((), Acted(known.number))
    now, settings = situation.now, situation.settings
    row = CustomerReport(
        id=event.id,
        incident=situation.next_number(),
        title=clean(event.title, TITLE_MAX) or "a report without words",
        text=harmless(event.text),
        service=event.service,
        contact=clean(event.contact, CONTACT_MAX),
        by=event.by,
        at=now,
        look_by=now + settings.report_within,
    )
    draft = Draft(_notice(situation, row), opened=True)
    data: dict[str, object] = {"report": row.id, "service": row.service}
    draft.say(Entry(now, "report.filed", event.by, f"report {row.id}: {row.title}", data))
    draft.add(SaveRow(row))
    draft.arm(look_of(row))
    _tell(situation, draft, row)
    return Decision(draft.effects(), Acted(row.incident))


def look_of(row: CustomerReport) -> ReportDue:
    """The end of the time in which somebody looks at the report."""
    return ReportDue(row.incident, row.look_by, service_digest(row.service))


def _notice(situation: Situation, row: CustomerReport) -> Incident:
    """The incident, closed from its beginning, by which people hear of the report."""
    return Incident(
        number=row.incident,
        kind="notice",
        key=report_key(row.id),
        title=f"customer report: {row.title}",
        severity=_severity(situation.settings),
        severity_by=TRIAGED,
        opened_at=situation.now,
        plan=Plan(policy="", steps=()),
        state=State.CLOSED,
        service=row.service or None,
        resolve=ResolvePolicy(ResolveWhen.NEVER),
        text=row.text or row.title,
        received_at=situation.now,
        resolved_at=situation.now,
        resolved_by=TRIAGED,
    )


def _severity(settings: Settings) -> Severity:
    """The least severity that pages: its messages wait for no opening hours, and for pages."""
    return max(
        (level for level, target in settings.severities.items() if target.urgency == "page"),
        default=Severity.SEV1,
    )


def _tell(situation: Situation, draft: Draft, row: CustomerReport) -> None:
    """Tell the first step of the policy; the timer pages if nobody looks."""
    plan = plan_for(situation.settings, None, None, row.service or None)
    until = instant_for(row.look_by, situation.settings.timezone, situation.now)
    subject = f"a customer reports {row.title!r}; look at it by {until}"
    body = f"{row.title}\n\n{row.text}".strip()
    text = f"{body}\n\nLook: triaged report show {row.id}"
    known: set[str] = set()
    for target in plan.steps[0].notify if plan.steps else ():
        notify_target(situation, draft, target, News(subject, "report", text), known)


def due(situation: Situation, incident: Incident, timer: ReportDue) -> Decision:
    """Page for a report that nobody has looked at, with all others of its service."""
    gone = DropTimer(incident.number, ReportDue)
    rows = situation.view.rows_of(CustomerReport, incident.number)
    row = next((one for one in rows if one.state is CustomerReportState.NEW), None)
    if row is None:
        return Decision((gone,))
    live = situation.live_incident(unseen_key(timer.step))
    draft = _opened(situation, row) if live is None else _joined(situation, Draft(live), row)
    number = draft.incident.number
    draft.add(SaveRow(replace(row, state=CustomerReportState.OPENED, joined=number)))
    return Decision((gone, *draft.effects()))


def _opened(situation: Situation, row: CustomerReport) -> Draft:
    wanted = SystemIncident(
        unseen_key(service_digest(row.service)),
        title=f"customer report: {row.title}",
        cause=Cause(Reason.REPORTED, row.at),
        text=f"{row.text or row.title}\nNobody has looked at it: triaged report show {row.id}",
        severity_by=UNCLASSIFIED,
        data={"report": row.id},
        service=row.service or None,
    )
    return open_system_incident(situation, wanted)


def _joined(situation: Situation, draft: Draft, row: CustomerReport) -> Draft:
    draft.say(_entry(situation, row, TRIAGED))
    holder = draft.incident.holder
    if holder is not None:
        text = f"another customer report: {row.title}"
        notify_person(situation, draft, holder, News(text, f"report-{row.id}"))
    return draft


def _entry(situation: Situation, row: CustomerReport, by: str) -> Entry:
    data: dict[str, object] = {"report": row.id, "title": row.title}
    return Entry(situation.now, "report.attached", by, f"report {row.id}: {row.title}", data)


def attach_report(situation: Situation, event: ReportAttached) -> Decision:
    """Put a report on the timeline of an incident of its service."""
    row = situation.view.row(CustomerReport, event.id)
    incident = situation.incident(event.incident)
    if row is None:
        return Decision((), _unknown(event.id))
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    if row.state is CustomerReportState.ATTACHED and row.joined == event.incident:
        return Decision((), Acted(event.incident))
    refusal = _why_not(row) or _why_not_there(row, incident)
    if refusal is not None:
        return Decision((), Conflict(refusal))
    draft = Draft(incident)
    draft.say(_entry(situation, row, event.by))
    if incident.holder not in (None, event.by):
        text = f"a customer report is attached: {row.title}"
        notify_person(situation, draft, incident.holder or "", News(text, f"report-{row.id}"))
    state = CustomerReportState.ATTACHED
    done = _done(situation, replace(row, state=state, joined=incident.number), event.by)
    return Decision((*draft.effects(), *done), Acted(incident.number))


def _why_not(row: CustomerReport) -> str | None:
    if row.state in WAITING:
        return None
    where = "" if row.joined is None else f" to {incident_id(row.joined)}"
    return f"{row.id} is {row.state}{where} by {row.handled_by}"


def _why_not_there(row: CustomerReport, incident: Incident) -> str | None:
    if incident.kind != "incident":
        return f"{incident.id} is a {incident.kind}, and no incident"
    if incident.merged_into is not None:
        return f"{incident.id} was merged into {incident_id(incident.merged_into)}"
    if row.service and incident.service and row.service != incident.service:
        return f"{row.id} is about {row.service}, {incident.id} about {incident.service}"
    return None


def declare_report(situation: Situation, event: ReportDeclared) -> Decision:
    """Declare an incident with what the customer reports."""
    row = situation.view.row(CustomerReport, event.id)
    if row is None:
        return Decision((), _unknown(event.id))
    if row.state is CustomerReportState.DECLARED and row.joined is not None:
        return Decision((), Acted(row.joined))
    refusal = _why_not(row)
    if refusal is not None:
        return Decision((), Conflict(refusal))
    declared = Declared(
        by=event.by,
        title=row.title,
        severity=event.severity,
        service=row.service or None,
        text=row.text,
        received_at=situation.now,
    )
    opened = declare(situation, declared)
    assert isinstance(opened.answer, Acted), "a declaration is never refused"
    number = opened.answer.incident
    said = Append(number, _entry(situation, row, event.by))
    state = CustomerReportState.DECLARED
    done = _done(situation, replace(row, state=state, joined=number), event.by)
    return Decision((*opened.effects, said, *done), opened.answer)


def dismiss_report(situation: Situation, event: ReportDismissed) -> Decision:
    """Say why a report is about no incident."""
    row = situation.view.row(CustomerReport, event.id)
    if row is None:
        return Decision((), _unknown(event.id))
    if row.state is CustomerReportState.DISMISSED:
        return Decision((), Acted(row.incident))
    refusal = _why_not(row)
    if refusal is None and len(event.reason.strip()) < REASON_MIN:
        refusal = f"a report is dismissed with a reason of {REASON_MIN} characters or more"
    if refusal is not None:
        return Decision((), Conflict(refusal))
    state = CustomerReportState.DISMISSED
    done = _done(situation, replace(row, state=state, reason=event.reason), event.by)
    return Decision(tuple(done), Acted(row.incident))


def _done(situation: Situation, row: CustomerReport, by: str) -> Iterable[Effect]:
    """The row of a report that a person has decided about; it pages no more."""
    handled = replace(row, handled_by=by, handled_at=situation.now)
    notice = situation.latest_incident(report_key(row.id))
    said: tuple[Effect, ...] = ()
    if notice is not None:
        reason = f": {row.reason}" if row.reason else ""
        text = f"report {row.id} {row.state} by {by}{reason}"
        said = (Append(notice.number, Entry(situation.now, f"report.{row.state}", by, text)),)
    return (SaveRow(handled), DropTimer(row.incident, ReportDue), *said)


def _unknown(identity: str) -> Unknown:
    return Unknown(f"there is no report {identity[:40]!r}")
