"""Generated configurations: holes in schedules, people whom nothing reaches, policies."""

from hypothesis import strategies as st

from tests.core.world import settings, target
from triaged.core.records.model import Plan, Severity, Share, Span, Step
from triaged.core.settings import (
    Contact,
    ContactStep,
    NextBusinessDay,
    Person,
    Settings,
    SeverityTarget,
    Team,
)
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE, WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
HOURS = (
    "sat-sun",
    "mon-fri 09:00-17:00",
    "daily 22:00-06:00",
    "sun 01:00-04:00",
    "tue 00:00-24:00",
)
NAMES = ("alice", "bob", "carol", "dave")

zones = st.sampled_from(ZONES)
names = st.sampled_from(NAMES)


@st.composite
def people(draw: st.DrawFn, name: str) -> Person:
    """Somebody with contacts, some of which have no channel."""
    channels = draw(st.lists(st.sampled_from(["desk", "mail", "gone"]), max_size=2, unique=True))
    ways = {channel: Contact(channel) for channel in channels}
    page, notify = (
        tuple(
            ContactStep(channel, draw(st.sampled_from([0, 2 * MINUTE, 20 * MINUTE])))
            for channel in order
        )
        for order in (channels, channels[::-1][:1])
    )
    return Person(name, name.title(), "UTC", ways, page, notify)


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """People in turns, perhaps at some hours only."""
    only = draw(st.none() | st.sampled_from(HOURS).map(parse))
    return Rotation(
        people=tuple(draw(st.lists(names, min_size=1, max_size=3))),
        every_us=draw(st.sampled_from([12 * HOUR, DAY, WEEK])),
        start=draw(st.sampled_from(["2026-01-05T09:00", "2026-03-10T02:30", "2026-04-20T00:00"])),
        only=only,
    )


@st.composite
def plans(draw: st.DrawFn, name: str) -> Plan:
    """Steps after shares and spans, to all kinds of targets."""
    targets = st.sampled_from(
        ["schedule:s1", "schedule:s2", "team:t1", "channel:desk", "channel:gone"]
        + [f"person:{one}" for one in NAMES]
    ).map(target)
    shares = st.sampled_from([0.0, 0.5, 1.0, 2.0]).map(Share)
    spans = st.sampled_from([0, 3 * MINUTE, 45 * MINUTE]).map(Span)
    delays = draw(
        st.lists(shares, min_size=1, max_size=3) | st.lists(spans, min_size=1, max_size=2)
    )
    return Plan(
        policy=name,
        steps=tuple(
            Step(tuple(draw(st.lists(targets, min_size=1, max_size=2))), delay) for delay in delays
        ),
        catch_all=draw(st.none() | targets),
        repeat_times=draw(st.sampled_from([0, 1, 3])),
        repeat_every=draw(st.just(Share(0.5)) | st.just(Span(10 * MINUTE))),
    )


@st.composite
def configurations(draw: st.DrawFn) -> Settings:
    """All of it."""
    schedules = {
        name: Schedule(name, draw(zones), tuple(draw(st.lists(rotations(), max_size=2))))
        for name in ("s1", "s2")
    }
    office = Calendar("office", draw(zones), parse("mon-fri 09:00-17:30"))
    next_day = NextBusinessDay(office)
    return settings(
        severities={
            Severity.SEV1: SeverityTarget(5 * MINUTE, "page"),
            Severity.SEV2: SeverityTarget(15 * MINUTE, "notify" if draw(st.booleans()) else "page"),
            Severity.SEV3: SeverityTarget(next_day if draw(st.booleans()) else HOUR, "page"),
            Severity.SEV4: SeverityTarget(next_day, "notify"),
        },
        people={name: draw(people(name)) for name in NAMES},
        schedules=schedules,
        teams={"t1": Team("t1", ("alice", "bob"), "default")},
        policies={"default": draw(plans("default"))},
        channels=frozenset({"desk", "mail"}),
        stale_after={},
    )
