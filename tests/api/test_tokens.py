"""Tokens through the API: made once, listed without themselves, dead at once when revoked."""

import pytest

from tests.api.site import Site
from triaged.core.time.durations import DAY


async def make(site: Site, **wish: object) -> dict[str, str]:
    made: dict[str, str] = await site.post(
        "/api/v1/tokens", {"name": "ci", "scopes": ["read"], **wish}
    )
    return made


async def test_a_token_is_shown_once_and_works(site: Site) -> None:
    made = await make(site, person="bob", scopes=["respond"])
    number = await site.declare()

    acted = await site.post(f"/api/v1/incidents/{number}/acknowledge", token=made["token"])
    listed = await site.get("/api/v1/tokens")

    assert acted["acknowledged_by"] == "bob"
    assert made["token"].startswith("trg_")
    assert [(row["id"], row["name"], row["person"]) for row in listed["tokens"]] == [
        (made["id"], "ci", "bob")
    ]
    assert "token" not in listed["tokens"][0]


async def test_a_revoked_token_is_dead_at_once(site: Site) -> None:
    made = await make(site)
    assert (await site.ask("GET", "/api/v1/incidents", made["token"])).status == 200

    first = await site.ask("DELETE", f"/api/v1/tokens/{made['id']}")
    after = await site.ask("GET", "/api/v1/incidents", made["token"])
    again = await site.ask("DELETE", f"/api/v1/tokens/{made['id']}")

    assert (first.status, after.status, again.status) == (200, 401, 200)


async def test_a_token_expires(site: Site) -> None:
    made = await make(site, expires_in="1d")
    assert (await site.ask("GET", "/api/v1/incidents", made["token"])).status == 200

    site.clock.ahead_us = DAY

    assert (await site.ask("GET", "/api/v1/incidents", made["token"])).status == 401


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ({"scopes": ["wirte"]}, "$.scopes[0]"),
        ({"scopes": []}, "$.scopes"),
        ({"scopes": ["read", "ingest:nosuch"]}, "$.scopes[1]"),
        ({"person": "zoe"}, "$.person"),
        ({"expires_in": "soon"}, "$.expires_in"),
    ],
)
async def test_a_wish_that_cannot_be_is_400(site: Site, wish: dict[str, object], path: str) -> None:
    response = await site.ask(
        "POST", "/api/v1/tokens", json={"name": "ci", "scopes": ["read"], **wish}
    )

    assert response.status == 400
    assert [error["path"] for error in (await response.json())["errors"]] == [path]


async def test_a_token_that_does_not_exist_is_404(site: Site) -> None:
    assert (await site.ask("DELETE", "/api/v1/tokens/nothing")).status == 404
