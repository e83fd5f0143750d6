import pytest

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Acknowledged
from triaged.core.time.durations import MINUTE
from triaged.errors import Malformed
from triaged.store.database.connect import Database
from triaged.store.database.listing import Where
from triaged.store.tables import alerts, incidents
from triaged.store.tables.alerts import AlertFilter
from triaged.store.tables.incidents import IncidentFilter


@pytest.fixture
async def desk(database: Database, clock: StillClock) -> Desk:
    """Seven incidents, a minute apart; the first is acknowledged."""
    desk = Desk(database, clock)
    for number in range(7):
        severity = "SEV-1" if number % 2 else "SEV-3"
        await desk.handle(desk.fires(alertname=f"100%_{number}", severity=severity, team="t"))
        clock.at += MINUTE
    await desk.handle(Acknowledged(1, "bob"))
    return desk


async def numbers(desk: Desk, wanted: IncidentFilter) -> list[int]:
    """The numbers of the incidents that a filter finds."""
    async with desk.database.reading() as tx:
        found, _ = await incidents.find(tx, wanted)
    return [incident.number for incident in found]


async def test_pages_of_a_list_meet_without_gap_or_overlap(desk: Desk) -> None:
    seen, cursor = [], None
    for _ in range(4):
        async with desk.database.reading() as tx:
            found, cursor = await incidents.find(tx, IncidentFilter(cursor=cursor, limit=2))
        seen += [incident.number for incident in found]

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert cursor is None


async def test_alerts_stay_in_their_place_while_pages_are_turned(desk: Desk) -> None:
    async with desk.database.reading() as tx:
        first, cursor = await alerts.find(tx, AlertFilter(limit=4))
    await desk.handle(desk.fires(alertname="100%_0", severity="SEV-3", team="t"))
    async with desk.database.reading() as tx:
        rest, end = await alerts.find(tx, AlertFilter(limit=4, cursor=cursor))

    assert len({alert.fingerprint for alert in first + rest}) == 7
    assert end is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (IncidentFilter(states=("acknowledged",)), [1]),
        (IncidentFilter(states=("open", "acknowledged"), severities=("SEV-1",)), [6, 4, 2]),
        (IncidentFilter(team="t", limit=1), [7]),
        (IncidentFilter(team="other"), []),
        (IncidentFilter(service="' OR 1=1 --"), []),
        (IncidentFilter(text="100%_3"), [4]),
        (IncidentFilter(text="100%"), [7, 6, 5, 4, 3, 2, 1]),
        (IncidentFilter(text="100_"), []),
    ],
)
async def test_filters_find_what_they_say(
    desk: Desk, wanted: IncidentFilter, found: list[int]
) -> None:
    assert await numbers(desk, wanted) == found


async def test_since_counts_from_the_opening(desk: Desk) -> None:
    assert await numbers(desk, IncidentFilter(since=desk.clock.at - 2 * MINUTE)) == [7, 6]


@pytest.mark.parametrize("cursor", ["", "x", "bm9wZQ", "W10", "e30"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Malformed, match="next_cursor"):
        Where("number", (), cursor, 10)
