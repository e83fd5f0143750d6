"""Feeds that are due are read, their shifts put in force, and their troubles reported."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from tests.feeds.bodies import calendar, event
from triaged.config.model import Feed
from triaged.core.oncall.duty import duty_of, on_call
from triaged.core.records.duty.feeds import (
    FeedReading,
    FeedState,
    Fetched,
    FetchOutcome,
    NotFetched,
    NotModified,
    UnreadableFeed,
)
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.feeds.reading import read_feed
from triaged.feeds.request import Request
from triaged.process.feeds.polling import FeedPolling, Means
from triaged.store import duty_facts
from triaged.store.tables.own import feeds as table
from triaged.wire import Secret, instant_text

BOTH = ("alice, bob",)
"""The rotations of the site never put both on call."""

ADDRESS = Secret("https://calendar.example.org/private-0a1b2c/rota.ics")


async def parse(request: Request) -> FeedReading | UnreadableFeed:
    """As the process does."""
    return read_feed(request)


class Calendars:
    """A host of calendars: what it answers, and what it was asked."""

    def __init__(self) -> None:
        self.outcome: FetchOutcome = NotFetched("no connection within 30 s")
        self.asked: list[tuple[str, str]] = []

    async def fetch(self, url: Secret, etag: str, modified: str) -> FetchOutcome:
        assert url is ADDRESS
        self.asked.append((etag, modified))
        return self.outcome


def rota(site: Site, days: int, names: Sequence[str] = ("alice",)) -> bytes:
    """Shifts of a day each, of these people in turn, from an hour ago on."""
    start = site.clock.now() - HOUR
    shifts = [
        event(
            f"DTSTART:{_stamp(start + day * DAY)}\nDTEND:{_stamp(start + (day + 1) * DAY)}",
            names[day % len(names)],
            f"u{day}",
        )
        for day in range(days)
    ]
    return calendar(*shifts)


def _stamp(at: int) -> str:
    return instant_text(at)[:19].replace("-", "").replace(":", "") + "Z"


def configured(site: Site, *feeds: Feed) -> None:
    """A reload has succeeded with these feeds."""
    configuration = site.context.configuration
    named = {feed.name: feed for feed in feeds}
    site.context.configuration = replace(configuration, feeds=named)


FEED = Feed("primary", "primary", "primary", "UTC", 10 * MINUTE, url=ADDRESS)


def polling(site: Site, calendars: Calendars) -> FeedPolling:
    """The job of a daemon that has just started."""
    context = site.context
    means = Means(calendars, parse)
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return FeedPolling(context.engine, context.database, context.clock, current, means)


async def state_of(site: Site) -> FeedState:
    async with site.context.database.reading() as tx:
        (state,) = await table.every(tx)
    return state


async def on_call_now(site: Site) -> tuple[str, ...]:
    now = site.clock.now()
    async with site.context.database.reading() as tx:
        facts = await duty_facts.read(tx, now)
    return on_call(duty_of(site.context.configuration.settings, facts), "primary", now)


async def titles(site: Site) -> list[str]:
    """The titles of the incidents that are open."""
    answer = await site.get("/api/v1/incidents?state=open")
    return [one["title"] for one in answer["incidents"]]


def logged(logs: Sequence[Mapping[str, object]], name: str) -> int:
    return sum(1 for one in logs if one["event"] == name)


async def test_shifts_are_in_force_once_the_feed_is_read(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 3, BOTH), '"1"')
        before = await on_call_now(site)
        await polling(site, calendars).once()

        assert len(before) == 1
        assert await on_call_now(site) == ("alice", "bob")
        state = await state_of(site)
        assert (state.events, state.future, state.etag, state.error) == (3, 3, '"1"', "")


async def test_feed_is_read_when_due_and_asked_for_with_its_tag(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 3), '"1"')
        job = polling(site, calendars)
        await job.once()
        await job.once()
        assert calendars.asked == [("", "")]

        site.clock.ahead_us += 10 * MINUTE
        calendars.outcome = NotModified()
        await job.once()
        assert calendars.asked == [("", ""), ('"1"', "")]

        site.clock.ahead_us += DAY
        calendars.outcome = Fetched(rota(site, 3), '"2"')
        await job.once()
        assert calendars.asked[-1] == ("", "")  # once a day the whole body is read


async def test_failure_leaves_the_last_copy_in_force_also_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 3, BOTH))
        await polling(site, calendars).once()
        site.clock.ahead_us += HOUR
        calendars.outcome = Fetched(b"<html>Sign in</html>")
        await polling(site, calendars).once()

        assert await on_call_now(site) == ("alice", "bob")
        state = await state_of(site)
        assert state.error.startswith("this is not a calendar (it looks like a web page)")


async def test_stale_feed_is_a_warning_then_an_incident_until_it_is_read(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 30))
        job = polling(site, calendars)
        await job.once()
        calendars.outcome = NotFetched("the answer is 500")
        with capture_logs() as logs:
            for _ in range(3):
                site.clock.ahead_us += 10 * MINUTE
                await job.once()
        assert logged(logs, "feed.stale") == 1
        assert await titles(site) == []

        site.clock.ahead_us += DAY
        await job.once()
        site.clock.ahead_us += 10 * MINUTE
        await job.once()
        (title,) = await titles(site)
        assert title.startswith("calendar primary has not been read for 1d")

        site.clock.ahead_us += 10 * MINUTE
        calendars.outcome = Fetched(rota(site, 30))
        await job.once()
        assert await titles(site) == []


async def test_shrinking_is_announced(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 52))
        job = polling(site, calendars)
        await job.once()
        site.clock.ahead_us += 10 * MINUTE
        calendars.outcome = Fetched(rota(site, 3))
        await job.once()

        assert await titles(site) == ["calendar primary shrank from 52 to 3 shifts"]


async def test_unknown_name_is_a_hole_until_somebody_has_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 3, ["Alise"]))
        job = polling(site, calendars)
        with capture_logs() as logs:
            await job.once()
        assert await on_call_now(site) == ()
        (warning,) = [one for one in logs if one["event"] == "feed.unknown_name"]
        assert warning["nearest"][0] == "alice"

        settings = site.context.configuration.settings
        person = replace(settings.people["alice"], name="Alise")
        people = {**settings.people, "alice": person}
        site.context.configuration = replace(
            site.context.configuration, settings=replace(settings, people=people)
        )
        await job.once()
        assert await on_call_now(site) == ("alice",)


async def test_feed_that_is_gone_leaves_no_shift(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        calendars = Calendars()
        calendars.outcome = Fetched(rota(site, 3, BOTH))
        job = polling(site, calendars)
        await job.once()
        configured(site)
        await job.once()

        assert len(await on_call_now(site)) == 1
        async with site.context.database.reading() as tx:
            assert await table.every(tx) == []


async def test_file_is_read_and_its_address_is_never_logged(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        file = tmp_path / "rota.ics"
        configured(site, replace(FEED, url=None, file=file))
        job = polling(site, Calendars())
        await job.once()
        assert "cannot be read" in (await state_of(site)).error

        file.write_bytes(rota(site, 2, BOTH))
        site.clock.ahead_us += 10 * MINUTE
        await job.once()
        assert await on_call_now(site) == ("alice", "bob")


async def test_no_log_line_holds_an_address(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        configured(site, FEED)
        with capture_logs() as logs:
            await polling(site, Calendars()).once()

        assert logs
        assert "0a1b2c" not in repr(logs)
