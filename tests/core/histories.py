"""Generated histories, and a world that checks the invariants after every event."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, World, plan, step
from triaged.core.lifecycle import FACTS, MEANINGS, OPENINGS, WAYS, condition_of
from triaged.core.muting.mute_hold import mute_of
from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.core.records.actors import ALERTS
from triaged.core.records.answers import Acted, Send
from triaged.core.records.effects import Decision
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Closed,
    Delivered,
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
from triaged.core.records.matching import Matcher
from triaged.core.records.model import (
    Escalation,
    Incident,
    Page,
    PageKind,
    PageState,
    ResolvePolicy,
    ResolveWhen,
    Severity,
    Span,
    State,
)
from triaged.core.records.pages import HOLDER
from triaged.core.records.practice.events import Merged, SplitOff
from triaged.core.records.severity import FiringFor, ManyAlerts, ManyValues, Raise, Reopenings
from triaged.core.records.timers import ReopenWindowDue
from triaged.core.response.audit import forgotten
from triaged.core.response.rearming import moves
from triaged.core.settings import FlapLimit
from triaged.core.view import View
from triaged.dry_run.simulator import accept

FOR_EVER = 1 << 62
PODS = st.sampled_from(["a", "b", "c"])
NAMES = st.sampled_from(["Down", "Slow"])
SEVERITIES = st.sampled_from(["SEV-1", "SEV-2", "SEV-3", "SEV-4"])
NUMBERS = st.sampled_from([0, 0, 0, -1, -2, 4])
"""Incidents to act on: 0 is the newest, -1 the one before it; that 4 is there is rare."""
RESOLVES = st.builds(
    ResolvePolicy,
    st.sampled_from([ResolveWhen.ALL, ResolveWhen.ALL, ResolveWhen.LAST, ResolveWhen.FIRST]),
    st.sampled_from([0, 120_000_000]),
)
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
PROVIDER = st.tuples(st.just("provider"), st.sampled_from(["up", "down", "refuses", "gone"]))
PLAIN = (
    *(st.tuples(st.just("fires"), st.tuples(NAMES, PODS, SEVERITIES)) for _ in range(3)),
    *(st.tuples(st.just("ends"), st.tuples(NAMES, PODS)) for _ in range(2)),
    st.tuples(st.just("over"), st.tuples(NUMBERS, PEOPLE)),
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
    PROVIDER,
)
PLACES = st.integers(0, 3)
"""Live incidents, or firing alerts, by their order; counted on from the first after the last."""
FIRES = st.tuples(
    st.just("fires"), st.tuples(st.sampled_from(["Down", "Slow", "Full"]), PODS, SEVERITIES)
)
REGROUPING = (
    *(st.tuples(st.just("merge"), st.tuples(PLACES, PLACES, PEOPLE)) for _ in range(2)),
    *(
        st.tuples(st.just("split"), st.tuples(PLACES, st.sets(PLACES, min_size=1), PEOPLE))
        for _ in range(2)
    ),
    *(FIRES for _ in range(6)),
    st.tuples(st.just("ends"), st.tuples(st.just("Full"), PODS)),
)
SILENCING = st.tuples(st.just("silence"), st.tuples(PODS, st.sampled_from([0, 300, -1])))
PLAYED = st.lists(st.one_of(*PLAIN), max_size=25)
MOVES = st.lists(st.one_of(*PLAIN, SILENCING), max_size=25)
REGROUPED = st.builds(
    lambda first, rest: first + rest,
    st.lists(FIRES, min_size=2, max_size=5),
    st.lists(st.one_of(*PLAIN, SILENCING, *REGROUPING), max_size=25),
)

PROVIDERS: dict[str, Callable[[Page, int], Verdict]] = {
    "up": accept,
    "down": lambda page, now: TryAgain("down"),
    "refuses": lambda page, now: Refused("no") if page.channel == "desk" else Delivered(),
    "gone": lambda page, now: (
        Delivered() if page.recipient.person == "carol" else Refused("no such person")
    ),
}


class Watched(World):
    """A world that checks the invariants after every event."""

    def __init__(self, resolve: ResolvePolicy | None = None) -> None:
        twice = plan(
            step(0, "person:alice"),
            step(0.5, "person:alice"),
            step(1, "person:bob"),
            repeat_times=1,
            repeat_every=Span(600_000_000),
            exhausted="repeat",
        )
        rules = ByLabels(resolve, *RAISES, inhibits=frozenset({"Slow"}))
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
            self._stays_in_the_table(before.get(number), incident, event)
            if repeats:
                assert before.get(number) == incident, "a repeat changes no incident, raises none"
        self._one_live_incident_per_key()
        self._nothing_that_fires_is_forgotten()
        self.check_counts()
        if isinstance(answer, Send) and isinstance(event, PageDue):
            self.check_sending(answer)
        if isinstance(event, Merged) and isinstance(answer, Acted):
            self._nothing_merged_runs()
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
        if old.rests and new.state is State.OPEN and not new.held_by:
            assert new.escalation.epoch == old.escalation.epoch + 1, "unmuted is armed, once"
        if new.rests and not isinstance(event, Escalated):
            idle = new.escalation.next_at in (None, old.escalation.next_at)
            assert idle or not same_epoch, "nothing runs while muted"
        waits = new.resolving_at is not None and not new.firing
        if old.rests and waits and isinstance(event, TimerFired):
            muted = mute_of(self.situation(), new) is not None
            assert same_epoch or not muted, "what is muted and waits to resolve is not armed"
        if same_epoch and old.live and new.live:
            resting = new.rests and old.respond_by is not None
            same = new.respond_by == old.respond_by
            eased = new.severity > old.severity and (new.respond_by or 0) > (old.respond_by or 0)
            assert resting or same or eased, "deadlines move only with a lowered severity (6)"
            there = (new.escalation.round, new.escalation.step)
            assert there >= (old.escalation.round, old.escalation.step), "steps go forward (13)"
            self._rounds_keep_their_distance(old.escalation, new.escalation, event)
        if old.respond_by == new.respond_by and old.live and new.live:
            eased = (old.response, new.response) == ("at_risk", "on_track")
            assert not eased, "what is at risk stays so while its deadline does"
        if old.firing and not new.firing and new.live:
            assert new.resolving_at is not None, "what nothing fires in resolves"
        if old.live and new.resolved_by == ALERTS and new.resolve.when is ResolveWhen.ALL:
            assert new.state is not State.RESOLVED or not new.firing, "what fires stays open"
        if isinstance(event, AlertReceived | TimerFired) and old.live and new.live:
            assert new.severity <= old.severity, "nothing but people lowers a severity (14)"
        if old.flaps and new.resolved_by == ALERTS and old.live and old.flapping is not UNSET:
            assert self.now - old.flapping.at[-1] >= old.flapping.within_us, "it settles in time"
        if old.flaps and new.flaps and isinstance(event, AlertReceived):
            risen = new.severity < old.severity
            assert same_epoch or risen, "what flaps pages no more, unless it gets worse"
        if new.raising is not UNSET:
            assert all(len(counted) < 1000 for counted in new.raising.seen), "counts are bounded"
        assert new.escalation.epoch >= old.escalation.epoch
        assert not (old.response == "missed" and new.response != "missed"), "missed is final"
        own = [timer for timer in self.timers.values() if timer.incident == new.number]
        dues = {type(timer): timer.due_at for timer in own}
        lacks = forgotten(self.situation(), new, dues, before=FOR_EVER)
        assert lacks == [], "what must come due has a timer (21, 24)"
        moved = moves(new, dues, self.settings)
        assert not moved, "settings that are in force already move nothing"

    def _stays_in_the_table(self, old: Incident | None, new: Incident, event: Event) -> None:
        """Nothing leaves `core/lifecycle.py`: neither by a way nor by a combination of facts."""
        if old == new:
            return
        condition = condition_of(new)
        what = type(event.timer) if isinstance(event, TimerFired) else type(event)
        before = None if old is None else condition_of(old)
        ways = OPENINGS if before is None else WAYS[before]
        led = any(what in way.by and condition in way.to for way in ways)
        assert led or before is condition, f"no way: {before} → {condition} by {what.__name__}"
        meaning = MEANINGS[condition]
        facts = {fact for fact, holds in FACTS.items() if holds(new)}
        assert meaning.always <= facts, f"{condition} without {meaning.always - facts}"
        assert not meaning.never & facts, f"{condition} with {meaning.never & facts}"

    def _one_live_incident_per_key(self) -> None:
        keys = Counter(i.key for i in self.view.incidents.values() if i.live and i.key)
        assert all(n == 1 for n in keys.values()), "one open incident per key (4)"
        newest = {i.key: i for i in self.view.incidents.values() if i.key}
        for key, incident in newest.items():
            survivor = self.view.survivor(incident)
            if survivor.live and not keys[key]:
                assert self.view.live_incident(key) == survivor, "a merged key has its survivor"

    def _nothing_merged_runs(self) -> None:
        for incident in self.view.incidents.values():
            if incident.state is State.MERGED:
                kinds = [kind for number, kind in self.timers if number == incident.number]
                assert kinds == [], "nothing runs for a merged incident"
                assert not incident.firing, "what fires belongs to the survivor"
                assert set(incident.told) <= set(self.view.survivor(incident).told)

    def _rounds_keep_their_distance(self, old: Escalation, new: Escalation, event: Event) -> None:
        if isinstance(event, Escalated):
            return
        if new.round > old.round:
            assert (new.round, new.step) == (old.round + 1, 1), "rounds never collapse"
        if old.round == 1 or old.step > 1:
            return
        started = (new.round, new.step) > (old.round, old.step)
        assert not started or self.now >= old.round_at, "a round starts in its time"

    def _nothing_that_fires_is_forgotten(self) -> None:
        for number, incident in self.view.incidents.items():
            if incident.firing and not incident.live:
                assert incident.next is None
                assert (number, ReopenWindowDue) in self.timers, "what fires opens again (22)"

    def check_counts(self) -> None:
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

    def check_sending(self, answer: Send) -> None:
        incident = self.view.incidents[answer.page.incident]
        muted = mute_of(self.situation(), incident)
        assert muted is None, "nothing is sent while muted"
        if answer.page.target == HOLDER:
            assert incident.holder == answer.page.recipient.person, "the holder alone"
        elif answer.page.kind is PageKind.PAGE:
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


def regroup(world: World, kind: str, what: Any) -> None:
    """Merge live incidents, or split alerts off one."""
    live = [incident.number for incident in world.view.incidents.values() if incident.live]
    if not live:
        return
    number, who = live[what[0] % len(live)], what[2]
    if kind == "merge":
        world.handle(Merged(number, who, live[what[1] % len(live)]))
        return
    firing = [one for one, state in world.view.alerts.items() if state.incident == number]
    if firing:
        alerts = tuple(firing[place % len(firing)] for place in sorted(what[1]))
        world.handle(SplitOff(number, who, alerts))


def newest(world: World, number: int) -> int:
    """The number of an incident counted from the newest, unless it is a number already."""
    return number if number > 0 else len(world.view.incidents) + number


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
                world.handle(replace(what, incident=newest(world, what.incident)))
            case "over":
                number, who = newest(world, what[0]), what[1]
                world.handle(Resolved(number, who))
                world.handle(Closed(number, who))
            case "merge" | "split":
                regroup(world, kind, what)
            case "silence":
                silence(world, *what)
            case "snooze":
                number, who, seconds = what
                world.handle(Snoozed(newest(world, number), who, world.now + seconds * 1_000_000))
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
        assert not incident.held_by, "nothing stays held for ever"
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
