"""The page of sessions: one's own, and a button that ends one."""

import re

from tests.api.site import Site
from tests.http.signing_in import signed_in


async def test_a_person_sees_and_ends_their_own_sessions(site: Site) -> None:
    own, other = await signed_in(site), await signed_in(site)
    await signed_in(site, person="bob")

    text = await (await site.ask("GET", "/sessions", None, headers=own)).text()
    paths = re.findall(r'action="(/sessions/[^"]+)"', text)
    codes = []
    for path in paths:
        answer = await site.ask("POST", path, None, headers=own)
        codes.append(answer.status)

    assert text.count("<b>this one</b>") == 1
    assert len(paths) == 2
    assert 303 in codes
    found = [(await site.ask("GET", "/", None, headers=each)).status for each in (own, other)]
    assert 303 in found  # to where one signs in


async def test_an_administrator_sees_everybody(site: Site) -> None:
    await signed_in(site, person="bob")
    admin = await signed_in(site, "admin")

    text = await (await site.ask("GET", "/sessions", None, headers=admin)).text()

    assert "<bdi>bob</bdi>" in text
    assert "<bdi>alice</bdi>" in text


async def test_somebody_elses_session_is_not_ended(site: Site) -> None:
    await signed_in(site, person="bob")
    own = await signed_in(site)
    foreign = next(
        one["id"] for one in (await site.get("/api/v1/sessions"))["sessions"] if one["by"] == "bob"
    )

    answer = await site.ask("POST", f"/sessions/{foreign}/end", None, headers=own)

    assert answer.status == 404
    assert len((await site.get("/api/v1/sessions"))["sessions"]) == 2
