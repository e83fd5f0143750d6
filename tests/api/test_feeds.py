"""The list of calendar feeds: what is wrong with each, and never its address."""

from pathlib import Path

from tests.api.site import serving
from triaged.core.records.duty.feeds import FeedState, RefusedEvent
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.tables.own import feeds


async def test_feed_is_listed_with_its_faults_and_the_nearest_names(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        now = site.clock.now()
        state = FeedState(
            "primary",
            "primary",
            "primary",
            10 * MINUTE,
            now - HOUR,
            tried_at=now,
            ok_at=now,
            events=3,
            refused=(RefusedEvent("u1", "alice", "it has no DTSTART"),),
            refused_number=1,
            unknown=("Alise",),
        )
        async with site.context.database.transaction() as tx:
            await feeds.add(tx, [state], now)

        (found,) = (await site.get("/api/v1/feeds"))["feeds"]

        assert (found["ok"], found["stale"], found["events"]) == (False, False, 3)
        assert found["refused"] == [{"uid": "u1", "summary": "alice", "why": "it has no DTSTART"}]
        assert found["unknown"][0]["name"] == "Alise"
        assert found["unknown"][0]["nearest"][0].lower() == "alice"


async def test_feed_that_was_not_read_for_two_intervals_is_stale(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        now = site.clock.now()
        state = FeedState("a", "a", "primary", 10 * MINUTE, now, ok_at=now)
        async with site.context.database.transaction() as tx:
            await feeds.add(tx, [state], now)
        assert (await site.get("/api/v1/feeds"))["feeds"][0]["ok"]

        site.clock.ahead_us += HOUR

        (found,) = (await site.get("/api/v1/feeds"))["feeds"]
        assert (found["ok"], found["stale"]) == (False, True)
