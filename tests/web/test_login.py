"""Signing in: a link works once and for ten minutes, a button makes the session, and it ends."""

import pytest
from msgspec.structs import replace

from tests.api.site import TOKENS, Site
from tests.http.signing_in import SAME_SITE, code_for, cookie_in, signed_in
from triaged.core.time.durations import MINUTE


async def press(site: Site, path: str, **fields: str) -> tuple[int, str, str]:
    """(status, where it leads, the cookie) of a form."""
    answer = await site.ask("POST", path, None, data=fields, headers=SAME_SITE)
    headers = answer.headers
    return answer.status, headers.get("Location", ""), headers.get("Set-Cookie", "")


async def test_opening_the_link_changes_nothing_and_pressing_signs_in_once(site: Site) -> None:
    path = f"/login/{await code_for(site)}"

    opened = [await site.ask("GET", path, None) for _ in range(2)]
    first, second = await press(site, path), await press(site, path)

    assert [answer.status for answer in opened] == [200, 200]
    assert "Sign in as alice" in await opened[1].text()
    assert first[:2] == (303, "/")
    assert second[0] == 401


async def test_the_link_ends_after_ten_minutes(site: Site) -> None:
    path = f"/login/{await code_for(site)}"
    site.clock.ahead_us += 10 * MINUTE

    assert (await site.ask("GET", path, None)).status == 404
    assert (await press(site, path))[0] == 401


async def test_another_sites_page_signs_nobody_in(site: Site) -> None:
    path = f"/login/{await code_for(site)}"

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await site.ask("POST", path, None, headers=headers)).status == 403
    assert (await press(site, path))[0] == 303


@pytest.mark.parametrize("as_link", [False, True])
async def test_the_code_or_the_whole_link_is_pasted(site: Site, as_link: bool) -> None:
    code = await code_for(site)
    pasted = f" http://triaged.example.org/login/{code} " if as_link else code

    found = await press(site, "/login", code=pasted, next="/incidents/INC-1")

    assert found[:2] == (303, "/incidents/INC-1")


async def test_a_token_signs_in_too(site: Site) -> None:
    assert (await press(site, "/login", code=TOKENS["respond"]))[:2] == (303, "/")
    assert (await press(site, "/login", code=TOKENS["ingest"]))[0] == 401
    assert (await press(site, "/login", code="trg_wrong"))[0] == 401
    assert (await press(site, "/login", code="wrong"))[0] == 401


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil", "%2F%2Fevil.example", "\n/x"]
)
async def test_nobody_is_sent_elsewhere(site: Site, target: str) -> None:
    found = await press(site, "/login", code=await code_for(site), next=target)

    assert found[:2] == (303, "/")


async def test_the_cookie_is_kept_from_scripts_and_from_other_hosts(site: Site) -> None:
    _, _, local = await press(site, f"/login/{await code_for(site)}")
    code = await code_for(site)
    headers = {**SAME_SITE, "Host": "triaged.example.org"}
    answer = await site.ask("POST", f"/login/{code}", None, headers=headers)
    hosted = answer.headers["Set-Cookie"]

    assert local.startswith("triaged_session=")
    assert hosted.startswith("__Host-triaged=")
    for cookie in (local, hosted):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert ("Secure" in local, "Secure" in hosted) == (False, True)


async def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    before = await signed_in(site)
    path = f"/login/{await code_for(site)}"

    answer = await site.ask("POST", path, None, headers=before)
    after = {"Cookie": cookie_in(answer.headers["Set-Cookie"])}

    found = [
        (await site.ask("GET", "/api/v1/incidents", None, headers=headers)).status
        for headers in (before, after)
    ]
    assert found == [401, 200]


async def test_signing_out_ends_it(site: Site) -> None:
    cookie = await signed_in(site)
    forged = await site.ask("POST", "/logout", None, headers={"Cookie": cookie["Cookie"]})

    answer = await site.ask("POST", "/logout", None, headers=cookie)

    assert (forged.status, answer.status) == (403, 303)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await site.ask("GET", "/api/v1/incidents", None, headers=cookie)).status == 401


async def test_attempts_are_limited(site: Site) -> None:
    found = {(await press(site, "/login", code="wrong"))[0] for _ in range(61)}

    assert found == {401, 429}


async def test_the_pages_headers_allow_nothing_of_strangers(site: Site) -> None:
    https = replace(site.context.configuration, public_url="https://triaged.example.org")
    plain = await site.ask("GET", "/login", None)
    site.context.configuration = https
    secure = await site.ask("GET", "/login", None)

    policy = plain.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "Strict-Transport-Security" not in plain.headers
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert plain.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert plain.headers["Cache-Control"] == "no-store"
