import pytest
from msgspec.structs import replace

from tests.core.practice.golden import ACTIONS
from triaged.core.records.practice.action_items import ActionItem, ActionState
from triaged.errors import StoreError
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import action_items
from triaged.store.tables.practice_rows.action_items import ActionItemFilter

FIX, DETECT, PREVENT, PROCESS = (
    replace(item, created_at=number) for number, item in enumerate(ACTIONS)
)
DONE = replace(PROCESS, state=ActionState.DONE)


@pytest.fixture
async def stored(database: Database) -> Database:
    async with database.transaction() as tx:
        await practice.save(tx, [FIX, DETECT, replace(PREVENT, incident=13), DONE])
    return database


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ActionItemFilter(), [DONE, PREVENT, DETECT, FIX]),
        (ActionItemFilter(states=("done",)), [DONE]),
        (ActionItemFilter(owner="bob"), [FIX]),
        (ActionItemFilter(incident=13), [PREVENT]),
        (ActionItemFilter(overdue_on="2026-03-07"), [FIX]),
        (ActionItemFilter(overdue_on="2026-04-01"), [PREVENT, DETECT, FIX]),
    ],
)
async def test_items_are_listed_newest_first_by_what_is_asked(
    stored: Database, wanted: ActionItemFilter, found: list[ActionItem]
) -> None:
    async with stored.reading() as tx:
        items, cursor = await action_items.find(tx, wanted)

    assert [item.id for item in items] == [item.id for item in found]
    assert cursor is None


async def test_list_goes_on_behind_its_cursor(stored: Database) -> None:
    async with stored.reading() as tx:
        first, cursor = await action_items.find(tx, ActionItemFilter(limit=3))
        rest, end = await action_items.find(tx, ActionItemFilter(limit=3, cursor=cursor))

    assert [item.id for item in (*first, *rest)] == [
        item.id for item in (DONE, PREVENT, DETECT, FIX)
    ]
    assert end is None


async def test_overdue_are_those_that_nobody_finished_before_today(stored: Database) -> None:
    async with stored.reading() as tx:
        assert [await action_items.overdue(tx, day) for day in ("2026-03-06", "2026-04-01")] == [
            0,
            3,
        ]


async def test_items_of_incidents_come_in_the_order_in_which_they_were_added(
    stored: Database,
) -> None:
    async with stored.reading() as tx:
        assert await action_items.of(tx, [12]) == [FIX, DETECT, DONE]
        assert await action_items.fetch(tx, FIX.id) == FIX
        assert await action_items.fetch(tx, "none") is None


@pytest.mark.parametrize("change", [{"owner": ""}, {"due": ""}])
async def test_store_itself_refuses_an_item_without_owner_or_date(
    database: Database, change: dict[str, str]
) -> None:
    with pytest.raises(StoreError):
        async with database.transaction() as tx:
            await practice.save(tx, [replace(FIX, **change)])
