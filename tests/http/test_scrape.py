"""A scrape asks the store at most every five seconds."""

from msgspec.structs import replace

from tests.api.site import Site
from triaged.http.scrape import FRESH_US, expect, refresh


def open_incidents(site: Site) -> float | None:
    labels = {"severity": "SEV-2", "state": "open"}
    return site.context.metrics.registry.get_sample_value("triaged_incidents_open", labels)


async def test_what_the_configuration_names_is_counted_from_zero(site: Site) -> None:
    expect(site.context)
    site.context.intake.observe("signed", 1_000)
    sources = {"legacy": site.context.configuration.sources["legacy"]}
    site.context.configuration = replace(site.context.configuration, sources=sources)

    expect(site.context)

    value = site.context.metrics.registry.get_sample_value
    assert value("triaged_pages_total", {"channel": "hook", "outcome": "failed"}) == 0
    reason = {"source": "legacy", "reason": "decision_failed"}
    assert value("triaged_alerts_quarantined_total", reason) == 0
    site.context.intake.observe("signed", 2_000)
    assert value("triaged_ingest_seconds_sum", {"source": "signed"}) == 0.002


async def test_counts_are_kept_for_five_seconds(site: Site) -> None:
    await refresh(site.context)
    await site.declare()
    await refresh(site.context)
    assert open_incidents(site) == 0

    site.clock.ahead_us += FRESH_US
    await refresh(site.context)

    assert open_incidents(site) == 1


async def test_without_the_store_they_stay_as_they_were(site: Site) -> None:
    await site.declare()
    await refresh(site.context)
    site.lose_store()
    site.clock.ahead_us += FRESH_US

    await refresh(site.context)

    assert open_incidents(site) == 1
