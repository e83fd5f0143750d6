import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import NOW, PAGE, UPDATE, notice, without_person
from triaged.channels import HttpResponse, Mail, MailResult, MailStage, simplified
from triaged.channels.email import Settings, addresses_of, request, verdict
from triaged.core.records.events import Delivered, Refused, Scope, TryAgain
from triaged.core.records.model import Severity
from triaged.core.settings import Contact
from triaged.errors import Malformed
from triaged.wire import Secret

SETTINGS = Settings(smtp="smtp://mail.example.org", sender="Triaged <triaged@example.org>")


def read(mail: Mail) -> EmailMessage:
    message = message_from_bytes(mail.message, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def html_of(mail: Mail) -> str:
    html = read(mail).get_body(("html",))
    assert html is not None
    text = html.get_content()
    assert isinstance(text, str)
    return text


def test_mail_goes_to_the_contact_and_says_who_sent_it() -> None:
    mail = request(notice(), SETTINGS, NOW)

    message = read(mail)
    assert (mail.sender, mail.recipients) == ("triaged@example.org", ("alice@example.org",))
    assert (message["From"], message["To"]) == ("Triaged <triaged@example.org>", mail.recipients[0])
    assert message["Subject"] == "SEV-1 INC-12 checkout is down in c1"
    assert message["Date"] == "Mon, 30 Mar 2026 10:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Importance"] == "high"


def test_mail_is_text_and_the_same_as_html() -> None:
    message = read(request(notice(), SETTINGS, NOW))

    text, html = message.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == notice().text(NOW)
    for part in ("checkout is down in c1", "12:04 CEST", "pod=checkout-2", "/act/token", "bob by"):
        assert part in html.get_content(), part


def test_html_loads_nothing_and_runs_nothing() -> None:
    hostile = '"><img src=https://evil.example/x onerror=alert(1)><script>alert(1)</script>'
    sent = notice(title=hostile, service=hostile, labels={"cluster": hostile}, text=hostile)

    html = html_of(request(sent, SETTINGS, NOW))

    assert re.findall(r"<(?:img|script|link|iframe|object|svg)|<[^>]*\bsrc=|url\(", html) == []
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) == {
        "https://triaged.example.org",
        "https://runbooks.example.org",
        "https://prometheus.example.org",
        "https://grafana.example.org",
    }


def test_mail_that_cannot_be_made_in_full_is_text_only() -> None:
    message = read(request(simplified(notice()), SETTINGS, NOW))

    assert message.get_content_type() == "text/plain"


def test_subject_is_one_for_the_life_of_an_incident() -> None:
    worse: dict[str, object] = {"opened_as": Severity.SEV2, "severity": Severity.SEV1}

    subjects = {
        read(request(sent, SETTINGS, NOW))["Subject"]
        for sent in (
            notice(opened_as=Severity.SEV2, severity=Severity.SEV2),
            notice(PAGE, **worse),
            notice(UPDATE, **worse),
            notice(replace(PAGE, possible_duplicate=True), **worse),
        )
    }

    assert subjects == {"SEV-2 INC-12 checkout is down in c1"}


def test_every_mail_of_an_incident_is_in_one_thread() -> None:
    page = read(request(notice(), SETTINGS, NOW))
    update = read(request(notice(UPDATE), SETTINGS, NOW))

    root = f"<INC-12.{NOW - 60_000_000}@example.org>"
    assert [page["References"], update["References"]] == [root, root]
    assert [page["In-Reply-To"], update["In-Reply-To"]] == [root, root]
    assert page["Message-ID"] != update["Message-ID"]
    assert update["Importance"] is None


def test_incident_of_another_store_with_this_number_is_another_thread() -> None:
    other = read(request(notice(opened_at=NOW), SETTINGS, NOW))

    assert other["References"] != read(request(notice(), SETTINGS, NOW))["References"]


def test_each_attempt_at_a_page_has_the_same_id() -> None:
    later = request(notice(replace(PAGE, attempts=3)), SETTINGS, NOW + 60_000_000)

    expected = "<INC-12/1/1/2/schedule%3Aprimary/alice/mail@example.org>"
    assert read(request(notice(), SETTINGS, NOW))["Message-ID"] == expected
    assert read(later)["Message-ID"] == expected


@given(st.text(max_size=300))
def test_message_id_is_one_line_that_any_server_takes(page_id: str) -> None:
    mail = request(notice(replace(PAGE, id=page_id.replace("\ud800", ""))), SETTINGS, NOW)

    (line,) = [line for line in mail.message.split(b"\r\n") if line.startswith(b"Message-ID:")]
    assert line.endswith(b"@example.org>")
    assert line.count(b"<") == line.count(b">") == line.count(b"@") == 1
    assert b".." not in line


@given(st.text(max_size=200))
def test_no_text_makes_a_header(title: str) -> None:
    mail = request(notice(title=title, labels={title: title}), SETTINGS, NOW)

    head = mail.message.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(set(names))
    assert b"Bcc" not in names
    assert mail.recipients == ("alice@example.org",)


def test_subject_with_a_line_break_and_a_header_is_one_subject() -> None:
    message = read(request(notice(title="x\r\nBcc: a@b.example"), SETTINGS, NOW))

    assert message["Subject"] == "SEV-1 INC-12 x Bcc: a@b.example"
    assert message["Bcc"] is None


def test_mail_is_seven_bits_and_its_lines_are_short() -> None:
    mail = request(notice(title="größer 🚨 " + "langes Wort " * 20), SETTINGS, NOW)

    assert mail.message.isascii()
    assert max(map(len, mail.message.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.message.replace(b"\r\n", b"")
    for part in read(mail).iter_parts():
        assert "größer 🚨" in part.get_content()


def test_contact_may_list_several_addresses() -> None:
    sent = replace(notice(), contact=Contact("mail", "Alice <a@example.org>, b@example.org"))

    assert request(sent, SETTINGS, NOW).recipients == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "alice",
        "a b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "ä@example.org",
        ",,",
        ", ".join(f"a{number}@example.org" for number in range(21)),
    ],
)
def test_text_that_holds_no_address_gives_none(to: str) -> None:
    assert addresses_of(to) == ()


def test_contact_without_an_address_is_malformed() -> None:
    with pytest.raises(Malformed, match="alice/mail has no address"):
        request(replace(notice(), contact=Contact("mail")), SETTINGS, NOW)


def test_page_straight_to_the_channel_goes_where_the_channel_says() -> None:
    ours = replace(SETTINGS, to="ops@example.org")

    assert request(without_person(), ours, NOW).recipients == ("ops@example.org",)
    with pytest.raises(Malformed, match="channel/hook has no address"):
        request(without_person(), SETTINGS, NOW)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, "offered"),
        (True, "required"),
        (False, "never"),
        ("required", "required"),
        ("offered", "offered"),
        ("never", "never"),
    ],
)
def test_starttls_is_a_word_and_may_be_the_older_yes_or_no(given: Any, meant: str) -> None:
    assert request(notice(), replace(SETTINGS, starttls=given), NOW).starttls == meant


@pytest.mark.parametrize(
    ("smtp", "host", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, False, "offered"),
        ("smtp://mail.example.org:587", "mail.example.org", 587, False, "offered"),
        ("smtps://mail.example.org", "mail.example.org", 465, True, "offered"),
        ("smtp://127.0.0.1:25", "127.0.0.1", 25, False, "offered"),
        ("smtp://[::1]:2525", "::1", 2525, False, "offered"),
        ("smtp://localhost", "localhost", 25, False, "offered"),
    ],
)
def test_server_and_its_tls_follow_from_the_address(
    smtp: str, host: str, port: int, tls: bool, starttls: str
) -> None:
    mail = request(notice(), replace(SETTINGS, smtp=smtp), NOW)

    assert (mail.host, mail.port, mail.tls, mail.starttls) == (host, port, tls, starttls)


def test_password_demands_tls() -> None:
    with_password = replace(SETTINGS, username="u", password=Secret("p"))

    assert request(notice(), with_password, NOW).starttls == "required"
    assert "Secret('p')" not in repr(with_password)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"smtp": "mail.example.org:25"}, "smtp must be"),
        ({"smtp": "http://mail.example.org"}, "smtp must be"),
        ({"smtp": "smtp://"}, "smtp must be"),
        ({"smtp": "smtp://user:password@mail.example.org"}, "must hold no password"),
        ({"sender": "nobody"}, "from must be"),
        ({"sender": "a@b.example\r\nBcc: c@d.example"}, "from must be"),
        ({"timeout": "1h"}, "at most 30m"),
        ({"hello": "a b"}, "full host name"),
        ({"hello": "x\r\nMAIL FROM:<a@b>"}, "full host name"),
        ({"username": "u"}, "go together"),
        ({"password": Secret("p")}, "go together"),
        ({"username": "u", "password": Secret("p"), "starttls": False}, "needs TLS"),
        ({"username": "u", "password": Secret("p"), "starttls": "offered"}, "needs TLS"),
    ],
)
def test_what_could_never_be_sent_is_refused_at_load(
    changes: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(SETTINGS, **changes)


def test_reply_decides() -> None:
    assert verdict(MailResult(250, "OK queued as 4F2")) == Delivered("OK queued as 4F2")
    put_off = TryAgain("SMTP 451 greylisted", scope=Scope.RECIPIENT)
    assert verdict(MailResult(451, "greylisted")) == put_off
    assert verdict(MailResult(421, "")) == TryAgain("SMTP 421", scope=Scope.UNCERTAIN)
    assert verdict(MailResult(421, "", stage=MailStage.MAIL)) == TryAgain("SMTP 421")
    assert verdict(MailResult(550, "no such user")) == Refused("SMTP 550 no such user")
    assert verdict(MailResult(-1, "what")) == TryAgain("SMTP -1 what", scope=Scope.RECIPIENT)
    assert isinstance(verdict(HttpResponse(200, {}, b"")), Refused)


def test_mail_that_some_recipients_get_is_delivered_and_says_who_did_not() -> None:
    result = MailResult(250, "OK", {"b@example.org": (550, "gone")})

    assert verdict(result) == Delivered("OK", (), (("b@example.org", "SMTP 550 gone"),))


def test_reply_acts_by_its_address() -> None:
    sent = replace(notice(), reply_to="triaged+12-1-1-2-20544-abc@example.org")

    message = read(request(sent, SETTINGS, NOW))

    hint = "Or reply with one word: ack, take, escalate or resolve."
    assert message["Reply-To"] == "triaged+12-1-1-2-20544-abc@example.org"
    assert hint in str(message.get_body(("plain",)))
    assert hint in html_of(request(sent, SETTINGS, NOW))
    assert "Reply-To" not in read(request(notice(), SETTINGS, NOW))
