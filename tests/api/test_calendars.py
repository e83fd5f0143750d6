"""Calendars of final shifts: whose they are, and their entity tags."""

from pathlib import Path

from tests.api.site import serving
from triaged.api._calendars import is_known, shifts_of, text_of
from triaged.core.time.durations import MINUTE
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
