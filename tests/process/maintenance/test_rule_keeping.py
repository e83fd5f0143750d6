"""The texts of the rules in force are kept, and an incident says which are not the files'."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace
from structlog.testing import capture_logs

from tests.api.site import Site, serving
from triaged.config.rule_files import RuleFile, RuleFiles
from triaged.process.last_good_rules import StandIn
from triaged.process.maintenance.rule_keeping import KEPT_BYTES_MAX, RuleKeeping
from triaged.store.tables.own import rule_texts

SITE = RuleFile("/etc/site.yaml", "*.yaml", b"rules: [...]", 1, 1, allow_empty=False)
BAD = StandIn("/etc/site.yaml", 1_000_000, "/etc/site.yaml:1:7: 'SEV-9' is none of SEV-1")


def in_force(site: Site, *files: RuleFile) -> None:
    """A reload has succeeded with these files."""
    rule_files = RuleFiles(("*.yaml",), files, allow_empty=False)
    site.context.configuration = replace(site.context.configuration, rule_files=rule_files)


def keeping(site: Site, *stand_ins: StandIn) -> RuleKeeping:
    """The job of a daemon that has just started."""
    context = site.context
    current = lambda: context.configuration  # noqa: E731 - as the daemon gives it
    return RuleKeeping(context.engine, context.database, context.clock, current, stand_ins)


async def kept(site: Site) -> dict[str, bytes]:
    """The texts in the store."""
    async with site.context.database.reading() as tx:
        return {one.path: one.text for one in await rule_texts.every(tx)}


async def incidents(site: Site) -> list[Any]:
    """All that there are."""
    found: list[Any] = (await site.get("/api/v1/incidents"))["incidents"]
    return found


async def test_texts_are_kept_at_the_start_and_at_each_reload(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, SITE)
        job = keeping(site)
        await job.once()
        first = await kept(site)
        in_force(site, replace(SITE, text=b"rules: [more]"))
        await job.once()

        assert first == {"/etc/site.yaml": b"rules: [...]"}
        assert await kept(site) == {"/etc/site.yaml": b"rules: [more]"}
        assert await incidents(site) == []


async def test_what_stands_in_is_an_incident_until_a_reload_succeeds(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, SITE)
        job = keeping(site, BAD)
        await job.once()
        await job.once()
        (first,) = await incidents(site)
        before = await kept(site)
        in_force(site, SITE)
        await job.once()
        (after,) = await incidents(site)

    assert (first["severity"], first["state"]) == ("SEV-1", "open")
    assert first["title"] == "rules of /etc/site.yaml are those of 1970-01-01T00:00:01.000000Z"
    assert before == {}, "what stands in is kept already"
    assert after["state"] == "resolved"


async def test_an_incident_of_an_earlier_process_ends(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, SITE)
        await keeping(site, BAD).once()
        await keeping(site).once()
        (found,) = await incidents(site)

    assert found["state"] == "resolved"


async def test_more_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        in_force(site, replace(SITE, text=b"#" * (KEPT_BYTES_MAX + 1)))
        with capture_logs() as logs:
            await keeping(site).once()

        assert await kept(site) == {}
    assert "rules.not_kept" in [one["event"] for one in logs]
