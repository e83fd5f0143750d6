"""A holiday that another version of the library has moved is told once."""

from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from triaged.config.holidays import holidays_of
from triaged.core.time.recurring import local_day, zone_of
from triaged.process.holiday_keeping import HolidayKeeping, moved
from triaged.store.tables.own import holidays_told

TODAY = date(2027, 3, 1)


def keeping(site: Site) -> HolidayKeeping:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return HolidayKeeping(context.database, context.clock, current)


def test_only_near_days_count() -> None:
    near, far, past = (TODAY + timedelta(days=each) for each in (9, 91, -1))

    assert moved({near: "Eid"}, {near + timedelta(days=1): "Eid"}, TODAY) == [
        (near, "no holiday; it was Eid"),
        (near + timedelta(days=1), "Eid"),
    ]
    assert moved({far: "Eid", past: "Eid"}, {}, TODAY) == []
    assert moved({near: "Eid"}, {near: "Eid al-Fitr"}, TODAY) == []


async def test_moved_holiday_is_told_once_also_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configuration = site.context.configuration
        places = frozenset({"DE-BE"})
        site.context.configuration = replace(configuration, holiday_places=places)
        await keeping(site).once()
        today = local_day(site.clock.now(), zone_of("UTC"))
        day = today + timedelta(days=30)
        known = {**holidays_of("DE-BE"), day: "Day of Moving"}
        async with site.context.database.transaction() as tx:
            await holidays_told.replace(tx, {"DE-BE": known})

        with capture_logs() as logs:
            await keeping(site).once()
            await keeping(site).once()

        warnings = [one for one in logs if one["event"] == "calendar.holiday_moved"]
        assert [one["day"] for one in warnings] == [day.isoformat()]
