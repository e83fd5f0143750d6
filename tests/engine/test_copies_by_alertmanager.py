"""Servers behind Alertmanagers: one trouble is one incident, which ends when they have said so."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.alerts.test_copies import LATENCY_MAX, RESEND, Server, servers
from tests.core.world import MONDAY
from tests.core.world import settings as people
from tests.engine.alertmanagers import Alertmanager, Notice, S, relayed
from tests.engine.test_copies_of_servers import DOWN, Kept
from tests.store.conftest import StillClock
from triaged.core.records.events import Acknowledged, Event, TimerFired
from triaged.core.records.model import Incident, State
from triaged.engine.engine import Engine
from triaged.ingest import Received, alertmanager
from triaged.intake.decode import events_of
from triaged.store.database.connect import open_database
from triaged.store.tables import alerts
from triaged.store.tables.incidents import IncidentFilter, find
from triaged.wire import instant_text

DAY = 26 * 3600 * S
"""After that an alert lapses, if its sender is heard."""

SKEW_MAX = 30 * S
"""A clock that is wrong by more than a trouble lasts puts ends before starts: nobody can tell."""


def body_of(notice: Notice) -> bytes:
    """The webhook as Alertmanager sends it."""
    ends_at = "0001-01-01T00:00:00Z" if notice.firing else instant_text(MONDAY + notice.ends_at)
    status = "firing" if notice.firing else "resolved"
    alert = {
        "status": status,
        "labels": DOWN,
        "startsAt": instant_text(MONDAY + notice.starts_at),
        "endsAt": ends_at,
        "fingerprint": "d0",
    }
    group = {"version": "4", "status": status, "alerts": [alert], "groupKey": "{}:{}"}
    return msgspec.json.encode({**group, "externalURL": f"http://{notice.member}:9093"})


def posted(notice: Notice) -> list[Event]:
    """The events of a webhook."""
    received = Received("am", body_of(notice), {}, MONDAY + notice.at)
    return events_of(alertmanager.parse(received, alertmanager.Settings()), received)


async def course(
    told: Sequence[Notice], until: int, restarts: set[int]
) -> tuple[Kept, list[Incident]]:
    """What comes of the webhooks; the daemon is restarted before those with these numbers."""
    with TemporaryDirectory() as folder:
        clock, kept = StillClock(), Kept()
        database = await open_database(f"sqlite:{Path(folder) / 'triaged.db'}", clock)
        try:
            engine = Engine(database, clock, people(), kept)
            for number, notice in enumerate(told):
                clock.at = MONDAY + notice.at
                if number in restarts:
                    engine = Engine(database, clock, people(), kept)
                await engine.handle(posted(notice))
                if kept.episodes == 1 and notice.firing:
                    await engine.handle([Acknowledged(1, "person:alice")])
            clock.at = MONDAY + until + DAY  # and none of them was heard since
            async with database.reading() as tx:
                lapses = await alerts.lapses_due(tx, clock.at, 100)
            await engine.handle([TimerFired(timer) for timer in lapses])
            async with database.reading() as tx:
                found, _ = await find(tx, IncidentFilter(limit=100))
        finally:
            await database.close()
    return kept, [one for one in found if one.title == "Down"]  # a remark is none of the trouble


def clusters() -> st.SearchStrategy[list[Alertmanager]]:
    """One Alertmanager, or a pair."""
    minutes = st.integers(1, 40).map(lambda minute: minute * 60 * S)
    one = st.builds(
        Alertmanager,
        name=st.just(""),
        position=st.just(0),
        restarts=st.lists(minutes, max_size=2),
        dies_at=st.sampled_from([None, None, 3 * 60 * S, 9 * 60 * S]),
        fails=st.sets(st.integers(1, 4), max_size=1),
        latency=st.integers(0, 10).map(lambda second: second * S),
    )
    return st.lists(one, min_size=1, max_size=2)


def alone(name: str, restarts: list[int]) -> Alertmanager:
    """One that lives and is reached at once."""
    return Alertmanager(name, 0, restarts, None, set(), 0)


EXAMPLES = int(os.environ.get("TRIAGED_SENDERS", "40"))
"""A twentieth of a second each; thousands in a night."""

PAIR = [Server("", 0, 0, [5 * RESEND], None, set()), Server("", 0, 5, [9 * RESEND], None, set())]


@settings(max_examples=EXAMPLES)
@example(group=PAIR, cluster=[alone("", [6 * RESEND])], minutes=20, latency=[0], far=(set(), True))
@given(
    group=servers(),
    cluster=clusters(),
    minutes=st.integers(4, 15),
    latency=st.lists(st.integers(0, LATENCY_MAX), min_size=1, max_size=7),
    far=st.tuples(st.sets(st.integers(1, 6), max_size=2), st.booleans()),
)
def test_one_trouble_is_one_incident_that_ends_when_alertmanager_says_so(
    group: list[Server],
    cluster: list[Alertmanager],
    minutes: int,
    latency: list[int],
    far: tuple[set[int], bool],
) -> None:
    trouble = (0, minutes * RESEND)
    until = trouble[1] + 25 * RESEND
    for number, server in enumerate(group):
        server.name, server.sent = f"server-{number}", []
        server.skew = max(-SKEW_MAX, min(SKEW_MAX, server.skew))
        server.run(trouble, until, latency)
    reports = [one for server in group for one in server.sent]
    for number, member in enumerate(cluster):
        member.name, member.position = f"member-{number}", number
        member.alert = member.flush_at = None
        member.tries, member.log, member.waiting = 0, {}, []

    told = relayed(reports, cluster, until, gossips=far[1])
    kept, found = asyncio.run(course(told, until, far[0]))

    assert len(found) == int(bool(told))
    ends = [notice for notice in told if not notice.firing]
    if not told:
        return
    over = not told[-1].firing
    assert (found[0].state is State.RESOLVED) == over, "nothing but a word of its end ends it"
    assert kept.episodes <= 1 + len(ends)
    if not ends or ends == told[-len(ends) :]:
        assert kept.episodes == 1
        assert len(kept.paged) == len(set(kept.paged)) == 2
