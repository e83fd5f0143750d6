import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import INCIDENT, MINUTE, NOW, PAGE, UPDATE, contact_test
from tests.core.text.letters import text
from triaged.core.records.model import Response, Severity
from triaged.core.text.wording import (
    SUBJECT_MAX,
    TEXT_MAX,
    Reading,
    clean,
    instant_for,
    link,
    plain_subject,
    plain_text,
    span_text,
    subject,
    thread_subject,
)

READING = Reading(NOW, "Europe/Berlin", "https://triaged.example.org/act/token")


def test_possible_duplicate_is_marked_in_subject_and_text() -> None:
    page = replace(PAGE, possible_duplicate=True)

    assert subject(page, INCIDENT) == "SEV-1 INC-12 checkout is down in c1 (possible duplicate)"
    assert text(page, INCIDENT, READING).startswith("(possible duplicate: an earlier attempt")


def test_subjects_begin_with_the_severity() -> None:
    assert subject(PAGE, INCIDENT) == "SEV-1 INC-12 checkout is down in c1"
    assert subject(UPDATE, INCIDENT) == "SEV-1 INC-12 acknowledged by bob: checkout is down in c1"


def test_severity_that_no_rule_gave_is_said_to_be_a_guess() -> None:
    incident = replace(INCIDENT, severity_by="unclassified")

    assert "SEV-1 (unclassified: no rule says how bad it is) checkout" in text(
        PAGE, incident, READING
    )


def test_alerts_that_the_sender_left_out_are_counted() -> None:
    incident = replace(INCIDENT, truncated=12)

    assert "3 firing, 12 more left out by the sender\n" in text(PAGE, incident, READING)


def test_missed_target_is_said_to_be_missed() -> None:
    incident = replace(INCIDENT, respond_by=NOW - 2 * MINUTE, response=Response.MISSED)

    said = "Late: respond by 11:58 CEST (missed, 2 min ago). Nobody has it yet.\n"
    assert said in text(PAGE, incident, READING)


def test_all_mail_of_an_incident_has_one_subject() -> None:
    worse = replace(INCIDENT, opened_as=Severity.SEV3, severity=Severity.SEV1)

    assert thread_subject(PAGE, worse) == "SEV-3 INC-12 checkout is down in c1"
    assert len(thread_subject(PAGE, replace(worse, title="x" * 500))) == SUBJECT_MAX


def test_declared_incident_without_alerts_or_labels_is_short() -> None:
    incident = replace(INCIDENT, firing={}, labels={}, runbook=None, service=None, team=None)
    incident = replace(incident, text="All of Berlin is dark.")

    assert text(PAGE, incident, READING).splitlines() == [
        "SEV-1 checkout is down in c1 (INC-12)",
        "",
        "Respond by 12:04 CEST (in 4 min). Nobody has it yet.",
        "Acknowledge: https://triaged.example.org/act/token",
        "Or: triaged incident ack INC-12",
        "",
        "What   All of Berlin is dark.",
        "Since  11:59 CEST (1 min ago)",
        "",
        "Paged as schedule:primary, step 2 of policy default.",
    ]


def test_only_the_first_labels_are_shown() -> None:
    incident = replace(INCIDENT, labels={f"l{number:02}": "v" for number in range(20)})

    said = text(PAGE, incident, READING)

    assert "l11=v\n" in said
    assert "l12" not in said


@pytest.mark.parametrize(
    ("timezone", "said"),
    [
        ("Europe/Berlin", "12:00 CEST"),
        ("Asia/Tokyo", "19:00 JST"),
        ("America/Sao_Paulo", "07:00 UTC-03"),
        ("Asia/Kathmandu", "15:45 UTC+0545"),
        ("UTC", "10:00 UTC"),
        ("No/Such_Zone", "10:00 UTC"),
        ("../../etc/passwd", "10:00 UTC"),
    ],
)
def test_instants_are_those_of_the_reader(timezone: str, said: str) -> None:
    assert instant_for(NOW, timezone, NOW) == said


def test_instant_of_another_day_says_which() -> None:
    assert instant_for(NOW + 24 * 60 * MINUTE, "Europe/Berlin", NOW) == "Tue 31 Mar 12:00 CEST"
    assert instant_for(NOW, "Pacific/Auckland", NOW - 5 * 60 * MINUTE) == "23:00 NZDT"


@pytest.mark.parametrize(
    ("us", "said"),
    [
        (5 * MINUTE, "in 5 min"),
        (59_000_000, "in less than a minute"),
        (0, "just now"),
        (-59_000_000, "just now"),
        (-12 * MINUTE, "12 min ago"),
        (90 * MINUTE, "in 1 h 30 min"),
        (31 * 60 * MINUTE + 5 * MINUTE, "in 1 d 7 h"),
    ],
)
def test_spans_are_two_units(us: int, said: str) -> None:
    assert span_text(us) == said


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\r\nBcc: x@evil", "a Bcc: x@evil"),
        ("a\x1b[2J\x00b", "a [2J b"),
        ("safe\u202egnp.exe\u2066\u2069\u200f", "safegnp.exe"),
        ("a\u2028b\u2029c\u0085d", "a b c d"),
        ("\ud800", "\ufffd"),
        ("👩\u200d💻 عربي ", "👩\u200d💻 عربي"),
        ("see https://evil.example/x", "see https[:]//evil.example/x"),
        ("JavaScript:alert(1)", "JavaScript[:]alert(1)"),
        ("data:text/html,x", "data[:]text/html,x"),
        ("ratio 3:4, host:9100", "ratio 3:4, host:9100"),
    ],
)
def test_text_of_strangers_is_one_harmless_line(given_text: str, shown: str) -> None:
    assert clean(given_text, 100) == shown


@given(st.text(max_size=300), st.integers(min_value=1, max_value=120))
def test_clean_text_is_printable_short_and_encodes(value: str, length: int) -> None:
    cleaned = clean(value, length)

    assert len(cleaned) <= length
    assert "\n" not in cleaned
    assert "\r" not in cleaned
    assert "://" not in cleaned
    cleaned.encode()


@given(st.text(max_size=400), st.dictionaries(st.text(max_size=99), st.text(max_size=99)))
def test_messages_stay_within_their_limits_whatever_strangers_write(
    title: str, labels: dict[str, str]
) -> None:
    incident = replace(INCIDENT, title=title, labels=labels, service=title, runbook=title)
    page = replace(UPDATE, subject=title, possible_duplicate=True)

    for kind in (page, replace(PAGE, possible_duplicate=True)):
        assert len(subject(kind, incident)) <= SUBJECT_MAX
        assert len(text(kind, incident, READING)) <= TEXT_MAX
        text(kind, incident, READING).encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://runbooks.example.org/checkout?x=1#y",
        "http://10.0.0.1:8080/",
        "HTTPS://EXAMPLE.ORG",
        "http://[2001:db8::1]/a",
    ],
)
def test_plain_web_address_is_a_link(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://example.org/",
        "mailto:a@example.org",
        "//example.org/x",
        "/relative",
        "\\\\host\\share",
        "https:example.org",
        "https:/example.org",
        "https://",
        "https:///path",
        "https://?query",
        "https://user@evil.example/",
        "https://bank.example.org@evil.example/",
        "https://user:password@evil.example/",
        "https://example.org\\@evil.example/",
        "https://example.org/ https://evil.example",
        "https://example.org/\r\nBcc: x",
        "https://example.org/\t",
        "https://example.org/<script>",
        'https://example.org/"onclick=x',
        "https://example.org/\u202egnp",
        "https://ex\u0430mple.org/",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://[::1/",
        "https://example.org/" + "a" * 3000,
        "view-source:https://example.org",
        "blob:https://example.org/x",
        "feed:https://example.org",
        "http:\\\\example.org",
        "https://example.org/`id`",
        "https://example.org/{x}|y^",
        "",
    ],
)
def test_anything_else_is_text(url: str) -> None:
    assert link(url) is None


def test_runbook_that_is_no_web_address_is_shown_as_text() -> None:
    incident = replace(INCIDENT, runbook="javascript:alert(1)")

    assert "Runbook  javascript[:]alert(1)\n" in text(PAGE, incident, READING)


def test_plain_message_needs_nothing_of_strangers() -> None:
    assert plain_subject(PAGE) == "SEV-1 INC-12"
    assert (
        plain_text(PAGE, None)
        == """\
SEV-1 INC-12
The details could not be shown; look them up:
  triaged incident show INC-12
Acknowledge:
  triaged incident ack INC-12
"""
    )


def test_test_of_a_contact_says_that_nothing_is_wrong() -> None:
    sent = contact_test()

    assert subject(sent.page, sent.incident) == (
        "[TEST] SEV-1 INC-12 contacts of alice, asked for by bob"
    )
    assert (
        text(sent.page, sent.incident, READING)
        == """\
[TEST] contacts of alice, asked for by bob

This page tests the contact mail. Nothing is wrong, and nothing is to be done.
To test the link of a page, too, open it:
  https://triaged.example.org/act/token

Look: triaged incident show INC-12
"""
    )
