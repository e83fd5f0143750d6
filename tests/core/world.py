"""The simulator with people, a plan and short words, for tests of the core."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.records.answers import Answer
from triaged.core.records.effects import AddPage, Effect, SaveIncident
from triaged.core.records.events import AlertReceived, Resolved
from triaged.core.records.model import (
    Alert,
    Incident,
    Key,
    Outcome,
    Page,
    PageKind,
    Plan,
    ResolvePolicy,
    Severity,
    Share,
    State,
    Step,
    Target,
)
from triaged.core.records.severity import Raise, Raising
from triaged.core.settings import Contact, ContactStep, Person, Settings, SeverityTarget, Team
from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.simulator import Provider, Simulator, accept

MONDAY = int(datetime(2026, 3, 30, 10, 0, tzinfo=UTC).timestamp()) * 1_000_000
"""Monday 2026-03-30 10:00 UTC, when every world begins."""

LEASE_US = 15 * SECOND


class ByLabels:
    """A classifier for tests: severity, policy, team … are the labels of those names."""

    digest = "by-labels"

    def __init__(
        self,
        resolve: ResolvePolicy | None = None,
        *raises: Raise,
        inhibits: frozenset[str] = frozenset(),
    ) -> None:
        self.inhibits = inhibits
        """Names of the alerts that a suppressor's `source` matches."""
        self.resolve = resolve or ResolvePolicy()
        self.raising = Raising("gathering", raises) if raises else UNSET

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
            raising=self.raising,
            inhibits=labels.get("alertname") in self.inhibits,
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
    exhausted="stop",
)


def settings(**changes: object) -> Settings:
    """Alice, then alice again at half of the target, then bob, then nobody; carol catches."""
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


class World(Simulator):
    """A simulator that starts on a Monday, with a language for tests."""

    def __init__(
        self,
        chosen: Settings | None = None,
        provider: Provider = accept,
        start: int = MONDAY,
    ) -> None:
        super().__init__(chosen or settings(), start, provider)

    def fires(self, source: str = "am", *, ends_at: int | None = None, **labels: str) -> Answer:
        """An alert with these labels (and perhaps `_starts`, seconds from the start) fires."""
        alert = self.alert(source, labels, firing=True, ends_at=ends_at)
        return self.handle(AlertReceived(alert, self.now))

    def copy(self, sender: str, starts: int, *, firing: bool = True, **labels: str) -> Answer:
        """A server says that its copy of an alert, with this start, fires for 4 min, or not."""
        passed = (self.now - self.start) // SECOND
        ends = passed + 240 if firing else passed
        said = {"_copy": "1", "_sender": sender, "_starts": str(starts), "_ends": str(ends)}
        alert = self.alert("prometheus", {"severity": "SEV-2", **said, **labels}, firing=firing)
        return self.handle(AlertReceived(alert, self.now))

    def ends(self, source: str = "am", **labels: str) -> Answer:
        """The alert with these labels resolves."""
        return self.handle(AlertReceived(self.alert(source, labels, firing=False), self.now))

    def alert(
        self, source: str, labels: dict[str, str], *, firing: bool, ends_at: int | None = None
    ) -> Alert:
        """An alert whose fingerprint spells out its labels, severity apart.

        `_starts` and `_ends` are seconds from the start; with `_copy` the sender `_sender` speaks
        of its own copy; `_left_out` alerts of the group `_group` are left out.
        """
        labels = {"alertname": "Down", **labels}
        starts, ends = labels.pop("_starts", None), labels.pop("_ends", None)
        said = {name: labels.pop(f"_{name}", "") for name in ("copy", "sender", "group")}
        left_out = int(labels.pop("_left_out", "0"))
        fingerprint = "/".join(f"{k}={v}" for k, v in sorted(labels.items()) if k != "severity")
        return Alert(
            source,
            fingerprint,
            firing,
            labels,
            {},
            None if starts is None else self.start + int(starts) * SECOND,
            ends_at if ends is None else self.start + int(ends) * SECOND,
            truncated=left_out,
            sender=said["sender"],
            is_copy=bool(said["copy"]),
            group=said["group"],
        )

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(self.now + int(seconds * SECOND))

    def deliver(self) -> None:
        """Send what is due now."""
        self.run(0)

    def live(self, key: Key) -> Incident | None:
        """The open or acknowledged incident with this key."""
        return self.view.live_incident(key)

    def resolve(self) -> Answer:
        """Alice resolves the newest incident."""
        return self.handle(Resolved(self.incident.number, "alice"))

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
