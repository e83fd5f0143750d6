"""The review of a week is made when it is due, and sent once by however many daemons."""

from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, serving
from triaged.core.practice.learning.review_notice import review_key
from triaged.core.records.model import Target
from triaged.core.settings import WeeklyReview as Plan
from triaged.core.time.durations import DAY, HOUR
from triaged.core.time.recurring import local_day, zone_of
from triaged.core.time.weekly import WeekTime
from triaged.core.view import key_text
from triaged.process.maintenance.weekly_review import WeeklyReview


def plan_for(site: Site, ago_us: int) -> int:
    """Have the review sent at a time that passed so long ago; that instant."""
    zone = zone_of("UTC")
    due = site.clock.now() - ago_us
    minutes = due // 60_000_000 % (24 * 60)
    at = WeekTime(local_day(due, zone).weekday(), minutes)
    plan = Plan((Target("person", "alice"), Target("team", "payments")), at)
    configuration = site.context.configuration
    settings = replace(configuration.settings, weekly_review=plan, timezone="UTC")
    site.context.configuration = replace(configuration, settings=settings)
    site.context.engine.settings = settings
    return at.last(site.clock.now(), zone)


def job(site: Site) -> WeeklyReview:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return WeeklyReview(context.engine, context.database, context.clock, current)


async def notices(site: Site) -> list[tuple[str, int]]:
    """(key, number of messages) of the notices."""
    async with site.context.database.reading() as tx:
        rows = await tx.fetch(
            """SELECT i.key, COUNT(*) FROM incidents i JOIN pages p ON p.incident = i.number
               WHERE i.key LIKE '%review:%' GROUP BY i.key ORDER BY i.key"""
        )
    return [(key, count) for key, count in rows]


async def test_two_daemons_and_a_restart_send_one(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        slot_at = plan_for(site, HOUR)
        first, second = job(site), job(site)
        for daemon in (first, second, first, job(site)):
            await daemon.once()

        assert await notices(site) == [(key_text(review_key(slot_at)), 2)]


async def test_the_next_week_has_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        plan_for(site, HOUR)
        daemon = job(site)
        await daemon.once()
        site.clock.ahead_us += 7 * DAY
        await daemon.once()

        assert len(await notices(site)) == 2


async def test_one_that_is_late_by_more_than_a_day_is_not_sent(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        plan_for(site, DAY + HOUR)
        await job(site).once()

        assert await notices(site) == []


async def test_nobody_gets_one_without_the_setting(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await job(site).once()

        assert await notices(site) == []
