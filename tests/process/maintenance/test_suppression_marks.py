from pathlib import Path

from msgspec.structs import replace

from tests.api.site import serving
from triaged.core.muting.muters import Muters, Suppressor
from triaged.core.records.matching import Matcher
from triaged.process.maintenance.suppression_marks import SuppressionMarks


async def test_after_a_reload_what_fires_already_suppresses(tmp_path: Path) -> None:
    node = Suppressor("n", (Matcher("alertname", "=", "Node"),), (Matcher("pod", "=~", ".+"),))
    async with serving(tmp_path) as site:
        engine = site.context.engine
        job = SuppressionMarks(engine, site.context.database)
        await job.once()
        await site.fire("Node")
        await site.fire("Down", pod="a")
        before = await site.get("/api/v1/incidents/INC-2")

        engine.settings = replace(engine.settings, muters=Muters((node,)))
        configuration = replace(site.context.configuration, settings=engine.settings)
        site.context.configuration = configuration
        await job.once()
        after = await site.get("/api/v1/incidents/INC-2")

    assert before["muted_by"] is None
    assert after["muted_by"] == ["suppress:n"]
