from tests.store.tables.practice_rows.test_roles import FIRST, OTHER, SECOND
from tests.store.tables.practice_rows.test_updates import update
from triaged.core.records.practice.roles import RolePeriod
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.view import View
from triaged.store.database.connect import Database
from triaged.store.tables import practice


async def test_rows_are_loaded_by_incident_and_by_identity(database: Database) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, [FIRST, update(1), SECOND, OTHER, update(2)])

    view = View()
    async with database.reading() as tx:
        await practice.load(tx, view, {RolePeriod: {1}}, {IncidentUpdate: {update(2).id, "none"}})

    assert view.rows_of(RolePeriod, 1) == [SECOND, FIRST], "by identity"
    assert view.rows_of(RolePeriod, 2) == []
    assert view.row(IncidentUpdate, update(2).id) == update(2)
    assert view.row(IncidentUpdate, update(1).id) is None


def test_every_kind_has_one_table() -> None:
    assert len(practice.TABLE_OF) == len(practice.TABLES)
    assert len({table.name for table in practice.TABLES}) == len(practice.TABLES)
