"""What an answer means: done, later, never, or nobody knows."""

import pytest

from triaged.channels import HttpResponse, NoAnswer, Written
from triaged.core.records.events import Refused, TryAgain
from triaged.core.time.durations import MINUTE, SECOND
from triaged.integrations.common.json_http import checked_url, read, words

NOW = 1_772_637_780_000_000


def answer(status: int, body: bytes = b"", **headers: str) -> HttpResponse:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, fields, body, NOW)


def test_body_of_a_success_is_read() -> None:
    assert read(answer(201, b'{"a": 1}'), dict[str, int]) == {"a": 1}
    assert read(answer(204), dict[str, int]) == {}


def test_success_that_cannot_be_read_may_have_been_carried_out() -> None:
    found = read(answer(200, b"<html>"), dict[str, int])

    assert isinstance(found, TryAgain)
    assert found.maybe_accepted
    assert read(answer(200, b"<html>"), dict[str, int], changes=False) == TryAgain(found.error)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_leaves_open_whether_it_was_carried_out(status: int) -> None:
    assert read(answer(status), dict[str, int]) == TryAgain(f"HTTP {status}", maybe_accepted=True)


def test_request_that_only_reads_is_never_in_doubt() -> None:
    found = read(NoAnswer("cut", maybe_accepted=True), dict[str, int], changes=False)

    assert found == TryAgain("cut")


@pytest.mark.parametrize(
    ("given", "after_us"),
    [
        (answer(429), MINUTE),
        (answer(420), MINUTE),
        (answer(429, retry_after="5"), 5 * SECOND),
        (answer(403, retry_after="5"), 5 * SECOND),
        (answer(403, b'{"message": "You have exceeded a secondary rate limit"}'), MINUTE),
        (
            answer(403, x_ratelimit_remaining="0", x_ratelimit_reset=str(NOW // SECOND + 9)),
            9 * SECOND,
        ),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="0"), SECOND),
    ],
)
def test_rate_limit_is_no_refusal(given: HttpResponse, after_us: int) -> None:
    found = read(given, dict[str, int])

    assert isinstance(found, TryAgain)
    assert (found.after_us, found.maybe_accepted) == (after_us, False)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer(403, b'{"message": "no"}'), "HTTP 403 no"),
        (answer(301), "HTTP 301: redirects are not followed; configure the final address"),
        (NoAnswer("forbidden address", permanent=True), "forbidden address"),
        (Written(), "not an outcome of a request: Written"),
    ],
)
def test_everything_else_is_a_refusal(given: HttpResponse, error: str) -> None:
    assert read(given, dict[str, int]) == Refused(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"errorMessages": [], "errors": {"duedate": "cannot be set"}}',
            "duedate: cannot be set",
        ),
        (b'{"message": {"title": ["is too long"]}}', "title: is too long"),
        (b'{"error": ["a", "b"]}', "a, b"),
        (b"<html>busy</html>", "<html>busy</html>"),
        (b"\xff", "\ufffd"),
        (b"7", "7"),
    ],
)
def test_words_of_an_error_are_found_in_any_form(body: bytes, said: str) -> None:
    assert words(body) == said


def test_words_of_a_hostile_error_are_bounded() -> None:
    assert len(words(b"[" * 100_000)) <= 200
    assert len(words(b'{"message": "' + b"x" * 100_000 + b'"}')) <= 200


@pytest.mark.parametrize("url", ["ftp://a", "https://", "a", "https://a?b=c"])
def test_address_of_an_api_is_checked(url: str) -> None:
    with pytest.raises(ValueError, match="url must be"):
        checked_url(url)


def test_slash_at_the_end_of_an_address_goes() -> None:
    assert checked_url("https://a/b/") == "https://a/b"
