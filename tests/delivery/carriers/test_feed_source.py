"""Calendars are fetched from where the operator said, and nowhere else without a guard."""

import gzip
from collections.abc import Sequence

import pytest

from triaged.channels import HttpRequest, HttpResponse, NoAnswer, Result
from triaged.core.records.duty.feeds import Fetched, FetchOutcome, NotFetched, NotModified
from triaged.delivery.carriers.feed_source import BYTES_MAX, FeedSource
from triaged.wire import Secret

ADDRESS = Secret("https://calendar.example.org/private-0a1b2c/rota.ics")


def answer(status: int, body: bytes = b"", **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, named, body, at=0)


class Wire:
    """Answers in turn, and the requests that came."""

    def __init__(self, answers: Sequence[Result]) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> Result:
        self.requests.append(request)
        return self.answers.pop(0)


async def fetched(wire: Wire, etag: str = "", modified: str = "") -> FetchOutcome:
    return await FeedSource(wire.send).fetch(ADDRESS, etag, modified)


async def test_body_comes_with_its_tags() -> None:
    wire = Wire([answer(200, b"BEGIN", etag='"1"', last_modified="yesterday")])

    assert await fetched(wire) == Fetched(b"BEGIN", '"1"', "yesterday")
    assert "if-none-match" not in wire.requests[0].headers
    assert not wire.requests[0].guarded


async def test_last_copy_is_asked_for_only_if_it_changed() -> None:
    wire = Wire([answer(304)])

    assert await fetched(wire, '"1"', "yesterday") == NotModified()
    headers = wire.requests[0].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"1"', "yesterday")


async def test_redirect_to_another_host_is_guarded_and_one_on_the_same_host_is_not() -> None:
    wire = Wire(
        [
            answer(302, location="/other"),
            answer(307, location="https://127.0.0.1/secrets"),
            answer(200, b"BEGIN"),
        ]
    )

    await fetched(wire)

    assert [(one.url, one.guarded) for one in wire.requests[1:]] == [
        ("https://calendar.example.org/other", False),
        ("https://127.0.0.1/secrets", True),
    ]


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://calendar.example.org/rota.ics", "from https to http"),
        ("", "no address"),
        ("file:///etc/passwd", "no address"),
        ("https://[", "no address"),
    ],
)
async def test_redirects_that_are_not_followed(location: str, why: str) -> None:
    found = await fetched(Wire([answer(302, location=location)]))

    assert isinstance(found, NotFetched)
    assert why in found.why


async def test_sixth_redirect_is_not_followed() -> None:
    wire = Wire([answer(302, location="/again")] * 6)

    assert await fetched(wire) == NotFetched("it is redirected more than 5 times")
    assert wire.answers == []


async def test_gzip_is_unpacked_up_to_a_limit() -> None:
    bomb = gzip.compress(b" " * 50_000_000)

    found = await fetched(Wire([answer(200, bomb, content_encoding="gzip")]))

    assert isinstance(found, Fetched)
    assert len(found.body) == BYTES_MAX
    broken = await fetched(Wire([answer(200, b"no gzip", content_encoding="gzip")]))
    assert broken == NotFetched("its gzip cannot be unpacked")


async def test_no_reason_holds_the_address() -> None:
    for result in (answer(404), answer(500), NoAnswer("no connection within 30 s")):
        found = await fetched(Wire([result]))

        assert isinstance(found, NotFetched)
        assert "0a1b2c" not in found.why
