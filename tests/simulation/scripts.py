"""Generated scripts of alerts, people, silences and reloads, and what comes of one.

Spans are seconds where production has minutes: the daemon's loops turn each second.
"""

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import MONDAY, ByLabels, settings, target
from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    Closed,
    Declared,
    Escalated,
    Event,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    SilenceExpired,
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import (
    Alert,
    Entry,
    Incident,
    Page,
    Phase,
    Plan,
    Severity,
    Share,
    Span,
    Step,
)
from triaged.core.records.practice.events import UpdatePosted, UpdateSnoozed
from triaged.core.records.severity import FiringFor, ManyAlerts, Raise
from triaged.core.settings import (
    Contact,
    ContactStep,
    FlapLimit,
    Person,
    Settings,
    SeverityTarget,
    StormLimit,
)
from triaged.core.time.durations import SECOND

TAIL_US = 150 * SECOND
"""After the last move: two rounds and an acknowledgement end."""

NAMES = ("alice", "bob", "carol")
CHANNELS = ("desk", "mail")


class Move(msgspec.Struct, frozen=True):
    """What happens so long after the move before it: an event, or a reload of these settings."""

    after_us: int
    what: Event | Settings


ASIDE_US = SECOND // 2
"""Nothing is due at the end itself: what one of two has done then the other may be about to do."""


class Script(msgspec.Struct, frozen=True):
    """The settings at the start, and what happens under them."""

    settings: Settings
    moves: tuple[Move, ...]
    refusing: frozenset[str] = frozenset()
    """Channels whose provider refuses every page."""
    tail_us: int = TAIL_US

    def instants(self) -> list[tuple[int, Event | Settings]]:
        """(µs UTC, what) in order. No instant is that of a timer: each move adds a µs."""
        found, at = [], MONDAY
        for move in self.moves:
            at += move.after_us + 1
            found.append((at, timed(move.what, at)))
        return found

    @property
    def end_at(self) -> int:
        """When both runs stop (µs UTC)."""
        return max([MONDAY, *(at for at, _ in self.instants())]) + self.tail_us + ASIDE_US


class Course(msgspec.Struct, frozen=True):
    """What came of a script."""

    incidents: tuple[Incident, ...]
    pages: tuple[tuple[str, str, int | None, str], ...]
    """(id, state, when it went out, error) of each; the id names step, person and contact."""
    timelines: tuple[tuple[tuple[int, str, str, str, str], ...], ...]
    """(at, kind, actor, text, data) of each entry of each incident, by instant."""


def course(
    incidents: Sequence[Incident], pages: Sequence[Page], timelines: Sequence[Sequence[Entry]]
) -> Course:
    """What people can see, without what only a store has.

    At one instant the daemon may ask for a page before or after a timer changes it, and write
    entries in another order: that is left out, too.
    """
    return Course(
        tuple(
            replace(one, entries=0, chain="", told=tuple(sorted(one.told, key=str)))
            for one in incidents
        ),
        tuple(sorted((one.id, one.state.value, one.sent_at, one.error) for one in pages)),
        tuple(tuple(sorted(map(_written, entries))) for entries in map(_own, timelines)),
    )


def _own(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind != "alerts.joined"]  # the store's summary


def _written(entry: Entry) -> tuple[int, str, str, str, str]:
    if entry.kind == "page.held":  # the first of several that are due at once says so for all
        return entry.at, entry.kind, entry.actor, "", ""
    data = msgspec.json.encode(entry.data, order="sorted").decode()
    return entry.at, entry.kind, entry.actor, entry.text, data


def timed(what: Event | Settings, at: int) -> Event | Settings:
    """`what` with the instants that it has as spans from its own."""
    match what:
        case AlertReceived() | Declared():
            return replace(what, received_at=at)
        case SilenceSet(starts_at=starts, ends_at=ends):
            return replace(what, starts_at=at + starts, ends_at=at + ends)
        case Snoozed(until=until) | UpdateSnoozed(until=until):
            return replace(what, until=at + until)
        case UpdatePosted(next_update_at=int() as after_us):
            return replace(what, next_update_at=at + after_us)
        case _:
            return what


NUMBERS = st.sampled_from([1, 1, 2, 3, 4])
PEOPLE = st.sampled_from(NAMES[:2])
SEVERITIES = st.sampled_from([*Severity])


def alert(name: str, pod: str, severity: str, *, firing: bool) -> AlertReceived:
    """An alert of a source that tells neither starts nor ends."""
    labels = {"alertname": name, "pod": pod, "severity": severity}
    return AlertReceived(Alert("am", f"{name}/{pod}", firing, labels, {}), 0)


ALERTS = st.builds(
    alert,
    st.sampled_from(["Down", "Slow", "Full", "Cold"]),
    st.sampled_from("ab"),
    SEVERITIES.map(str),
    firing=st.sampled_from([True, True, False]),
)
ACTS = st.one_of(
    *(
        st.builds(kind, NUMBERS, PEOPLE)
        for kind in (Acknowledged, Unacknowledged, Resolved, Reopened, Closed, Escalated)
    ),
    st.builds(Assigned, NUMBERS, PEOPLE, PEOPLE),
    st.builds(SeverityChosen, NUMBERS, PEOPLE, SEVERITIES),
    st.builds(PhaseChanged, NUMBERS, PEOPLE, st.sampled_from([*Phase])),
    st.builds(NoteAdded, NUMBERS, PEOPLE, st.just("escalated by hand")),
    st.builds(Snoozed, NUMBERS, PEOPLE, st.sampled_from([15 * SECOND, 90 * SECOND])),
    st.builds(Declared, PEOPLE, st.just("declared"), SEVERITIES),
)
SILENCES = st.one_of(
    st.builds(
        SilenceSet,
        st.sampled_from(["s1", "s2"]),
        st.sampled_from("ab").map(lambda pod: (Matcher("pod", "=", pod),)),
        st.sampled_from([0, 20 * SECOND]),
        st.sampled_from([40 * SECOND, 70 * SECOND]),
        PEOPLE,
        st.just("work"),
    ),
    st.builds(SilenceExpired, st.sampled_from(["s1", "s2"]), PEOPLE),
)


@st.composite
def people(draw: st.DrawFn, name: str) -> Person:
    """Somebody with two contacts, one of which may be late."""
    ways = {channel: Contact(channel) for channel in CHANNELS}
    late_us = draw(st.sampled_from([0, 7 * SECOND]))
    steps = (ContactStep("desk"), ContactStep("mail", late_us))
    return Person(name, name.title(), "Europe/Berlin", ways, steps, steps[1:])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Steps to people, to nobody and to a channel; perhaps a catch-all and a second round."""
    targets = st.sampled_from(
        ["person:alice", "person:bob", "team:payments", "schedule:none", "channel:desk"]
    ).map(target)
    delays = st.sampled_from([Share(0.0), Share(0.5), Share(1.0)])
    if draw(st.booleans()):
        delays = st.sampled_from([Span(0), Span(4 * SECOND), Span(25 * SECOND)])
    return Plan(
        policy="default",
        steps=tuple(
            Step(tuple(draw(st.lists(targets, min_size=1, max_size=2))), draw(delays))
            for _ in range(draw(st.integers(1, 3)))
        ),
        catch_all=draw(st.sampled_from([None, target("person:carol")])),
        repeat_times=draw(st.sampled_from([0, 1])),
        repeat_every=Share(1.0) if draw(st.booleans()) else Span(30 * SECOND),
    )


@st.composite
def configurations(draw: st.DrawFn) -> Settings:
    """Targets of seconds, and everything that holds, bundles, raises and mutes, or not."""
    raises = (
        Raise(Severity.SEV1, ManyAlerts(3, 60 * SECOND)),
        Raise(Severity.SEV2, FiringFor(45 * SECOND)),
    )
    slow = Suppressor("slow", (Matcher("alertname", "=", "Slow"),), (Matcher("pod", "=", "b"),))
    window = (Matcher("pod", "=", "a"),)
    work = Maintenance("work", window, start=MONDAY + 30 * SECOND, end=MONDAY + 80 * SECOND)
    return settings(
        severities={
            Severity.SEV1: SeverityTarget(20 * SECOND, "page", 50 * SECOND),
            Severity.SEV2: SeverityTarget(40 * SECOND, "page", 90 * SECOND),
            Severity.SEV3: SeverityTarget(60 * SECOND, "page"),
            Severity.SEV4: SeverityTarget(60 * SECOND, "notify"),
        },
        people={name: draw(people(name)) for name in NAMES},
        policies={"default": draw(plans())},
        rules=ByLabels(None, *draw(st.sampled_from([(), raises])), inhibits=frozenset({"Slow"})),
        channels=frozenset(draw(st.sampled_from([CHANNELS, CHANNELS[:1]]))),
        stale_after=draw(st.sampled_from([{}, {"am": 50 * SECOND}])),
        reopen_within=60 * SECOND,
        flapping=draw(st.sampled_from([None, FlapLimit(2, 90 * SECOND)])),
        storm=draw(st.sampled_from([None, StormLimit(1, 40 * SECOND)])),
        muters=draw(st.sampled_from([Muters(), Muters((slow,), (work,))])),
        public_url="https://triaged.example.org",
    )


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Some moves, and seldom a reload among them."""
    gaps = st.sampled_from([0, 0, SECOND, 9 * SECOND, 21 * SECOND, 47 * SECOND])
    events = st.one_of(ALERTS, ALERTS, ALERTS, ACTS, ACTS, SILENCES, configurations())
    moves = draw(st.lists(st.builds(Move, gaps, events), min_size=1, max_size=10))
    refusing = draw(st.sampled_from([frozenset(), frozenset({"desk"})]))
    return Script(draw(configurations()), tuple(moves), refusing)


@st.composite
def removals(draw: st.DrawFn) -> Script:
    """Scripts at whose end a reload removes a channel while something is muted."""
    drawn = draw(configurations())
    before = replace(drawn, channels=frozenset(CHANNELS), muters=Muters())
    after = replace(before, channels=frozenset(CHANNELS[:1]))
    acts = draw(st.lists(st.one_of(ALERTS, ACTS), min_size=1, max_size=4))
    events = [draw(ALERTS), draw(SILENCES), *acts, after]
    moves = [Move(draw(st.sampled_from([0, SECOND, 9 * SECOND])), event) for event in events]
    return Script(before, tuple(moves), frozenset())
