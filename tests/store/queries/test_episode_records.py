"""What was recorded of an alert is found again."""

import pytest

from tests.core.world import MONDAY, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.time.durations import MINUTE
from triaged.store import retention
from triaged.store.database.connect import Database
from triaged.store.queries import episode_records


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    """The engine on a store."""
    return Desk(database, clock, settings())


async def test_the_verdict_of_an_alerts_last_episode_is_found(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-3", service="cart"))
    await desk.handle(desk.ends(severity="SEV-3", service="cart"))
    desk.clock.at += MINUTE
    await desk.handle(desk.fires(severity="SEV-1", service="cart"))

    async with desk.database.reading() as tx:
        found = await episode_records.of_alert(tx, "am", "alertname=Down/service=cart")
        none = await episode_records.of_alert(tx, "am", "no such")

    assert none is None
    assert found is not None
    assert found.observed is not None
    assert found.alert.episode == 2
    assert (found.observed.verdict.severity, found.observed.verdict.rule) == (
        "SEV-1",
        "label-SEV-1",
    )
    assert found.observed.received_at == MONDAY + MINUTE


async def test_the_alerts_of_an_incident_come_in_the_order_in_which_they_began(desk: Desk) -> None:
    for pod in "cab":
        await desk.handle(desk.fires(service="cart", pod=pod))

    async with desk.database.reading() as tx:
        found = await episode_records.of_incident(tx, 1, 2)

    assert [one.alert.labels["pod"] for one in found] == ["c", "a"]


async def test_how_alerts_came_to_an_incident_is_in_order(desk: Desk) -> None:
    await desk.handle(desk.fires(service="cart", pod="a"))
    await desk.handle(desk.fires(service="cart", pod="b"))

    async with desk.database.reading() as tx:
        kinds = [one.kind for one in await episode_records.joinings(tx, 1)]

    assert kinds == ["incident.opened", "alerts.joined", "alerts.joined"]


async def test_what_retention_took_is_none(desk: Desk) -> None:
    await desk.handle(desk.fires(service="cart"))
    await desk.handle(desk.ends(service="cart"))
    limits = OnlyObservations()
    await retention.prune(desk.database, limits, MONDAY + MINUTE)

    async with desk.database.reading() as tx:
        found = await episode_records.of_alert(tx, "am", "alertname=Down/service=cart")

    assert found is not None
    assert found.observed is None


class OnlyObservations:
    """Retention that keeps everything but observations."""

    alerts = incidents = deliveries = quarantine = silences = changes = 100 * MINUTE
    observations = 0
