import time
from email.message import EmailMessage

import pytest

from tests.mail_in.mails import mail
from triaged.errors import Malformed
from triaged.mail_in.message import FIELD_MAX, read_mail

SENDER = "bounces@customer.example"


def test_author_subject_and_text_are_read() -> None:
    found = read_mail(mail("It fails.\nAgain."), SENDER)

    assert (found.author, found.subject) == ("ann@customer.example", "Cannot pay")
    assert found.text == "It fails.\nAgain."
    assert not found.is_automatic


def test_plain_text_comes_before_html_and_attachments() -> None:
    message = EmailMessage()
    message["Subject"] = "=?utf-8?q?Z=C3=BCrich?="
    message.set_content("<p>HTML</p>", subtype="html")
    message.add_alternative("plain", subtype="plain")
    message.add_attachment(b"\0" * 100, maintype="image", subtype="png", filename="x.png")

    found = read_mail(message.as_bytes(), SENDER)

    assert (found.text, found.subject, found.author) == ("plain", "Zürich", SENDER)


def test_html_alone_is_read_as_text_without_scripts() -> None:
    message = EmailMessage()
    message.set_content("<p>1 &lt; 2</p><script>alert(1)</script><b>bold</b>", subtype="html")

    assert read_mail(message.as_bytes(), SENDER).text == "1 < 2bold"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Subject: \xff\xfe\r\n\r\n\xff\xfe\0",
        b"Content-Type: text/plain; charset=klingon\r\n\r\nqapla",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"From: ,\r\nMessage-ID: <<<\r\n\r\nx",
    ],
)
def test_whatever_comes_is_text_or_refused(raw: bytes) -> None:
    try:
        found = read_mail(raw, SENDER)
    except Malformed:
        return

    for text in (found.author, found.subject, found.text, found.message_id):
        text.encode()
        assert "\0" not in text


@pytest.mark.parametrize(
    "field",
    [b"From: " + b'"' * 50_000, b"Content-Type: " + b"a;" * 50_000, b"Subject: " + b"a " * 50_000],
)
def test_a_field_that_takes_long_to_parse_is_refused_at_once(field: bytes) -> None:
    began = time.perf_counter()

    with pytest.raises(Malformed, match="too long"):
        read_mail(field + b"\r\n\r\nx", SENDER)

    assert time.perf_counter() - began < 1


def test_the_fields_of_many_parts_are_refused_together() -> None:
    part = b"--b\r\nContent-Type: text/plain; x=" + b"a" * (FIELD_MAX - 100) + b"\r\n\r\nx\r\n"
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

    with pytest.raises(Malformed, match="too long"):
        read_mail(head + part * 100, SENDER)


def test_parts_that_are_nested_too_deeply_are_refused() -> None:
    parts = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
        for n in range(300)
    )
    head = b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"

    found = read_mail(head + parts, SENDER)

    assert found.text == ""
    with pytest.raises(Malformed, match="nested"):
        read_mail(b"From: " + b"(" * 900 + b"\r\n\r\nx", SENDER)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied; owner-email=x"),
        ("Precedence", "Bulk"),
        ("List_Id", "<list.example.org>"),
    ],
)
def test_what_no_human_wrote_is_known(name: str, value: str) -> None:
    assert read_mail(mail(**{name: value}), SENDER).is_automatic


def test_a_bounce_is_automatic() -> None:
    assert read_mail(mail(), "").is_automatic
    assert not read_mail(mail(Auto_Submitted="no"), SENDER).is_automatic


def test_the_same_mail_has_the_same_digest() -> None:
    first, again = read_mail(mail(), SENDER), read_mail(mail(X_Try="2"), SENDER)
    other = read_mail(mail(Message_ID="<2@customer.example>"), SENDER)
    nameless = [read_mail(mail(text, Message_ID=""), SENDER).digest for text in ("a", "b", "a")]

    assert first.digest == again.digest != other.digest
    assert nameless[0] == nameless[2] != nameless[1]
