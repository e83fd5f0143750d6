"""Merges and splits as rows: what was loaded, locked and written says the same as the decision."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from tests.core.world import ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.answers import Acted, Attached
from triaged.core.records.events import Acknowledged, Declared, Event, Reopened, Resolved
from triaged.core.records.model import Severity, State
from triaged.core.records.practice.events import Merged, RoleAssigned, SplitOff
from triaged.core.records.practice.roles import Role
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.view import key_text
from triaged.store.database.base import Contended
from triaged.store.database.connect import Database
from triaged.store.tables import alerts, incidents, timers
from triaged.store.tables.alerts import AlertFilter
from triaged.store.tables.incidents import IncidentFilter
from triaged.store.tables.practice_rows import roles
from triaged.store.view import LoadedView, Loader


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    return Desk(database, clock)


async def homes(desk: Desk) -> dict[str, int | None]:
    """The incident of each stored alert, by its fingerprint."""
    async with desk.database.reading() as tx:
        found, _ = await alerts.find(tx, AlertFilter())
    return {alert.fingerprint: alert.incident for alert in found}


async def two(desk: Desk) -> None:
    """INC-1 about Down, INC-2 about Slow."""
    await desk.handle(desk.fires(alertname="Down", severity="SEV-2"))
    await desk.handle(desk.fires(alertname="Slow", severity="SEV-2"))


async def test_merge_moves_what_fires_and_ends_what_runs(desk: Desk) -> None:
    await two(desk)
    await desk.handle(Acknowledged(2, "bob"))
    await desk.handle(RoleAssigned(2, "bob", Role.SCRIBE, "alice"))

    assert await desk.handle(Merged(2, "bob", 1)) == [Acted(2)]

    assert await homes(desk) == {"alertname=Down": 1, "alertname=Slow": 1}
    assert (await desk.incident(1)).lineage.merged == (2,)
    assert (await desk.incident(2)).merged_into == 1
    async with desk.database.reading() as tx:
        (period,) = await roles.of(tx, 2)
        left = await timers.dues_of(tx, [2])
    assert (period.ends_at, period.ended_by) == (desk.clock.at, "bob")
    assert left == {}


async def test_later_alerts_of_a_merged_key_find_the_survivor(desk: Desk) -> None:
    await two(desk)
    await desk.handle(Merged(2, "bob", 1))

    answers = await desk.handle(desk.fires(alertname="Slow", pod="9", severity="SEV-2"))

    assert answers == [Attached(1)]
    assert (await desk.incident(1)).firing == {"SEV-2": 3}


async def test_survivors_are_found_along_a_chain(desk: Desk) -> None:
    await two(desk)
    await desk.handle(desk.fires(alertname="Full", severity="SEV-2"))
    await desk.handle(Merged(3, "bob", 2))
    await desk.handle(Merged(2, "bob", 1))

    assert await desk.handle(desk.fires(alertname="Full", pod="9")) == [Attached(1)]
    assert await desk.handle(Merged(3, "alice", 1)) == [Acted(3)]


async def test_survivor_reopens_for_a_merged_key_and_later_it_is_free(desk: Desk) -> None:
    await two(desk)
    await desk.handle(Merged(2, "bob", 1))
    await desk.handle(desk.ends(alertname="Down"), desk.ends(alertname="Slow"))
    desk.clock.at += MINUTE
    assert await desk.handle(desk.fires(alertname="Slow", pod="2")) == [Attached(1)]
    await desk.handle(desk.ends(alertname="Slow", pod="2"))
    desk.clock.at += HOUR

    assert await desk.handle(desk.fires(alertname="Slow", pod="3")) == [Attached(3)]


async def test_merges_and_splits_in_one_batch_end_where_the_last_one_says(desk: Desk) -> None:
    await two(desk)
    await desk.handle(
        desk.fires(alertname="Full", severity="SEV-2"),
        desk.fires(alertname="Down", pod="1", severity="SEV-2"),
    )
    off = SplitOff(1, "bob", (("am", "alertname=Down/pod=1"),))

    await desk.handle(
        Merged(3, "bob", 2), Merged(2, "bob", 1), off, Declared("bob", "all", Severity.SEV2)
    )
    assert (await homes(desk))["alertname=Full"] == 1
    assert (await homes(desk))["alertname=Down/pod=1"] == 4

    await desk.handle(
        Merged(4, "bob", 5), desk.ends(alertname="Down", pod="1"), Merged(1, "bob", 5)
    )

    assert await homes(desk) == {
        "alertname=Down": 5,
        "alertname=Slow": 5,
        "alertname=Full": 5,
        "alertname=Down/pod=1": 5,
    }
    assert (await desk.incident(5)).firing == {"SEV-2": 3}


async def test_split_alert_stays_with_its_incident(desk: Desk) -> None:
    await desk.handle(*[desk.fires(pod=pod, severity="SEV-2") for pod in "abc"])

    (answer,) = await desk.handle(SplitOff(1, "bob", (("am", "alertname=Down/pod=a"),), "pod a"))

    assert answer == Acted(2, ("alice",))
    new = await desk.incident(2)
    assert (new.title, new.firing, new.labels["pod"]) == ("pod a", {"SEV-2": 1}, "a")
    assert await desk.handle(desk.fires(pod="a", severity="SEV-2")) == [Attached(2)]
    assert await desk.handle(desk.ends(pod="a")) == [Attached(2)]
    assert await desk.handle(desk.fires(pod="a", severity="SEV-2")) == [Attached(2)]
    assert await desk.handle(desk.fires(pod="d", severity="SEV-2")) == [Attached(1)]


async def test_merged_incidents_are_listed_by_their_state(desk: Desk) -> None:
    await two(desk)
    await desk.handle(Merged(2, "bob", 1))

    async with desk.database.reading() as tx:
        found, _ = await incidents.find(tx, IncidentFilter(states=[State.MERGED]))
        live = await incidents.live_numbers(tx)

    assert [incident.number for incident in found] == [2]
    assert live == [1]


async def test_batch_locks_the_key_of_a_survivor_before_it_decides(desk: Desk) -> None:
    await two(desk)
    await desk.handle(Merged(2, "bob", 1))
    event = desk.fires(alertname="Slow", pod="9", severity="SEV-2")
    batch = [replace(event, outcome=ByLabels().classify(event.alert, desk.clock.at))]
    key = key_text((await desk.incident(1)).key)

    async with desk.database.transaction() as tx:
        tx.others_write = True
        first, second = (Loader(tx, settings(), None, keys) for keys in (set(), {key}))
        with pytest.raises(Contended) as contended:
            await view_of(first, batch, desk.clock.at)
        view = await view_of(second, batch, desk.clock.at)

    assert contended.value.keys == {key}
    assert view.survivors == {1}


async def test_merged_key_waits_for_no_incident_that_cannot_reopen(desk: Desk) -> None:
    await desk.handle(desk.fires(alertname="Down", severity="SEV-2"), Resolved(1, "bob"))
    desk.clock.at += HOUR
    await desk.handle(desk.fires(alertname="Down", pod="1"), desk.fires(alertname="Slow"))
    down, slow = 2, 3
    await desk.handle(Merged(slow, "bob", down))
    await desk.handle(desk.ends(alertname="Down", pod="1"), desk.ends(alertname="Slow"))
    await desk.handle(Reopened(1, "bob"))

    answers = await desk.handle(desk.fires(alertname="Slow", pod="2", severity="SEV-2"))

    assert answers == [Attached(4)]
    assert (await desk.incident(4)).previous == down


async def test_what_is_decided_ahead_finds_the_survivor_as_the_batch_before_leaves_it(
    desk: Desk,
) -> None:
    await two(desk)
    await desk.handle(Merged(2, "bob", 1))
    event = desk.fires(alertname="Slow", pod="9", severity="SEV-2")
    batch = [replace(event, outcome=ByLabels().classify(event.alert, desk.clock.at))]
    key = key_text((await desk.incident(1)).key)

    async with desk.database.transaction() as tx:
        before = await view_of(Loader(tx, settings(), None, {key}), batch, desk.clock.at)
        before.add_incident(replace(before.incidents[1], title="changed"))
        view = await view_of(Loader(tx, settings(), before, {key}), batch, desk.clock.at)

    assert view.incidents[1].title == "changed"


async def view_of(loader: Loader, batch: Sequence[Event], now: int) -> LoadedView:
    """The view that decides a batch."""
    await loader.alerts(batch)
    await loader.lock(batch)
    return await loader.view(batch, now)
