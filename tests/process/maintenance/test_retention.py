from pathlib import Path

from structlog.testing import capture_logs

from tests.api.site import serving
from triaged.core.time.durations import DAY
from triaged.process.maintenance.retention import Retention


async def test_what_is_past_its_retention_is_deleted_and_said(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.ask("POST", "/webhooks/prometheus", data=b"nothing")
        database, context = site.context.database, site.context
        job = Retention(database, site.clock, lambda: context.configuration)
        with capture_logs() as early:
            await job.once()
        kept = await site.quarantined()
        site.clock.ahead_us += 1000 * DAY

        with capture_logs() as late:
            await job.once()
        left = await site.quarantined()

    assert (len(kept), early) == (1, [])
    assert left == []
    assert [entry["event"] for entry in late] == ["retention.pruned"]
