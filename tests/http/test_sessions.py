"""Sessions: whom a cookie stands for and for how long, and whom a proxy may name."""

from ipaddress import ip_network

import pytest
from msgspec.structs import replace

from tests.api.site import TOKENS, Site
from tests.http.signing_in import SAME_SITE, cookie_in, signed_in
from triaged.config.schema.server import AuthProxy
from triaged.core.time.durations import HOUR, MINUTE

LIST = "/api/v1/incidents"
PROXIED = ip_network("127.0.0.0/8")


async def status(site: Site, headers: dict[str, str], path: str = LIST) -> int:
    return (await site.ask("GET", path, None, headers=headers)).status


async def test_a_session_reads_and_acts_as_its_person(site: Site) -> None:
    cookie = await signed_in(site)
    number = await site.declare()

    path = f"{LIST}/{number}/acknowledge"
    answer = await site.ask("POST", path, None, json={}, headers=cookie)

    assert (answer.status, (await answer.json())["acknowledged_by"]) == (200, "alice")


@pytest.mark.parametrize(
    "from_elsewhere", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}]
)
async def test_a_session_changes_nothing_for_another_sites_page(
    site: Site, from_elsewhere: dict[str, str]
) -> None:
    cookie = (await signed_in(site))["Cookie"]
    number = await site.declare()

    path = f"{LIST}/{number}/acknowledge"
    answer = await site.ask(
        "POST", path, None, json={}, headers={"Cookie": cookie, **from_elsewhere}
    )

    assert answer.status == 403
    assert (await site.get(f"{LIST}/{number}"))["state"] == "open"


async def test_a_session_that_nobody_uses_ends_after_twelve_hours(site: Site) -> None:
    cookie = await signed_in(site)
    site.clock.ahead_us += 11 * HOUR
    assert await status(site, cookie) == 200
    site.clock.ahead_us += 11 * HOUR
    assert await status(site, cookie) == 200  # it was used in between

    site.clock.ahead_us += 12 * HOUR + MINUTE

    assert await status(site, cookie) == 401


async def test_a_session_ends_after_two_weeks_however_it_is_used(site: Site) -> None:
    cookie = await signed_in(site)
    for _ in range(28):
        site.clock.ahead_us += 12 * HOUR - 10 * MINUTE
        assert await status(site, cookie) == 200

    site.clock.ahead_us += 6 * HOUR

    assert await status(site, cookie) == 401


async def test_a_session_dies_with_its_person(site: Site) -> None:
    cookie = await signed_in(site)
    settings = site.context.configuration.settings
    without = replace(settings, people={"bob": settings.people["bob"]})
    site.context.configuration = replace(site.context.configuration, settings=without)

    assert await status(site, cookie) == 401


async def test_a_session_dies_with_its_token(site: Site) -> None:
    made = await site.post("/api/v1/tokens", {"name": "t", "scopes": ["read"], "person": "bob"})
    answer = await site.ask("POST", "/login", None, data={"code": made["token"]}, headers=SAME_SITE)
    cookie = {"Cookie": cookie_in(answer.headers["Set-Cookie"])}
    assert await status(site, cookie) == 200

    await site.ask("DELETE", f"/api/v1/tokens/{made['id']}")

    assert await status(site, cookie) == 401


async def test_a_person_lists_and_ends_their_own_sessions(site: Site) -> None:
    own, others = await signed_in(site), await signed_in(site, person="bob")
    listed = await (await site.ask("GET", "/api/v1/sessions", None, headers=own)).json()
    everybody = (await site.get("/api/v1/sessions"))["sessions"]
    assert [one["by"] for one in listed["sessions"]] == ["alice"]
    assert sorted(one["by"] for one in everybody) == ["alice", "bob"]

    foreign = next(one["id"] for one in everybody if one["by"] == "bob")
    refused = await site.ask("DELETE", f"/api/v1/sessions/{foreign}", None, headers=own)
    path = f"/api/v1/sessions/{listed['sessions'][0]['id']}"
    ended = await site.ask("DELETE", path, None, headers=own)

    assert (refused.status, ended.status) == (404, 200)
    assert (await status(site, own), await status(site, others)) == (401, 200)


async def test_nothing_that_is_listed_signs_anybody_in(site: Site) -> None:
    cookie = await signed_in(site)
    (one,) = (await site.get("/api/v1/sessions"))["sessions"]

    assert cookie["Cookie"].partition("=")[2] not in str(one)
    assert await status(site, {"Cookie": f"triaged_session={one['id']}"}) == 401


@pytest.mark.parametrize("cookie", ["triaged_session=", "triaged_session=" + "x" * 200, "a=b; c"])
async def test_what_is_no_session_is_nobody(site: Site, cookie: str) -> None:
    assert await status(site, {"Cookie": cookie}) == 401


async def test_a_trusted_proxy_names_the_user(site: Site) -> None:
    proxy = AuthProxy(groups="X-Forwarded-Groups", roles={"sre": "admin"}, role="read")
    site.context.configuration = replace(
        site.context.configuration, auth_proxy=proxy, trusted_proxies=(PROXIED,)
    )
    alice = {"X-Forwarded-User": "alice"}
    tokens = "/api/v1/tokens"

    assert await status(site, alice) == 200
    assert await status(site, alice, tokens) == 403
    assert await status(site, {**alice, "X-Forwarded-Groups": "dev, sre"}, tokens) == 200
    stranger = {"X-Forwarded-User": "mallory", "X-Forwarded-Groups": "sre"}
    assert await status(site, stranger, tokens) == 403  # nobody of the configuration may only read
    assert await status(site, stranger) == 200
    assert await status(site, {}) == 401


async def test_whoever_is_no_trusted_proxy_names_nobody(site: Site) -> None:
    site.context.configuration = replace(site.context.configuration, auth_proxy=AuthProxy())

    assert await status(site, {"X-Forwarded-User": "alice"}) == 401


async def test_a_user_without_a_role_is_refused_where_that_is_wanted(site: Site) -> None:
    site.context.configuration = replace(
        site.context.configuration,
        auth_proxy=AuthProxy(role="none"),
        trusted_proxies=(PROXIED,),
    )

    assert await status(site, {"X-Forwarded-User": "alice"}) == 401


async def test_tokens_go_before_cookies(site: Site) -> None:
    cookie = await signed_in(site, "admin")
    headers = {**cookie, "Authorization": f"Bearer {TOKENS['read']}"}

    assert await status(site, headers, "/api/v1/tokens") == 403
