from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.answers import answer
from tests.channels.fakes.push_service import PushService, Visitor
from tests.channels.notices import NOW, UPDATE, notice, straight, straight_test
from triaged.channels import HttpRequest, Notice
from triaged.channels.common import push_encryption
from triaged.channels.webpush import (
    Settings,
    addresses_of,
    own_address,
    public_key_of,
    request,
    subscription_of,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.settings import Contact
from triaged.errors import Malformed
from triaged.wire import MISSING_SECRET, Secret

KEY = Secret("c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I")
ALICE = Visitor("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg")
SETTINGS = Settings(KEY, to=ALICE.subscription)
NOW_S = NOW // 1_000_000


def service() -> PushService:
    return PushService(ALICE, public_key_of(SETTINGS))


def got(sent: Notice) -> dict[str, Any]:
    """What the browser shows of a page."""
    ours = service()
    assert isinstance(verdict(ours.serve(request(sent, SETTINGS, NOW), NOW_S)), Delivered)
    (found,) = ours.received()
    return found


def test_page_reaches_the_browser_and_nobody_else_reads_it() -> None:
    asked = request(straight(), SETTINGS, NOW)

    found = got(straight())

    assert found["title"] == "SEV-1 INC-12 checkout is down in c1"
    assert found["body"].startswith("SEV-1 checkout is down in c1 (INC-12)")
    assert found["link"] == "https://triaged.example.org/act/token"
    assert (found["tag"], found["page"], found["edit"]) == ("INC-12", True, False)
    assert b"checkout" not in asked.body
    assert KEY.reveal() not in repr(asked)


def test_page_is_urgent_and_lives_for_five_minutes() -> None:
    headers = request(straight(), SETTINGS, NOW).headers
    news = request(straight(UPDATE), SETTINGS, NOW).headers

    assert (headers["ttl"], headers["urgency"]) == ("300", "high")
    assert news["urgency"] == "normal"


def test_edit_replaces_what_waits_for_the_browser() -> None:
    ours = service()
    sent = verdict(ours.serve(request(straight(), SETTINGS, NOW), NOW_S))
    assert isinstance(sent, Delivered)

    done = updated(ours.serve(update(straight(UPDATE), sent.ref, SETTINGS, NOW), NOW_S))

    (found,) = ours.received()
    assert isinstance(done, Delivered)
    assert (found["edit"], found["tag"], found["link"]) == (True, "INC-12", None)
    assert "acknowledged by bob" in found["title"]


def test_messages_about_other_incidents_wait_beside_each_other() -> None:
    ours = service()

    for number in (12, 13):
        ours.serve(request(straight(number=number), SETTINGS, NOW), NOW_S)

    assert [each["tag"] for each in ours.received()] == ["INC-12", "INC-13"]


def test_each_message_has_keys_of_its_own() -> None:
    first = request(straight(), SETTINGS, NOW).body
    later = request(straight(), SETTINGS, NOW + 1).body
    other = request(straight(title="x"), SETTINGS, NOW).body

    assert len({body[21:86] for body in (first, later, other)}) == 3
    assert len({body[:16] for body in (first, later, other)}) == 3


@settings(max_examples=50)
@given(st.text(max_size=500))
def test_whatever_a_page_holds_it_fits(title: str) -> None:
    long = straight(title=title * 20, labels={f"l{n}": '"\u20ac\\' * 60 for n in range(60)})
    far = replace(long, acknowledge_url="https://x.example/" + "a" * 5000)

    for sent in (long, far):
        assert len(request(sent, SETTINGS, NOW).body) <= 4096
    assert got(far)["link"] is None


def test_link_of_a_test_is_marked() -> None:
    found = got(straight_test())

    assert found["test"] is True
    assert found["title"].startswith("[TEST] ")


def test_several_incidents_go_in_one_message() -> None:
    others = (replace(straight().incident, number=13),) * 2

    assert "(INC-12) and 2 more" in got(replace(straight(), also=others))["body"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (201, Delivered("sent")),
        (404, Refused("the browser has ended its subscription", gone=True)),
        (410, Refused("the browser has ended its subscription", gone=True)),
        (401, Refused("HTTP 401: the browser has subscribed to another private_key")),
        (403, Refused("HTTP 403: the browser has subscribed to another private_key")),
        (413, Refused("HTTP 413: the message is too long for the push service")),
        (400, Refused("HTTP 400")),
        (429, TryAgain("HTTP 429")),
        (503, TryAgain("HTTP 503")),
    ],
)
def test_verdicts(status: int, expected: object) -> None:
    assert verdict(answer(status)) == expected


def test_pause_that_a_service_asks_for_is_kept() -> None:
    assert verdict(answer(429, headers={"retry-after": "7"})) == TryAgain("HTTP 429", 7_000_000)


def test_browser_that_left_and_another_key_are_refused() -> None:
    ours, asked = service(), request(straight(), SETTINGS, NOW)
    other = request(straight(), replace(SETTINGS, private_key=Secret("A" * 42 + "E")), NOW)

    assert ours.serve(other, NOW_S).status == 403
    assert ours.serve(asked, NOW_S + 86_400).status == 401
    ours.is_subscribed = False
    assert verdict(ours.serve(asked, NOW_S)) == Refused(
        "the browser has ended its subscription", gone=True
    )


def test_contact_is_a_subscription() -> None:
    bob = Visitor("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "BTBZMqHH6r4Tts7J_aSIgg", "/bob")
    his = replace(notice(), contact=Contact("push", bob.subscription))

    assert request(his, SETTINGS, NOW).url == bob.endpoint
    assert own_address(SETTINGS) == ALICE.subscription
    with pytest.raises(Malformed, match="has no address"):
        request(straight(), replace(SETTINGS, to=""), NOW)
    with pytest.raises(Malformed, match="is no subscription"):
        request(replace(his, contact=Contact("push", "bob")), SETTINGS, NOW)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://push", "ftp://push"),
        ("https://push.example.org", "https://"),
        ("/alice", "/a b"),
        ("/alice", "/" + "a" * 2000),
        ('"p256dh": "B', '"p256dh": "C'),
        ('"auth": "B', '"auth": "'),
        ('"keys"', '"key"'),
        ("{", "["),
        ("BTBZ", "\u00e4TBZ"),
    ],
)
def test_what_is_no_subscription_is_no_address(old: str, new: str) -> None:
    assert addresses_of(ALICE.subscription) == (ALICE.subscription,)
    assert ALICE.subscription.replace(old, new) != ALICE.subscription
    assert addresses_of(ALICE.subscription.replace(old, new)) == ()


def test_private_addresses_are_guarded_unless_told_otherwise() -> None:
    asked = request(straight(), SETTINGS, NOW)
    assert isinstance(asked, HttpRequest)

    assert asked.guarded
    assert not request(straight(), replace(SETTINGS, public_only=False), NOW).guarded


@pytest.mark.parametrize(
    "change",
    [
        {"private_key": Secret("c2hvcnQ")},
        {"private_key": Secret("A" * 43)},
        {"private_key": Secret("\u00e4")},
        {"subject": "operations"},
        {"to": "{}"},
        {"timeout": "1m"},
    ],
)
def test_settings_with_which_nothing_could_be_sent_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        Settings(**{"private_key": KEY, **change})

    assert "c2hvcnQ" not in str(caught.value)
    assert Settings(MISSING_SECRET).subject == ""


def test_who_is_asked_about_messages_is_said_in_the_proof() -> None:
    asked = request(straight(), replace(SETTINGS, subject="mailto:ops@example.org"), NOW)

    claims = asked.headers["authorization"].split(".")[1]
    assert b'"sub":"mailto:ops@example.org"' in push_encryption.bytes_of(claims)
    assert subscription_of(ALICE.subscription) is not None
