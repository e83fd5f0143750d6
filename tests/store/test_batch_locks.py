"""Two engines decide on one PostgreSQL as if one had decided both batches, in some order."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from tests.store.batches import Batch, ending, events, firing, of_another_source
from tests.store.conftest import StillClock
from tests.store.contacts import CONTACT_PAIRS, CONTACTS
from tests.store.desk import Desk
from tests.store.learning import LEARNING, LEARNING_PAIRS
from tests.store.on_duty import DUTY, DUTY_PAIRS
from tests.store.practising import PRACTICE, PRACTICE_PAIRS
from tests.store.public import PUBLIC, PUBLIC_PAIRS
from tests.store.rivals import Barrier, Behind, Observed, Rows, observed
from tests.store.scene import LATER_US, SETTINGS, due, scene
from tests.store.talking import TALK, TALK_PAIRS
from triaged.core.records.duty.overrides import FeedShift, FeedShifts
from triaged.core.records.events import (
    Acknowledged,
    Assigned,
    BodyQuarantined,
    Closed,
    ContactsTested,
    Declared,
    Delivered,
    DeliveryEnded,
    DutyMoved,
    Escalated,
    Event,
    FeedRead,
    NoteAdded,
    PackDecided,
    PageDue,
    PhaseChanged,
    Reclassification,
    Reclassified,
    Refused,
    Reopened,
    Resolved,
    ReviewMade,
    SelfAlertFired,
    SelfAlertResolved,
    SettingsLoaded,
    SeverityChosen,
    SilenceExpired,
    SilenceLooked,
    SilenceSet,
    Snoozed,
    StoreRestored,
    TimerFired,
    Unacknowledged,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Phase, Severity
from triaged.core.records.practice.events import (
    EntryCorrected,
    EntryMarked,
    ItemTicked,
    Merged,
    MessagesImported,
    RoleAssigned,
    RoleReleased,
    SplitOff,
    UpdatePosted,
    UpdateSnoozed,
)
from triaged.core.records.practice.notes import Marker, Message
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import HOUR
from triaged.store.database.connect import open_database
from triaged.store.duty_facts import KnownFacts
from triaged.store.tables import alerts, pages, watches

NAME = f"triaged_two_engines_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""Each worker of a run has its own: they share one server."""
SHIFTS = (FeedShift("uid", 0, HOUR, ("alice",)),)
STATEMENTS_MAX = 60
"""More than any batch here has."""


async def timers_fire(desk: Desk) -> list[Event]:
    return [TimerFired(timer) for timer in await due(desk)]


async def lapses(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        return [TimerFired(timer) for timer in await alerts.lapses_due(tx, desk.clock.at, 100)]


async def expectation_is_due(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        return [TimerFired(timer) for timer in await watches.due(tx, desk.clock.at, 100)]


async def pages_are_due(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        return [PageDue(page) for page in await pages.of(tx, 1) if page.token]


async def delivered(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        found = [page for page in await pages.of(tx, 1) if page.token]
    return [DeliveryEnded(page.id, page.token, Delivered("ref"), 1) for page in found]


async def refused(desk: Desk) -> list[Event]:
    async with desk.database.reading() as tx:
        found = [page for page in await pages.of(tx, 1) if page.token]
    return [DeliveryEnded(page.id, page.token, Refused("no"), 1) for page in found]


async def silenced(desk: Desk) -> list[Event]:
    now, down = desk.clock.at, (Matcher("alertname", "=", "Down"),)
    return [SilenceSet("new", down, now, now + HOUR, "bob", "why")]


async def reclassified(desk: Desk) -> list[Event]:
    alert = desk.fires(severity="SEV-1", pod="1").alert
    outcome = SETTINGS.rules.classify(alert, desk.clock.at)
    return [Reclassified(1, (Reclassification("am", alert.fingerprint, outcome),))]


async def quarantined(desk: Desk) -> list[Event]:
    return [BodyQuarantined("am", "not_json", "no", b"{", {}, desk.clock.at)]


BATCHES: dict[str, Batch] = {
    "new": firing("Fresh", severity="SEV-2"),
    "joins": firing("Down", severity="SEV-2", pod="9"),
    "repeats": firing("Down", severity="SEV-2", pod="1"),
    "rises": firing("Down", severity="SEV-1", pod="3"),
    "ends": ending("1"),
    "all end": ending("2", "1"),
    "re-opens": firing("Over", severity="SEV-2"),
    "still fires": firing("Held"),
    "storm": firing("S1", "S2", "S3", "S4"),
    "watchdog": firing("Watchdog"),
    "other watchdog": of_another_source(firing("Watchdog")),
    "other storm": of_another_source(firing("S1", "S2", "S3", "S4")),
    "other return": of_another_source(firing("Over", severity="SEV-2")),
    "chain": firing("Chain", pod="1"),
    "known link": firing("Link", pod="1", incident="no"),
    "other chain": firing("Chain", pod="2"),
    "timers": timers_fire,
    "lapses": lapses,
    "expectation": expectation_is_due,
    "page due": pages_are_due,
    "delivered": delivered,
    "refused": refused,
    "acknowledge": events(Acknowledged(1, "bob")),
    "unacknowledge": events(Unacknowledged(4, "bob")),
    "resolve": events(Resolved(1, "bob")),
    "re-open": events(Reopened(2, "bob")),
    "close": events(Closed(2, "bob")),
    "escalate": events(Escalated(1, "bob")),
    "assign": events(Assigned(1, "bob", "alice")),
    "severity": events(SeverityChosen(1, "bob", Severity.SEV1)),
    "phase": events(PhaseChanged(1, "bob", Phase.MITIGATION)),
    "note": events(NoteAdded(1, "bob", "a note")),
    "snooze": events(Snoozed(1, "bob", 10 * HOUR)),
    "declare": events(Declared("bob", "by hand", Severity.SEV2)),
    "test": events(ContactsTested("bob", "alice")),
    "review made": events(ReviewMade(1, "weekly review", "# Review")),
    "feed read": events(FeedRead(FeedShifts("primary", None, "primary", "primary", SHIFTS, 1))),
    "duty": events(DutyMoved("primary", ("alice",), ("bob",), "primary now: bob", "a1")),
    "silence": silenced,
    "expire": events(SilenceExpired("old", "bob")),
    "silence looked": events(SilenceLooked("old", met=True)),
    "settings": events(SettingsLoaded(started=False)),
    "reclassify": reclassified,
    "quarantine": quarantined,
    "trouble": events(SelfAlertFired("disk", "no disk", "buy one", found_at=0)),
    "trouble ends": events(SelfAlertResolved("room", "there is room")),
    "pack": events(PackDecided(1)),
    "restored": events(StoreRestored(1, 0)),
    "role": events(RoleAssigned(1, "bob", Role.INCIDENT_COMMANDER, "alice")),
    "other role": events(RoleAssigned(1, "bob", Role.INCIDENT_COMMANDER, "bob")),
    "no role": events(RoleReleased(1, "bob", Role.INCIDENT_COMMANDER)),
    "update": events(UpdatePosted(1, "bob", "much", "the pool", "restart")),
    "correct": events(EntryCorrected(1, "bob", 1, "it was three pods")),
    "mark": events(EntryMarked(1, "bob", 1, Marker.DETECTION)),
    "import": events(MessagesImported(1, "bob", (Message("m1", 1, "carol", "hm"),))),
    "tick": events(ItemTicked(1, "bob", "scope")),
    "merge": events(Merged(4, "bob", 1)),
    "merge back": events(Merged(1, "alice", 4)),
    "joins the merged": firing("Mine", severity="SEV-2", pod="9"),
    "bit re-opens": firing("Bit", severity="SEV-2"),
    "joins a part": firing("Part", severity="SEV-2", pod="9"),
    "split": events(SplitOff(1, "bob", (("am", "alertname=Down/pod=1"),))),
    "other split": events(SplitOff(1, "bob", (("am", "alertname=Down/pod=2"),))),
    "update later": events(UpdateSnoozed(1, "bob", HOUR)),
    **LEARNING,
    **PRACTICE,
    **DUTY,
    **PUBLIC,
    **CONTACTS,
    **TALK,
}
PAIRS = [
    *[(name, name) for name in BATCHES],
    ("new", "storm"),
    ("role", "other role"),
    ("merge", "merge back"),
    ("merge", "joins the merged"),
    ("joins the merged", "merge"),
    ("merge", "joins"),
    ("joins a part", "unacknowledge"),
    ("bit re-opens", "re-opens"),
    ("re-opens", "bit re-opens"),
    ("bit re-opens", "re-open"),
    ("bit re-opens", "close"),
    ("joins a part", "merge"),
    ("merge", "all end"),
    ("merge", "timers"),
    ("merge", "resolve"),
    ("merge", "split"),
    ("split", "other split"),
    ("split", "ends"),
    ("split", "all end"),
    ("split", "repeats"),
    ("split", "merge back"),
    ("role", "resolve"),
    ("update", "all end"),
    *LEARNING_PAIRS,
    *PRACTICE_PAIRS,
    *DUTY_PAIRS,
    *PUBLIC_PAIRS,
    *CONTACT_PAIRS,
    *TALK_PAIRS,
    ("joins", "all end"),
    ("joins", "resolve"),
    ("repeats", "ends"),
    ("repeats", "lapses"),
    ("ends", "all end"),
    ("ends", "timers"),
    ("ends", "acknowledge"),
    ("all end", "repeats"),
    ("re-opens", "re-open"),
    ("re-opens", "close"),
    ("still fires", "timers"),
    ("storm", "timers"),
    ("watchdog", "expectation"),
    ("watchdog", "settings"),
    ("watchdog", "other watchdog"),
    ("other watchdog", "watchdog"),
    ("other watchdog", "settings"),
    ("storm", "other storm"),
    ("re-opens", "other return"),
    ("chain", "other chain"),
    ("chain", "expectation"),
    ("chain", "settings"),
    ("known link", "expectation"),
    ("timers", "acknowledge"),
    ("timers", "silence"),
    ("timers", "resolve"),
    ("page due", "acknowledge"),
    ("page due", "silence"),
    ("delivered", "acknowledge"),
    ("refused", "resolve"),
    ("severity", "acknowledge"),
    ("rises", "severity"),
    ("reclassify", "ends"),
    ("silence looked", "expire"),
    ("trouble", "trouble ends"),
]


class Rivals:
    """The two engines, and what is to be seen of them."""

    def __init__(self, held: Behind, other: Desk, store: Observed) -> None:
        self._held = held
        self._desks = Desk(held, other.clock, SETTINGS), other
        self._store = store

    async def _go_back(self) -> None:
        """The store as it was, and engines that know nothing of what came after."""
        await self._store.go_back()
        for desk in self._desks:
            desk.engine.duty_facts = KnownFacts()

    async def one_after_the_other(self, *batches: Batch) -> Rows:
        """What is stored when one engine decides both batches, made before it decides any."""
        await self._go_back()
        made = [await batch(self._desks[1]) for batch in batches]
        for batch in made:
            await self._desks[1].handle(*batch)
        return await self._store.rows()

    async def together(self, first: Batch, second: Batch, after: int) -> Rows | None:
        """What is stored when `second` comes after so many statements of `first`; None: it has not.

        `second` goes as far as it gets before `first` goes on.
        """
        await self._go_back()
        made = await first(self._desks[0]), await second(self._desks[1])
        barrier = self._held.barrier = Barrier(after)
        async with asyncio.TaskGroup() as tasks:
            slow = tasks.create_task(self._desks[0].handle(*made[0]))
            await _first_of(slow, tasks.create_task(barrier.reached.wait()))
            if not barrier.reached.is_set():
                barrier.reached.set()
                return None
            fast = tasks.create_task(self._desks[1].handle(*made[1]))
            await _first_of(fast, waits := tasks.create_task(self._store.waiting()))
            waits.cancel()
            barrier.opened.set()
        return await self._store.rows()


async def _first_of(*tasks: asyncio.Task[object]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


@asynccontextmanager
async def asyncpg_connection(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def _set_the_scene(server: str) -> str:
    """The URL of a store with the scene in it, and beside it a copy to go back to."""
    async with asyncpg_connection(server) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {NAME}")
        await connection.execute(f"ALTER DATABASE {NAME} SET synchronous_commit = off")
    url = urlunsplit(urlsplit(server)._replace(path=f"/{NAME}"))
    clock = StillClock()
    database = await open_database(url, clock)
    await scene(Desk(database, clock, SETTINGS))
    async with observed(url) as store:
        await store.keep()
    await database.close()
    return url


async def _drop(server: str) -> None:
    async with asyncpg_connection(server) as connection:
        await connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture(scope="module")
def prepared(postgres_server: str) -> Iterator[str]:
    """One database for all tests here: making one takes longer than a race."""
    yield asyncio.run(_set_the_scene(postgres_server))
    asyncio.run(_drop(postgres_server))


@pytest.fixture
async def rivals(prepared: str, clock: StillClock) -> AsyncIterator[Rivals]:
    clock.at += LATER_US
    database = await open_database(prepared, clock)
    held = Behind(await open_database(prepared, clock, lock=False))
    async with observed(prepared) as store:
        yield Rivals(held, Desk(database, clock, SETTINGS), store)
    await held.close()
    await database.close()


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a}, {b}" for a, b in PAIRS])
async def test_it_is_as_if_one_engine_had_decided_both(
    rivals: Rivals, one: str, other: str
) -> None:
    first, second = BATCHES[one], BATCHES[other]
    expected = [
        await rivals.one_after_the_other(first, second),
        await rivals.one_after_the_other(second, first),
    ]

    for after in range(1, STATEMENTS_MAX):
        found = await rivals.together(first, second, after)
        if found is None:
            assert after > 1, "the first batch has no statement"
            return
        assert found in expected, f"after {after} statements: {_difference(found, expected)}"
    raise AssertionError("the batch has more statements than were tried")


def _difference(found: Rows, expected: Sequence[Rows]) -> str:
    lines = []
    for number, rows in enumerate(expected):
        for table, texts in rows.items():
            lines += [f"{number} {table} - {text}" for text in texts if text not in found[table]]
            lines += [f"{number} {table} + {text}" for text in found[table] if text not in texts]
    return "\n" + "\n".join(lines)
