"""Calendars of final shifts, and business calendars."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import serving
from triaged.api._calendars import is_known, shifts_of, text_of
from triaged.core.time.calendars import Calendar, Holiday
from triaged.core.time.durations import MINUTE
from triaged.core.time.recurring import Recurring, local_day, parse, zone_of
from triaged.feeds.writing import numbered


async def test_entity_tag_follows_from_the_shifts_and_not_from_the_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        shifts = await shifts_of(site.context, "schedule", "primary")
        sent = numbered(shifts, {})
        first, tag = await text_of(site.context, "schedule", "primary", shifts, sent)
        site.clock.ahead_us += MINUTE
        second, same = await text_of(site.context, "schedule", "primary", shifts, sent)

        assert first != second
        assert tag == same
        assert tag != (await text_of(site.context, "person", "alice", shifts, sent))[1]


async def test_only_what_the_configuration_has_has_a_calendar(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        settings = site.context.configuration.settings

        assert is_known(settings, "schedule", "primary")
        assert not is_known(settings, "person", "primary")


async def test_next_holidays_of_a_calendar_are_listed(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        today = local_day(site.clock.now(), zone_of("UTC"))
        days = [today + timedelta(days=each) for each in range(-3, 20)]
        week = parse("daily 09:00-17:00")
        hours = Recurring(week.text, week.week, frozenset(days))
        named = tuple(Holiday(day, "closed") for day in days)
        calendar = Calendar("berlin", "UTC", hours, named)
        configuration = site.context.configuration
        settings = replace(configuration.settings, calendars={"berlin": calendar})
        site.context.configuration = replace(configuration, settings=settings)

        found = await site.get("/api/v1/calendars/berlin")
        unknown = await site.ask("GET", "/api/v1/calendars/berlni")

        assert (found["hours"], found["open"]) == ("daily 09:00-17:00", False)
        assert [one["day"] for one in found["holidays"]] == [
            (today + timedelta(days=each)).isoformat() for each in range(10)
        ]
        assert unknown.status == 404
        assert "did you mean berlin?" in await unknown.text()
