"""Worlds in which things happened, as the store would have recorded them."""

from collections.abc import Iterable

from msgspec.structs import replace

from tests.core.world import MONDAY
from triaged.core.records.answers import Attached
from triaged.core.records.events import AlertReceived, Declared
from triaged.core.records.history import Act, Episode, Paged, PastIncident, action_of, acts_of
from triaged.core.records.model import Alert, ChainedEntry, Outcome, PageKind, Severity
from triaged.core.settings import Settings
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.dry_run.replay.history import Head, History
from triaged.dry_run.simulator import Simulator

NAMES = ("Down", "Slow", "Full", "Cold")


def recorded(simulator: Simulator, episodes: Iterable[Episode]) -> History:
    """What the store would have of a simulator."""
    pasts = []
    for number, incident in sorted(simulator.view.incidents.items()):
        entries = [
            ChainedEntry(number, seq, e.at, e.at, e.kind, e.actor, e.text, e.data, "")
            for seq, e in enumerate(simulator.entries[number], 1)
        ]
        opened = entries[0]
        declared = opened.data["reason"] == "declared"
        pasts.append(
            PastIncident(
                number=number,
                title=incident.title,
                severity=incident.severity,
                opened_at=incident.opened_at,
                response=incident.response,
                why=str(opened.data["reason"]),
                declared_by=opened.actor if declared else "",
                declared_as=Severity(str(opened.data["severity"])) if declared else None,
                service=incident.service,
                team=incident.team,
                previous=incident.previous,
                storm=incident.storm,
                acts=tuple(act for _, act in acts_of(entries)),
                pages=tuple(
                    Paged(at, page.recipient.person or f"channel:{page.channel}")
                    for at, page in simulator.sent
                    if page.kind is PageKind.PAGE and page.incident == number
                ),
            )
        )
    head = Head(simulator.start, simulator.now)
    return History(head, (), tuple(pasts), tuple(episodes))


class RecordedPast:
    """A simulator in which things happen, and the episodes as the store would have them."""

    def __init__(self, rules: Settings) -> None:
        # An episode goes on until an end is reported: none of its repeats are.
        self.simulator = Simulator(replace(rules, stale_after={}), MONDAY)
        self.episodes: list[Episode] = []
        self._firing: dict[str, int] = {}

    def pass_(self, us: int) -> None:
        """Let time pass."""
        self.simulator.run_until(self.simulator.now + us)

    def fire(self, name: str, severity: str | None = "SEV-2") -> None:
        """An alert begins, unless it fires."""
        if name in self._firing:
            return
        now = self.simulator.now
        labels = {"alertname": name.rpartition("/")[0], "pod": name}
        if severity:
            labels["severity"] = severity
        alert = Alert("am", name, firing=True, labels=labels, annotations={}, starts_at=now)
        answer = self.simulator.handle(AlertReceived(alert, now))
        assert isinstance(answer, Attached)
        self._firing[name] = len(self.episodes)
        one = Episode(len(self.episodes) + 1, "am", name, now, now, labels)
        self.episodes.append(replace(one, incident=answer.incident, rule_set="by-labels"))

    def end(self, name: str) -> None:
        """An alert ends, if it fires."""
        index = self._firing.pop(name, None)
        if index is None:
            return
        now = self.simulator.now
        over = Alert("am", name, firing=False, labels={}, annotations={})
        self.simulator.handle(AlertReceived(over, now))
        self.episodes[index] = replace(self.episodes[index], ended_at=now, ended_by="resolved")

    def act(self, what: str, incident: int) -> None:
        """A person acts on an incident, if that is possible."""
        now, into = self.simulator.now, incident % 4 + 1
        words = {
            "assign": Act(now, "assign", "alice", "bob"),
            "snooze": Act(now, "snooze", "alice", now + 20 * MINUTE),
            "sev": Act(now, "severity", "alice", "SEV-1"),
            "phase": Act(now, "phase", "alice", "mitigation"),
            "merge": Act(now, "merge", "alice", into),
        }
        act = words.get(what) or Act(now, what, "alice")  # type: ignore[arg-type]  # of DOINGS
        self.simulator.handle(action_of(act, incident, into))

    def declare(self, severity: int) -> None:
        """A person declares an incident."""
        now = self.simulator.now
        event = Declared("alice", "by hand", Severity(f"SEV-{severity}"), received_at=now)
        self.simulator.handle(event)

    def history(self) -> History:
        """All of it."""
        return recorded(self.simulator, self.episodes)


def past_of(rules: Settings, doings: list[tuple[int, tuple[str, int]]]) -> RecordedPast:
    """A past in which all this happens."""
    recorded_past = RecordedPast(rules)
    for seconds, (what, number) in doings:
        recorded_past.pass_(seconds * SECOND + 1)
        name = f"{NAMES[number % 4]}/{number}"
        match what:
            case "fire":
                recorded_past.fire(name, (None, "SEV-1", "SEV-2", "SEV-4")[number // 3])
            case "end":
                recorded_past.end(name)
            case "declare":
                recorded_past.declare(number)
            case _:
                recorded_past.act(what, number)
    recorded_past.pass_(6 * HOUR)
    return recorded_past


class Softer:
    """Everything is a SEV-3, and one incident per pod."""

    digest = "softer"

    def classify(self, alert: Alert, now: int) -> Outcome:
        """One incident for each alert."""
        key = (("pod", alert.labels["pod"]),)
        return Outcome(incident=True, key=key, title="soft", severity=Severity.SEV3)
