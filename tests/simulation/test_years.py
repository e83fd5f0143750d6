"""Years of paging: turns of duty, working days, windows of every week, rounds without an end."""

import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from random import Random

import pytest

from tests.core.world import MONDAY
from tests.simulation.jumping import Jumper
from tests.simulation.oracle.oracle import Oracle
from tests.simulation.time import simulate
from tests.simulation.walks import Seen, agree, foretold_at, seen
from tests.simulation.world import Trouble, TroubledStore
from tests.simulation.years import YEARS, calendar, chosen, happenings
from triaged.core.records.events import SettingsLoaded
from triaged.core.time.durations import DAY
from triaged.dry_run.simulator import Simulator
from triaged.store.database.migrating import migrate

SEEDS = int(os.environ.get("TRIAGED_YEARS", "3"))
"""Some seconds each; more in a night."""

EVERY_DAYS = 4.0

SEED = 0
SELDOM_DAYS = 24.0
"""Of the engine, which commits each step."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_years_go_as_the_oracle_says(seed: int) -> None:
    oracle, simulator = Oracle(chosen(), MONDAY, calendar()), Simulator(chosen(), MONDAY)
    simulator.handle(SettingsLoaded(started=True))
    for at, event in happenings(seed, EVERY_DAYS):
        oracle.pass_until(at)
        simulator.run_until(at)
        found = list(simulator.view.incidents.values())
        assert seen(at, found, []).incidents == foretold_at(oracle).incidents
        oracle.handle(event)
        simulator.handle(event)
    found = list(simulator.view.incidents.values())
    rows = list(simulator.view.pages.values())

    assert agree([seen(oracle.now, found, rows)], [foretold_at(oracle)])
    assert oracle.now > MONDAY + round((YEARS - 0.1) * 365 * DAY)
    assert len(oracle.sent) > 500


def test_years_of_the_engine_go_as_the_oracle_says(tmp_path: Path) -> None:
    """With a restart of the process before every fifth event."""

    async def main(dice: Random) -> Mapping[str, object]:
        calm = Trouble(dice)
        calm.over = True
        store = TroubledStore(tmp_path / "triaged.db", calm)
        await store.open()
        try:
            await migrate(store, MONDAY)
            return {"differs": [one async for one in differing(Jumper(store, chosen()))]}
        finally:
            await store.close()

    assert simulate(SEED, main) == {"differs": []}


async def differing(jumper: Jumper) -> AsyncIterator[tuple[Seen, Seen]]:
    """What the rows and the oracle say, wherever it is not the same."""
    oracle = Oracle(chosen(), MONDAY, calendar())
    await jumper.start()
    for number, (at, event) in enumerate(happenings(SEED, SELDOM_DAYS)):
        oracle.pass_until(at)
        await jumper.run_until(at)
        if number % 5 == 0:
            await jumper.start()
        found, told = await jumper.seen(sent=False), foretold_at(oracle)
        if found.incidents != told.incidents:
            yield found, told
        oracle.handle(event)
        await jumper.handle(event)
    found, told = await jumper.seen(sent=True), foretold_at(oracle)
    if not agree([found], [told]):
        yield found, told
