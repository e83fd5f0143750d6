"""A period of history through one set of rules: time, acknowledgements and resolves as they were.

Alerts end when they ended, whatever made them end; no dead man's switch runs, because repeats are
not recorded; every provider accepts. A page goes nowhere.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable
from heapq import heappop, heappush

import msgspec
from msgspec.structs import replace

from triaged.core.oncall.facts import indexed
from triaged.core.records.answers import Acted, Attached, Conflict, Unknown
from triaged.core.records.events import AlertReceived, Declared, SilenceSet
from triaged.core.records.history import Act, Episode, Paged, PastIncident, action_of
from triaged.core.records.model import Alert, Incident, PageKind, Reason, Response, Severity, State
from triaged.core.settings import Settings
from triaged.dry_run.closing import closable
from triaged.dry_run.replay.history import History
from triaged.dry_run.simulator import Simulator

SWEEP_EVERY = 20_000
"""Episodes between two looks at what can be forgotten: a look reads every row in memory."""

OF_ITSELF = frozenset({Reason.NOT_SEEN, Reason.QUARANTINE, Reason.SPLIT})
"""Reasons of incidents that a replay does not open, because their causes are not recorded, or
because people chose single alerts for them."""

CARRIED = -1
"""The number that stands for an incident that had opened before the period."""

Progress = Callable[[int], None]
"""Called with the number of episodes played so far."""


class Ran(msgspec.Struct, frozen=True, gc=False):
    """The outcome of a run for one incident."""

    number: int
    title: str
    severity: Severity
    opened_at: int
    missed: bool
    pages: tuple[Paged, ...] = ()
    declared: int = 0
    """The recorded number of an incident that a person declared; 0: alerts opened it."""
    took_over: int = 0
    """The incident that a person had resolved, and whose alerts still fired; 0: none."""
    umbrella: int = 0
    """The umbrella that paged for it in a storm; 0: none did."""


class Period(msgspec.Struct, frozen=True):
    """The time for which one set of rules was in force."""

    rule_set: str
    first_at: int
    last_at: int
    episodes: int


class Run(msgspec.Struct, frozen=True):
    """The outcome of a run over the period."""

    digest: str
    """The digest of the rules; for the recorded outcome, that of the last rules."""
    incidents: tuple[Ran, ...]
    """The incidents by number."""
    homes: "array[int]"
    """The number of the incident of each episode in order; 0: none; or `CARRIED`."""
    suppressed: int | None
    """The number of pages and steps that were muted; None: not recorded."""
    acts: int = 0
    unmatched: int = 0
    """Acts on incidents that have no counterpart here."""
    refused: int = 0
    """Acts that were impossible here: what was resolved cannot be acknowledged."""
    periods: tuple[Period, ...] = ()
    """For the recorded outcome: the rules that were in force, in order."""
    apart: int = 0
    """For the recorded outcome: incidents with an opening that a replay cannot repeat."""
    reclassified: tuple[int, ...] = ()
    """For the recorded outcome: incidents whose alerts were reclassified by other rules meanwhile.
    """


def happened(history: History) -> Run:
    """The recorded outcome of the period, in the form of a run."""
    known = {one.number for one in history.incidents if one.why not in OF_ITSELF}
    homes = array("q")
    periods: dict[str, list[int]] = {}
    """Rule set → (first, last instant, episodes)."""
    for episode in history.episodes:
        number = episode.incident or 0
        homes.append(number if number in known or not number else CARRIED)
        at, seen = episode.received_at, periods.setdefault(episode.rule_set, [0, 0, 0])
        seen[:] = (seen[0] or at, at, seen[2] + 1)
    ran = tuple(_past(one) for one in history.incidents if one.why not in OF_ITSELF)
    of_rules = [Period(name, *seen) for name, seen in periods.items()]
    in_order = tuple(sorted(of_rules, key=lambda period: period.first_at))
    return Run(
        digest=in_order[-1].rule_set if in_order else "",
        incidents=ran,
        homes=homes,
        suppressed=None,
        acts=sum(len(one.acts) for one in history.incidents),
        periods=in_order,
        apart=len(history.incidents) - len(ran),
        reclassified=tuple(one.number for one in history.incidents if one.reclassified),
    )


def _past(one: PastIncident) -> Ran:
    return Ran(
        number=one.number,
        title=one.title,
        severity=one.severity,
        opened_at=one.opened_at,
        missed=one.response is Response.MISSED,
        pages=one.pages,
        declared=one.number if one.declared_by else 0,
        took_over=(one.previous or 0) if one.why == Reason.STILL_FIRING else 0,
        umbrella=one.storm or 0,
    )


def replay(
    history: History,
    settings: Settings,
    progress: Progress | None = None,
    sweep_every: int = SWEEP_EVERY,
) -> Run:
    """Run the period again under `settings`; incidents that are over are forgotten on the way."""
    return _Replay(history, settings).run(progress, sweep_every)


class _Replay:
    """A simulator, and which incident in it stands for which recorded one."""

    def __init__(self, history: History, settings: Settings) -> None:
        settings = closable(replace(settings, expectations={}, expected=None, stale_after={}))
        self._history, self._settings = history, settings
        duty = indexed(history.head.overrides, history.head.feeds)
        self._simulator = Simulator(settings, history.head.since, duty=duty)
        self._homes = array("q")
        self._counterparts: dict[int, list[int]] = {}
        self._past = {one.number: one for one in history.incidents}
        self._declared: dict[int, int] = {}
        self._next: dict[int, int] = {}
        """Incident that was forgotten → the one that took over."""
        self._umbrellas: dict[int, int] = {}
        """Incident that was forgotten → what paged for it."""
        self._bundled: dict[int, list[int]] = defaultdict(list)
        """Recorded umbrella → the recorded incidents for which it paged."""
        for one in history.incidents:
            if one.storm not in (None, one.number):
                self._bundled[one.storm].append(one.number)
        self._ran: list[Ran] = []
        self._pages: dict[int, list[Paged]] = defaultdict(list)
        self._ends: list[tuple[int, int, str, str]] = []
        """A heap of (instant, id, source, fingerprint)."""
        self._doings = _doings(history)
        self._done = 0
        self._pending = Counter(number for _, _, number, _ in self._doings)
        self._unmatched = self._refused = self._suppressed = 0

    def run(self, progress: Progress | None, sweep_every: int) -> Run:
        """Run the period from its first instant to its last."""
        until = self._history.head.until
        for number, episode in enumerate(self._history.episodes, 1):
            self._let_happen(episode.received_at)
            self._begin(episode)
            if number % sweep_every == 0:
                self._sweep()
                if progress is not None:
                    progress(number)
        self._let_happen(until)
        self._simulator.run_until(until)
        self._collect()
        for incident in self._simulator.view.incidents.values():
            self._ran.append(self._ran_of(incident))
        return Run(
            digest=self._settings.rules.digest,
            incidents=tuple(sorted(self._ran, key=lambda ran: ran.number)),
            homes=self._homes,
            suppressed=self._suppressed,
            acts=sum(isinstance(what, Act) for *_, what in self._doings),
            unmatched=self._unmatched,
            refused=self._refused,
        )

    def _let_happen(self, until: int) -> None:
        """Play every end and every act up to and including `until`."""
        while self._ends or self._done < len(self._doings):
            end_at = self._ends[0][0] if self._ends else until + 1
            act_at = self._doings[self._done][0] if self._done < len(self._doings) else until + 1
            if min(end_at, act_at) > until:
                return
            if end_at <= act_at:
                at, _, source, fingerprint = heappop(self._ends)
                self._simulator.run_until(at)
                over = Alert(source, fingerprint, firing=False, labels={}, annotations={})
                self._simulator.handle(AlertReceived(over, at))
            else:
                self._simulator.run_until(act_at)
                _, _, number, what = self._doings[self._done]
                self._done += 1
                self._do(number, what)

    def _begin(self, episode: Episode) -> None:
        simulator, at = self._simulator, episode.received_at
        simulator.run_until(at)
        alert = Alert(
            source=episode.source,
            fingerprint=episode.fingerprint,
            firing=True,
            labels=episode.labels,
            annotations=episode.annotations,
            starts_at=episode.starts_at,
        )
        outcome = simulator.settings.rules.classify(alert, at)
        answer = simulator.handle(AlertReceived(alert, at, outcome))
        home = answer.incident or 0 if isinstance(answer, Attached) else 0
        self._homes.append(home)
        if home and episode.incident is not None:
            parts = self._counterparts.setdefault(episode.incident, [])
            if home not in parts:
                parts.append(home)
        if episode.ended_at is not None and episode.ended_by != "restarted":
            end = (episode.ended_at, episode.id, episode.source, episode.fingerprint)
            heappush(self._ends, end)

    def _do(self, number: int, what: "Act | PastIncident | SilenceSet") -> None:
        match what:
            case SilenceSet():
                self._simulator.handle(what)
            case PastIncident():
                self._declare(what)
            case Act():
                self._pending[number] -= 1
                incidents = self._simulator.view.incidents
                parts = [part for part in self._parts(number) if part in incidents]
                into = self._parts(int(what.value)) if what.what == "merge" else []
                parts = [part for part in parts if part not in into]
                self._unmatched += not (parts or into)
                home = into[0] if into else 0
                answers = [self._simulator.handle(action_of(what, part, home)) for part in parts]
                refused = [isinstance(one, Conflict | Unknown) for one in answers]
                self._refused += bool(refused) and all(refused)

    def _parts(self, number: int) -> list[int]:
        """The incidents with alerts of the recorded one, their successors and their umbrellas."""
        direct = self._counterparts.get(number)
        past = self._past.get(number)
        if direct or past is None:
            return direct or []
        if number in self._bundled:
            parts = (part for one in self._bundled[number] for part in self._parts(one))
            return sorted({umbrella for part in parts if (umbrella := self._umbrella_of(part))})
        if past.previous is None or past.previous >= number:
            return []
        return [self._next_of(part) or part for part in self._parts(past.previous)]

    def _umbrella_of(self, number: int) -> int | None:
        known = self._simulator.view.incidents
        return known[number].storm if number in known else self._umbrellas.get(number)

    def _declare(self, past: PastIncident) -> None:
        event = Declared(
            by=past.declared_by,
            title=past.title,
            severity=past.declared_as or past.severity,
            service=past.service,
            team=past.team,
            received_at=past.opened_at,
        )
        answer = self._simulator.handle(event)
        if isinstance(answer, Acted):
            self._counterparts[past.number] = [answer.incident]
            self._declared[answer.incident] = past.number

    def _sweep(self) -> None:
        """Record and forget what is over for good, so that memory holds open incidents only."""
        self._collect()
        simulator, gone = self._simulator, []
        wanted = {part for number, n in self._pending.items() if n for part in self._parts(number)}
        oldest = simulator.now - self._settings.reopen_within
        for number, incident in simulator.view.incidents.items():
            last = simulator.view.survivor(incident)  # itself, where that is gone already
            at = oldest - 1 if last.state is State.MERGED else last.resolved_at
            if at is not None and at < oldest and not last.live and number not in wanted:
                gone.append(number)
        for number in gone:
            incident = simulator.view.incidents[number]
            if incident.next is not None:
                self._next[number] = incident.next
            if incident.storm is not None:
                self._umbrellas[number] = incident.storm
            self._ran.append(self._ran_of(incident))
        simulator.forget(frozenset(gone))
        simulator.entries.clear()
        simulator.view.seen_at.clear()

    def _collect(self) -> None:
        """Take over the pages and counts that the simulator has recorded."""
        simulator = self._simulator
        for at, page in simulator.sent:
            if page.kind is PageKind.PAGE:
                whom = page.recipient.person or f"channel:{page.channel}"
                self._pages[page.incident].append(Paged(at, whom))
        self._suppressed += sum(c.value for c in simulator.counts if c.metric == "suppressed")
        simulator.sent.clear()
        simulator.counts.clear()

    def _next_of(self, number: int) -> int | None:
        known = self._simulator.view.incidents
        return known[number].next if number in known else self._next.get(number)

    def _ran_of(self, incident: Incident) -> Ran:
        before = incident.previous or 0
        return Ran(
            number=incident.number,
            title=incident.title,
            severity=incident.severity,
            opened_at=incident.opened_at,
            missed=incident.response is Response.MISSED,
            pages=tuple(self._pages.pop(incident.number, ())),
            declared=self._declared.get(incident.number, 0),
            took_over=before if self._next_of(before) == incident.number else 0,
            umbrella=incident.storm or 0,
        )


def _doings(history: History) -> list[tuple[int, int, int, Act | PastIncident | SilenceSet]]:
    """The acts of people on incidents and silences, in order: (instant, place, incident, act)."""
    found: list[tuple[int, int, Act | PastIncident | SilenceSet]] = []
    for one in history.silences:
        begins = max(one.starts_at, history.head.since)
        if begins < one.ends_at:
            request = SilenceSet(one.id, one.matchers, begins, one.ends_at, "history", "history")
            found.append((begins, 0, request))
    for past in history.incidents:
        if past.declared_by:
            found.append((past.opened_at, past.number, past))
        found += [(act.at, past.number, act) for act in past.acts]
    found.sort(key=lambda doing: doing[0])
    return [(at, place, number, what) for place, (at, number, what) in enumerate(found)]
