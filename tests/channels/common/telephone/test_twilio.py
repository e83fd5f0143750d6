"""The account, signatures and errors. The vectors are those of Twilio's pages and its SDK."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.answers import answer
from tests.channels.fakes.twilio import FROM, SID, TOKEN, Twilio, signed
from triaged.channels import HttpRequest, NoAnswer
from triaged.channels.common.telephone.twilio import (
    BODY_MAX,
    MEANINGS,
    self_test,
    self_tested,
    verdict,
    verified,
)
from triaged.channels.common.two_way import Callback
from triaged.channels.twilio_sms import Settings
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SETTINGS = Settings(account=SID, token=Secret(TOKEN), sender=FROM)
URL = "https://triaged.example.org/callbacks/sms"
FORM = {"From": "+4915112345678", "To": FROM, "Body": "12a", "MessageSid": "SM1"}
VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"


def call(url: str, body: bytes, signature: str, kind: str = "") -> Callback:
    kind = kind or "application/x-www-form-urlencoded"
    return Callback({"content-type": kind, "x-twilio-signature": signature}, body, url)


def test_documented_form_holds() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }

    sent = call(VECTOR_URL, urlencode(form).encode(), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")

    assert verified(sent, SETTINGS) == form


def test_fields_that_come_twice_are_signed_once_and_sorted() -> None:
    body = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"

    found = verified(call(VECTOR_URL, body, "IK+Dwps556ElfBT0I3Rgjkr1wJU="), SETTINGS)

    assert found == {"Sid": "CA123", "SidAccount": "AC123", "Digits": "5678"}


JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_URL = (
    f"{VECTOR_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)


@pytest.mark.parametrize(
    ("body", "url", "error"),
    [
        (JSON_BODY, JSON_URL, "a form is expected"),
        (JSON_BODY + b" ", JSON_URL, "the hash of the body"),
        (JSON_BODY, VECTOR_URL, "the hash of the body"),
        (JSON_BODY, JSON_URL.replace("foo=1", "foo=2"), "X-Twilio-Signature"),
    ],
)
def test_json_is_verified_by_the_hash_in_the_address(body: bytes, url: str, error: str) -> None:
    sent = call(url, body, "a9nBmqA0ju/hNViExpshrM61xv4=", "application/json")

    with pytest.raises((Malformed, Unauthorized), match=error):
        verified(sent, SETTINGS)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (URL, "https://triaged.example.org:443/callbacks/sms"),
        ("https://triaged.example.org:443/callbacks/sms", URL),
        ("https://triaged.example.org:8443/callbacks/sms", URL),
        ("http://triaged.example.org/x?a=1", "http://triaged.example.org:80/x?a=1"),
    ],
)
def test_address_is_signed_with_its_port_or_without(ours: str, theirs: str) -> None:
    assert verified(replace(signed(theirs, FORM), url=ours), SETTINGS) == FORM


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256", "hmac_sha256"])
def test_shared_key_signs_where_the_header_says_so(algorithm: str) -> None:
    shared = replace(SETTINGS, shared_key=Secret("shared"))

    assert verified(signed(URL, FORM, "shared", algorithm), shared) == FORM


@pytest.mark.parametrize(
    ("sent", "shared", "error"),
    [
        (signed(URL, FORM, TOKEN, "HMAC_SHA256"), None, "shared_key_file"),
        (signed(URL, FORM, TOKEN, "HMAC_SHA256"), "shared", "X-Twilio-Signature"),
        (signed(URL, FORM, "shared"), "shared", "X-Twilio-Signature"),
    ],
)
def test_key_is_the_one_of_the_header(sent: Callback, shared: str | None, error: str) -> None:
    one = replace(SETTINGS, shared_key=Secret(shared) if shared else None)

    with pytest.raises(Unauthorized, match=error):
        verified(sent, one)


def test_algorithm_that_is_not_known_is_refused() -> None:
    sent = signed(URL, FORM, "shared", "HMAC_SHA256")
    header = {"x-twilio-webhooks-signature-settings": "key=1,algorithm=HMAC_MD5"}

    with pytest.raises(Unauthorized, match="algorithm"):
        verified(
            replace(sent, headers={**sent.headers, **header}),
            replace(SETTINGS, shared_key=Secret("shared")),
        )


def test_each_changed_byte_breaks_the_signature() -> None:
    sent = signed(URL, FORM)

    for position in range(len(sent.body)):
        body = bytearray(sent.body)
        body[position] ^= 1
        with pytest.raises(Unauthorized):
            verified(replace(sent, body=bytes(body)), SETTINGS)


@pytest.mark.parametrize(
    "change",
    [
        {"url": f"{URL}?x=1"},
        {"url": "https://other.example.org/callbacks/sms"},
        {"url": "https://[::1/x"},
        {"headers": {}},
        {"headers": {"x-twilio-signature": "\u00e4"}},
        {"body": b"\xff"},
        {"body": b"&".join([b"a=1"] * 300)},
    ],
)
def test_what_was_not_signed_so_is_refused(change: Mapping[str, Any]) -> None:
    with pytest.raises(Unauthorized):
        verified(replace(signed(URL, FORM), **change), SETTINGS)


def test_wrong_key_is_refused_and_no_secret_is_told() -> None:
    with pytest.raises(Unauthorized) as caught:
        verified(signed(URL, FORM, "other"), SETTINGS)

    assert TOKEN not in str(caught.value)


def test_body_has_a_limit() -> None:
    with pytest.raises(Malformed):
        verified(signed(URL, {"Body": "x" * BODY_MAX}), SETTINGS)


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=30), max_size=9))
def test_whatever_twilio_signs_holds(form: dict[str, str]) -> None:
    readable = {k: v for k, v in form.items() if (k + v).encode(errors="ignore").decode() == k + v}

    assert verified(signed(URL, readable), SETTINGS) == readable


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (201, {"sid": "SM1", "status": "queued"}, Delivered("SM1")),
        (201, {"sid": "SM1", "status": "failed", "error_code": 30007}, Refused("failed: 30007")),
        (400, {"code": 21211, "message": "no"}, Refused(f"HTTP 400 21211 {MEANINGS[21211]}")),
        (
            400,
            {"code": 21610, "message": "no"},
            Refused(f"HTTP 400 21610 {MEANINGS[21610]}", gone=True),
        ),
        (400, {"code": 21999, "message": "odd"}, Refused("HTTP 400 21999 odd")),
        (400, {"code": 21611, "message": "full"}, TryAgain("HTTP 400 21611 full")),
        (401, {"code": 20003, "message": "no"}, Refused(f"HTTP 401 20003 {MEANINGS[20003]}")),
        (429, {"code": 20429, "message": "slow"}, TryAgain("HTTP 429 20429 slow")),
        (500, None, TryAgain("HTTP 500")),
        (503, {"code": 20503, "message": "down"}, TryAgain("HTTP 503 20503 down")),
        (400, {"code": "x" * 99, "message": [1]}, Refused),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    found = verdict(answer(status, body))

    assert found == expected or type(found) is expected


def test_account_is_tried_without_a_message() -> None:
    twilio = Twilio()

    assert self_tested(twilio.serve(self_test(SETTINGS))) == Delivered()
    twilio.status = "suspended"
    assert self_tested(twilio.serve(self_test(SETTINGS))) == Refused("the account is suspended")
    wrong = twilio.serve(self_test(replace(SETTINGS, token=Secret("x"))))
    assert self_tested(wrong) == Refused(f"HTTP 401 20003 {MEANINGS[20003]}")
    assert self_tested(NoAnswer("cut")) == TryAgain("cut")


def test_api_key_takes_the_place_of_the_account() -> None:
    keyed = replace(SETTINGS, api_key="SK1", api_secret=Secret("s"))

    tried: HttpRequest = self_test(keyed)

    assert tried.headers["authorization"] == "Basic U0sxOnM="


@pytest.mark.parametrize(
    "change",
    [
        {"account": "AC1"},
        {"api_key": "SK1"},
        {"to": "0151 123"},
        {"url": "ftp://x"},
        {"timeout": "1m"},
        {"sender": "triaged"},
    ],
)
def test_settings_with_which_nothing_could_be_sent_are_refused(change: dict[str, Any]) -> None:
    given: dict[str, Any] = {"account": SID, "token": Secret(TOKEN), "sender": FROM}

    with pytest.raises(ValueError, match=r"must be|go together"):
        Settings(**{**given, **change})
