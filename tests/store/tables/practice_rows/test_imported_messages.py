from triaged.core.records.practice.notes import ImportedMessage
from triaged.core.view import View
from triaged.store.database.connect import Database
from triaged.store.tables import practice


async def test_message_is_known_by_its_identity(database: Database) -> None:
    row = ImportedMessage("INC-1/message/m1", 1, 5)
    async with database.transaction() as tx:
        await practice.save(tx, [row])

    view = View()
    async with database.reading() as tx:
        await practice.load(tx, view, {}, {ImportedMessage: {row.id}})
    assert view.row(ImportedMessage, row.id) == row
