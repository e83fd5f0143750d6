"""Header fields as they go over the wire, for every header and whatever a value holds."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.channels.notices import NOW, PAGE, notice
from triaged.channels.common import headers
from triaged.channels.common.headers import LINE_MAX, field, mailbox, one_line
from triaged.channels.email import Settings, request

SETTINGS = Settings(smtp="smtp://mail.example.org", sender="Triaged <triaged@example.org>")
NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Importance",
    "MIME-Version",
    "Content-Type",
]
HOSTILE = [
    "=?utf-8?q?=0AReply-To=3A_e=40evil.example=0A=0AAck=3A_https=3A//evil.example?=",
    "=?utf-8?q?=00?=",
    "=?utf-8?b?DQpCY2M6IGFAYg==?=",
    "=?unknown?x?y?= =?utf-8?q?=0D=0A?=",
    "a\r\nBcc: a@b.example",
    "a\rBcc: a@b.example",
    "a\nBcc: a@b.example",
    "a\x00b",
    "".join(map(chr, range(0x20))),
    "".join(map(chr, range(0x7F, 0xA0))),
    "a\u2028Bcc: x\u2029y\x85z\x0bq\x0cr\x1cs",
    "x" * 3000,
    "größer 🚨 " * 50,
]


def head_of(message: bytes) -> list[bytes]:
    return message.partition(b"\r\n\r\n")[0].split(b"\r\n")


def names_of(message: bytes) -> list[str]:
    return [line.partition(b":")[0].decode() for line in head_of(message) if line[:1] not in b" \t"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["title", "page", "sender", "incident"])
def test_no_text_makes_a_header(text: str, place: str) -> None:
    sent, settings = notice(), SETTINGS
    match place:
        case "title":
            sent = notice(title=text, labels={"alertname": text}, service=text)
        case "page":
            sent = notice(replace(PAGE, id=text))
        case "sender":
            settings = replace(SETTINGS, sender=f"{one_line(text)[:50]} <triaged@example.org>")
        case _:
            sent = notice(labels={text: text})

    message = request(sent, settings, NOW).message

    assert names_of(message) == NAMES
    for line in head_of(message):
        assert re.fullmatch(rb"[\x20-\x7e]{1,998}", line), line


@pytest.mark.parametrize("text", HOSTILE)
def test_value_is_read_as_the_text_that_it_is(text: str) -> None:
    line = field("Subject", text)

    value = line.partition(b": ")[2].decode().replace("\r\n", "")
    assert str(make_header(decode_header(value))) == one_line(text)


@given(st.text(max_size=300))
def test_field_is_lines_of_its_own_only(text: str) -> None:
    line = field("Subject", text)

    first, *others = line.removesuffix(b"\r\n").split(b"\r\n")
    assert first.startswith(b"Subject:")
    assert all(other.startswith(b" ") and other.strip() for other in others)
    assert all(len(each) <= LINE_MAX + len("Subject: ") for each in (first, *others))
    assert line.isascii()
    assert not set(line.replace(b"\r\n", b"")) & {*range(0x20), 0x7F}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", "a@b.example"),
        ("Triaged", "Triaged <a@b.example>"),
        ('Ops, "Night"', '"Ops, \\"Night\\"" <a@b.example>'),
        ("Größe", "=?utf-8?b?R3LDtsOfZQ==?= <a@b.example>"),
        ("=?utf-8?q?=0A?=", "=?utf-8?b?PT91dGYtOD9xPz0wQT89?= <a@b.example>"),
    ],
)
def test_name_of_an_address_is_text(name: str, value: str) -> None:
    assert mailbox(name, "a@b.example") == value


def test_plain_subject_stays_readable_on_the_wire() -> None:
    message = request(notice(), SETTINGS, NOW).message

    assert b"Subject: SEV-1 INC-12 checkout is down in c1\r\n" in message
    assert message_from_bytes(message, policy=policy.default)["From"] == SETTINGS.sender


INTERPRETERS = ("python3.11", "python3.12", "python3.13", "python3.14")
ON_ANOTHER = """
import runpy, sys
from email import message_from_bytes, policy
headers = runpy.run_path(sys.argv[1])
HOSTILE = (
    "=?utf-8?q?=0ABcc=3A_a@b?=", "=?utf-8?b?CkJjYzogYUBi?=", "x\\r\\nBcc: a@b", "x\\x85Bcc: a@b",
    "x\\u2028Bcc: a@b", "x\\0Bcc: a@b", "\\u00e9" * 200, "x" * 200 + "\\n\\nbody",
)
for value in HOSTILE:
    sender = headers["mailbox"](value, "triaged@example.org")
    fields = [headers["field"]("Subject", value), headers["address_field"]("From", sender)]
    raw = b"".join(fields) + b"\\r\\nthe body"
    for reader in (policy.default, policy.SMTP, policy.compat32):
        mail = message_from_bytes(raw, policy=reader)
        assert sorted(mail.keys()) == ["From", "Subject"], (value, mail.keys())
        assert mail.get_payload() == "the body", value
print(sys.version_info[:2])
"""


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_no_value_becomes_a_header_on_any_interpreter(interpreter: str) -> None:
    found = next(_of_pyenv(interpreter), None) or shutil.which(interpreter)
    if found is None:
        pytest.skip(f"{interpreter} is not installed")

    done = subprocess.run(
        [found, "-c", ON_ANOTHER, str(headers.__file__)],
        capture_output=True,
        text=True,
        check=False,
    )

    if "command not found" in done.stderr:
        pytest.skip(f"{interpreter} is not installed")
    assert (done.returncode, done.stderr) == (0, "")


def _of_pyenv(interpreter: str) -> Iterator[str]:
    versions = Path.home() / ".pyenv" / "versions"
    wanted = interpreter.removeprefix("python")
    yield from map(str, sorted(versions.glob(f"{wanted}.*/bin/{interpreter}")))
