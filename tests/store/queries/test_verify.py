import pytest

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged, NoteAdded
from triaged.core.records.practice.learning_events import PostmortemSaved
from triaged.store.database.connect import Database
from triaged.store.queries.verify import verify


@pytest.fixture
async def desk(database: Database, clock: StillClock) -> Desk:
    """Two incidents with a history."""
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="A"), desk.fires(alertname="B"))
    await desk.handle(Acknowledged(1, "bob", "mine"), NoteAdded(2, "bob", "ähm\x1b[0m"))
    return desk


async def test_an_untouched_store_is_sound(desk: Desk) -> None:
    found = await verify(desk.database)

    assert (found.incidents, found.problems) == (2, ())
    assert found.entries > 6


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        (
            "UPDATE postmortem_revisions SET body = REPLACE(body, 'first', 'other')"
            " WHERE id = 'INC-1/postmortem/1'",
            "the text INC-1/postmortem/1 was changed",
        ),
        (
            "DELETE FROM postmortem_revisions WHERE id LIKE 'INC-1/postmortem/kept/%'",
            "is missing",
        ),
    ],
)
async def test_texts_of_postmortems_are_what_the_timeline_tells(
    desk: Desk, tampering: str, complaint: str
) -> None:
    await desk.handle(PostmortemSaved(1, "bob", "first", 0, "facts"))
    await desk.handle(PostmortemSaved(1, "alice", "second", 0, "facts"))
    assert (await verify(desk.database)).problems == ()
    async with desk.database.transaction() as tx:
        await tx.execute(tampering)

    (problem,) = (await verify(desk.database)).problems

    assert complaint in str(problem)


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("UPDATE timeline SET text = 'x' WHERE incident = 1 AND seq = 2", "entry 2 was changed"),
        ("UPDATE timeline SET at = at + 1 WHERE incident = 1 AND seq = 3", "entry 3 was changed"),
        ("DELETE FROM timeline WHERE incident = 1 AND seq = 2", "entry 2 is missing"),
        ("DELETE FROM timeline WHERE incident = 1 AND seq > 3", "entries after 3 are missing"),
    ],
)
async def test_tampering_is_found_and_named(desk: Desk, tampering: str, complaint: str) -> None:
    async with desk.database.transaction() as tx:
        await tx.execute(tampering)

    found = await verify(desk.database)

    assert [str(problem) for problem in found.problems] == [f"INC-1: {complaint}"]
