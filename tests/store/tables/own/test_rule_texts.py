"""The texts of rule files, as they were loaded last."""

from triaged.store.database.connect import Database
from triaged.store.tables.own import rule_texts
from triaged.store.tables.own.rule_texts import RuleText


async def test_the_last_texts_take_the_place_of_those_before(database: Database) -> None:
    async with database.transaction() as tx:
        await rule_texts.replace(tx, {"b.yaml": b"\x00two", "a.yaml": b"one"}, 1)
    async with database.transaction() as tx:
        await rule_texts.replace(tx, {"c.yaml": b"three", "b.yaml": b"\x00two"}, 2)

    async with database.reading() as tx:
        found = await rule_texts.every(tx)

    assert found == [RuleText("b.yaml", b"\x00two", 2), RuleText("c.yaml", b"three", 2)]
