from triaged.store.database.connect import Database
from triaged.store.tables.own import secrets, tokens
from triaged.store.tables.own.tokens import Token

TOKEN = Token("id1", "prom", "digest", ("ingest:*",), None, 1, None, None)


async def test_a_token_reads_back_and_is_revoked_once(database: Database) -> None:
    async with database.transaction() as tx:
        await tokens.add(tx, TOKEN)
        answers = [await tokens.revoke(tx, "id1", at) for at in (5, 9)]
        unknown = await tokens.revoke(tx, "id2", 5)

    async with database.reading() as tx:
        (found,) = await tokens.listing(tx)
    assert (answers, unknown) == ([True, True], False)
    assert (found.scopes, found.revoked_at) == (("ingest:*",), 5)


async def test_a_secret_is_made_once(database: Database) -> None:
    async with database.transaction() as tx:
        first = await secrets.ensure(tx, "key", "one")
    async with database.transaction() as tx:
        again = await secrets.ensure(tx, "key", "two")

    assert (first, again) == ("one", "one")
