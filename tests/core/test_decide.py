"""Invariants of the whole core, whatever happens in whatever order (reliability: invariants)."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, seed
from hypothesis import settings as how
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, World, plan, step
from triaged.core import decide as deciding
from triaged.core.effects import AddPage, ArmTimer, Decision, Effect, Hold, SaveIncident, Send
from triaged.core.events import (
    Acknowledged,
    AlertReceived,
    Closed,
    Delivered,
    DeliveryEnded,
    Escalated,
    Event,
    NoteAdded,
    PageDue,
    Refused,
    Reopened,
    Resolved,
    SeverityChosen,
    SilenceExpired,
    SilenceSet,
    Snoozed,
    TimerFired,
    TryAgain,
    Unacknowledged,
    Verdict,
)
from triaged.core.flapping import flaps
from triaged.core.grouping import ALERTS
from triaged.core.holding import held_by, mute_of
from triaged.core.matching import Matcher
from triaged.core.model import Incident, Page, PageKind, PageState, Severity, Span, State
from triaged.core.muting import Maintenance, Muters, Suppressor
from triaged.core.raises import FiringFor, ManyAlerts, ManyValues, Raise, Reopenings
from triaged.core.settings import FlapLimit, StormLimit
from triaged.core.timers import MuteDue
from triaged.core.view import View
from triaged.rehearsal.world import accept

PODS = st.sampled_from(["a", "b", "c"])
NAMES = st.sampled_from(["Down", "Slow"])
SEVERITIES = st.sampled_from(["SEV-1", "SEV-2", "SEV-3", "SEV-4"])
NUMBERS = st.integers(1, 4)
PEOPLE = st.sampled_from(["alice", "bob"])

RAISES = (
    Raise(Severity.SEV1, ManyAlerts(3, 600_000_000)),
    Raise(Severity.SEV2, ManyValues("pod", 2, 300_000_000)),
    Raise(Severity.SEV3, FiringFor(400_000_000)),
    Raise(Severity.SEV2, Reopenings(2)),
)
"""Within reach of the moves below."""

A, B, C = (Matcher("pod", "=", name) for name in "abc")
SLOW = Suppressor("slow", (Matcher("alertname", "=", "Slow"), C), (B,))
WORK = Maintenance("work", (A,), start=MONDAY + 400_000_000, end=MONDAY + 1_500_000_000)
MUTERS = Muters((SLOW,), (WORK,))
"""Within reach, too; the window is over when a history has ended."""

Move = tuple[str, Any]
Mutant = Callable[[Decision, View, Event], Decision]
PLAIN = (
    st.tuples(st.just("fires"), st.tuples(NAMES, PODS, SEVERITIES)),
    st.tuples(st.just("ends"), st.tuples(NAMES, PODS)),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 299, 301, 450, 901, 1799, 1801, 7300])),
    st.tuples(st.just("act"), st.builds(Acknowledged, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(Unacknowledged, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(Resolved, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(Reopened, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(Closed, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(Escalated, NUMBERS, PEOPLE)),
    st.tuples(st.just("act"), st.builds(NoteAdded, NUMBERS, PEOPLE, st.just("hm"))),
    st.tuples(
        st.just("act"),
        st.builds(SeverityChosen, NUMBERS, PEOPLE, SEVERITIES.map(Severity)),
    ),
    st.tuples(st.just("snooze"), st.tuples(NUMBERS, PEOPLE, st.sampled_from([60, 5000]))),
    st.tuples(st.just("provider"), st.sampled_from(["up", "down", "refuses"])),
)
SILENCING = st.tuples(st.just("silence"), st.tuples(PODS, st.sampled_from([0, 300, -1])))
PLAYED = st.lists(st.one_of(*PLAIN), max_size=25)
MOVES = st.lists(st.one_of(*PLAIN, SILENCING), max_size=25)

PROVIDERS: dict[str, Callable[[Page, int], Verdict]] = {
    "up": accept,
    "down": lambda page, now: TryAgain("down"),
    "refuses": lambda page, now: Refused("no") if page.channel == "desk" else Delivered(),
}


class Watched(World):
    """A world that checks the invariants after every event."""

    def __init__(self) -> None:
        twice = plan(
            step(0, "person:alice"),
            step(0.5, "person:alice"),
            step(1, "person:bob"),
            repeat_times=1,
            repeat_every=Span(600_000_000),
        )
        rules = ByLabels(None, *RAISES, inhibits=frozenset({"Slow"}))
        limit = FlapLimit(2, 600_000_000)
        super().__init__(replace(twice, rules=rules, flapping=limit, muters=MUTERS))
        self.fired: list[tuple[int, int, int, int]] = []
        self.tokens: dict[str, int] = {}

    def handle(self, event: Event) -> Any:
        """Decide, keep, and look whether everything still holds."""
        before = dict(self.view.incidents)
        repeats = self._repeats(event)
        answer = super().handle(event)
        for number, incident in self.view.incidents.items():
            self._compare(before.get(number), incident, event)
            if repeats:
                assert before.get(number) == incident, "a repeat changes no incident, raises none"
        self._one_live_incident_per_key()
        self._counts_are_of_attached_alerts()
        if isinstance(answer, Send) and isinstance(event, PageDue):
            self._may_be_sent(answer)
        return answer

    def _repeats(self, event: Event) -> bool:
        """Whether an alert fires that fires already."""
        if not isinstance(event, AlertReceived) or not event.alert.firing:
            return False
        state = self.view.alerts.get((event.alert.source, event.alert.fingerprint))
        return state is not None and state.firing

    def claim(self, page: Page) -> Page:
        """Claim, and look that tokens only grow (8)."""
        claimed = super().claim(page)
        assert claimed.token > self.tokens.get(page.id, 0)
        self.tokens[page.id] = claimed.token
        return claimed

    def _compare(self, old: Incident | None, new: Incident, event: Event) -> None:
        if old is None or old == new:
            return
        same_epoch = old.escalation.epoch == new.escalation.epoch
        if old.rests and new.state is State.OPEN and not held_by(new):
            assert new.escalation.epoch == old.escalation.epoch + 1, "unmuted is armed, once"
        if new.rests:
            assert new.escalation.next_at is None or not same_epoch, "nothing runs while muted"
        if same_epoch and old.live and new.live:
            resting = new.rests and old.respond_by is not None
            same = new.respond_by == old.respond_by
            assert resting or same, "deadlines never move within an epoch (6)"
            there = (new.escalation.round, new.escalation.step)
            assert there >= (old.escalation.round, old.escalation.step), "steps go forward (13)"
        if isinstance(event, AlertReceived | TimerFired) and old.live and new.live:
            assert new.severity <= old.severity, "nothing but people lowers a severity (14)"
        if flaps(old) and new.resolved_by == ALERTS and old.live and old.flapping is not UNSET:
            assert self.now - old.flapping.at[-1] >= old.flapping.within_us, "it settles in time"
        if flaps(old) and flaps(new) and isinstance(event, AlertReceived):
            risen = new.severity < old.severity
            assert same_epoch or risen, "what flaps pages no more, unless it gets worse"
        if new.raising is not UNSET:
            assert all(len(counted) < 1000 for counted in new.raising.seen), "counts are bounded"
        assert new.escalation.epoch >= old.escalation.epoch
        assert not (old.response == "missed" and new.response != "missed"), "missed is final"
        if new.state is State.OPEN and new.escalation.next_at is not None:
            timer = [t for (n, _), t in self.timers.items() if n == new.number]
            assert any(t.due_at <= new.escalation.next_at for t in timer), "a step has a timer (21)"

    def _one_live_incident_per_key(self) -> None:
        keys = Counter(i.key for i in self.view.incidents.values() if i.live and i.key)
        assert all(n == 1 for n in keys.values()), "one open incident per key (4)"

    def _counts_are_of_attached_alerts(self) -> None:
        attached = Counter(
            (state.incident, state.severity or "")
            for state in self.view.alerts.values()
            if state.firing
        )
        counted = {
            (number, name): n
            for number, incident in self.view.incidents.items()
            for name, n in incident.firing.items()
        }
        assert counted == dict(attached), "every firing alert is in one incident (3)"

    def _may_be_sent(self, answer: Send) -> None:
        incident = self.view.incidents[answer.page.incident]
        muted = mute_of(self.view, incident, self.settings, self.now)
        assert muted is None, "nothing is sent while muted"
        if answer.page.kind is PageKind.PAGE:
            assert incident.state is State.OPEN, "no page after an acknowledgement (12)"
            assert answer.page.epoch == incident.escalation.epoch


def silence(world: World, pod: str, start: int) -> None:
    """Silence a pod for 20 minutes, from so many seconds on; below 0: end the last silence."""
    number = len(world.view.silences)
    if start < 0:
        world.handle(SilenceExpired(f"s{number}", "bob"))
        return
    starts_at = world.now + start * 1_000_000
    matchers = (Matcher("pod", "=", pod),)
    ends_at = starts_at + 1_200_000_000
    world.handle(SilenceSet(f"s{number + 1}", matchers, starts_at, ends_at, "bob", "why"))


def play(world: World, moves: list[Move]) -> None:
    """Make the moves."""
    for kind, what in moves:
        match kind:
            case "fires":
                name, pod, severity = what
                world.fires(alertname=name, pod=pod, severity=severity)
            case "ends":
                world.ends(alertname=what[0], pod=what[1])
            case "wait":
                world.run(what)
            case "act":
                world.handle(what)
            case "silence":
                silence(world, *what)
            case "snooze":
                number, who, seconds = what
                world.handle(Snoozed(number, who, world.now + seconds * 1_000_000))
            case _:
                world.provider = PROVIDERS[what]


def histories_hold(world: World, moves: list[Move]) -> None:
    """Play, let the world heal, and look whether everybody was reached."""
    play(world, moves)
    world.provider = accept
    world.ends(alertname="Slow", pod="c")
    world.run(2 * 3600)

    for incident in world.view.incidents.values():
        pages = [p for p in world.view.pages.values() if p.incident == incident.number]
        assert all(page.state is not PageState.DUE for page in pages), "quiescence (24)"
        assert not held_by(incident), "nothing stays held for ever"
        if incident.state is State.OPEN:
            pager = incident
            if incident.bundled_at is not None and incident.storm is not None:
                pager = world.view.incidents[incident.storm]
                assert pager.live, "what waits has an umbrella"
            assert paged_by(world, pager), "an open incident has paged somebody (21, 22)"


def paged_by(world: World, incident: Incident) -> bool:
    """Whether it has paged anybody since it was armed last."""
    pages = [page for page in world.view.pages.values() if page.incident == incident.number]
    epoch = incident.escalation.epoch
    return any(page.epoch == epoch and page.state is PageState.SENT for page in pages)


@how(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@seed(2026)
@given(MOVES)
def test_the_invariants_hold_whatever_happens(moves: list[Move]) -> None:
    histories_hold(Watched(), moves)


STORMY_NAMES = st.sampled_from(["Down", "Slow", "Full", "Lost", "Hot", "Late"])
STORMY_MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("fires"), st.tuples(STORMY_NAMES, PODS, SEVERITIES)),
        st.tuples(st.just("ends"), st.tuples(STORMY_NAMES, PODS)),
        MOVES.map(lambda moves: moves[0] if moves else ("wait", 1)),
    ),
    max_size=25,
)


@how(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@seed(2026)
@given(STORMY_MOVES)
def test_the_invariants_hold_in_storms(moves: list[Move]) -> None:
    world = Watched()
    world.settings = replace(world.settings, storm=StormLimit(1, 450_000_000))

    histories_hold(world, moves)


@how(max_examples=100, deadline=None)
@seed(2026)
@given(MOVES)
def test_the_same_history_gives_the_same_rows(moves: list[Move]) -> None:
    worlds = [World(), World()]

    for world in worlds:
        play(world, moves)

    assert worlds[0].view.incidents == worlds[1].view.incidents
    assert worlds[0].view.pages == worlds[1].view.pages
    assert worlds[0].entries == worlds[1].entries


def test_the_invariant_against_paging_after_an_acknowledgement_can_fail() -> None:
    world = Watched()
    world.fires(severity="SEV-2")
    page = next(iter(world.view.pages.values()))
    world.handle(Acknowledged(1, "bob"))

    with pytest.raises(AssertionError, match="no page after an acknowledgement"):
        world._may_be_sent(Send(page, world.incident))


def test_the_invariant_of_counts_can_fail() -> None:
    world = Watched()
    world.fires(severity="SEV-2")
    world.view.incidents[1] = replace(world.incident, firing={})

    with pytest.raises(AssertionError, match="in one incident"):
        world._counts_are_of_attached_alerts()


def pages_in_spite_of_everything(decision: Decision, view: View, event: Event) -> Decision:
    """Nobody looks at the incident before a page goes out."""
    if isinstance(event, PageDue):
        return Decision((), Send(event.page, view.incidents[event.page.incident]))
    return decision


def muted_all_the_same(decision: Decision, view: View, event: Event) -> Decision:
    """What is held goes out."""
    if isinstance(decision.answer, Hold) and isinstance(event, PageDue):
        return Decision((), Send(event.page, view.incidents[event.page.incident]))
    return decision


def never_looking_again(decision: Decision, view: View, event: Event) -> Decision:
    """Nobody looks whether muting has ended."""
    kept = tuple(
        effect
        for effect in decision.effects
        if not (isinstance(effect, ArmTimer) and isinstance(effect.timer, MuteDue))
    )
    return Decision(kept, decision.answer)


def without(kind: type[Effect]) -> Mutant:
    """A kind of row is forgotten."""

    def forgetful(decision: Decision, view: View, event: Event) -> Decision:
        kept = tuple(effect for effect in decision.effects if not isinstance(effect, kind))
        return Decision(kept, decision.answer)

    return forgetful


def changing(**fields: Any) -> Mutant:
    """An alert changes what it must not of an incident that exists."""

    def meddling(decision: Decision, view: View, event: Event) -> Decision:
        if not isinstance(event, AlertReceived):
            return decision
        effects = tuple(
            SaveIncident(replace(effect.incident, **fields))
            if isinstance(effect, SaveIncident) and not effect.opened
            else effect
            for effect in decision.effects
        )
        return Decision(effects, decision.answer)

    return meddling


@pytest.mark.parametrize(
    "mutant",
    [
        pages_in_spite_of_everything,
        without(ArmTimer),
        without(AddPage),
        muted_all_the_same,
        never_looking_again,
        changing(firing={}),
        changing(severity=Severity.SEV4),
        changing(respond_by=7),
        changing(key=(("everything", "one"),)),
    ],
    ids=(
        "ack-unseen no-timers no-pages mute-unseen no-looks counts-lost severity-falls "
        "deadline-moves one-key"
    ).split(),
)
def test_a_removed_guard_is_noticed(mutant: Mutant) -> None:
    def breaks(moves: list[Move]) -> bool:
        world = Watched()
        world.decide = lambda view, event, settings, now: mutant(
            deciding.decide(view, event, settings, now), view, event
        )
        try:
            histories_hold(world, moves)
        except (AssertionError, KeyError):
            return True
        return False

    assert find(PLAYED, breaks, settings=how(max_examples=2000, deadline=None), random=Random(1))


def test_an_old_verdict_decides_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    page = next(iter(world.view.pages.values()))

    decision = deciding.decide(
        world.view, DeliveryEnded(page.id, 99, Delivered(), 1), world.settings, world.now
    )

    assert decision.effects == ()
