import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from msgspec.structs import replace

from tests.channels.notices import NOW, notice
from tests.delivery.servers import scripted
from tests.delivery.test_smtp_contract import smtp
from triaged.channels import Mail, MailResult, NoAnswer
from triaged.channels.email import Settings, request
from triaged.wire import Secret


class Mailbox:
    """A mail server's mind: what it has taken, and what it answers."""

    def __init__(self, rcpt: dict[str, str] | None = None, data: str = "250 OK queued") -> None:
        self.mails: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self._rcpt = rcpt or {}
        self._data = data

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        reply = self._rcpt.get(address, "250 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(envelope)
        return self._data

    def login(self, *arguments: Any) -> AuthResult:
        asked = arguments[-1]
        self.logins.append((asked.login, asked.password))
        return AuthResult(success=asked.password == b"right", handled=False)


@asynccontextmanager
async def mail_server(mailbox: Mailbox, **options: Any) -> AsyncIterator[int]:
    """A mail server on a free port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(SMTP, mailbox, loop=loop, **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def mail(port: int, **changes: object) -> Mail:
    settings = Settings(smtp=f"smtp://127.0.0.1:{port}", sender="Triaged <triaged@example.org>")
    return replace(request(notice(), settings, NOW), timeout_s=3.0, **changes)


async def test_mail_arrives_as_it_was_made() -> None:
    mailbox = Mailbox()

    async with mail_server(mailbox) as port:
        result = await smtp().send(mail(port))

    assert result == MailResult(250, "OK queued")
    (arrived,) = mailbox.mails
    assert arrived.mail_from == "triaged@example.org"
    assert arrived.rcpt_tos == ["alice@example.org"]
    assert isinstance(arrived.content, bytes)
    assert arrived.content.rstrip() == mail(port).message.rstrip()


async def test_line_that_begins_with_a_dot_does_not_end_the_mail() -> None:
    mailbox = Mailbox()

    async with mail_server(mailbox) as port:
        await smtp().send(mail(port, message=b"Subject: x\r\n\r\na\r\n.\r\n..b\r\n"))

    assert mailbox.mails[0].content == b"Subject: x\r\n\r\na\r\n.\r\n..b\r\n"


@pytest.mark.parametrize("reply", ["451 try later", "550 spam"])
async def test_reply_to_the_mail_is_kept(reply: str) -> None:
    async with mail_server(Mailbox(data=reply)) as port:
        result = await smtp().send(mail(port))

    assert result == MailResult(int(reply[:3]), reply[4:])


@pytest.mark.parametrize("reply", ["450 greylisted", "550 no such user"])
async def test_reply_to_the_recipient_is_kept(reply: str) -> None:
    mailbox = Mailbox({"alice@example.org": reply})

    async with mail_server(mailbox) as port:
        result = await smtp().send(mail(port))

    assert isinstance(result, MailResult)
    assert (result.code, result.text, mailbox.mails) == (int(reply[:3]), reply[4:], [])


async def test_mail_goes_to_those_who_are_not_refused() -> None:
    mailbox = Mailbox({"b@example.org": "550 gone"})

    async with mail_server(mailbox) as port:
        result = await smtp().send(mail(port, recipients=("a@example.org", "b@example.org")))

    assert result == MailResult(250, "OK queued", {"b@example.org": (550, "gone")})
    assert mailbox.mails[0].rcpt_tos == ["a@example.org"]


async def test_of_several_refusals_the_one_that_may_change_counts() -> None:
    mailbox = Mailbox({"a@example.org": "550 gone", "b@example.org": "451 later"})

    async with mail_server(mailbox) as port:
        result = await smtp().send(mail(port, recipients=("a@example.org", "b@example.org")))

    assert isinstance(result, MailResult)
    assert (result.code, mailbox.mails) == (451, [])


async def test_server_that_hangs_at_the_goodbye_has_the_mail() -> None:
    async with scripted(hangs_at_the_goodbye) as server:
        result = await smtp().send(mail(server.port))

    assert result == MailResult(250, "OK")


async def test_no_server_is_no_answer() -> None:
    async with scripted(greeting_then(b"")) as server:
        port = server.port

    result = await smtp().send(mail(port))

    assert isinstance(result, NoAnswer)
    assert (result.maybe_accepted, result.permanent) == (False, False)


@pytest.mark.parametrize(("password", "code"), [("right", 250), ("wrong", 535)])
async def test_password_is_given_where_it_may_be(password: str, code: int) -> None:
    mailbox = Mailbox()
    ours = {"username": "triaged", "password": Secret(password)}

    async with mail_server(mailbox, authenticator=mailbox.login, auth_require_tls=False) as port:
        result = await smtp().send(mail(port, **ours))

    assert isinstance(result, MailResult)
    assert result.code == code
    assert mailbox.logins[0] == (b"triaged", password.encode())
    assert len(mailbox.mails) == (code == 250)


def greeting_then(reply: bytes) -> Any:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await reader.read()

    return script


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Go along until the whole mail is there."""
    writer.write(b"220 here\r\n")
    for reply in (b"250 hello\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"):
        await reader.readline()
        writer.write(reply)
    await reader.readuntil(b"\r\n.\r\n")


async def hangs_at_the_goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await converse(reader, writer)
    writer.write(b"250 OK\r\n")
    await reader.read()
