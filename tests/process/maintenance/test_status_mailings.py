from pathlib import Path

from tests.api.status_site import Outside, status_serving
from triaged.core.records.practice.status_events import (
    SubscriptionAsked,
    SubscriptionConfirmed,
)
from triaged.core.time.durations import DAY, SECOND
from triaged.process.maintenance.status_mailings import SUBSCRIBERS_AT_ONCE
from triaged.store.tables.practice_rows import status

COUNT = 2 * SUBSCRIBERS_AT_ONCE + 1


async def test_a_post_reaches_everybody_once_in_bounded_batches(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        engine = desk.site.context.engine
        for number in range(COUNT):
            address = f"a{number}@example.org"
            asked = SubscriptionAsked(f"s{number}", address, "example.org", f"d{number}")
            await engine.submit([asked, SubscriptionConfirmed(f"s{number}")], urgent=True)
        confirmations = Outside()
        while await desk.carry(confirmations):
            pass
        await desk.post()
        sizes = []
        outside = Outside()
        for _ in range(5):
            desk.site.clock.ahead_us += SECOND
            sizes.append(len(await desk.carry(outside)))

    assert sizes == [SUBSCRIBERS_AT_ONCE, SUBSCRIBERS_AT_ONCE, 1, 0, 0]
    assert len({letter["To"] for letter in outside.letters}) == COUNT == len(outside.letters)


async def test_who_did_not_confirm_is_deleted_after_two_days(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        asked = SubscriptionAsked("ann", "ann@example.org", "example.org", "d")
        await desk.site.context.engine.submit([asked], urgent=True)
        found = []
        for days in (0, 1, 1):
            desk.site.clock.ahead_us += days * DAY
            await desk.mailings.once()
            async with desk.site.context.database.reading() as tx:
                found.append(await status.counts(tx))

    assert found == [{"unconfirmed": 1}, {"unconfirmed": 1}, {}]
