import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.fakes.opsgenie import KEY, TOKEN, Opsgenie, happened
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, edited, notice
from triaged.channels import NoAnswer, Result
from triaged.channels.common.two_way import Callback, Receipt, ReceiptState, Reply, Signalled
from triaged.channels.opsgenie import (
    Settings,
    callback,
    confirmation,
    confirmed,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.channels.opsgenie import answer as answered
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.errors import Malformed, Unauthorized
from triaged.wire import MISSING_SECRET, Secret

SETTINGS = Settings(Secret(KEY), Secret(TOKEN))
ALIAS = "triaged-INC-12"


def test_alert_says_what_is_wrong() -> None:
    message = request(notice(), SETTINGS, NOW)
    said = posted(message)

    assert message.url == "https://api.opsgenie.com/v2/alerts"
    assert (said["message"], said["priority"]) == ("SEV-1 checkout is down in c1 (INC-12)", "P1")
    assert (said["alias"], said["entity"]) == (ALIAS, "checkout")
    europe = Settings(Secret(KEY), url="https://api.eu.opsgenie.com/")
    assert request(notice(), europe, NOW).url == "https://api.eu.opsgenie.com/v2/alerts"


def test_what_is_done_here_is_done_there() -> None:
    peer = Opsgenie()
    found = verdict(peer.serve(request(notice(), SETTINGS, NOW)))
    peer.work()
    assert found == Delivered("43a29c5c-3dbf-4fa4-9c26-000000000001")
    assert peer.alerts == {ALIAS: "open"}

    for state, there in ((State.ACKNOWLEDGED, "acknowledged"), (State.RESOLVED, "closed")):
        follow = update(edited("by Bob", state), "x", SETTINGS, NOW)
        assert updated(peer.serve(follow)) == Delivered()
        peer.work()
        assert peer.alerts == {ALIAS: there}

    assert peer.users == {"triaged"}


def test_hostile_texts_are_alerts() -> None:
    peer = Opsgenie()

    for text in HOSTILE:
        sent = notice(title=text, service=text, labels={text[:60]: text})
        assert isinstance(verdict(peer.serve(request(sent, SETTINGS, NOW))), Delivered), text


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (202, {"requestId": "r1"}, Delivered("r1")),
        (200, None, Refused("HTTP 200")),
        (400, {"message": "no JSON"}, Refused("HTTP 400 no JSON")),
        (401, {"message": "Could not authenticate"}, Refused("HTTP 401 Could not authenticate")),
        (402, {"message": "plan"}, Refused("HTTP 402 plan")),
        (403, {"message": "no right"}, Refused("HTTP 403 no right")),
        (422, {"message": "too long"}, Refused("HTTP 422 too long")),
        (429, None, TryAgain("HTTP 429")),
        (503, None, TryAgain("HTTP 503")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected
    if status != 202:
        assert updated(answer(status, body)) == expected
    assert verdict(NoAnswer("cut")) == TryAgain("cut")


def test_truth_about_a_request_comes_later() -> None:
    peer = Opsgenie()
    peer.serve(request(notice(), SETTINGS, NOW))
    peer.serve(update(edited("by Bob", State.ACKNOWLEDGED, number=13), "x", SETTINGS, NOW))
    first, second = (f"43a29c5c-3dbf-4fa4-9c26-00000000000{number}" for number in (1, 2))
    assert confirmed(first, peer.serve(confirmation(first, SETTINGS))) == TryAgain(
        "HTTP 404: the request has not been carried out yet"
    )

    peer.work()

    found = [confirmed(ref, peer.serve(confirmation(ref, SETTINGS))) for ref in (first, second)]
    assert found == [
        Receipt(first, ReceiptState.DELIVERED),
        Receipt(second, ReceiptState.FAILED, "Alert does not exist", is_permanent=True),
    ]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (answer(401, {"message": "no"}), Refused("HTTP 401 no")),
        (answer(429), TryAgain("HTTP 429")),
        (answer(503), TryAgain("HTTP 503")),
        (NoAnswer("cut"), TryAgain("cut")),
        (NoAnswer("never", permanent=True), Refused("there was no answer")),
        (
            answer(200, {}),
            Receipt("r", ReceiptState.FAILED, "it was not carried out", is_permanent=True),
        ),
    ],
)
def test_answer_about_a_request(result: Result, expected: object) -> None:
    assert confirmed("r", result) == expected
    assert confirmation("../x", SETTINGS).url.endswith("/v2/alerts/requests/..%2Fx")


@pytest.mark.parametrize(
    ("action", "verb"),
    [("Acknowledge", "acknowledge"), ("UnAcknowledge", "unacknowledge"), ("Close", "resolve")],
)
def test_what_a_person_does_there_comes_back(action: str, verb: str) -> None:
    (called,) = callback(happened(action, NOW), SETTINGS)

    assert isinstance(called, Signalled)
    assert (called.verb, called.account, called.incident) == (verb, "alice@x", 12)
    assert answered(called, Reply("x"), SETTINGS).status == 204


@pytest.mark.parametrize(
    "call",
    [
        happened("Create", NOW),
        happened("AddNote", NOW),
        happened("Close", NOW, alias="other"),
        happened("Acknowledge", NOW, by="triaged"),
        happened("Close", NOW, by="System"),
        happened("Close", NOW, by=""),
    ],
)
def test_anything_else_says_nothing(call: Callback) -> None:
    assert callback(call, SETTINGS) == ()


GOOD = happened("Acknowledge", NOW)


def test_token_is_in_the_address_or_in_a_header() -> None:
    bare = replace(GOOD, url="https://triaged.example.org/callbacks/og")

    assert callback(replace(bare, headers={"x-triaged-token": TOKEN}), SETTINGS)
    for call in (
        bare,
        replace(bare, url=f"{bare.url}?token=other"),
        replace(bare, headers={"x-triaged-token": "é"}),
        replace(GOOD, headers={"x-triaged-token": "other"}),
    ):
        with pytest.raises(Unauthorized, match="the token is not that of the webhook"):
            callback(call, SETTINGS)


@pytest.mark.parametrize("token", [None, MISSING_SECRET, Secret("")])
def test_call_needs_a_token(token: Secret | None) -> None:
    with pytest.raises(Unauthorized, match="no webhook_token"):
        callback(replace(GOOD, url="https://x.example/?token="), Settings(Secret(KEY), token))


def test_call_that_is_no_object_is_malformed() -> None:
    with pytest.raises(Malformed):
        callback(replace(GOOD, body=b"[]"), SETTINGS)


def test_self_test_says_what_to_do() -> None:
    peer = Opsgenie()

    assert self_tested(peer.serve(self_test(SETTINGS))) == Delivered()
    found = self_tested(peer.serve(self_test(Settings(Secret("old")))))
    assert isinstance(found, Refused)
    assert "the region is another" in found.error
    assert self_tested(answer(403)) == Delivered(), "a key of an integration"
    assert self_tested(answer(500)) == TryAgain("HTTP 500")
    assert self_tested(NoAnswer("cut")) == TryAgain("cut")


def test_secrets_are_in_no_text() -> None:
    assert KEY not in repr(SETTINGS)
    assert TOKEN not in repr(SETTINGS)
