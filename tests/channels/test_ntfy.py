import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.fakes.ntfy import Ntfy
from tests.channels.notices import NOW, PAGE, UPDATE, straight, straight_test
from triaged.channels.ntfy import (
    MESSAGE_MAX,
    Settings,
    addresses_of,
    request,
    self_test,
    self_tested,
    update,
    updated,
    verdict,
)
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import Severity
from triaged.core.settings import Contact
from triaged.errors import Malformed
from triaged.wire import Secret

SETTINGS = Settings(to="alerts")


def test_button_acknowledges_by_itself() -> None:
    (action,) = posted(request(straight(), SETTINGS, NOW))["actions"]

    assert action == {
        "action": "http",
        "label": "Acknowledge",
        "url": "https://triaged.example.org/act/token",
        "method": "POST",
        "clear": True,
    }


def test_update_has_no_button_and_rings_less() -> None:
    said = posted(request(straight(UPDATE), SETTINGS, NOW))

    assert "actions" not in said
    assert said["priority"] == 3


@pytest.mark.parametrize(
    ("severity", "priority"), [(Severity.SEV1, 5), (Severity.SEV2, 4), (Severity.SEV3, 3)]
)
def test_priority_is_that_of_the_severity(severity: Severity, priority: int) -> None:
    said = posted(request(straight(replace(PAGE, severity=severity)), SETTINGS, NOW))

    assert said["priority"] == priority


def test_test_of_a_contact_is_named_so() -> None:
    (action,) = posted(request(straight_test(), SETTINGS, NOW))["actions"]

    assert action["label"] == "Test the link"


def test_topic_is_the_contacts_or_the_channels() -> None:
    own = replace(straight(), contact=Contact("push", "alices"))

    assert posted(request(own, SETTINGS, NOW))["topic"] == "alices"
    assert posted(request(replace(own, contact=None), SETTINGS, NOW))["topic"] == "alerts"
    with pytest.raises(Malformed, match="cannot be reached"):
        request(replace(own, contact=Contact("push", "a/../b")), SETTINGS, NOW)
    with pytest.raises(Malformed, match="has no address"):
        request(replace(own, contact=None), Settings(), NOW)


def test_token_goes_into_the_header() -> None:
    message = request(straight(), Settings(to="a", token=Secret("tk_x")), NOW)

    assert message.headers["authorization"] == "Bearer tk_x"


def test_message_is_cut_by_bytes() -> None:
    sent = straight(title="ä" * 4000, labels={f"ö{n}": "ü" * 200 for n in range(50)})

    assert len(posted(request(sent, SETTINGS, NOW))["message"].encode()) <= MESSAGE_MAX


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"id": "x1"}, Delivered()),
        (200, {"id": "x1", "sequence_id": "s1"}, Delivered("s1")),
        (401, {"code": 40101, "error": "unauthorized"}, Refused("HTTP 401 unauthorized")),
        (403, {"code": 40301, "error": "forbidden"}, Refused("HTTP 403 forbidden")),
        (429, {"code": 42901, "error": "limit"}, TryAgain("HTTP 429 limit")),
        (
            429,
            {"code": 42908, "error": "quota"},
            TryAgain("the server's messages for today are used up", 50_400_000_000, is_quota=True),
        ),
        (500, None, TryAgain("HTTP 500")),
        (502, None, TryAgain("HTTP 502", None, maybe_accepted=True)),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected


OWN = Settings("https://ntfy.example.org", "alerts")


def test_edit_replaces_the_message_and_makes_no_sound() -> None:
    server = Ntfy()
    posted_as = verdict(server.serve(request(straight(), OWN, NOW)))
    assert isinstance(posted_as, Delivered)

    edited = updated(server.serve(update(straight(UPDATE), posted_as.ref, OWN, NOW)))

    (shown,) = server.shown("alerts")
    assert edited == posted_as
    assert "acknowledged by bob" in shown["title"]
    assert shown["priority"] == 2
    assert "actions" not in shown


def test_attempt_that_is_made_again_replaces_the_one_before() -> None:
    server = Ntfy()

    for attempt in (1, 2):
        server.serve(request(straight(replace(PAGE, attempts=attempt)), OWN, NOW))
    server.serve(request(straight(replace(PAGE, id="INC-12/1/2/1/x/alice/mail")), OWN, NOW))

    assert len(server.shown("alerts")) == 2


def test_older_server_and_a_message_for_several_incidents_are_not_edited() -> None:
    older, newer = Ntfy(knows_sequences=False), Ntfy()
    several = replace(straight(), also=(straight().incident,) * 2)

    assert verdict(older.serve(request(straight(), OWN, NOW))) == Delivered()
    assert verdict(newer.serve(request(several, OWN, NOW))) == Delivered()


@pytest.mark.parametrize(
    ("url", "edits", "expected"),
    [
        ("https://ntfy.sh", None, False),
        ("https://ntfy.sh", True, True),
        ("https://ntfy.example.org", None, True),
        ("https://ntfy.example.org", False, False),
    ],
)
def test_edits_cost_messages_where_those_are_few(
    url: str, edits: bool | None, expected: bool
) -> None:
    said = posted(request(straight(), Settings(url, "alerts", edits=edits), NOW))

    assert ("sequence_id" in said) is expected


def test_quota_lasts_until_midnight() -> None:
    empty = Ntfy(quota=0)

    found = verdict(empty.serve(request(straight(), OWN, NOW)))

    assert isinstance(found, TryAgain)
    assert NOW + (found.after_us or 0) == 1_774_915_200_000_000  # 2026-03-31 00:00 UTC


def test_server_is_tried_without_a_message() -> None:
    with_token = replace(OWN, token=Secret("tk_1"))

    assert self_tested(Ntfy().serve(self_test(OWN))) == Delivered()
    assert self_tested(Ntfy().serve(self_test(with_token))) == Delivered()
    used_up = self_tested(Ntfy(quota=0).serve(self_test(with_token)))
    assert used_up == TryAgain("the server's messages for today are used up")
    wrong = Ntfy().serve(self_test(replace(OWN, token=Secret("tk_2"))))
    assert self_tested(wrong) == Refused("HTTP 401 unauthorized")
    assert isinstance(self_tested(answer(200, {})), Refused)
    assert isinstance(self_tested(answer(200, {"healthy": False})), TryAgain)


def test_topic_that_asks_for_a_token_is_refused_without_one() -> None:
    found = verdict(Ntfy(protected=True).serve(request(straight(), OWN, NOW)))

    assert found == Refused("HTTP 403 forbidden")


@pytest.mark.parametrize(
    ("url", "to", "timeout"),
    [
        ("ftp://x", "", "9s"),
        ("https://", "", "9s"),
        ("https://x", "a b", "9s"),
        ("https://x", "", "1m"),
    ],
)
def test_settings_with_which_nothing_could_be_sent_are_refused(
    url: str, to: str, timeout: str
) -> None:
    with pytest.raises(ValueError, match="must be"):
        Settings(url, to, timeout=timeout)


def test_topics_are_addresses() -> None:
    assert addresses_of("my-topic_1") == ("my-topic_1",)
    assert addresses_of("my topic") == ()
