from pathlib import Path

from structlog.testing import capture_logs

from tests.api.site import serving
from triaged.process.maintenance.restore_notice import RestoreNotice


async def test_what_is_open_after_a_restore_says_so_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await site.fire("Down")
        engine, database = site.context.engine, site.context.database
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO restores VALUES ($1)", site.clock.now())
        with capture_logs() as logs:
            for _ in range(2):  # the second is as after another start
                await RestoreNotice(engine, database).once()
        timeline = await site.get("/api/v1/incidents/INC-1/timeline")

    kinds = [entry["kind"] for entry in timeline["entries"]]
    assert kinds.count("incident.restored") == 1
    assert [(one["event"], one["live"]) for one in logs] == [("store.restored", 1)]
