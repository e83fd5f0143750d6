"""Hours of trouble in a second: kills, a disk with moods, a provider that lies; nothing is lost.

Ledgers of what senders were told, what the person was told, what the provider took and what the
store holds are compared when everything has been quiet for a while (reliability: C1, C4-C8, C10,
C14). A failing seed is printed in the test's name; removed guards show that the checks see.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest

from tests.simulation.time import START_US, simulate
from tests.simulation.world import TROUBLE_US, Parts, Provider, Trouble, TroubledStore, World
from triaged.channels import HttpRequest
from triaged.clock import ThreadClock
from triaged.core.records.answers import Answer
from triaged.core.records.events import Event, PackDecided
from triaged.core.records.model import Incident, Page, PageKind, PageState, State
from triaged.core.settings import StormLimit
from triaged.core.time.durations import SECOND
from triaged.engine.engine import Engine
from triaged.errors import StoreError
from triaged.ingest import Received
from triaged.intake.backlog import Backlog, Reader
from triaged.store.database.base import Database, Transaction
from triaged.store.database.sqlite import SqliteDatabase
from triaged.store.queries.verify import verify
from triaged.store.tables import backlog, pages
from triaged.store.tables.incidents import IncidentFilter, find

SEEDS = int(os.environ.get("TRIAGED_SIMULATIONS", "6"))
"""More in a night."""

TRIES = 8
"""Seeds within which a removed guard has to be noticed."""

ATTEMPT_US = 12 * SECOND


async def lived(folder: Path, dice: Random, made_of: Parts) -> World:
    """A world after its hours."""
    world = World(folder, dice, made_of)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.live())
        tasks.create_task(world.send_all())
    return world


async def faults(world: World) -> Mapping[str, object]:
    """What does not hold, by check; all empty if everything does."""
    calm = Trouble(world.dice)
    calm.over = True
    async with world.store(calm) as store:
        async with store.reading() as tx:
            stored = {
                tuple(row) for row in await tx.fetch("SELECT source, fingerprint FROM alerts")
            }
            incidents, _ = await find(tx, IncidentFilter(limit=1000))
            rows = [page for one in incidents for page in await pages.of(tx, one.number)]
            waiting = (await backlog.extent(tx)).packs
            integrity = await tx.fetch("PRAGMA integrity_check")
        broken = (await verify(store)).problems
    taken = Counter(one.key for one in world.sent)
    return {
        "C1 accepted and not there": world.accepted - stored,
        "C2 accepted and not decided": [waiting] if waiting else [],
        "C4 steps that nobody was paged for": list(_unpaged(incidents, rows)),
        "C5 pages without an end": [p.id for p in rows if p.state is PageState.DUE],
        "C6 sent, but the provider has none": [
            p.id for p in rows if p.state is PageState.SENT and not taken[p.id]
        ],
        "C7 copies that do not say so": list(_unmarked(world)),
        "C8 pages after the acknowledgement": list(_after_acknowledgement(world, incidents)),
        "C10 chains": list(broken),
        "C14 integrity": [row for row in integrity if row[0] != "ok"],
    }


def _unpaged(incidents: Sequence[Incident], rows: Sequence[Page]) -> list[str]:
    """(incident, step) of both rounds that an open one should have had, and has no page for.

    What waits under an umbrella has none, but an umbrella, which has.
    """
    live = {one.number for one in incidents if one.live}
    known = {(p.incident, p.epoch, p.round, p.step) for p in rows if p.kind is PageKind.PAGE}
    return [
        f"{one.id} epoch {one.escalation.epoch} round {number} step {step}"
        for one in incidents
        if one.state is State.OPEN
        if one.bundled_at is None or one.storm not in live
        for number in (1, 2)
        for step in (1, 2, 3)
        if (one.number, one.escalation.epoch, number, step) not in known
    ]


def _unmarked(world: World) -> list[str]:
    """Keys of which the provider took two that do not call themselves possible copies."""
    plain = Counter(one.key for one in world.sent if not one.possible_duplicate)
    return [key for key, count in plain.items() if count > 1]


def _after_acknowledgement(world: World, incidents: Sequence[Incident]) -> list[str]:
    """Pages taken though the incident was acknowledged well before and never armed again."""
    once = {i.number for i in incidents if i.escalation.epoch == 1}
    return [
        one.key
        for one in world.sent
        if one.kind == "page"
        and one.incident in once
        and one.at > world.acknowledged.get(one.incident, one.at) + ATTEMPT_US
    ]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_lost_whatever_goes_wrong(tmp_path: Path, seed: int) -> None:
    async def main(dice: Random) -> Mapping[str, object]:
        world = await lived(tmp_path, dice, Parts())
        assert len(world.deaths) > 2
        assert len(world.accepted) > 60, "the trouble left something to check"
        assert world.put_off > 3
        assert any(one.at < START_US + TROUBLE_US for one in world.sent)
        return await faults(world)

    assert {check: found for check, found in simulate(seed, main).items() if found} == {}


@pytest.mark.parametrize("seed", range(max(2, SEEDS // 3)))
def test_nothing_is_lost_in_storms(tmp_path: Path, seed: int) -> None:
    bundling = Parts(storm=StormLimit(5, 600 * SECOND))

    async def main(dice: Random) -> Mapping[str, object]:
        return await faults(await lived(tmp_path, dice, bundling))

    assert {check: found for check, found in simulate(seed, main).items() if found} == {}


class Lost(Exception):
    """A commit comes to nothing."""


class LyingStore(TroubledStore):
    """Takes a commit that failed for one that did not: the answers are not true then."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """As SQLite's; what the disk refuses at the end is lost without a word."""
        self.trouble.strike()
        with suppress(Lost):
            async with SqliteDatabase.transaction(self) as tx:
                yield tx
                if self.trouble.strikes():
                    raise Lost


class Rash(Engine):
    """Forgets bodies before they are decided."""

    async def submit(self, events: Sequence[Event], *, urgent: bool) -> list[Answer]:
        """The answers to `events`, the ends of bodies first."""
        ends = [event for event in events if isinstance(event, PackDecided)]
        if ends:
            await super().submit(ends, urgent=False)
        return await super().submit(events, urgent=urgent)


class Hurried(Backlog):
    """Answers senders before their bodies are on disk."""

    def __init__(
        self, engine: Engine, database: Database, clock: ThreadClock, read: Reader
    ) -> None:
        super().__init__(engine, database, clock, read)
        self._answered: asyncio.Queue[tuple[Received, int]] = asyncio.Queue()

    def loops(self) -> Mapping[str, Callable[[], Coroutine[None, None, None]]]:
        """Those of the real one, and the one that has bodies written."""
        return {**super().loops(), "late": self._late}

    async def keep(self, received: Received, alerts: int) -> None:
        """Return at once; the body is written later, or never."""
        self._answered.put_nowait((received, alerts))

    async def _late(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._written(*await self._answered.get()))

    async def _written(self, received: Received, alerts: int) -> None:
        with suppress(StoreError):
            await super().keep(received, alerts)


class Liar(Provider):
    """Says that it took what it did not."""

    def take(self, message: HttpRequest) -> None:
        """Lose it, most of the time."""
        if self.trouble.dice.random() < 0.1:
            super().take(message)


@pytest.mark.parametrize(
    ("mutant", "noticed"),
    [
        (Parts(store=LyingStore, disk=0.1), "C1"),
        (Parts(engine=Rash, disk=0.3), "C1"),
        (Parts(backlog=Hurried, disk=0.3), "C1"),
        (Parts(carrier=Liar), "C6"),
    ],
)
def test_a_removed_guard_is_noticed(tmp_path: Path, mutant: Parts, noticed: str) -> None:
    async def main(dice: Random) -> Mapping[str, object]:
        return await faults(await lived(Path(mkdtemp(dir=tmp_path)), dice, mutant))

    assert any(
        noticed in {check[:2] for check, found in simulate(seed, main).items() if found}
        for seed in range(TRIES)
    )
