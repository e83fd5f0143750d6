import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.fakes.pagerduty import KEY, SECRET, PagerDuty, happened, signed
from tests.channels.hostile import HOSTILE
from tests.channels.notices import NOW, PAGE, UPDATE, edited, notice
from triaged.channels import NoAnswer, Notice
from triaged.channels.common.two_way import Callback, Reply, Signalled
from triaged.channels.pagerduty import (
    Settings,
    callback,
    fitted,
    request,
    update,
    updated,
    verdict,
)
from triaged.channels.pagerduty import answer as answered
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.errors import Malformed, Unauthorized
from triaged.wire import MISSING_SECRET, Secret

SETTINGS = Settings(Secret(KEY), Secret(SECRET))


def as_state(sent: Notice, state: State) -> Notice:
    return replace(sent, incident=replace(sent.incident, state=state))


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        (notice(), "trigger"),
        (as_state(notice(UPDATE), State.ACKNOWLEDGED), "acknowledge"),
        (as_state(notice(), State.ACKNOWLEDGED), "trigger"),
        (as_state(notice(UPDATE), State.RESOLVED), "resolve"),
        (as_state(notice(replace(PAGE, possible_duplicate=True)), State.RESOLVED), "resolve"),
    ],
)
def test_alert_there_follows_the_incident(sent: Notice, action: str) -> None:
    said = posted(request(sent, SETTINGS, NOW))

    assert said["event_action"] == action
    assert said["dedup_key"] == "triaged-INC-12", "one alert for the life of the incident"


def test_event_says_what_is_wrong() -> None:
    payload = posted(request(notice(), SETTINGS, NOW))["payload"]

    assert payload["summary"] == "SEV-1 checkout is down in c1 (INC-12)"
    assert (payload["source"], payload["severity"]) == ("checkout", "critical")


def test_what_is_done_here_is_done_there_and_calls_nobody_again() -> None:
    peer, key = PagerDuty(), "triaged-INC-12"
    found = verdict(peer.serve(request(notice(), SETTINGS, NOW)))
    assert found == Delivered(key)

    for state, there in ((State.ACKNOWLEDGED, "acknowledged"), (State.RESOLVED, "resolved")):
        follow = update(edited("by Bob", state), key, SETTINGS, NOW)
        assert updated(peer.serve(follow)) == Delivered(key)
        assert peer.incidents[key] == there

    late = update(edited("by Bob", State.ACKNOWLEDGED), key, SETTINGS, NOW)
    peer.serve(late)
    assert peer.incidents[key] == "resolved", "an acknowledgement opens nothing"
    assert peer.notified == [key]


def test_details_are_dropped_where_the_event_would_be_too_large() -> None:
    event: dict[str, object] = {"payload": {"summary": "x"}}
    whole = len(fitted(event, {"text": "y" * 100}))

    assert b"custom_details" in fitted(event, {"text": "y" * 100}, whole)
    assert fitted(event, {"text": "y" * 100}, whole - 1) == b'{"payload":{"summary":"x"}}'


def test_hostile_texts_are_events() -> None:
    peer = PagerDuty()

    for text in HOSTILE:
        sent = notice(title=text, service=text, labels={text[:60]: text})
        assert isinstance(verdict(peer.serve(request(sent, SETTINGS, NOW))), Delivered), text


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (202, {"status": "success", "dedup_key": "triaged-INC-12"}, Delivered("triaged-INC-12")),
        (
            400,
            {"message": "Event object is invalid", "errors": ["no key"]},
            Refused("HTTP 400 Event object is invalid no key"),
        ),
        (413, None, Refused("HTTP 413")),
        (429, None, TryAgain("HTTP 429")),
        (500, None, TryAgain("HTTP 500")),
        (504, None, TryAgain("HTTP 504", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected
    assert updated(answer(status, body)) == expected
    assert verdict(NoAnswer("cut")) == TryAgain("cut")


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("incident.acknowledged", "acknowledge"),
        ("incident.unacknowledged", "unacknowledge"),
        ("incident.resolved", "resolve"),
    ],
)
def test_what_a_person_does_there_comes_back(kind: str, verb: str) -> None:
    (called,) = callback(happened(kind, NOW), SETTINGS)

    assert isinstance(called, Signalled)
    assert (called.verb, called.account, called.incident) == (verb, "PLH1HKV", 12)
    assert called.at == NOW, "an event may come days later"
    assert answered(called, Reply("x"), SETTINGS).status == 204


@pytest.mark.parametrize(
    "call",
    [
        happened("incident.triggered", NOW),
        happened("incident.escalated", NOW),
        happened("incident.acknowledged", NOW, key="baf7cf21b1da41b4b0221008339ff357"),
        happened("incident.acknowledged", NOW, key="triaged-INC-12x"),
        happened("incident.acknowledged", NOW, type="service_reference"),
        signed({"event": {"event_type": "pagey.ping", "data": {"message": "Hello"}}}, NOW),
        signed({"event": None}, NOW),
    ],
    ids=["triggered", "escalated", "not ours", "longer", "no person", "ping", "nothing"],
)
def test_anything_else_says_nothing(call: Callback) -> None:
    assert callback(call, SETTINGS) == ()


GOOD = happened("incident.acknowledged", NOW)


def test_one_of_several_signatures_has_to_hold() -> None:
    said = msgspec.json.decode(GOOD.body)

    assert callback(signed(said, NOW, "older", SECRET), SETTINGS)
    with pytest.raises(Unauthorized):
        callback(signed(said, NOW, "older", "other"), SETTINGS)


@pytest.mark.parametrize(
    "call",
    [
        replace(GOOD, body=GOOD.body.replace(b"INC-12", b"INC-13")),
        replace(GOOD, body=GOOD.body + b" "),
        replace(GOOD, headers={}),
        replace(GOOD, headers={"x-pagerduty-signature": "v1="}),
        replace(GOOD, headers={"x-pagerduty-signature": "é,ü"}),
    ],
)
def test_call_that_is_forged_or_altered_is_refused(call: Callback) -> None:
    with pytest.raises(Unauthorized, match="does not hold"):
        callback(call, SETTINGS)


@pytest.mark.parametrize("secret", [None, MISSING_SECRET])
def test_call_needs_a_secret(secret: Secret | None) -> None:
    with pytest.raises(Unauthorized, match="no webhook_secret"):
        callback(GOOD, Settings(Secret(KEY), secret))


def test_signed_call_that_is_no_object_is_malformed() -> None:
    with pytest.raises(Malformed):
        callback(signed([], NOW), SETTINGS)
    assert KEY not in repr(SETTINGS)
    assert SECRET not in repr(SETTINGS)
