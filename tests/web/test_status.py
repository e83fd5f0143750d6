"""The status page over HTTP: from memory, with entity tags, to whom `public` says."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.api.status_site import PAGE, status_serving

PATHS = (
    "/status",
    "/status.json",
    "/status.atom",
    "/status/history",
    "/status/history.atom",
    "/status/api/v2/summary.json",
    "/status/api/v2/incidents/unresolved.json",
)


async def test_everybody_reads_every_form_without_a_token(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        await desk.post()
        await desk.turn()
        found = {path: await desk.site.ask("GET", path, None) for path in PATHS}
        text = await found["/status"].text()
        summary = await found["/status/api/v2/summary.json"].json()
        incident = await desk.site.ask(
            "GET", f"/status/incidents/{summary['incidents'][0]['id']}", None
        )

    assert {answer.status for answer in (*found.values(), incident)} == {200}
    assert "Investigating: Checkout Issues" in text
    assert found["/status"].headers["Cache-Control"] == "max-age=30, stale-if-error=86400"
    assert found["/status.atom"].headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert found["/status.json"].headers["Access-Control-Allow-Origin"] == "*"
    assert all("Set-Cookie" not in answer.headers for answer in found.values())
    assert "X-Robots-Tag" not in found["/status"].headers


async def test_nothing_is_read_from_the_store(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        desk.site.lose_store()
        answers = [(await desk.site.ask("GET", path, None)).status for path in PATHS]

    assert set(answers) == {200}


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_who_has_it_already_hears_so(tmp_path: Path, encoding: str) -> None:
    async with status_serving(tmp_path) as desk:
        headers = {"Accept-Encoding": encoding}
        first = await desk.site.ask("GET", "/status", None, headers=headers)
        known = {**headers, "If-None-Match": f'"x", W/{first.headers["ETag"]}'}
        second = await desk.site.ask("GET", "/status", None, headers=known)
        await desk.post()
        await desk.turn()
        third = await desk.site.ask("GET", "/status", None, headers=known)
        head = await desk.site.ask("HEAD", "/status", None)

    assert (first.status, second.status, third.status, head.status) == (200, 304, 200, 200)
    assert (first.headers.get("Content-Encoding") == "gzip") is (encoding == "gzip")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert await second.read() == b""


async def test_where_status_is_not_public_a_token_is_asked_for(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        context = desk.site.context
        context.configuration = replace(context.configuration, public=frozenset())
        answers = [
            (await desk.site.ask("GET", "/status", token)).status for token in (None, "read")
        ]

    assert answers == [401, 200]


async def test_what_does_not_exist_is_404(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        missing = await desk.site.ask("GET", "/status/incidents/nothing", None)
        unknown = await desk.site.ask("GET", "/status/api/v2/x.json", None)
        nothing = await desk.site.ask("GET", "/status/api/v2/x/y.json", None)

    assert (missing.status, unknown.status, nothing.status) == (404, 404, 404)
    assert "does not exist" in await missing.text()


async def test_without_a_page_nothing_is_shown(tmp_path: Path) -> None:
    async with status_serving(tmp_path, None) as desk:
        answers = [(await desk.site.ask("GET", path, None)).status for path in PATHS]

    assert set(answers) == {404}
    assert PAGE.name == "Larkspur status"
