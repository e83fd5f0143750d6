"""What a postmortem is drafted from, as the store has it."""

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.practice.learning.postmortem_draft import draft
from triaged.core.records.events import Acknowledged, Declared, NoteAdded
from triaged.core.records.model import Severity
from triaged.core.records.practice.action_items import ActionKind, ActionState, Priority
from triaged.core.records.practice.learning_events import ActionItemAdded, ActionItemChanged
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.queries import similar_incidents
from triaged.store.queries.postmortem_account import account_of


async def over(desk: Desk, number: int, pods: int = 1) -> None:
    """An incident of so many alerts, from the first alert to its end."""
    for pod in range(pods):
        await desk.handle(desk.fires(alertname="PoolExhausted", service="shop", pod=str(pod)))
    await desk.handle(Acknowledged(number, "alice"), NoteAdded(number, "alice", "pool is full"))
    desk.clock.at += 10 * MINUTE
    for pod in range(pods):
        await desk.handle(desk.ends(alertname="PoolExhausted", service="shop", pod=str(pod)))
    desk.clock.at += 60 * MINUTE


async def test_account_has_timeline_alert_peak_and_actions(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await over(desk, 1, pods=3)
    added = ActionItemAdded(
        1, "alice", "a", ActionKind.FIX, Priority.P1, "Grow the pool", "bob", None
    )
    await desk.handle(added)

    async with database.reading() as tx:
        account = await account_of(tx, await desk.incident(), desk.engine.settings, clock.now())

    assert [entry.seq for entry in account.entries] == list(range(1, len(account.entries) + 1))
    assert account.alert == "PoolExhausted"
    assert account.peak_alerts == 3
    assert [item.text for item in account.actions] == ["Grow the pool"]
    assert account.similar == []
    assert "Grow the pool" in draft(account)


async def test_similar_incidents_tell_what_became_of_their_action_items(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await over(desk, 1)
    for name in ("a", "b"):
        await desk.handle(
            ActionItemAdded(1, "alice", name, ActionKind.FIX, Priority.P1, name, "bob", None)
        )
    await desk.handle(ActionItemChanged("a", 1, "bob", ActionState.DONE))
    await similar_incidents.read(database)
    await over(desk, 2)

    async with database.reading() as tx:
        incident = await desk.incident(2)
        account = await account_of(tx, incident, desk.engine.settings, clock.now())

    (past,) = account.similar
    assert (past.id, past.title, past.done, past.unfinished) == (
        "INC-1",
        "PoolExhausted",
        1,
        ("b",),
    )


async def test_declared_incident_has_neither_alert_nor_peak(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock)
    await desk.handle(Declared("alice", "checkout fails", Severity.SEV2))

    async with database.reading() as tx:
        account = await account_of(tx, await desk.incident(), desk.engine.settings, clock.now())

    assert (account.alert, account.peak_alerts) == ("", None)
    assert "Declared: SEV-2 checkout fails" in draft(account)
