from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.site import Site, serving

FIELDS = {"title": "Cannot <pay>", "text": "it\r\nfails", "contact": "x@y.z", "service": "checkout"}


@pytest.fixture
async def public(tmp_path: Path) -> AsyncIterator[Site]:
    """A triaged whose form is public."""
    async with serving(tmp_path, public=frozenset({"report"})) as running:
        yield running


async def reports(site: Site) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await site.get("/api/v1/reports"))["reports"]
    return found


async def test_form_needs_no_script_and_keeps_what_was_sent(public: Site) -> None:
    form = await public.ask("GET", "/report?service=checkout", None)
    text = await form.text()

    sent = await public.ask("POST", "/report", None, data=FIELDS)

    assert form.status == sent.status == 200
    assert "<script" not in text
    assert 'value="checkout"' in text
    assert "default-src 'none'" in form.headers["Content-Security-Policy"]
    (row,) = await reports(public)
    assert (row["title"], row["text"], row["by"]) == ("Cannot <pay>", "it\nfails", "customer")
    assert row["service"] == "checkout"


@pytest.mark.parametrize(
    "fields",
    [{}, {"title": " "}, {"title": "x" * 5000, "service": "none"}, {"title": "\u202e\x07"}],
)
async def test_answer_is_always_the_same(public: Site, fields: dict[str, str]) -> None:
    good = await (await public.ask("POST", "/report", None, data=FIELDS)).text()

    other = await public.ask("POST", "/report", None, data=fields)

    assert (other.status, await other.text()) == (200, good)


async def test_network_may_send_only_so_many(public: Site) -> None:
    answers = [await public.ask("POST", "/report", None, data=FIELDS) for _ in range(7)]

    assert {answer.status for answer in answers} == {200}
    assert len(await reports(public)) == 5


async def test_form_of_another_site_is_refused(public: Site) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert (await public.ask("POST", "/report", None, data=FIELDS, headers=headers)).status == 403
    assert await reports(public) == []


async def test_form_that_is_not_public_wants_a_token(site: Site) -> None:
    assert (await site.ask("GET", "/report", None)).status == 401
    assert (await site.ask("POST", "/report", None, data=FIELDS)).status == 401
    assert (await site.ask("GET", "/report", "ingest")).status == 403
    assert (await site.ask("POST", "/report", "respond", data=FIELDS)).status == 200


async def test_body_that_is_too_large_is_refused(public: Site) -> None:
    answer = await public.ask("POST", "/report", None, data={"title": "x" * 40_000})

    assert answer.status == 413
