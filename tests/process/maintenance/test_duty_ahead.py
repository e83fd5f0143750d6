"""Shifts and gaps are told once by however many daemons."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, serving
from triaged.core.time.durations import HOUR, WEEK
from triaged.core.time.oncall import Rotation
from triaged.core.time.recurring import parse
from triaged.process.maintenance.duty_ahead import DutyAhead
from triaged.wire import instant_text


def use(site: Site, **changes: object) -> None:
    """The schedule is another one from now on."""
    configuration = site.context.configuration
    primary = replace(configuration.settings.schedules["primary"], **changes)
    settings = replace(configuration.settings, schedules={"primary": primary})
    site.context.configuration = replace(configuration, settings=settings)
    site.context.engine.settings = settings


def turn(site: Site, ago_us: int) -> None:
    """Turns of a week, of which one began so long ago, with notices."""
    minute = (site.clock.now() - ago_us) // 60_000_000 * 60_000_000
    start = instant_text(minute - 2 * WEEK)[:16]
    rotation = Rotation(("alice", "bob"), WEEK, start)
    use(site, rotations=(rotation,), notice_before_us=HOUR)


def job(site: Site) -> DutyAhead:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return DutyAhead(context.engine, context.database, context.clock, current)


async def titles(site: Site) -> Sequence[str]:
    async with site.context.database.reading() as tx:
        rows = await tx.fetch("SELECT number, body FROM incidents ORDER BY number")
    return [body.split('"title":"')[1].split('"')[0] for _, body in rows]


async def test_two_daemons_and_a_restart_tell_a_shift_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        turn(site, HOUR // 4)
        first, second = job(site), job(site)
        for daemon in (first, second, first, job(site)):
            await daemon.once()

        (told,) = await titles(site)
        assert told.startswith("bob: your duty by primary ended ")


async def test_a_shift_is_told_before_it_begins(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        turn(site, -HOUR // 2)
        await job(site).once()

        (told,) = await titles(site)
        assert told.startswith("alice: your duty by primary begins ")


async def test_gaps_of_the_next_week_are_told_to_the_team_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        use(
            site,
            rotations=(Rotation(("alice",), WEEK, "2026-01-05T09:00", parse("mon 09:00-10:00")),),
        )
        for daemon in (job(site), job(site)):
            await daemon.once()

        told = await titles(site)
        assert len(told) in (1, 2)
        assert all(one.startswith("nobody is on call by primary ") for one in told)
        pages = await site.get("/api/v1/incidents/INC-1/pages")
        assert [page["person"] for page in pages["pages"]] == ["alice", "bob"]
