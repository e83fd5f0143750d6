"""A model of Alertmanagers: what they make of the reports of evaluating servers, for one group.

As Alertmanager 0.25 does: `types/types.go` (Merge), `dispatch/dispatch.go` (group_wait and
group_interval), `notify/notify.go` (the log of notifications, the order of a cluster's members).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from triaged.core.records.reports import Report

S = 1_000_000
GROUP_WAIT = 30 * S
GROUP_INTERVAL = 60 * S
REPEAT_INTERVAL = 4 * 3600 * S
PEER_TIMEOUT = 15 * S
"""Each member of a cluster waits so long for each that comes before it."""


class Merged(NamedTuple):
    """The alert as an Alertmanager has it."""

    starts_at: int
    ends_at: int


class Logged(NamedTuple):
    """The last notification of the group that was delivered."""

    at: int
    firing: bool


class Notice(NamedTuple):
    """A webhook that arrives."""

    at: int
    member: str
    firing: bool
    starts_at: int
    ends_at: int


@dataclass
class Alertmanager:
    """A member of a cluster, or an Alertmanager of its own."""

    name: str
    position: int
    restarts: list[int]
    """It has then forgotten its alerts, not what it has told."""
    dies_at: int | None
    fails: set[int]
    """Which of its notifications are not delivered: it tries again with the next flush."""
    latency: int
    alert: Merged | None = None
    flush_at: int | None = None
    has_flushed: bool = False
    log: dict[int, Logged] = field(default_factory=dict)
    """By the instant at which it knows of it."""
    waiting: list[tuple[int, Merged]] = field(default_factory=list)
    """Flushes that wait for the members before it."""
    tries: int = 0

    def lives(self, at: int) -> bool:
        """Whether it runs."""
        return self.dies_at is None or at < self.dies_at

    def take(self, starts_at: int, ends_at: int, now: int) -> None:
        """A report arrives; intervals that overlap are one, from the earlier start."""
        new, old = Merged(starts_at, ends_at), self.alert
        if old is not None and (
            old.starts_at < new.ends_at < old.ends_at or old.starts_at < new.starts_at < old.ends_at
        ):
            until = new.ends_at
            if new.ends_at <= now:  # the latest explicit end wins
                until = max(new.ends_at, old.ends_at) if old.ends_at <= now else new.ends_at
            else:
                until = max(new.ends_at, old.ends_at)
            new = Merged(min(new.starts_at, old.starts_at), until)
        self.alert = new
        if self.flush_at is None:
            self.flush_at, self.has_flushed = now + GROUP_WAIT, False
        if not self.has_flushed and new.starts_at + GROUP_WAIT < now:
            self.flush_at = now

    def turn(self, now: int, gossip: Sequence["Alertmanager"], told: list[Notice]) -> None:
        """Do what is due in this second."""
        if now in self.restarts:
            self.alert = self.flush_at = None
            self.waiting.clear()
        if self.flush_at is not None and self.flush_at <= now and self.alert is not None:
            self.waiting.append((now + self.position * PEER_TIMEOUT, self.alert))
            self.flush_at, self.has_flushed = now + GROUP_INTERVAL, True
            if self.alert.ends_at <= now:
                self.alert = self.flush_at = None
        for due_at, alert in list(self.waiting):
            if due_at <= now:
                self.waiting.remove((due_at, alert))
                since = due_at - self.position * PEER_TIMEOUT
                self._notify(now, alert, alert.ends_at > since, gossip, told)

    def _notify(
        self,
        now: int,
        alert: Merged,
        firing: bool,
        gossip: Sequence["Alertmanager"],
        told: list[Notice],
    ) -> None:
        known = [one for at, one in sorted(self.log.items()) if at <= now]
        last = max(known, default=Logged(0, firing=False), key=lambda one: one.at)
        if firing == last.firing and not (firing and last.at + REPEAT_INTERVAL < now):
            return
        self.tries += 1
        if self.tries in self.fails:
            return
        arrives_at = now + self.latency
        told.append(Notice(arrives_at, self.name, firing, alert.starts_at, alert.ends_at))
        for member in gossip:
            heard_at = now if member is self else now + 2 * S
            member.log[heard_at] = Logged(now, firing)


def relayed(
    reports: Sequence[tuple[int, str, Report]],
    cluster: Sequence[Alertmanager],
    until: int,
    *,
    gossips: bool,
) -> list[Notice]:
    """The webhooks that arrive, in order, when every server reports to every member."""
    told: list[Notice] = []
    pending = sorted(reports, key=lambda one: one[0])
    for second in range(until // S):
        now = second * S
        while pending and pending[0][0] <= now:
            _, _, report = pending.pop(0)
            for member in cluster:
                if member.lives(now) and report.starts_at is not None:
                    member.take(report.starts_at, report.ends_at, now)
        for member in cluster:
            if member.lives(now):
                member.turn(now, cluster if gossips else [member], told)
    return sorted(told)
