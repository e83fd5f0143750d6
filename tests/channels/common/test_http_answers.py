import pytest

from triaged.channels import HttpResponse, MailResult, NoAnswer
from triaged.channels.common.http_answers import failure, json_of, no_response, words
from triaged.core.records.events import Refused, TryAgain


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_empty(body: bytes) -> None:
    assert json_of(HttpResponse(200, {}, body)) == {}


def test_words_of_a_provider_are_harmless() -> None:
    assert words(b"a\r\nb\x1b[0m https://evil") == "a b [0m https[:]//evil"


def test_failure_is_told_in_the_providers_words_if_there_are_any() -> None:
    assert failure(HttpResponse(403, {}, b"body"), "why") == Refused("HTTP 403 why")
    assert failure(HttpResponse(403, {}, b"body")) == Refused("HTTP 403 body")
    assert isinstance(failure(HttpResponse(302, {}, b"")), Refused)


def test_outcome_of_another_channel_is_refused() -> None:
    assert isinstance(no_response(MailResult(250, "")), Refused)
    assert no_response(NoAnswer("cut")) == TryAgain("cut")
