"""The page of a postmortem: to read and print, and nothing in it runs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.site import TOKENS, Site
from tests.web.browser import browsing

HOSTILE = """\
# Title <script>alert(1)</script>
## Summary
<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://evil.example/pixel.png)
=HYPERLINK("https://evil.example")
"""


async def declared(site: Site, text: str | None = None, title: str = "Down") -> str:
    """The path of the page of an incident's postmortem."""
    number = await site.declare(title)
    if text is not None:
        path = f"/api/v1/postmortems/{number}"
        await site.ask("PUT", path, json={"text": text}, headers={"If-Match": '"r0"'})
    return f"/postmortems/{number}"


async def test_page_shows_the_text_and_the_state(site: Site) -> None:
    path = await declared(site, "# T\n## Summary\nIt was **down**.\n")

    response = await site.ask("GET", path, "read")
    body = await response.text()

    assert (response.status, response.content_type) == (200, "text/html")
    assert "<h3>Summary</h3>\n<p>It was <strong>down</strong>.</p>" in body
    assert "<h1>Postmortem of INC-1</h1>" in body
    assert "Revision 1 by alice" in body


async def test_before_anybody_writes_it_shows_the_draft_without_prompts(site: Site) -> None:
    body = await (await site.ask("GET", await declared(site))).text()

    assert "Draft made of facts" in body
    assert "write:" not in body


async def test_nothing_that_people_wrote_runs(site: Site) -> None:
    path = await declared(site, HOSTILE, title="<script>alert(2)</script>")

    response = await site.ask("GET", path)
    body = await response.text()

    policy = response.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert re.findall(r"<(?:script|iframe|object|svg)", body) == []
    assert re.findall(r"<img[^>]*(?:src|onerror)", body) == []
    assert "javascript:" not in re.sub(r">[^<]*<", "><", body)


async def test_action_items_stand_with_their_state(site: Site) -> None:
    path = await declared(site)
    item = {"incident": "INC-1", "kind": "fix", "priority": "P0", "text": "<b>it", "owner": "bob"}
    await site.post("/api/v1/actions", item)

    body = await (await site.ask("GET", path)).text()

    assert "<td><bdi>Fix: &lt;b&gt;it</bdi></td><td><bdi>bob</bdi></td>" in body


async def test_waived_one_says_why(site: Site) -> None:
    path = await declared(site)
    reason = "a test of the <environment>"
    await site.post(f"/api/v1{path}/waive", {"reason": reason})

    body = await (await site.ask("GET", path)).text()

    assert "Waived by <bdi>alice</bdi>: <bdi>a test of the &lt;environment&gt;</bdi>" in body


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("ingest", 403), ("read", 200)])
async def test_page_is_for_those_who_may_read(site: Site, token: str | None, status: int) -> None:
    path = await declared(site)

    assert (await site.ask("GET", path, token)).status == status


@pytest.mark.parametrize("name", ["INC-99", "x", "..%2Fx"])
async def test_page_of_no_incident_is_404(site: Site, name: str) -> None:
    assert (await site.ask("GET", f"/postmortems/{name}")).status == 404


async def test_whoever_is_not_known_is_asked_for_a_token_or_led_to_sign_in(site: Site) -> None:
    path = await declared(site)

    unknown = await site.ask("GET", path, None)
    wrong = await site.ask("GET", path, "ingest")

    challenges = unknown.headers.getall("WWW-Authenticate")
    assert unknown.status == 401
    assert [one.partition(" ")[0] for one in challenges] == ["Basic", "Bearer"]
    assert f'href="/login?next={path}"' in await unknown.text()
    assert wrong.status == 403


async def test_a_browser_that_is_asked_sends_the_token_as_password(
    site: Site, require: Callable[[str], str], tmp_path: Path
) -> None:
    path = await declared(site, "# T\n## Summary\nIt was **down**.\n")
    root = str(site.client.make_url("/")).rstrip("/")
    with_token = root.replace("//", f"//anybody:{TOKENS['read']}@", 1)

    async with browsing(require("chromium"), tmp_path / "profile") as tab:
        await tab.go(with_token + path)
        text = await tab.value("document.body.innerText")

    assert "It was down." in text
