import hashlib
import hmac

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW, PAGE, UPDATE, notice, without_person
from triaged.channels import HttpResponse, MailResult
from triaged.channels.common.http_answers import retry_after_us
from triaged.channels.webhook import BODY_MAX, Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.wire import Secret

URL = "https://hooks.example.org/x?y=z"
SIGNED = Settings(URL, Secret("s3cret"))
SECOND = 1_000_000


def response(status: int, body: bytes = b"", **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, named, body, NOW)


def test_body_is_what_the_interface_says() -> None:
    sent = request(notice(), SIGNED, NOW)

    body = msgspec.json.decode(sent.body)
    assert (sent.method, sent.url, sent.guarded) == ("POST", URL, False)
    assert body["type"] == "page"
    assert body["page"] == {
        "id": PAGE.id,
        "person": "alice",
        "contact": "mail",
        "urgency": "page",
        "epoch": 1,
        "round": 1,
        "step": 2,
        "attempt": 1,
        "possible_duplicate": False,
    }
    assert body["incident"] == msgspec.to_builtins(notice().incident_json)
    assert body["text"].startswith("SEV-1 checkout is down in c1 (INC-12)\n")
    assert body["acknowledge_url"] == "https://triaged.example.org/act/token"


def test_private_addresses_are_refused_where_that_is_wanted() -> None:
    assert request(notice(), Settings(URL, public_only=True), NOW).guarded


def test_update_is_an_update_and_has_no_link() -> None:
    body = msgspec.json.decode(request(notice(UPDATE), SIGNED, NOW).body)

    assert (body["type"], body["acknowledge_url"]) == ("update", None)
    assert body["text"].startswith("INC-12 acknowledged by bob\n")


def test_page_straight_to_the_channel_has_no_person() -> None:
    body = msgspec.json.decode(request(without_person(), SIGNED, NOW).body)

    assert (body["page"]["person"], body["page"]["contact"]) == (None, "hook")


def test_body_is_signed_with_its_time() -> None:
    sent = request(notice(), SIGNED, NOW)

    seconds = str(NOW // SECOND)
    expected = hmac.new(b"s3cret", f"{seconds}.".encode() + sent.body, hashlib.sha256).hexdigest()
    assert sent.headers["x-triaged-timestamp"] == seconds
    assert sent.headers["x-triaged-signature"] == f"v1={expected}"


def test_while_a_secret_is_changed_both_sign() -> None:
    both = Settings(URL, Secret("new"), Secret("old"))

    new, old = request(notice(), both, NOW).headers["x-triaged-signature"].split(",")

    assert (
        new == request(notice(), Settings(URL, Secret("new")), NOW).headers["x-triaged-signature"]
    )
    assert (
        old == request(notice(), Settings(URL, Secret("old")), NOW).headers["x-triaged-signature"]
    )


def test_without_a_secret_nothing_is_signed() -> None:
    assert "x-triaged-signature" not in request(notice(), Settings(URL), NOW).headers


def test_page_id_is_the_idempotency_key_of_every_attempt() -> None:
    first = request(notice(), SIGNED, NOW)
    second = request(notice(replace(PAGE, attempts=2)), SIGNED, NOW + 5 * SECOND)

    assert first.headers["idempotency-key"] == PAGE.id
    assert second.headers["idempotency-key"] == PAGE.id


def test_idempotency_key_is_ascii_whatever_names_are() -> None:
    sent = request(notice(replace(PAGE, id="INC-1/jürgen % x\r\n")), SIGNED, NOW)

    assert sent.headers["idempotency-key"] == "INC-1/j%C3%BCrgen%20%25%20x%0D%0A"


def test_configured_headers_are_sent_but_never_replace_ours() -> None:
    headers = {"Authorization": Secret("Bearer t"), "Content-Type": Secret("text/plain")}

    sent = request(notice(), Settings(URL, headers=headers), NOW).headers

    assert (sent["authorization"], sent["content-type"]) == ("Bearer t", "application/json")


def test_incident_too_large_goes_without_its_labels() -> None:
    huge = {f"label{number}": "v" * 8192 for number in range(64)}

    sent = request(notice(labels=huge, title="t" * BODY_MAX), SIGNED, NOW)

    incident = msgspec.json.decode(sent.body)["incident"]
    assert len(sent.body) < 16_384
    assert (incident["labels"], incident["shortened"], incident["id"]) == ({}, True, "INC-12")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    assert verdict(response(status)) == Delivered()


def test_reference_of_the_receiver_is_kept() -> None:
    assert verdict(response(202, x_request_id="r-1")) == Delivered("r-1")


def test_yes_whose_body_says_no_is_not_delivered() -> None:
    body = b'{"ok":false,"error":"channel_not_found"}'

    assert isinstance(verdict(response(200, body)), TryAgain)


@pytest.mark.parametrize(
    "body", [b"ok", b"null", b'{"ok":true}', b'{"ok":0}', b"\xff", b"[" * 9999]
)
def test_other_bodies_do_not_matter(body: bytes) -> None:
    assert verdict(response(200, body)) == Delivered()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 501, 503, 505, 507, 599])
def test_later_statuses_are_tried_again(status: int) -> None:
    assert verdict(response(status)) == TryAgain(f"HTTP {status}")


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_that_lost_the_answer_may_have_passed_it_on(status: int) -> None:
    assert verdict(response(status)) == TryAgain(f"HTTP {status}", maybe_accepted=True)


@pytest.mark.parametrize("status", [0, 100, 101, 400, 401, 403, 404, 405, 410, 413, 422, 451, 600])
def test_everything_else_is_refused(status: int) -> None:
    assert verdict(response(status)) == Refused(f"HTTP {status}")


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirect_is_refused_with_advice(status: int) -> None:
    answer = verdict(response(status, location="https://elsewhere.example"))

    assert isinstance(answer, Refused)
    assert "configure the final address" in answer.error


def test_what_the_receiver_says_is_quoted_clean_and_short() -> None:
    answer = verdict(response(400, b"no\r\nsuch \x1b[2Jhook " + b"x" * 10_000))

    assert isinstance(answer, Refused)
    assert answer.error.startswith("HTTP 400 no such [2Jhook xxx")
    assert len(answer.error) < 220


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("1000000000", 3600),
        ("9" * 400, 3600),
        ("Mon, 30 Mar 2026 10:00:45 GMT", 45),
        ("Mon, 30 Mar 2026 09:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_capped(value: str, wait_s: int) -> None:
    assert retry_after_us(response(429, retry_after=value)) == wait_s * SECOND
    assert verdict(response(503, retry_after=value)) == TryAgain("HTTP 503", wait_s * SECOND)


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Mar 2026 10:00:45 GMT"])
def test_unreadable_retry_after_is_none(value: str) -> None:
    assert retry_after_us(response(429, retry_after=value)) is None


def test_outcome_of_another_kind_is_refused() -> None:
    assert isinstance(verdict(MailResult(250, "ok")), Refused)


@pytest.mark.parametrize("url", ["", "hooks.example.org", "ftp://x", "javascript:x", "https://"])
def test_address_that_is_none_is_refused_at_load(url: str) -> None:
    with pytest.raises(ValueError, match="url must be"):
        Settings(url)


@pytest.mark.parametrize("headers", [{"a b": "x"}, {"": "x"}, {"a": "x\r\ny: z"}, {"a\n": "x"}])
def test_header_that_none_may_be_is_refused_at_load(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no header may"):
        Settings(URL, headers={name: Secret(value) for name, value in headers.items()})


def test_time_limit_is_that_of_the_settings() -> None:
    assert request(notice(), Settings(URL, timeout="3s"), NOW).timeout_s == 3.0
    assert request(notice(), Settings(URL), NOW).timeout_s == 10.0


@pytest.mark.parametrize("timeout", ["0s", "11s", "1m", "5", "soon", ""])
def test_time_limit_that_is_none_is_refused_at_load(timeout: str) -> None:
    with pytest.raises(ValueError, match="at most 10s"):
        Settings(URL, timeout=timeout)


def test_settings_show_no_secret() -> None:
    shown = repr(Settings(URL, Secret("s3cret"), headers={"authorization": Secret("Bearer t0ken")}))

    assert "s3cret" not in shown
    assert "t0ken" not in shown
