"""The link that confirms a contact: GET shows, POST confirms."""

import re

from tests.api.site import Site
from tests.web.test_act import text_of
from triaged.access.contact_links import ContactLink, token
from triaged.core.oncall.contact_states import address_digest
from triaged.core.settings import Contact
from triaged.core.time.durations import MINUTE, SECOND
from triaged.store.tables import pages


def link(site: Site, contact: str = "desk", to: str = "") -> str:
    digest = address_digest(Contact("console", to))
    until_s = (site.clock.now() + 10 * MINUTE) // SECOND
    made = ContactLink("alice", contact, digest, until_s)
    return f"/confirm/{token(made, site.context.action_key)}"


async def confirmed_by(site: Site) -> str | None:
    answer = await site.get("/api/v1/people/alice")
    found: str | None = answer["contacts"][0]["confirmed_by"]
    return found


async def test_get_shows_a_button_and_changes_nothing(site: Site) -> None:
    response = await site.ask("GET", link(site), None)

    assert response.status == 200
    assert (await response.text()).count("<button") == 1
    assert "Confirm desk of alice" in await text_of(response)
    assert await confirmed_by(site) is None


async def test_post_confirms_and_may_come_twice(site: Site) -> None:
    path = link(site)

    first, second = [await site.ask("POST", path, None) for _ in range(2)]

    assert (first.status, second.status) == (200, 200)
    assert "alice/desk is confirmed" in await text_of(first)
    assert await confirmed_by(site) == "link"


async def test_link_of_the_past_of_another_address_or_forged_is_404(site: Site) -> None:
    ended, other, gone = link(site), link(site, to="old"), link(site, "sms")
    paths = (other, gone, "/confirm/x", "/confirm/a.b")
    for path in paths:
        for method in ("GET", "POST"):
            assert (await site.ask(method, path, None)).status == 404, path
    site.clock.ahead_us += 10 * MINUTE

    response = await site.ask("POST", ended, None)

    assert response.status == 404
    assert "triaged oncall verify" in await text_of(response)
    assert await confirmed_by(site) is None


async def test_link_is_in_the_message_that_asks(site: Site) -> None:
    await site.post("/api/v1/people/alice/contacts/desk/code")
    async with site.context.database.reading() as tx:
        (page,) = await pages.of(tx, 1)

    found = re.search(r"http://triaged\.example\.org(/confirm/\S+)", str(page.text))
    assert found is not None
    response = await site.ask("POST", found[1], None)

    assert response.status == 200
    assert await confirmed_by(site) == "link"
