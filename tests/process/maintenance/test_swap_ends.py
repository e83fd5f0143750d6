from pathlib import Path

from tests.api.site import serving
from tests.api.test_swaps import asked
from triaged.core.time.durations import DAY
from triaged.process.maintenance.swap_ends import SwapEnds


async def test_a_proposal_ends_when_nobody_has_answered_in_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        job = SwapEnds(site.context.engine, site.context.database, site.clock)
        made = await asked(site)
        states = []
        for ahead_us in (0, 8 * DAY):
            site.clock.ahead_us += ahead_us
            await job.once()
            states.append((await site.get(f"/api/v1/swaps/{made['id']}"))["state"])

    assert states == ["proposed", "expired"]
