from pathlib import Path

from tests.api.site import serving
from triaged.process.maintenance.silence_ends import SilenceEnds


async def test_a_silence_ends_when_nothing_that_it_matches_fires_any_more(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        context = site.context
        job = SilenceEnds(context.engine, context.database, site.clock)
        request = {"matchers": ["alertname=Down"], "comment": "x", "expire_when_clear": True}
        made = await site.post("/api/v1/silences", request)
        states = []

        for status in ("nothing", "firing", "resolved"):
            if status != "nothing":
                end = {"endsAt": "2020-01-01T00:00:00Z"} if status == "resolved" else {}
                alert = {"labels": {"alertname": "Down"}, "startsAt": "2019-01-01T00:00:00Z"}
                await site.post("/api/v2/alerts", [alert | end])
            site.clock.ahead_us += 60_000_000
            await job.once()
            states.append((await site.get(f"/api/v1/silences/{made['id']}"))["state"])

    assert states == ["active", "active", "expired"]
