"""Similar incidents of the past, by the words they share."""

import pytest

from tests.core.world import MONDAY, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from tests.store.test_retention import Limits
from triaged.core.records.events import ContactsTested, NoteAdded, Reopened, Resolved
from triaged.core.records.practice.events import Merged
from triaged.core.time.durations import DAY, MINUTE
from triaged.store import retention
from triaged.store.database.connect import Database
from triaged.store.queries import similar_incidents
from triaged.store.queries.similar_incidents import SimilarIncident


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    """The engine on a store."""
    return Desk(database, clock, settings())


async def opened(desk: Desk, name: str, service: str) -> int:
    """The number of a new incident."""
    (answer,) = await desk.handle(desk.fires(alertname=name, service=service))
    number: int = answer.incident  # type: ignore[union-attr,assignment]  # an alert's answer
    return number


async def over(desk: Desk, name: str, service: str, *notes: str) -> int:
    """An incident that somebody resolved after these notes; its number."""
    number = await opened(desk, name, service)
    for text in notes:
        await desk.handle(NoteAdded(number, "alice", text))
    await desk.handle(Resolved(number, "alice"))
    desk.clock.at += MINUTE
    return number


async def like(desk: Desk, number: int, least: float = 0.3) -> list[SimilarIncident]:
    """What is similar to an incident."""
    incident = await desk.incident(number)
    async with desk.database.reading() as tx:
        return await similar_incidents.similar(tx, incident, least, 5)


async def test_incidents_that_are_over_are_found_by_the_words_they_share(desk: Desk) -> None:
    same = await over(desk, "DiskFull", "postgres", "cause: logs", "fix: rotate them")
    kin = await over(desk, "DiskSlow", "postgres")
    await over(desk, "CertificateEnds", "gateway")
    await similar_incidents.read(desk.database)
    number = await opened(desk, "DiskFull", "backups")

    found = await like(desk, number)

    assert [one.incident.number for one in found] == [same]
    assert set(found[0].shared) == {"diskfull", "disk", "full"}
    assert found[0].notes == ("cause: logs", "fix: rotate them")
    assert kin not in [one.incident.number for one in found]


async def test_one_that_is_open_is_not_of_the_past(desk: Desk) -> None:
    await opened(desk, "DiskFull", "postgres")
    number = await opened(desk, "DiskFull", "backups")

    assert await similar_incidents.read(desk.database) == 0
    assert await like(desk, number) == []


async def test_nothing_is_read_twice_but_what_was_changed_since(desk: Desk) -> None:
    number = await over(desk, "DiskFull", "postgres")

    assert await similar_incidents.read(desk.database) == 1
    assert await similar_incidents.read(desk.database) == 0
    await desk.handle(NoteAdded(number, "alice", "the tablespace was on the wrong volume"))
    assert await similar_incidents.read(desk.database) == 1
    async with desk.database.reading() as tx:
        found = await tx.fetch("SELECT word FROM incident_words WHERE word = 'tablespace'")
    assert found == [("tablespace",)]


async def test_one_that_was_reopened_is_not_of_the_past(desk: Desk) -> None:
    number = await over(desk, "DiskFull", "postgres")
    await similar_incidents.read(desk.database)
    await desk.handle(Reopened(number, "alice"))

    assert await like(desk, await opened(desk, "DiskFull", "backups")) == []


async def test_more_than_a_batch_is_read_in_one_go(desk: Desk) -> None:
    count = similar_incidents.BATCH + 7
    await desk.handle(*[desk.fires(alertname=f"Kind{n}", service="x") for n in range(count)])
    await desk.handle(*[desk.ends(alertname=f"Kind{n}", service="x") for n in range(count)])

    assert await similar_incidents.read(desk.database) == count
    assert await similar_incidents.read(desk.database) == 0


async def test_words_go_with_their_incident(desk: Desk) -> None:
    await over(desk, "DiskFull", "postgres")
    await similar_incidents.read(desk.database)

    await retention.prune(desk.database, Limits(), MONDAY + 3 * DAY)

    async with desk.database.reading() as tx:
        assert await tx.fetch("SELECT word FROM incident_words") == []
        assert await tx.fetch("SELECT incident FROM incidents_read") == []


async def test_an_empty_store_has_nothing_similar(desk: Desk) -> None:
    assert await like(desk, await opened(desk, "DiskFull", "postgres")) == []


async def test_tests_of_contacts_are_like_nothing(desk: Desk) -> None:
    await desk.handle(ContactsTested("bob", "alice"))
    desk.clock.at += MINUTE
    await similar_incidents.read(desk.database)
    number = await opened(desk, "contacts of alice", "asked")

    assert await like(desk, number) == []


async def test_one_that_was_merged_is_found_as_its_survivor_alone(desk: Desk) -> None:
    survivor = await opened(desk, "DiskFull", "postgres")
    merged = await opened(desk, "DiskFull", "mysql")
    await desk.handle(Merged(merged, "bob", survivor), Resolved(survivor, "bob"))
    await similar_incidents.read(desk.database)
    number = await opened(desk, "DiskFull", "backups")

    assert [one.incident.number for one in await like(desk, number)] == [survivor]
