"""A world of rows in memory for tests of the core: decides, keeps rows, lets virtual time pass.

It stands in for the store and the loops around the core, never for the core itself.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from triaged.core.decide import decide
from triaged.core.durations import MINUTE, SECOND
from triaged.core.effects import (
    AddPage,
    Answer,
    Append,
    ArmTimer,
    CheckLapse,
    Count,
    DropTimer,
    Effect,
    EndEpisode,
    RepeatAlert,
    SaveIncident,
    SavePage,
    Send,
    StartEpisode,
)
from triaged.core.events import (
    AlertReceived,
    Delivered,
    DeliveryEnded,
    Event,
    PageDue,
    TimerFired,
    Verdict,
)
from triaged.core.model import (
    Alert,
    Entry,
    Incident,
    Outcome,
    Page,
    PageKind,
    PageState,
    Plan,
    ResolvePolicy,
    Severity,
    Share,
    State,
    Step,
    Target,
)
from triaged.core.settings import Contact, ContactStep, Person, Settings, SeverityTarget, Team
from triaged.core.timers import IncidentTimer, LapseDue
from triaged.core.view import View

MONDAY = int(datetime(2026, 3, 30, 10, 0, tzinfo=UTC).timestamp()) * 1_000_000
"""Monday 2026-03-30 10:00 UTC, when every world begins."""

LEASE_US = 15 * SECOND


class ByLabels:
    """A classifier for tests: severity, policy, team … are the labels of those names."""

    digest = "by-labels"

    def __init__(self, resolve: ResolvePolicy | None = None) -> None:
        self.resolve = resolve or ResolvePolicy()

    def classify(self, alert: Alert, now: int) -> Outcome:
        """The outcome that the labels spell out."""
        labels = alert.labels
        severity = Severity(labels["severity"]) if "severity" in labels else None
        key = tuple(sorted((k, v) for k, v in labels.items() if k in ("alertname", "service")))
        return Outcome(
            incident=labels.get("incident") != "no",
            key=key or (("fingerprint", alert.fingerprint),),
            title=labels.get("alertname", "an alert"),
            severity=severity,
            rule=f"label-{severity}" if severity else None,
            service=labels.get("service"),
            team=labels.get("team"),
            policy=labels.get("policy"),
            labels=dict(labels),
            resolve=self.resolve,
        )


def person(name: str, *contacts: str, notify: str = "mail") -> Person:
    """A person with a contact on each of these channels, all paged at once."""
    ways = {name: Contact(name) for name in contacts or ("desk", "mail")}
    steps = tuple(ContactStep(name) for name in ways)
    notices = tuple(step for step in steps if step.contact == notify) or steps[:1]
    return Person(name, name.title(), "Europe/Berlin", ways, steps, notices)


def step(after: float, *targets: str) -> Step:
    """A step after a share of the target: `step(0.5, "person:bob")`."""
    return Step(tuple(target(text) for text in targets), Share(after))


def target(text: str) -> Target:
    """`person:bob` as a target."""
    kind, _, name = text.partition(":")
    assert kind in ("person", "schedule", "team", "channel")
    return Target(kind, name)  # type: ignore[arg-type]  # checked in the line above


DEFAULT_PLAN = Plan(
    policy="default",
    steps=(step(0, "person:alice"), step(0.5, "person:alice"), step(1, "person:bob")),
    catch_all=target("person:carol"),
)


def settings(**changes: object) -> Settings:
    """Alice, then alice again at half of the target, then bob; carol catches."""
    base = Settings(
        severities={
            Severity.SEV1: SeverityTarget(5 * MINUTE, "page", 30 * MINUTE),
            Severity.SEV2: SeverityTarget(15 * MINUTE, "page", 60 * MINUTE),
            Severity.SEV3: SeverityTarget(60 * MINUTE, "page"),
            Severity.SEV4: SeverityTarget(480 * MINUTE, "notify"),
        },
        people={name: person(name) for name in ("alice", "bob", "carol")},
        schedules={},
        policies={"default": DEFAULT_PLAN},
        rules=ByLabels(),
        teams={"payments": Team("payments", ("alice", "bob"))},
        channels=frozenset({"desk", "mail", "hook"}),
        stale_after={"am": 25 * 60 * MINUTE},
    )
    return replace(base, **changes)


def plan(*steps: Step, **changes: object) -> Settings:
    """Settings whose default policy has these steps."""
    return settings(policies={"default": replace(DEFAULT_PLAN, steps=steps, **changes)})


def accept(page: Page, now: int) -> Verdict:
    """A provider that takes everything."""
    return Delivered()


class World:
    """Rows, a clock and a provider."""

    def __init__(
        self,
        chosen: Settings | None = None,
        provider: Callable[[Page, int], Verdict] = accept,
        start: int = MONDAY,
    ) -> None:
        self.settings = chosen or settings()
        self.now = self.start = start
        self.view = View()
        self.timers: dict[tuple[int, type[IncidentTimer]], IncidentTimer] = {}
        self.lapses: dict[tuple[str, str], int] = {}
        self.entries: dict[int, list[Entry]] = {}
        self.counts: list[Count] = []
        self.sent: list[tuple[int, Page]] = []
        self.provider = provider
        self.decide = decide

    def handle(self, event: Event) -> Answer:
        """Decide `event` now and keep the rows."""
        if isinstance(event, AlertReceived):
            outcome = self.settings.rules.classify(event.alert, self.now)
            event = replace(event, outcome=outcome)
            self.view.heard_at[event.alert.source] = self.now
        decision = self.decide(self.view, event, self.settings, self.now)
        self.keep(decision.effects)
        return decision.answer

    def keep(self, effects: Iterable[Effect]) -> None:
        """Write rows as the store would."""
        effects = tuple(effects)
        self.view.absorb(effects)
        for effect in effects:
            match effect:
                case ArmTimer(timer=timer):
                    self.timers[timer.incident, type(timer)] = timer
                case DropTimer(incident=incident, kind=kind):
                    self.timers.pop((incident, kind), None)
                case Append(incident=incident, entry=entry):
                    self.entries.setdefault(incident, []).append(entry)
                case StartEpisode(state=state) if state.lapse_check_at is not None:
                    self.lapses[state.source, state.fingerprint] = state.lapse_check_at
                case RepeatAlert(alert=alert, lapses_at=lapses_at):
                    identity = (alert.source, alert.fingerprint)
                    state = replace(self.view.alerts[identity], lapses_at=lapses_at)
                    self.view.alerts[identity] = state
                case CheckLapse(source=source, fingerprint=fingerprint, check_at=at):
                    self.lapses[source, fingerprint] = at
                case EndEpisode(state=state):
                    self.lapses.pop((state.source, state.fingerprint), None)
                case Count():
                    self.counts.append(effect)
                case _:
                    pass

    def fires(self, source: str = "am", *, ends_at: int | None = None, **labels: str) -> Answer:
        """An alert with these labels (and perhaps `_starts`, seconds from the start) fires."""
        alert = self.alert(source, labels, firing=True, ends_at=ends_at)
        return self.handle(AlertReceived(alert, self.now))

    def ends(self, source: str = "am", **labels: str) -> Answer:
        """The alert with these labels resolves."""
        return self.handle(AlertReceived(self.alert(source, labels, firing=False), self.now))

    def alert(
        self, source: str, labels: dict[str, str], *, firing: bool, ends_at: int | None = None
    ) -> Alert:
        """An alert whose fingerprint spells out its labels, severity apart."""
        labels = {"alertname": "Down", **labels}
        starts = labels.pop("_starts", None)
        starts_at = None if starts is None else self.start + int(starts) * SECOND
        fingerprint = "/".join(f"{k}={v}" for k, v in sorted(labels.items()) if k != "severity")
        return Alert(source, fingerprint, firing, labels, {}, starts_at, ends_at)

    def run(self, seconds: float) -> None:
        """Let time pass: timers fire and pages go out at their instants."""
        end = self.now + int(seconds * SECOND)
        while (at := self._next_due()) is not None and at <= end:
            self.now = max(self.now, at)
            self._fire_due()
            self._deliver_due()
        self.now = end

    def deliver(self) -> None:
        """Send what is due now."""
        self.run(0)

    def _next_due(self) -> int | None:
        dues = [timer.due_at for timer in self.timers.values()]
        dues += list(self.lapses.values())
        dues += [page.due_at for page in self._due_pages()]
        return min(dues, default=None)

    def _due_pages(self) -> list[Page]:
        return [page for page in self.view.pages.values() if page.state is PageState.DUE]

    def _fire_due(self) -> None:
        for key, timer in list(self.timers.items()):
            if timer.due_at <= self.now and self.timers.get(key) == timer:
                self.handle(TimerFired(timer))
        for (source, fingerprint), at in list(self.lapses.items()):
            if at <= self.now:
                self.handle(TimerFired(LapseDue(source, fingerprint, at)))

    def claim(self, page: Page) -> Page:
        """Take a lease on a page, as the store does."""
        claimed = replace(
            page,
            token=page.token + 1,
            attempts=page.attempts + 1,
            lease_until=self.now + LEASE_US,
        )
        self.view.absorb([SavePage(claimed)])
        return claimed

    def _deliver_due(self) -> None:
        due = [page for page in self._due_pages() if page.due_at <= self.now]
        for page in sorted(due, key=lambda page: (page.severity, page.due_at)):
            claimed = self.claim(page)
            answer = self.handle(PageDue(claimed))
            if isinstance(answer, Send):
                self.sent.append((self.now, answer.page))
                verdict = self.provider(answer.page, self.now)
                ended = DeliveryEnded(page.id, claimed.token, verdict, claimed.attempts)
                self.handle(ended)

    @property
    def incident(self) -> Incident:
        """The newest incident."""
        return self.view.incidents[max(self.view.incidents)]

    def state(self) -> State:
        """The state of the newest incident."""
        return self.incident.state

    def kinds(self, number: int = 1) -> list[str]:
        """The kinds of an incident's timeline entries, in order."""
        return [entry.kind for entry in self.entries.get(number, [])]

    def pages(self) -> list[tuple[int, str]]:
        """(seconds since the start, `person/contact`) of every page sent, in order."""
        return [
            ((at - self.start) // SECOND, f"{page.recipient.person}/{page.recipient.contact}")
            for at, page in self.sent
            if page.kind is PageKind.PAGE
        ]

    def updates(self) -> list[tuple[str, str]]:
        """(`person/contact`, subject) of every update sent, in order."""
        return [
            (f"{page.recipient.person}/{page.recipient.contact}", page.subject)
            for _, page in self.sent
            if page.kind is PageKind.UPDATE
        ]


def added(effects: Iterable[Effect]) -> list[Page]:
    """The pages that a decision adds."""
    return [effect.page for effect in effects if isinstance(effect, AddPage)]


def saved(effects: Iterable[Effect]) -> Incident:
    """The incident that a decision saves last."""
    return [effect.incident for effect in effects if isinstance(effect, SaveIncident)][-1]
