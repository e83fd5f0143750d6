"""What every channel must do, found by its file."""

import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW, PAGE, UPDATE, contact_test, notice
from tests.channels.samples import COMMAND, LINK, SETTINGS, WAYS, WORDS, outgoing
from triaged.channels import (
    Ended,
    HttpResponse,
    MailResult,
    Message,
    NoAnswer,
    Notice,
    Result,
    Taken,
    Written,
    apprise,
    console,
    discord,
    email,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pagerduty,
    pushover,
    simplified,
    slack,
    teams,
    telegram,
    twilio_sms,
    twilio_voice,
    webhook,
    webpush,
)
from triaged.channels import (
    exec as program,
)
from triaged.channels.contract import (
    CHANNELS,
    Addressed,
    CalledBack,
    ChannelKind,
    Confirmed,
    Costly,
    Edited,
    Executing,
    Followed,
    Polled,
    SelfTested,
    Uncertain,
)
from triaged.core.records.events import Delivered, Refused, TryAgain

EACH_KIND = pytest.mark.parametrize("kind", CHANNELS.kinds)
CHANNEL_KINDS: tuple[ChannelKind, ...] = (
    apprise,
    console,
    discord,
    email,
    program,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pagerduty,
    pushover,
    slack,
    teams,
    telegram,
    twilio_sms,
    twilio_voice,
    webhook,
    webpush,
)
ADDRESSED: tuple[Addressed, ...] = (
    discord,
    email,
    matrix,
    mattermost,
    ntfy,
    pushover,
    slack,
    telegram,
    twilio_sms,
    twilio_voice,
    webpush,
)
EDITED: tuple[Edited, ...] = (
    discord,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pagerduty,
    pushover,
    slack,
    telegram,
    webpush,
)
CALLED_BACK: tuple[CalledBack, ...] = (
    discord,
    matrix,
    mattermost,
    opsgenie,
    pagerduty,
    pushover,
    slack,
    telegram,
    twilio_sms,
    twilio_voice,
)
CONFIRMED: tuple[Confirmed, ...] = (opsgenie,)
POLLED: tuple[Polled, ...] = (matrix, telegram)
SELF_TESTED: tuple[SelfTested, ...] = (
    discord,
    matrix,
    mattermost,
    ntfy,
    opsgenie,
    pushover,
    slack,
    telegram,
    twilio_sms,
    twilio_voice,
)
FOLLOWED: tuple[Followed, ...] = (pushover,)
COSTLY: tuple[Costly, ...] = (twilio_sms,)
UNCERTAIN: tuple[Uncertain, ...] = (apprise, teams, webpush)
EXECUTING: tuple[Executing, ...] = (program,)
"""The modules by contract: mypy compares the types, the test below that none is left out."""
NOTICES = pytest.mark.parametrize(
    "sent", [notice(), notice(UPDATE), simplified(notice())], ids=["page", "update", "plain"]
)
RESULTS: tuple[Result, ...] = (
    *(HttpResponse(status, {}, b"") for status in range(1000)),
    HttpResponse(200, {}, b'{"ok": true}'),
    *(MailResult(code, "") for code in range(-1, 1000)),
    Written(),
    *(Ended(code) for code in range(-64, 256)),
    *(Taken(ok, status) for ok in (True, False) for status in (None, 200, 401, 429, 503)),
    NoAnswer("cut"),
)
HOSTILE = (
    "x\r\nBcc: a@b\x00\x1b]0;t\x07\u202e<!channel> @everyone </pre><script> https://evil.example"
)


def channel(kind: str) -> ChannelKind:
    return CHANNELS.load(kind)


def requested(kind: str, sent: Notice, at: int) -> Message:
    """The message of a notice, to the contact of the samples by mail, else to the channel's own."""
    to = sent.contact if kind == "email" else None
    return channel(kind).request(replace(sent, contact=to), SETTINGS[kind], at)


def test_every_kind_is_compared_with_each_contract_that_it_fulfils() -> None:
    found = [CHANNELS.load(kind) for kind in CHANNELS.kinds]

    assert list(CHANNEL_KINDS) == found
    assert list(ADDRESSED) == [each for each in found if isinstance(each, Addressed)]
    assert list(EDITED) == [each for each in found if isinstance(each, Edited)]
    assert list(CALLED_BACK) == [each for each in found if isinstance(each, CalledBack)]
    assert list(CONFIRMED) == [each for each in found if isinstance(each, Confirmed)]
    assert list(POLLED) == [each for each in found if isinstance(each, Polled)]
    assert list(FOLLOWED) == [each for each in found if isinstance(each, Followed)]
    assert list(COSTLY) == [each for each in found if isinstance(each, Costly)]
    assert list(UNCERTAIN) == [each for each in found if isinstance(each, Uncertain)]
    assert list(EXECUTING) == [each for each in found if isinstance(each, Executing)]
    assert list(SELF_TESTED) == [each for each in found if isinstance(each, SelfTested)]


@EACH_KIND
def test_kind_has_sample_settings_for_these_tests(kind: str) -> None:
    assert isinstance(SETTINGS[kind], channel(kind).Settings)


@EACH_KIND
def test_every_outcome_has_a_verdict(kind: str) -> None:
    verdict = channel(kind).verdict

    assert [r for r in RESULTS if not isinstance(verdict(r), Delivered | TryAgain | Refused)] == []


@EACH_KIND
def test_nothing_but_success_is_delivered(kind: str) -> None:
    verdict = channel(kind).verdict
    good = {
        *(("HttpResponse", code) for code in range(200, 300)),
        *(("MailResult", code) for code in range(200, 300)),
        ("Written", 0),
        ("Ended", 0),
        ("Taken", 1),
    }

    delivered = {place_of(r) for r in RESULTS if isinstance(verdict(r), Delivered)}

    assert delivered
    assert delivered <= good


def place_of(result: Result) -> tuple[str, int]:
    match result:
        case HttpResponse(status=code) | MailResult(code=code) | Ended(code=code):
            return type(result).__name__, code
        case Taken(ok=ok):
            return type(result).__name__, int(ok)
        case _:
            return type(result).__name__, 0


@EACH_KIND
def test_time_out_is_tried_again_and_may_have_arrived(kind: str) -> None:
    result = NoAnswer("no answer within 10 s", maybe_accepted=True)

    assert channel(kind).verdict(result) == TryAgain("no answer within 10 s", None, True)


@EACH_KIND
def test_what_can_never_work_is_refused(kind: str) -> None:
    assert channel(kind).verdict(NoAnswer("forbidden", permanent=True)) == Refused("forbidden")


@EACH_KIND
@NOTICES
def test_message_names_severity_and_incident(kind: str, sent: Notice) -> None:
    shown = outgoing(requested(kind, sent, NOW))

    assert in_words(kind, "SEV-1") in shown
    assert in_words(kind, "INC-12") in shown


def in_words(kind: str, text: str) -> str:
    """What a kind says for `text`."""
    return WORDS.get(kind, {}).get(text, text)


@EACH_KIND
def test_page_says_how_to_acknowledge_and_an_update_does_not(kind: str) -> None:
    page = outgoing(requested(kind, notice(), NOW))
    update = outgoing(requested(kind, notice(UPDATE), NOW))

    assert [way for way in WAYS.get(kind, (LINK, COMMAND)) if way not in page] == []
    assert "/act/" not in update
    assert "acknowledged by bob" in update


@EACH_KIND
@pytest.mark.parametrize(
    "sent", [contact_test(), simplified(contact_test())], ids=["test", "plain test"]
)
def test_test_of_a_contact_is_marked_and_wants_no_answer(kind: str, sent: Notice) -> None:
    message = requested(kind, sent, NOW)

    shown = outgoing(message)
    assert "[TEST] SEV-1 INC-12" in sent.subject()
    assert sent.text(NOW).startswith("[TEST] ")
    assert in_words(kind, "[TEST]") in shown
    assert "incident ack" not in shown
    if not sent.plain and kind not in WAYS:
        assert LINK in shown


@EACH_KIND
def test_possible_duplicate_is_marked(kind: str) -> None:
    sent = notice(replace(PAGE, possible_duplicate=True))

    assert "possible duplicate" in outgoing(requested(kind, sent, NOW))


@EACH_KIND
def test_text_of_strangers_gives_no_orders(kind: str) -> None:
    sent = notice(title=HOSTILE, service=HOSTILE, labels={HOSTILE: HOSTILE}, runbook=HOSTILE)

    shown = outgoing(requested(kind, sent, NOW))

    assert "\r\nBcc:" not in shown
    assert not {"\x00", "\x1b", "\x07", "\u202e"} & set(shown)
    assert "https://evil" not in shown


@EACH_KIND
def test_message_has_a_size_limit(kind: str) -> None:
    huge = {f"label{number}": "v" * 8192 for number in range(64)}
    sent = notice(title="t" * 100_000, labels=huge)

    size = len(outgoing(requested(kind, sent, NOW)))

    assert size < 16 * 1024


@EACH_KIND
@NOTICES
def test_same_notice_gives_the_same_message(kind: str, sent: Notice) -> None:
    first = requested(kind, sent, NOW)

    assert requested(kind, sent, NOW) == first
