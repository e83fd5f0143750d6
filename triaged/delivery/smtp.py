"""Mail to a server: one connection for each, TLS verified, every reply kept.

Replies: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import aiosmtplib

from triaged.channels import Mail, MailResult, NoAnswer
from triaged.core.text.wording import clean

ERROR_MAX = 200
GOODBYE_S = 1.0
"""For QUIT; the mail is the server's by then."""


class _Progress:
    """How far a conversation has come: what a failure means depends on it."""

    def __init__(self) -> None:
        self.data_began = False


class Smtp:
    """The mail client of every lane."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or ssl.create_default_context()

    async def send(self, mail: Mail) -> MailResult | NoAnswer:
        """Hand `mail` to its server; gives its last reply, or how far it came without one."""
        progress = _Progress()
        client = aiosmtplib.SMTP(
            hostname=mail.host,
            port=mail.port,
            local_hostname=own_name(),
            timeout=mail.timeout_s,
            use_tls=mail.tls,
            start_tls=False,
            tls_context=self._tls,
        )
        try:
            async with asyncio.timeout(mail.timeout_s):
                return await converse(client, mail, progress)
        except TimeoutError:  # aiosmtplib's time-outs are TimeoutErrors too
            return NoAnswer(f"no reply within {mail.timeout_s:g} s", progress.data_began)
        except aiosmtplib.SMTPResponseException as error:
            return MailResult(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return no_answer(error, began=progress.data_began)
        finally:
            client.close()


async def converse(client: aiosmtplib.SMTP, mail: Mail, progress: _Progress) -> MailResult:
    """The whole conversation, from the greeting to the reply to the mail."""
    await client.connect()
    if not mail.tls and mail.starttls is not False:
        await client.ehlo()
        if mail.starttls or client.supports_extension("starttls"):
            await client.starttls()
    if mail.password is not None:
        await client.login(mail.username, mail.password.reveal())
    await client.mail(mail.sender)
    refused = await refused_recipients(client, mail)
    if len(refused) == len(mail.recipients):
        code, text = min(refused.values())  # a 4xx before a 5xx: one of them may work later
        return MailResult(code, text, refused)
    progress.data_began = True
    reply = await client.data(mail.message)
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=GOODBYE_S)
    return MailResult(reply.code, reply.message, refused)


async def refused_recipients(client: aiosmtplib.SMTP, mail: Mail) -> dict[str, tuple[int, str]]:
    """Name the recipients to the server; gives those that it refuses, with its replies."""
    refused: dict[str, tuple[int, str]] = {}
    for recipient in mail.recipients:
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused[recipient] = (error.code, error.message)
    return refused


def no_answer(error: Exception, *, began: bool) -> NoAnswer:
    """What a conversation that broke means."""
    text = clean(str(error) or type(error).__name__, ERROR_MAX)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
        return NoAnswer(f"the server's certificate does not hold: {text}", permanent=True)
    never = isinstance(error, ValueError) and not isinstance(error, OSError)
    missing = isinstance(error, aiosmtplib.SMTPException) and "not supported" in text
    return NoAnswer(text, began, permanent=never or missing)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def own_name() -> str:
    """What this machine calls itself in EHLO; nothing is looked up."""
    name = socket.gethostname()
    plain = name.isascii() and name.replace("-", "").replace(".", "").isalnum()
    return name if plain else "triaged"
