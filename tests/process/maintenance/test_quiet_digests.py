"""Digests are sent when quiet hours are over, once by however many daemons."""

from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site, serving
from triaged.core.records.events import PageDue
from triaged.core.records.severity import Severity
from triaged.core.time.durations import DAY, HOUR, SECOND
from triaged.core.time.recurring import Recurring, parse
from triaged.process.maintenance.quiet_digests import QuietDigests
from triaged.store.tables import pages


def use(site: Site, hours: Recurring | None) -> None:
    """Everybody has these quiet hours from now on."""
    configuration = site.context.configuration
    people = {
        name: replace(person, quiet_hours=hours, timezone="UTC")
        for name, person in configuration.settings.people.items()
    }
    severities = dict(configuration.settings.severities)
    severities[Severity.SEV4] = replace(severities[Severity.SEV4], respond_within=HOUR)
    settings = replace(configuration.settings, people=people, severities=severities)
    site.context.configuration = replace(configuration, settings=settings)
    site.context.engine.settings = settings


def job(site: Site) -> QuietDigests:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return QuietDigests(context.engine, context.database, context.clock, current)


async def digests(site: Site) -> int:
    async with site.context.database.reading() as tx:
        rows = await tx.fetch("SELECT COUNT(*) FROM pages WHERE id LIKE '%/digest/%'")
    return int(rows[0][0])


async def hold_one(site: Site) -> None:
    """A page of urgency `notify` is due while it is quiet."""
    day = (site.clock.now() // DAY + 4) % 7
    today = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")[day]
    use(site, parse(today))
    await site.declare(severity="SEV-4")
    async with site.context.database.transaction() as tx:
        now = site.clock.now()
        claimed = await pages.claim(tx, "console", now, 10 * SECOND, pages.Room(10))
    assert claimed
    await site.context.engine.submit([PageDue(page) for page in claimed], urgent=True)


async def test_two_daemons_and_a_restart_send_one_digest(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await hold_one(site)
        await job(site).once()
        assert await digests(site) == 0, "it is quiet still"

        use(site, None)
        first, second = job(site), job(site)
        for daemon in (first, second, first, job(site)):
            await daemon.once()

        assert await digests(site) == 1
        for person in ("alice", "bob"):
            rows = (await site.get(f"/api/v1/people/{person}/held"))["held"]
            assert {row["state"] for row in rows} <= {"told"}


async def test_what_is_held_is_shown(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        await hold_one(site)

        people = (await site.get("/api/v1/people"))["people"]
        waiting = {row["person"]: row["held"] for row in people if row["held"]}
        ((person, count),) = waiting.items()
        (row,) = (await site.get(f"/api/v1/people/{person}/held"))["held"]

    assert count == 1
    assert (row["incident"], row["state"], row["severity"]) == ("INC-1", "held", "SEV-4")
    assert row["until"] > row["at"]
