"""Figures name their anchors and leave out what is no incident; they equal the long way."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.naive_figures import naive, numbers
from tests.core.practice.world import practised
from tests.core.world import MONDAY, World
from triaged.core.practice.learning.courses import (
    Begun,
    Brief,
    Course,
    Mark,
    MarkData,
    Sent,
    course_of,
)
from triaged.core.practice.learning.figures import (
    Figures,
    Period,
    Spread,
    figures_of,
    first_days,
    spread_of,
)
from triaged.core.records.events import (
    Acknowledged,
    Closed,
    ContactsTested,
    Event,
    NoteAdded,
    Reopened,
    Resolved,
    SeverityChosen,
    Unacknowledged,
)
from triaged.core.records.model import Entry, Incident, Phase, Response, Severity, State
from triaged.core.records.practice.events import RoleAssigned, UpdatePosted
from triaged.core.records.practice.notes import NoteKind
from triaged.core.records.practice.roles import Role
from triaged.core.text.learning.figures import left_out
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND

UTC_ZONE = ZoneInfo("UTC")
TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Period(MONDAY - DAY, MONDAY + 6 * DAY, UTC_ZONE)


def course(number: int = 1, **fields: object) -> Course:
    """The course of a SEV-1 that opened on Monday; a field of its row begins with `brief_`."""
    brief = Brief(number, Severity.SEV1, MONDAY)
    of_brief = {k.removeprefix("brief_"): v for k, v in fields.items() if k.startswith("brief_")}
    rest = {k: v for k, v in fields.items() if not k.startswith("brief_")}
    return replace(Course(replace(brief, **of_brief)), **rest)


def figures(*courses: Course, period: Period = WEEK, **zones: ZoneInfo) -> Figures:
    return figures_of(courses, period, zones)


def test_drills_notices_and_merged_incidents_are_left_out_and_counted() -> None:
    page = (Sent(MONDAY, "alice"),)
    kinds = [
        course(1, brief_kind="drill", pages=page, updates=3, brief_response=Response.MISSED),
        course(2, brief_kind="notice", pages=page),
        course(3, brief_state=State.MERGED, pages=page, brief_response=Response.MISSED),
    ]

    found = figures(*kinds)

    assert left_out(found) == "1 drill, 1 notice, 1 merged incident"
    assert (found.incidents, found.targets, found.updates) == (0, [], 0)
    assert (found.pages, found.pages_acted) == (1, 1)  # whoever was paged for it was awake


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    assert spread_of(range(1, 11)) == Spread(10, 5, 9)
    assert spread_of([7]) == Spread(1, 7, 7)
    assert spread_of([]) == Spread()


def test_an_acknowledgement_before_the_first_page_is_in_no_span() -> None:
    early = course(pages=(Sent(MONDAY + MINUTE, "alice"),), acknowledged_at=MONDAY)

    assert figures(early).spans["acknowledge"].n == 0


def test_a_night_is_that_of_whoever_was_paged_and_begins_in_the_evening() -> None:
    noon = int(datetime(2026, 3, 30, 13, 30, tzinfo=UTC).timestamp()) * SECOND  # 22:30 in Tokyo
    pages = tuple(Sent(noon + hours * HOUR, "bob") for hours in (0, 8, 10))
    one = course(pages=pages)

    (load,) = figures(one, bob=TOKYO).load

    assert (load.pages, load.night_pages, load.nights) == (3, 2, 1)
    assert figures(one).load[0].night_pages == 1


def test_phases_count_where_somebody_did_something() -> None:
    alone = course(phases={Phase.DETECTION: HOUR})
    handled = course(phases={Phase.DETECTION: 4 * MINUTE, Phase.TRIAGE: 20 * MINUTE}, acted=True)

    found = {one.phase: one for one in figures(alone, handled).phases}

    assert (found[Phase.DETECTION].spread.n, found[Phase.DETECTION].within) == (1, 1)
    assert (found[Phase.TRIAGE].spread.n, found[Phase.TRIAGE].within) == (1, 0)


def test_a_chart_has_days_then_weeks_then_months_without_a_hole() -> None:
    def days(length: int) -> list[date]:
        return first_days(Period(MONDAY, MONDAY + length, BERLIN))

    assert len(days(31 * DAY)) == 32  # it begins at noon
    assert days(60 * DAY)[:2] == [date(2026, 3, 30), date(2026, 4, 6)]
    assert days(700 * DAY)[:3] == [date(2026, 3, 30), date(2026, 4, 1), date(2026, 5, 1)]
    assert len(days(730 * DAY)) < 40


def test_every_incident_and_page_is_in_one_bar() -> None:
    courses = [
        course(n, brief_opened_at=MONDAY + n * DAY, pages=(Sent(MONDAY + n * DAY, "a"),))
        for n in range(-1, 6)
    ]

    bars = figures(*courses).bars

    assert [bar.incidents for bar in bars] == [1, 1, 1, 1, 1, 1, 1, 0]
    assert sum(bar.pages for bar in bars) == 7


NUMBERS = st.integers(1, 4)
PEOPLE = st.sampled_from(["alice", "bob"])
KINDS = st.sampled_from(list(NoteKind))
ACTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Acknowledged, NUMBERS, PEOPLE),
    st.builds(Unacknowledged, NUMBERS, PEOPLE),
    st.builds(Resolved, NUMBERS, PEOPLE),
    st.builds(Reopened, NUMBERS, PEOPLE),
    st.builds(Closed, NUMBERS, PEOPLE),
    st.builds(NoteAdded, NUMBERS, PEOPLE, st.just("a note"), kind=KINDS),
    st.builds(SeverityChosen, NUMBERS, PEOPLE, st.sampled_from(list(Severity))),
    st.builds(RoleAssigned, NUMBERS, PEOPLE, st.sampled_from(list(Role)), PEOPLE),
    st.builds(
        UpdatePosted, NUMBERS, PEOPLE, st.just("impact"), st.sampled_from(["a", "b"]), st.just("x")
    ),
    st.builds(ContactsTested, PEOPLE, PEOPLE),
)
MOVES = st.one_of(
    ACTS,
    st.sampled_from([MINUTE, 4 * MINUTE, 20 * MINUTE, 3 * HOUR]),
    st.sampled_from(["Down", "Slow", "-Down", "-Slow"]),
)


@given(st.lists(MOVES, max_size=40), st.sampled_from([UTC_ZONE, TOKYO, BERLIN]))
def test_figures_equal_the_long_way(moves: list[Event | int | str], zone: ZoneInfo) -> None:
    world = World(practised())
    for move in moves:
        match move:
            case int():
                world.run_until(world.now + move)
            case str():
                live(world, move)
            case _:
                world.handle(move)
        world.deliver()
    history: list[tuple[Incident, list[Entry]]] = [
        (incident, world.entries[number]) for number, incident in world.view.incidents.items()
    ]
    zones = {"alice": TOKYO, "bob": BERLIN}
    period = Period(MONDAY, world.now + 1, zone)

    found = figures_of([course_in(*one) for one in history], period, zones)

    assert numbers(found) == naive(history, zones, zone)
    assert sum(bar.incidents for bar in found.bars) == found.incidents
    assert sum(bar.pages for bar in found.bars) == found.pages


def live(world: World, name: str) -> None:
    """An alert of this name fires, or ends."""
    labels = {"alertname": name.removeprefix("-"), "severity": "SEV-1", "team": "payments"}
    if name.startswith("-"):
        world.ends(**labels)
    else:
        world.fires("am", ends_at=None, **labels)


def course_in(incident: Incident, timeline: list[Entry]) -> Course:
    """The course of an incident of a world."""
    work = incident.work
    brief = Brief(
        *(incident.number, incident.severity, incident.opened_at, incident.state, incident.phase),
        *(incident.kind, incident.team, incident.response, incident.resolved_at),
        work=Begun(getattr(work, "declared_at", None)),
    )
    return course_of(brief, [mark_of(entry) for entry in timeline])


def mark_of(entry: Entry) -> Mark:
    """An entry as the store reads it."""
    data = entry.data
    if entry.kind not in ("page.sent", "phase.changed", "update.posted"):
        return Mark(entry.at, entry.kind, entry.actor, MarkData())
    late = data.get("late_us")
    read = MarkData(
        person=str(data.get("person") or ""),
        channel=str(data.get("channel") or ""),
        before=str(data.get("from") or ""),
        to=str(data.get("to") or ""),
        late_us=late if isinstance(late, int) else None,
    )
    return Mark(entry.at, entry.kind, entry.actor, read)
