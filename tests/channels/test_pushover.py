from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from tests.channels.answers import answer
from tests.channels.fakes.pushover import ALICE, Pushover
from tests.channels.notices import NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels import NoAnswer, Notice
from triaged.channels.common.two_way import Receipt, ReceiptState, Reply, Signalled
from triaged.channels.pushover import (
    Settings,
    addresses_of,
    callback,
    look_up,
    looked_up,
    own_address,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.channels.pushover import answer as answer_to
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import Severity
from triaged.errors import Malformed, Unauthorized
from triaged.wire import Secret

SETTINGS = Settings(Secret("a" * 30), "u" * 30)


def form(sent: Notice) -> dict[str, str]:
    return dict(parse_qsl(request(sent, SETTINGS, NOW).body.decode()))


def test_sev_1_rings_until_somebody_answers() -> None:
    said = form(straight())

    assert (said["priority"], said["retry"], said["expire"]) == ("2", "60", "3600")
    assert said["url"] == "https://triaged.example.org/act/token"


@pytest.mark.parametrize(
    ("sent", "priority"),
    [
        (straight(replace(PAGE, severity=Severity.SEV2)), "1"),
        (straight(replace(PAGE, severity=Severity.SEV3)), "0"),
        (straight(UPDATE), "0"),
        (straight_test(), "0"),
    ],
)
def test_nothing_else_rings_again(sent: Notice, priority: str) -> None:
    said = form(sent)

    assert said["priority"] == priority
    assert "retry" not in said


def test_message_and_title_are_cut() -> None:
    said = form(straight(title="t" * 5000))

    assert len(said["message"]) <= 1024
    assert len(said["title"]) <= 250


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"status": 1, "request": "r1"}, Delivered()),
        (200, {"status": 1, "request": "r1", "receipt": "c" * 30}, Delivered("c" * 30)),
        (200, {"status": 1, "request": "r1", "receipt": "../x"}, Delivered()),
        (
            400,
            {"status": 0, "user": "invalid", "errors": ["no such user"]},
            Refused("HTTP 400 no such user", gone=True),
        ),
        (
            400,
            {"status": 0, "token": "invalid", "errors": ["no such token"]},
            Refused("HTTP 400 no such token"),
        ),
        (
            400,
            {"status": 0, "errors": ["user identifier is invalid"]},
            Refused("HTTP 400 user identifier is invalid"),
        ),
        (
            429,
            {"status": 0, "errors": ["application is over its quota"]},
            TryAgain(
                "HTTP 429 the month's messages are used up application is over its quota",
                3_600_000_000,
                is_quota=True,
            ),
        ),
        (500, None, TryAgain("HTTP 500", 5_000_000)),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


def test_keys_are_addresses() -> None:
    assert addresses_of("u" * 30) == ("u" * 30,)
    assert addresses_of("alice") == ()
    assert own_address(SETTINGS) == "u" * 30
    with pytest.raises(ValueError, match="30 letters and digits"):
        Settings(Secret("a"), "alice")


def sent(provider: Pushover, notice: Notice | None = None) -> str:
    """The receipt of a page."""
    found = verdict(provider.serve(request(notice or straight(), SETTINGS, NOW)))
    assert isinstance(found, Delivered)
    return found.ref


def test_acknowledgement_on_a_phone_is_one_here() -> None:
    provider = Pushover()
    receipt = sent(provider)

    found = callback(provider.acknowledge(), SETTINGS)

    assert found == (Signalled("acknowledge", ALICE, 12, receipt, 1_774_864_900_000_000),)
    assert answer_to(found[0], Reply("x"), SETTINGS).body == b""


def test_acknowledgement_of_a_message_for_several_incidents_is_one_of_each() -> None:
    provider = Pushover()
    others = tuple(replace(straight().incident, number=number) for number in (13, 14))
    sent(provider, replace(straight(), also=others))

    found = callback(provider.acknowledge(), SETTINGS)

    assert [each.incident for each in found if isinstance(each, Signalled)] == [12, 13, 14]


@pytest.mark.parametrize(
    "change",
    [("incidents=12", "incidents=13"), ("mac=", "mac=0"), ("mac=", "x="), ("?", "#")],
)
def test_call_to_an_address_that_is_none_of_ours_is_refused(change: tuple[str, str]) -> None:
    provider = Pushover()
    sent(provider)
    called = provider.acknowledge()

    with pytest.raises(Unauthorized) as caught:
        callback(replace(called, url=called.url.replace(*change)), SETTINGS)

    assert SETTINGS.token.reveal() not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"\xff", b"receipt=../x&acknowledged=1"])
def test_call_without_a_receipt_is_malformed(body: bytes) -> None:
    provider = Pushover()
    sent(provider)

    with pytest.raises(Malformed):
        callback(replace(provider.acknowledge(), body=body), SETTINGS)


def test_call_about_anything_else_says_nothing() -> None:
    provider = Pushover()
    sent(provider)
    called = provider.acknowledge()
    expired = called.body.replace(b"acknowledged=1", b"acknowledged=0")

    assert callback(replace(called, body=expired), SETTINGS) == ()
    assert answer_to(None, Reply(""), SETTINGS).status == 200


def test_what_was_acknowledged_elsewhere_stops_ringing() -> None:
    provider = Pushover()
    receipt = sent(provider)

    done = updated(provider.serve(update(straight(UPDATE), receipt, SETTINGS, NOW)))

    assert done == Delivered()
    assert provider.ringing == []


def test_page_that_is_still_wanted_goes_on_ringing() -> None:
    provider = Pushover()
    receipt = sent(provider)

    done = updated(provider.serve(update(straight(), receipt, SETTINGS, NOW)))

    assert done == Delivered()
    assert provider.ringing == [receipt]


def test_ringing_that_ended_by_itself_is_not_sent_once_more() -> None:
    gone = Pushover().serve(update(straight(UPDATE), "x" * 30, SETTINGS, NOW))

    assert updated(gone) == Delivered()
    assert isinstance(updated(answer(500)), TryAgain)
    assert isinstance(updated(answer(429)), TryAgain)


def test_receipt_says_that_a_page_arrived_and_was_acknowledged() -> None:
    provider = Pushover()
    receipt = sent(provider)

    def asked() -> object:
        return looked_up(receipt, provider.serve(look_up(receipt, SETTINGS)), SETTINGS)

    assert asked() == ()
    provider.receipts[receipt]["last_delivered_at"] = 1_774_864_850
    assert asked() == (Receipt(receipt, ReceiptState.DELIVERED, at=1_774_864_850_000_000),)
    provider.acknowledge()
    assert asked() == (
        Receipt(receipt, ReceiptState.DELIVERED, at=1_774_864_850_000_000),
        Signalled("acknowledge", ALICE, None, receipt, 1_774_864_900_000_000),
    )


def test_question_that_fails_has_a_verdict() -> None:
    assert isinstance(looked_up("x" * 30, answer(404), SETTINGS), Refused)
    assert isinstance(looked_up("x" * 30, answer(500), SETTINGS), TryAgain)
    assert isinstance(looked_up("x" * 30, NoAnswer("cut"), SETTINGS), TryAgain)


def test_page_of_a_server_that_nobody_reaches_has_no_call() -> None:
    at_home = replace(straight(), public_url="http://127.0.0.1:9099")

    assert "callback" in form(straight())
    assert "callback" not in form(at_home)


def test_application_is_tried_without_a_message() -> None:
    provider = Pushover()

    assert self_tested(provider.serve(self_test(SETTINGS))) == Delivered()
    provider.left = 0
    assert self_tested(provider.serve(self_test(SETTINGS))) == TryAgain(
        "the month's messages are used up"
    )
    wrong = provider.serve(self_test(Settings(Secret("b" * 30))))
    assert self_tested(wrong) == Refused("HTTP 400 application token is invalid")


def test_limits_are_the_providers() -> None:
    provider = Pushover()
    long = straight(title="t" * 5000, labels={f"l{n}": "v" * 200 for n in range(50)})

    assert sent(provider, long)
    assert verdict(provider.serve(request(long, Settings(Secret("a" * 30), "x" * 30), NOW))) == (
        Refused("HTTP 400 user identifier is not a valid user", gone=True)
    )
