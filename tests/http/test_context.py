"""What is made once and kept."""

from tests.api.site import Site
from triaged.access.action_links import KEY_NAME
from triaged.store.tables import secrets


async def test_the_key_of_links_is_the_stores(site: Site) -> None:
    key = await site.context.action_key()

    async with site.context.database.transaction() as tx:
        stored = await secrets.ensure(tx, KEY_NAME, "another")
    assert key.reveal() == stored
    assert await site.context.action_key() is key
