"""Facts of an incident, in the order in which somebody needs them who has just been woken.

Mails, webhooks, the console, `/act` and the commands are renderings of the same facts. They are
made of the incident and of its `Evidence`: what alerts say, and who was paged. Without evidence,
because the store cannot be read, a page still goes out; it says less then.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.actors import UNCLASSIFIED
from triaged.core.records.labels import Exporters
from triaged.core.records.model import Incident, Labels, Page, PageKind, PageState
from triaged.core.response.paging import people_of, targets_of
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.labels import LABEL_MAX, OWN_ROWS, in_order
from triaged.core.text.wording import clean, link
from triaged.core.view import View

ALERTS_SHOWN = 5
"""Alerts that are shown one by one: what a phone shows without scrolling far."""

PAGES_READ = 40
"""Of the last pages and updates of an incident, to say who else was paged."""

PAGED_SHOWN = 6
SUMMARY_MAX = 300
DESCRIPTION_MAX = 800
DESCRIPTION_LINES = 8

SUMMARIES = ("summary", "title", "message")
DESCRIPTIONS = ("description", "message")
URLS: Mapping[str, tuple[str, ...]] = {
    "dashboard": ("dashboard_url", "dashboardURL", "dashboard"),
    "panel": ("panel_url", "panelURL"),
    "runbook": ("runbook_url", "runbook"),
    "silence": ("silence_url", "silenceURL"),
}
"""Annotations in which senders put addresses, by what the address is for."""


class ReportedAlert(msgspec.Struct, frozen=True):
    """An alert of the incident as its sender reported it last."""

    labels: Labels
    """The sender's labels with those of the rules."""
    annotations: Mapping[str, str]
    url: str
    firing: bool
    starts_at: int


class Evidence(msgspec.Struct, frozen=True):
    """What is read beside an incident when something is said of it."""

    alerts: tuple[ReportedAlert, ...] = ()
    """The first `ALERTS_SHOWN`, those that fire before those that are over."""
    pages: tuple[Page, ...] = ()
    """The last `PAGES_READ`, the oldest first."""
    duty: DutyFacts = NO_FACTS
    """Overrides and feeds that decide who is paged next."""


class Urls(msgspec.Struct, frozen=True):
    """Addresses that help; each is a plain web address. None: nobody gave one."""

    source: str | None = None
    """The sender's own page about the alert, such as its graph."""
    dashboard: str | None = None
    panel: str | None = None
    runbook: str | None = None
    silence: str | None = None


class AlertFacts(msgspec.Struct, frozen=True):
    """Labels that set an alert apart from the others of its incident."""

    labels: Labels
    """Those that not all alerts of the incident share, the telling ones first."""
    summary: str
    """Empty where all say the same."""
    firing: bool
    since: int


class Paged(msgspec.Struct, frozen=True):
    """Somebody who was paged."""

    whom: str
    by: str
    at: int
    is_sent: bool
    """True if a provider has it; else it is being tried."""


class Upcoming(msgspec.Struct, frozen=True):
    """Who is paged next if nobody answers, and when."""

    whom: tuple[str, ...]
    at: int


class Facts(msgspec.Struct, frozen=True):
    """All that is said of an incident."""

    incident: Incident
    summary: str
    """Empty where the title says it."""
    description: str
    where: Labels
    """The labels that all alerts share, without those of the scrape."""
    alertname: str
    urls: Urls
    alerts: tuple[AlertFacts, ...]
    more: int
    """Further alerts that fire."""
    paged: tuple[Paged, ...] = ()
    """In this epoch, the last one first."""
    upcoming: Upcoming | None = None
    helpers: tuple[str, ...] = ()
    """Who would be paged if it were escalated now; empty: nobody, or that is unclear."""

    @property
    def is_guess(self) -> bool:
        """True if no rule gave an alert its severity."""
        return self.incident.severity_by == UNCLASSIFIED


def facts_of(incident: Incident, evidence: Evidence, settings: Settings, now: int) -> Facts:
    """The facts of `incident` at `now`."""
    alerts = evidence.alerts
    first = alerts[0].annotations if alerts else {}
    summary = _said(first, SUMMARIES, SUMMARY_MAX)
    description = paragraph(first, incident.text)
    firing = sum(incident.firing.values())
    return Facts(
        incident=incident,
        summary="" if _same(summary, incident.title) else summary,
        description="" if _same(description, incident.title, summary) else description,
        where=_where(incident, alerts, settings.exporters),
        alertname=clean(incident.labels.get("alertname", ""), LABEL_MAX),
        urls=_urls(incident, alerts),
        alerts=tuple(_alert(incident, one, summary, settings.exporters) for one in alerts),
        more=max(0, firing - sum(one.firing for one in alerts)),
        paged=tuple(_paged(incident, evidence.pages)),
        upcoming=_upcoming(incident, settings, evidence.duty, now),
        helpers=_helpers(incident, settings, evidence.duty, now),
    )


def bare_facts(incident: Incident) -> Facts:
    """The facts that the row of the incident alone gives."""
    return Facts(incident, "", "", {}, "", Urls(runbook=link(incident.runbook or "")), (), 0)


def paragraph(annotations: Mapping[str, str], text: str) -> str:
    """The description of the first alert, else what the incident says of itself: a few lines."""
    whole = next((annotations[name] for name in DESCRIPTIONS if annotations.get(name)), text)
    lines = (clean(line, DESCRIPTION_MAX) for line in whole[: 2 * DESCRIPTION_MAX].splitlines())
    kept = [line for line in lines if line][:DESCRIPTION_LINES]
    return _cut("\n".join(kept), DESCRIPTION_MAX)


def _said(annotations: Mapping[str, str], names: Iterable[str], length: int) -> str:
    return clean(next((annotations[name] for name in names if annotations.get(name)), ""), length)


def _same(text: str, *others: str) -> bool:
    shown = {clean(other, DESCRIPTION_MAX).rstrip(".…") for other in others}
    return text.rstrip(".") in shown


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _where(
    incident: Incident, alerts: Sequence[ReportedAlert], exporters: Exporters
) -> dict[str, str]:
    hidden = set(exporters.of_scrape(incident.labels)) | OWN_ROWS
    if alerts:
        hidden |= set.intersection(*(set(exporters.of_scrape(one.labels)) for one in alerts))
    if "pod" in incident.labels.keys() - hidden:
        hidden.add("workload")  # made of the pod's name
    return in_order(incident.labels, hidden)


def _alert(
    incident: Incident, alert: ReportedAlert, summary: str, exporters: Exporters
) -> AlertFacts:
    hidden = set(exporters.of_scrape(alert.labels)) | {"severity"}
    hidden |= {name for name, value in incident.labels.items() if alert.labels.get(name) == value}
    if "pod" in alert.labels:
        hidden.add("workload")  # made of the pod's name
    own = _said(alert.annotations, SUMMARIES, SUMMARY_MAX)
    return AlertFacts(
        labels=in_order(alert.labels, hidden),
        summary="" if _same(own, summary, incident.title) else own,
        firing=alert.firing,
        since=alert.starts_at,
    )


def _urls(incident: Incident, alerts: Sequence[ReportedAlert]) -> Urls:
    first = alerts[0] if alerts else None
    found: dict[str, str | None] = {}
    for use, names in URLS.items():
        given = (first.annotations.get(name, "") for name in names) if first else ()
        found[use] = next((url for text in given if (url := link(text.strip()))), None)
    found["runbook"] = link(incident.runbook or "") or found["runbook"]
    return Urls(source=link(first.url) if first else None, **found)


def _paged(incident: Incident, pages: Sequence[Page]) -> Iterable[Paged]:
    """Who was paged in this epoch, each contact once, the last one first."""
    known: set[tuple[str, str]] = set()
    for page in reversed(pages):
        whom = (page.recipient.person, page.recipient.contact)
        is_sent = page.sent_at is not None
        tried = is_sent or (page.state is PageState.DUE and page.attempts > 0)
        if page.kind is not PageKind.PAGE or page.epoch != incident.escalation.epoch:
            continue
        if tried and whom not in known and len(known) < PAGED_SHOWN:
            known.add(whom)
            at = page.sent_at if page.sent_at is not None else page.created_at
            yield Paged(whom[0] or f"channel {whom[1]}", whom[1], at, is_sent)


def _helpers(incident: Incident, settings: Settings, duty: DutyFacts, now: int) -> tuple[str, ...]:
    """Whom an escalation of a live incident would page now."""
    if not incident.live or not incident.plan.steps:
        return ()
    return _next_people(incident, settings, duty, now)


def _next_people(
    incident: Incident, settings: Settings, duty: DutyFacts, now: int
) -> tuple[str, ...]:
    """The people behind the next step at `now`; empty: nobody, or that is unclear."""
    whom: dict[str, None] = {}
    for target in targets_of(incident, incident.escalation.step):
        if target.kind == "channel":
            whom[f"channel {target.name}"] = None
        people, _ = people_of(Situation(View(duty_facts=duty), settings, now), target)
        whom |= dict.fromkeys(person.id for person in people)
    return tuple(whom)


def _upcoming(incident: Incident, settings: Settings, duty: DutyFacts, now: int) -> Upcoming | None:
    """The next step of an open incident, with the people behind it as of its instant."""
    at = incident.escalation.next_at
    if at is None or at <= now or not incident.live:
        return None
    whom = _next_people(incident, settings, duty, at)
    return Upcoming(whom, at) if whom else None
