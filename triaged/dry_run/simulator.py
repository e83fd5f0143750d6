"""Rows in memory, a time that passes when it is told to, and a provider: the core as if it ran.

It stands in for the store and for the loops around the core, never for the core itself: what is
decided here is what the daemon would have decided.
"""

from collections.abc import Callable, Collection, Iterable
from heapq import heappop, heappush
from itertools import count

from msgspec.structs import replace

from triaged.core.alerts.receiving import SOURCE_CHECK_US
from triaged.core.decide import decide
from triaged.core.records.effects import (
    AddPage,
    Answer,
    Append,
    ArmTimer,
    CheckLapse,
    Count,
    DropTimer,
    Effect,
    EndEpisode,
    JoinAlert,
    LookAgain,
    RepeatAlert,
    SaveIncident,
    SavePage,
    SaveWatch,
    Send,
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
)
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND
from triaged.core.view import AlertId, View, key_text

LEASE_US = 15 * SECOND

Provider = Callable[[Page, int], Verdict]
"""What a provider says to a page at an instant."""

TimerId = tuple[int, type[IncidentTimer]]
Due = Timer | str
"""What is due: a timer, or a page by its id."""

UNSEEN = frozenset({JoinAlert, RepeatAlert, Append, ArmTimer, DropTimer, Count})
"""Rows that a view does not hold: a replay of a month writes millions of them."""

SEEN_ONLY = frozenset({SaveIncident, JoinAlert})
"""Rows that have no life outside the view."""


def accept(_page: Page, _now: int) -> Verdict:
    """A provider that takes everything."""
    return Delivered()


class Simulator:
    """Handles events as the engine does; `run_until` does what the daemon's loops do meanwhile.

    At one instant timers fire before pages go out, and of these the worst severity goes first.
    """

    def __init__(self, settings: Settings, start: int, provider: Provider = accept) -> None:
        self.settings = settings
        self.now = self.start = start
        self.view = View()
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
        self._silent: dict[str, list[LapseDue]] = {}
        """Source → looks that wait until it is heard: each minute they would see the same."""

    def handle(self, event: Event) -> Answer:
        """Decide `event` now and keep the rows."""
        if isinstance(event, AlertReceived):
            if event.alert.firing and event.outcome is None:
                outcome = self.settings.rules.classify(event.alert, self.now)
                event = replace(event, outcome=outcome)
            alert = event.alert
            self.view.heard_at[alert.source] = self.now
            if alert.source in self._silent:
                self._hear(alert.source)
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
                    self._await(timer.due_at, timer)
                case DropTimer(incident=incident, kind=kind):
                    self.timers.pop((incident, kind), None)
                case Append(incident=incident, entry=entry):
                    self.entries.setdefault(incident, []).append(entry)
                case StartEpisode(state=state) if state.lapse_check_at is not None:
                    self._look_at(state.source, state.fingerprint, state.lapse_check_at)
                case RepeatAlert(alert=alert, lapses_at=lapses_at):
                    identity = (alert.source, alert.fingerprint)
                    state = replace(self.view.alerts[identity], lapses_at=lapses_at)
                    self.view.alerts[identity] = state
                case CheckLapse(source=source, fingerprint=fingerprint, check_at=at):
                    self._look_at(source, fingerprint, at)
                case EndEpisode(state=state):
                    self.lapses.pop((state.source, state.fingerprint), None)
                case AddPage(page=page) | SavePage(page=page):
                    if page.state is PageState.DUE:
                        self._await(page.due_at, page.id)
                case LookAgain(at=at):
                    self._look_again(at)
                case WakeBundled(umbrella=umbrella):
                    self._wake(umbrella)
                case SaveWatch(watch=watch):
                    self._await(watch.due_at, ExpectDue(watch.name, watch.due_at))
                case Count():
                    self.counts.append(effect)
                case _:
                    pass  # these rows have no life outside the view

    def run_until(self, end: int) -> None:
        """Let time pass up to and including `end`: timers fire, pages go out at their instants."""
        while self._dues and self._dues[0][0] <= end:
            self.now = max(self.now, self._dues[0][0])
            self._turn()
        self.now = max(self.now, end)

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

    def _await(self, at: int, due: Due) -> None:
        heappush(self._dues, (at, next(self._order), due))

    def _look_again(self, at: int) -> None:
        for incident in self.view.incidents.values():
            known = self.timers.get((incident.number, MuteDue))
            if incident.live and (known is None or known.due_at > at):
                timer = MuteDue(incident.number, at)
                self.timers[incident.number, MuteDue] = timer
                self._await(at, timer)

    def _look_at(self, source: str, fingerprint: str, at: int) -> None:
        self.lapses[source, fingerprint] = at
        self._await(at, LapseDue(source, fingerprint, at))

    def _look(self, look: LapseDue) -> None:
        """Look whether an alert has lapsed; not while its source is silent."""
        state = self.view.alerts.get((look.source, look.fingerprint))
        if state is not None and state.firing and state.lapses_at is not None:
            heard_at = self.view.heard_at.get(look.source, 0)
            if heard_at < state.lapses_at <= self.now:
                self._silent.setdefault(look.source, []).append(look)
                return
        self.handle(TimerFired(look))

    def _hear(self, source: str) -> None:
        """A silent source is heard: the looks that waited come when they would have come."""
        for look in self._silent.pop(source):
            if self.lapses.get((source, look.fingerprint)) == look.due_at:
                looks = (self.now - look.due_at) // SOURCE_CHECK_US + 1
                at = look.due_at + looks * SOURCE_CHECK_US
                self._look_at(source, look.fingerprint, at)

    def _turn(self) -> None:
        """Do everything that is due now, once."""
        lapses: list[LapseDue] = []
        pages: dict[str, Page] = {}
        while self._dues and self._dues[0][0] <= self.now:
            at, _, due = heappop(self._dues)
            if isinstance(due, str):
                page = self.view.pages.get(due)
                if page is not None and _awaits(page, at):
                    pages[due] = page
            elif isinstance(due, LapseDue):
                if self.lapses.get((due.source, due.fingerprint)) == at:
                    lapses.append(due)
            elif isinstance(due, ExpectDue):
                watch = self.view.watches.get(due.name)
                if watch is not None and watch.due_at == at:
                    self.handle(TimerFired(due))
            elif self.timers.get((due.incident, type(due))) == due:
                self.handle(TimerFired(due))
        for look in lapses:
            self._look(look)
        for page in sorted(pages.values(), key=lambda page: (page.severity, page.due_at)):
            self._send(page)

    def _send(self, page: Page) -> None:
        """Ask the core whether the page may go, and tell it what the provider said."""
        current = self.view.pages[page.id]
        if not _awaits(current, page.due_at):
            return  # what fired just now settled or moved it
        claimed = self.claim(current)
        answer = self.handle(PageDue(claimed))
        if isinstance(answer, Send):
            self.sent.append((self.now, answer.page))
            verdict = self.provider(answer.page, self.now)
            self.handle(DeliveryEnded(page.id, claimed.token, verdict, claimed.attempts))


def _awaits(page: Page, at: int) -> bool:
    """Whether `page` still waits to go out at `at`."""
    return page.state is PageState.DUE and page.due_at == at
