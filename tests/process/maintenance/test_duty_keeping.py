"""Whose duty a reload or a restart has moved is told once, by whichever daemon sees it first."""

from pathlib import Path

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from triaged.core.time.durations import WEEK
from triaged.core.time.oncall import Rotation, Schedule
from triaged.process.maintenance.duty_keeping import DutyKeeping
from triaged.store.tables import pages
from triaged.store.tables.own import schedules_told


def in_force(site: Site, *people: str) -> None:
    """A reload has succeeded by which these people take turns."""
    weekly = Rotation(people, WEEK, "2026-01-05T09:00")
    schedules = {"primary": Schedule("primary", "UTC", (weekly,))}
    configuration = site.context.configuration
    changed = replace(configuration.settings, schedules=schedules)
    site.context.configuration = replace(configuration, settings=changed)


def keeping(site: Site) -> DutyKeeping:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return DutyKeeping(context.engine, context.database, context.clock, current)


async def told(site: Site) -> list[tuple[str, str]]:
    """(person, news) of every message, sorted."""
    async with site.context.database.reading() as tx:
        found = [page for number in (1, 2, 3, 4) for page in await pages.of(tx, number)]
    return sorted((page.recipient.person, page.subject.partition(":")[0]) for page in found)


BOTH = [("alice", "your duty ends"), ("bob", "your duty begins")]


async def test_at_the_first_start_nobody_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        await keeping(site).once()

        assert await told(site) == []


async def test_a_reload_tells_those_whose_duty_it_moves_and_logs_nothing_twice(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        job = keeping(site)
        await job.once()
        in_force(site, "bob")
        with capture_logs() as logs:
            await job.once()
            await job.once()

        assert await told(site) == BOTH
        assert [one for one in logs if one["event"] == "reload.duty_changed"] == []


async def test_a_restart_with_another_configuration_tells_and_logs(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        await keeping(site).once()
        in_force(site, "bob")
        with capture_logs() as logs:
            await keeping(site).once()
            await keeping(site).once()

        assert await told(site) == BOTH
        events = [(one["event"], one["log_level"]) for one in logs]
        assert events.count(("reload.duty_changed", "warning")) == 1


async def test_what_was_told_before_a_crash_is_not_told_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        await keeping(site).once()
        async with site.context.database.reading() as tx:
            kept = await schedules_told.last(tx)
        assert kept is not None
        in_force(site, "bob")
        await keeping(site).once()
        async with site.context.database.transaction() as tx:  # it crashed before it kept them
            await schedules_told.replace(tx, kept.schedules, kept.told_at)
        await keeping(site).once()

        assert await told(site) == BOTH


async def test_a_change_back_is_another_change(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        job = keeping(site)
        await job.once()
        for people in ("bob", "alice", "bob"):
            in_force(site, people)
            await job.once()

        assert len(await told(site)) == 6


async def test_only_later_shifts_move_and_nobody_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, "alice")
        job = keeping(site)
        await job.once()
        in_force(site, "alice", "alice")
        await job.once()

        assert await told(site) == []
