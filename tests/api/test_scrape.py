"""A scrape asks the store at most every five seconds."""

from tests.api.site import Site
from triaged.api.scrape import FRESH_US, refresh


def open_incidents(site: Site) -> float | None:
    labels = {"severity": "SEV-2", "state": "open"}
    return site.context.metrics.registry.get_sample_value("triaged_incidents_open", labels)


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
