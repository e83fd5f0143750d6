"""The course of events if alerts came in at an instant: who is paged when, until an answer."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.events import Acknowledged, AlertReceived, Delivered, Verdict
from triaged.core.records.model import Alert, Entry, Incident, Page, PageKind, Response, State
from triaged.core.settings import Settings
from triaged.core.text.wording import instant_for
from triaged.core.time.durations import HOUR
from triaged.dry_run.simulator import Simulator

UNTIL_US = 24 * HOUR
"""A night and a day: longer than all rounds of most policies."""

PAGE, UPDATE, END, NOTHING = "page", "update", "end", "nothing"
TOLD_OTHERWISE = frozenset({"page.sent", "update.sent"})
"""Entries that repeat what the page itself says."""

ARMS = frozenset(
    {"incident.opened", "incident.reopened", "incident.unacknowledged", "incident.unmuted"}
    | {"severity.changed"}
)
"""Entries after which a response target runs."""


class Question(msgspec.Struct, frozen=True):
    """The alerts that come in, the instant, and the time until somebody acknowledges."""

    alerts: tuple[Alert, ...]
    at: int
    ack_after_us: int | None = None
    """Time after which whoever has an incident's first page acknowledges it, in µs; None: nobody
    acknowledges."""
    until_us: int = UNTIL_US


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event in the course: an entry of a timeline, a page or an update."""

    at: int
    kind: str
    """A kind of timeline entry, or `page`, `update`, `nothing`, `end`."""
    text: str
    incident: str = ""
    person: str = ""
    """The recipient, contact and time zone of a page or update."""
    contact: str = ""
    channel: str = ""
    timezone: str = ""
    urgency: str = ""


class Answer(msgspec.Struct, frozen=True):
    """The course of events in order, and the incidents at its end."""

    moments: tuple[Moment, ...]
    incidents: tuple[Incident, ...]
    """The incidents as they are at the end."""

    @property
    def first_page_at(self) -> int | None:
        """The instant of the first page to a person; None: there is none."""
        return next((m.at for m in self.moments if m.kind == PAGE and m.person), None)


def what_if(settings: Settings, question: Question, duty: DutyFacts = NO_FACTS) -> Answer:
    """Let the alerts come in at the instant, which is when they began, and see what happens.

    A provider takes every page; alerts are not repeated, and go on firing.
    """
    return _Course(settings, question, duty).run()


class _Course:
    """A simulation and the moments in it, in the order in which they happen."""

    def __init__(self, settings: Settings, question: Question, duty: DutyFacts) -> None:
        self._question = question
        self._settings = settings
        settings = replace(settings, stale_after={})
        self._simulator = Simulator(settings, question.at, self._deliver, duty)
        self._moments: list[Moment] = []
        self._answers: list[tuple[int, int, str]] = []
        """(instant, incident, person) of the acknowledgements that are to come."""
        self._paged: set[int] = set()
        """Incidents of which a person has had a page."""
        self._told: dict[int, int] = {}
        """Incident → the number of its entries that are in the course already."""

    def run(self) -> Answer:
        """Run from the arrival of the alerts to the end."""
        question, simulator = self._question, self._simulator
        for alert in question.alerts:
            self._receive(alert)
            self._tell()
        end_at = question.at + question.until_us
        self._run_until(end_at)
        self._tell()
        incidents = tuple(incident for _, incident in sorted(simulator.view.incidents.items()))
        self._moments += [_end(incident, self._settings, end_at) for incident in incidents]
        return Answer(tuple(self._moments), incidents)

    def _receive(self, alert: Alert) -> None:
        at = self._question.at
        if not alert.firing:
            text = f"{_name(alert)} is a resolve: nothing of it fires"
            self._moments.append(Moment(at, NOTHING, text))
            return
        alert = replace(alert, starts_at=None, ends_at=None)  # it begins now, and goes on
        outcome = self._settings.rules.classify(alert, at)
        self._simulator.handle(AlertReceived(alert, at, outcome))
        if not outcome.incident:
            by = ", ".join(outcome.rules)
            text = f"{_name(alert)} is stored and opens no incident (rules {by})"
            self._moments.append(Moment(at, NOTHING, text))

    def _run_until(self, end: int) -> None:
        """Let time pass; whoever has an incident's first page acknowledges it after a while."""
        while True:
            answer = min((one for one in self._answers if one[0] <= end), default=None)
            if self._simulator.turn(end if answer is None else answer[0]):
                continue  # it may have paged somebody
            if answer is None:
                break
            self._answers.remove(answer)
            self._simulator.run_until(answer[0])
            self._tell()
            self._acknowledge(*answer[1:])
        self._simulator.run_until(end)

    def _acknowledge(self, number: int, by: str) -> None:
        if self._simulator.view.incidents[number].state is State.OPEN:
            self._simulator.handle(Acknowledged(number, by))
        self._tell()

    def _deliver(self, page: Page, now: int) -> Verdict:
        """Add the entries that led to a page, then the page."""
        self._tell()
        person = self._settings.people.get(page.recipient.person)
        is_page = page.kind is PageKind.PAGE
        after_us = self._question.ack_after_us
        if is_page and person is not None and page.incident not in self._paged:
            self._paged.add(page.incident)
            if after_us is not None:
                self._answers.append((now + after_us, page.incident, person.id))
        text = f"round {page.round}, step {page.step}, {page.target}" if is_page else page.subject
        self._moments.append(
            Moment(
                at=now,
                kind=PAGE if is_page else UPDATE,
                text=text,
                incident=self._simulator.view.incidents[page.incident].id,
                person=page.recipient.person,
                contact=page.recipient.contact,
                channel=page.channel,
                timezone=person.timezone if person else self._settings.timezone,
                urgency=page.urgency,
            )
        )
        return Delivered()

    def _tell(self) -> None:
        """Add the entries that were written since the last call."""
        found: list[Moment] = []
        for number, entries in sorted(self._simulator.entries.items()):
            new = entries[self._told.get(number, 0) :]
            self._told[number] = len(entries)
            found += self._entries(self._simulator.view.incidents[number], new)
        self._moments += sorted(found, key=lambda moment: moment.at)

    def _entries(self, incident: Incident, entries: Iterable[Entry]) -> Iterator[Moment]:
        for entry in entries:
            if entry.kind in TOLD_OTHERWISE:
                continue
            text = entry.text
            if entry.kind == "incident.opened":
                text += f", by {entry.actor}, {_owner(incident)}policy {incident.plan.policy}"
            if entry.kind in ARMS and incident.respond_by is not None:
                by = instant_for(incident.respond_by, self._settings.timezone, entry.at)
                text += f"; respond by {by}"
            yield Moment(entry.at, entry.kind, text, incident.id)


def _owner(incident: Incident) -> str:
    service = f"service {incident.service}, " if incident.service else ""
    return service + (f"team {incident.team}, " if incident.team else "")


def _name(alert: Alert) -> str:
    return alert.labels.get("alertname", alert.fingerprint)


def _end(incident: Incident, settings: Settings, now: int) -> Moment:
    """The state of an incident at the end, in words."""
    text = f"{incident.state}, response {incident.response}"
    next_at = incident.escalation.next_at
    if incident.state is State.ACKNOWLEDGED:
        text += f", held by {incident.acknowledged_by}"
    elif incident.held_by:
        text += f", muted by {', '.join(incident.held_by)}"
    elif incident.state is State.OPEN and next_at is None:
        text += ": all rounds are over, nobody is paged any more"
    elif incident.is_exhausted and next_at is not None:
        when = instant_for(next_at, settings.timezone, now)
        text += f": all rounds are over, the next page is due {when}"
    elif incident.state is State.OPEN and next_at is not None:
        text += f", the next step is due {instant_for(next_at, settings.timezone, now)}"
    if incident.response is Response.MISSED and not incident.told:
        text += "; nobody was paged"
    return Moment(now, END, text, incident.id)
