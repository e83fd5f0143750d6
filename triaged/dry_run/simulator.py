"""The core on rows in memory, under a time that passes only when it is told to.

The simulator stands in for the store, the timekeeper and delivery, never for the core: it decides
nothing. `tests/simulation/test_same_course.py` holds it to the daemon on SQLite.
"""

from collections.abc import Callable, Collection, Iterable
from heapq import heappop, heappush
from itertools import count

from msgspec.structs import replace

from triaged.core.decide import decide
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.records.answers import Answer, Send
from triaged.core.records.effects import (
    AddPage,
    Append,
    ArmTimer,
    CheckLapse,
    Count,
    DropTimer,
    Effect,
    EndEpisode,
    JoinAlert,
    LookAgain,
    NoteDelivery,
    RepeatAlert,
    SaveIncident,
    SavePage,
    SaveWatch,
    StartEpisode,
    WakeBundled,
)
from triaged.core.records.events import (
    AlertReceived,
    Delivered,
    DeliveryEnded,
    Event,
    PageDue,
    TimerFired,
    Verdict,
)
from triaged.core.records.model import Entry, Page, PageState
from triaged.core.records.timers import (
    ExpectDue,
    IncidentTimer,
    LapseDue,
    MuteDue,
    StormDue,
    Timer,
    firing_order,
)
from triaged.core.response.contact_gone import channel_gone
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND
from triaged.core.view import AlertId, View, key_text

LEASE_US = 15 * SECOND

Provider = Callable[[Page, int], Verdict]
"""The verdict of a simulated provider on a page at an instant."""

TimerId = tuple[int, type[IncidentTimer]]
Due = Timer | str
"""A due timer, or a due page by its id."""

UNSEEN = frozenset({JoinAlert, RepeatAlert, Append, ArmTimer, DropTimer, NoteDelivery, Count})
"""Rows that a view does not hold: a replay of a month writes millions of them."""

SEEN_ONLY = frozenset({SaveIncident, JoinAlert})
"""Rows that have no life outside the view."""


def accept(_page: Page, _now: int) -> Verdict:
    """A provider that takes everything."""
    return Delivered()


class Simulator:
    """Handles events as the engine does; `run_until` does what the daemon's loops do meanwhile.

    At one instant timers fire before pages go out, and of these the worst severity goes first, then
    as the store claims them.
    """

    def __init__(
        self,
        settings: Settings,
        start: int,
        provider: Provider = accept,
        duty: DutyFacts = NO_FACTS,
    ) -> None:
        self.settings = settings
        self.now = self.start = start
        self.view = View(duty_facts=duty)
        self.view.tracks = True
        self.timers: dict[TimerId, IncidentTimer] = {}
        self.lapses: dict[AlertId, int] = {}
        self.entries: dict[int, list[Entry]] = {}
        self.counts: list[Count] = []
        self.sent: list[tuple[int, Page]] = []
        self.provider = provider
        self.decide = decide
        self._dues: list[tuple[int, int, Due]] = []
        """A heap by instant; what is no longer due then is passed over when its turn comes."""
        self._order = count()

    def handle(self, event: Event) -> Answer:
        """Decide `event` now and keep the rows."""
        if isinstance(event, AlertReceived):
            if event.alert.firing and event.outcome is None:
                outcome = self.settings.rules.classify(event.alert, self.now)
                event = replace(event, outcome=outcome)
            alert = event.alert
            self.view.heard_at[alert.source] = self.now
            self.view.sender_heard_at[alert.source, alert.sender] = self.now
            if alert.firing:
                self.view.seen_at[alert.source, alert.fingerprint] = event.received_at
        if isinstance(event, TimerFired) and isinstance(event.timer, StormDue):
            umbrella = event.timer.umbrella
            self.view.waiting[umbrella] = len(self._waiting(umbrella))
        decision = self.decide(self.situation(), event)
        self.keep(decision.effects)
        return decision.answer

    def situation(self) -> Situation:
        """What a decision that is made now may ask."""
        return Situation(self.view, self.settings, self.now)

    def keep(self, effects: Iterable[Effect]) -> None:
        """Write rows as the store would."""
        seen: list[Effect] = []
        own: list[Effect] = []
        for effect in effects:
            row = type(effect)
            if row not in UNSEEN:
                seen.append(effect)
            if row not in SEEN_ONLY:
                own.append(effect)
        self.view.absorb(seen)
        for effect in own:
            match effect:
                case ArmTimer(timer=timer):
                    self.timers[timer.incident, type(timer)] = timer
                    self._schedule(timer.due_at, timer)
                case DropTimer(incident=incident, kind=kind):
                    self.timers.pop((incident, kind), None)
                case Append(incident=incident, entry=entry):
                    self.entries.setdefault(incident, []).append(entry)
                case StartEpisode(state=state) if state.lapse_check_at is not None:
                    self._schedule_check(state.source, state.fingerprint, state.lapse_check_at)
                case RepeatAlert(alert=alert, lapses_at=lapses_at):
                    identity = (alert.source, alert.fingerprint)
                    state = replace(
                        self.view.alerts[identity], lapses_at=lapses_at, seen_at=self.now
                    )
                    self.view.alerts[identity] = state
                case CheckLapse(source=source, fingerprint=fingerprint, check_at=at):
                    self._schedule_check(source, fingerprint, at)
                case EndEpisode(state=state):
                    self.lapses.pop((state.source, state.fingerprint), None)
                case AddPage(page=page) | SavePage(page=page):
                    if page.state is PageState.DUE:
                        self._schedule(page.due_at, page.id)
                case LookAgain(at=at):
                    self._recheck_mutes(at)
                case WakeBundled(umbrella=umbrella):
                    self._wake(umbrella)
                case SaveWatch(watch=watch):
                    self._schedule(watch.due_at, ExpectDue(watch.name, watch.due_at))
                case Count():
                    self.counts.append(effect)
                case _:
                    pass  # these rows have no life outside the view

    def run_until(self, end: int) -> None:
        """Let time pass up to and including `end`: timers fire, pages go out at their instants."""
        while self.turn(end):
            pass
        self.now = max(self.now, end)

    def turn(self, end: int) -> bool:
        """Do what is due next; False: nothing is, up to and including `end`."""
        if not self._dues or self._dues[0][0] > end:
            return False
        self.now = max(self.now, self._dues[0][0])
        self._turn()
        return True

    def forget(self, numbers: Collection[int]) -> None:
        """Drop these incidents, which nothing can open again, with all that belongs to them."""
        view = self.view
        for number in numbers:
            incident = view.incidents.pop(number)
            text = key_text(incident.key)
            if view.latest.get(text) == number:
                del view.latest[text]
            view.labels.pop(number, None)
            self.entries.pop(number, None)
        view.pages = {i: page for i, page in view.pages.items() if page.incident not in numbers}
        view.alerts = {
            identity: state
            for identity, state in view.alerts.items()
            if state.firing or (state.incident is not None and state.incident in view.incidents)
        }
        last = view.last_labels
        view.last_labels = {one: last[one] for one in view.alerts if one in last}
        self.timers = {i: timer for i, timer in self.timers.items() if i[0] not in numbers}

    def _waiting(self, umbrella: int) -> list[StormDue]:
        """The timers of what waits under an umbrella."""
        due = [timer for timer in self.timers.values() if isinstance(timer, StormDue)]
        return [t for t in due if t.umbrella == umbrella and t.incident != umbrella]

    def _wake(self, umbrella: int) -> None:
        for timer in self._waiting(umbrella):
            self.keep([ArmTimer(replace(timer, due_at=self.now))])

    def claim(self, page: Page) -> Page:
        """Take a lease on a page, as the store does."""
        claimed = replace(
            page,
            token=page.token + 1,
            attempts=page.attempts + 1,
            lease_until=self.now + LEASE_US,
        )
        self.view.pages[page.id] = claimed
        return claimed

    def _schedule(self, at: int, due: Due) -> None:
        heappush(self._dues, (at, next(self._order), due))

    def _recheck_mutes(self, at: int) -> None:
        for incident in self.view.incidents.values():
            known = self.timers.get((incident.number, MuteDue))
            if incident.live and (known is None or known.due_at > at):
                timer = MuteDue(incident.number, at)
                self.timers[incident.number, MuteDue] = timer
                self._schedule(at, timer)

    def _schedule_check(self, source: str, fingerprint: str, at: int) -> None:
        self.lapses[source, fingerprint] = at
        self._schedule(at, LapseDue(source, fingerprint, at))

    def _turn(self) -> None:
        """Do everything that is due now, once, in the order of the daemon's timekeeper."""
        timers: list[IncidentTimer] = []
        lapses: list[LapseDue] = []
        expected: list[ExpectDue] = []
        pages: dict[str, Page] = {}
        while self._dues and self._dues[0][0] <= self.now:
            at, _, due = heappop(self._dues)
            match due:
                case str():
                    page = self.view.pages.get(due)
                    if page is not None and _awaits(page, at):
                        pages[due] = page
                case LapseDue():
                    lapses.append(due)
                case ExpectDue():
                    expected.append(due)
                case _:
                    timers.append(due)
        for timer in sorted(timers, key=firing_order):
            if self.timers.get((timer.incident, type(timer))) == timer:
                self.handle(TimerFired(timer))
        for lapse in lapses:
            if self.lapses.get((lapse.source, lapse.fingerprint)) == lapse.due_at:
                self.handle(TimerFired(lapse))
        for expectation in expected:
            watch = self.view.watches.get(expectation.name)
            if watch is not None and watch.due_at == expectation.due_at:
                self.handle(TimerFired(expectation))
        for page in sorted(pages.values(), key=lambda page: (page.severity, page.due_at, page.id)):
            self._send(page)

    def _send(self, page: Page) -> None:
        """Ask the core whether the page may go, and tell it what the provider said."""
        current = self.view.pages[page.id]
        if not _awaits(current, page.due_at):
            return  # what fired just now settled or moved it
        claimed = self.claim(current)
        answer = self.handle(PageDue(claimed))
        if isinstance(answer, Send):
            verdict = answer.refused or self._deliver(answer.page)
            self.handle(DeliveryEnded(page.id, claimed.token, verdict, claimed.attempts))

    def _deliver(self, page: Page) -> Verdict:
        """Hand the page to its provider, if its channel still exists."""
        if page.channel not in self.settings.channels:
            return channel_gone(page)
        self.sent.append((self.now, page))
        return self.provider(page, self.now)


def _awaits(page: Page, at: int) -> bool:
    """True if `page` still waits to go out at `at`."""
    return page.state is PageState.DUE and page.due_at == at
