"""How often something pages, and how often anybody acts."""

from tests.core.world import settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, Resolved
from triaged.core.records.model import Incident
from triaged.core.time.durations import DAY
from triaged.store.database.connect import Database
from triaged.store.queries import page_stats
from triaged.store.queries.page_stats import PageCounts, PagedIncident, counts_of
from triaged.store.tables import incidents


async def test_incidents_of_a_key_and_of_a_rule_are_counted(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, settings(reopen_within=0))
    for acts in (None, Acknowledged, Resolved):
        await desk.handle(desk.fires(severity="SEV-2", service="cart"))
        if acts is not None:
            number = max([incident.number for incident in await live(desk)])
            await desk.handle(acts(number, "alice"))
        await desk.handle(desk.ends(severity="SEV-2", service="cart"))
        clock.at += DAY
    await desk.handle(desk.fires(severity="SEV-2", service="other"))
    first = await desk.incident(1)

    async with database.reading() as tx:
        of_key = await page_stats.of_key(tx, first.key, 0)
        of_rule, newest_only = await page_stats.of_rule(tx, "rule:label-SEV-2", 0)
        late = await page_stats.of_key(tx, first.key, clock.now())

    assert (of_key, of_rule) == (PageCounts(3, 0, 2), PageCounts(4, 0, 2))
    assert not newest_only
    assert late == PageCounts(0, 0, 0)


async def live(desk: Desk) -> list[Incident]:
    """Incidents that are not over."""
    async with desk.database.reading() as tx:
        found, _ = await incidents.find(tx, incidents.IncidentFilter(states=["open"]))
    return found


def test_whom_it_paged_and_who_acted_is_read_off_the_incident() -> None:
    paged_incidents = [
        PagedIncident("rule:a", told=[{}], acknowledged_by="alice"),
        PagedIncident("rule:a", told=[{}], resolved_by="alerts"),
        PagedIncident("rule:a", resolved_by="bob"),
        PagedIncident("rule:a", state="merged"),
    ]

    assert counts_of(paged_incidents) == PageCounts(incidents=4, paged=2, acted=3)


async def test_live_incidents_of_services_come_the_worst_first(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, settings())
    await desk.handle(
        desk.fires(severity="SEV-3", service="cart"),
        desk.fires(severity="SEV-1", service="cart", alertname="Slow"),
        desk.fires(severity="SEV-2", service="postgres"),
        desk.fires(severity="SEV-2", service="other"),
    )
    await desk.handle(desk.ends(severity="SEV-2", service="postgres"))

    async with database.reading() as tx:
        found = await incidents.live_of(tx, ["cart", "postgres"], 5)

    assert [one.severity for one in found] == ["SEV-1", "SEV-3"]
