"""Mail to a server: one connection for each, every stage in its time, every reply kept.

Replies: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1; time-outs: section 4.5.3.2;
opportunistic TLS: https://www.rfc-editor.org/rfc/rfc7435
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import lru_cache

import aiosmtplib

from triaged.channels import OF_RECIPIENTS, Mail, MailResult, MailStage, NoAnswer
from triaged.clock import Clock
from triaged.core.records.events import Scope
from triaged.core.text.wording import clean
from triaged.core.time.durations import HOUR
from triaged.delivery.carriers.connecting import connected, name_of
from triaged.delivery.carriers.encryption import Encryption, Ladder
from triaged.delivery.carriers.resolver import Resolver

ERROR_MAX = 200

STAGE_S: Mapping[MailStage, float] = {
    MailStage.CONNECTION: 30,
    MailStage.GREETING: 300,
    MailStage.EHLO: 300,
    MailStage.STARTTLS: 60,
    MailStage.AUTH: 120,
    MailStage.MAIL: 300,
    MailStage.RCPT: 300,
    MailStage.MESSAGE: 600,
}
"""RFC 5321's, where it has one: a server that filters is slow, and a mail that is given up early
arrives several times. Nobody waits for it: the next contact is tried beside it."""

GOODBYE_S = 1.0
"""Time limit for QUIT; the server has the mail by then."""

CLOSING = 421
"""The server ends the conversation: none of the recipients can be named any more."""

RECHECK_US = 1 * HOUR
"""Time after which better TLS is tried again with a server whose TLS failed."""


class TlsFailedError(Exception):
    """STARTTLS failed; the cause says why."""


class _Progress:
    """The stage of a conversation, on which the meaning of a failure depends."""

    def __init__(self) -> None:
        self.stage = MailStage.CONNECTION

    @property
    def began(self) -> bool:
        """True if the message was on its way."""
        return self.stage is MailStage.MESSAGE

    @property
    def scope(self) -> Scope:
        """The party to which a failure at this stage counts."""
        return Scope.UNCERTAIN if self.stage in OF_RECIPIENTS else Scope.PROVIDER

    @asynccontextmanager
    async def at(self, stage: MailStage) -> AsyncIterator[None]:
        """Enter `stage`, within its time limit."""
        self.stage = stage
        async with asyncio.timeout(STAGE_S[stage]):
            yield


class Smtp:
    """The mail client of every lane."""

    def __init__(self, clock: Clock, resolver: Resolver) -> None:
        self._resolver = resolver
        self._ladder = Ladder(clock, RECHECK_US)

    async def send(self, mail: Mail) -> MailResult | NoAnswer:
        """Hand `mail` to its server; gives its last reply, or how far it came without one.

        Without recipients the conversation ends before anything is sent: a test of the server.
        """
        progress = _Progress()
        try:
            async with asyncio.timeout(mail.timeout_s):
                return await self._send(mail, progress)
        except TimeoutError:
            return timed_out(progress, min(mail.timeout_s, STAGE_S[progress.stage]))
        except aiosmtplib.SMTPResponseException as error:
            return MailResult(error.code, error.message, stage=progress.stage)
        except (TlsFailedError, aiosmtplib.SMTPException, OSError, ValueError) as error:
            return no_answer(error, progress)

    async def _send(self, mail: Mail, progress: _Progress) -> MailResult:
        """Converse with the best TLS that works, where any will do; else with TLS that holds."""
        while True:
            encryption = self._ladder.best(mail)
            try:
                return await self._connect_and_converse(mail, progress, encryption)
            except TlsFailedError as error:
                if mail.starttls == "required":
                    raise
                self._ladder.step_down(mail, next_best(error), clean(cause_text(error), ERROR_MAX))

    async def _connect_and_converse(
        self, mail: Mail, progress: _Progress, encryption: Encryption
    ) -> MailResult:
        context = tls_context(mail.ca, verified=encryption is not Encryption.UNVERIFIED)
        async with progress.at(MailStage.CONNECTION):
            sock = await connected(self._resolver, mail.host, mail.port)
        client = aiosmtplib.SMTP(
            hostname=mail.host,
            sock=sock,
            local_hostname=mail.hello or name_of(sock),
            timeout=None,
            use_tls=mail.tls,
            start_tls=False,
            tls_context=context,
        )
        try:
            async with progress.at(MailStage.GREETING):
                await client.connect()
            if not mail.tls and encryption is not Encryption.CLEAR:
                await start_tls(client, mail, progress)
            return await converse(client, mail, progress)
        finally:
            client.close()


async def greet(client: aiosmtplib.SMTP, progress: _Progress) -> None:
    """EHLO; HELO where a server does not know it, or does not like it."""
    async with progress.at(MailStage.EHLO):
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            if not 500 <= error.code < 600:
                raise
            await client.helo()


async def start_tls(client: aiosmtplib.SMTP, mail: Mail, progress: _Progress) -> None:
    """TLS where the server offers it or we require it; `TlsFailedError`: it does not work."""
    await greet(client, progress)
    if mail.starttls != "required" and not client.supports_extension("starttls"):
        return
    try:
        async with progress.at(MailStage.STARTTLS):
            await client.starttls()
    except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
        if mail.starttls == "required" and not is_tls_trouble(error):
            raise
        raise TlsFailedError from error


async def converse(client: aiosmtplib.SMTP, mail: Mail, progress: _Progress) -> MailResult:
    """The conversation after the greeting, up to the reply to the mail."""
    if client.is_ehlo_or_helo_needed:
        await greet(client, progress)
    if mail.password is not None:
        async with progress.at(MailStage.AUTH):
            await client.login(mail.username, mail.password.reveal())
    if not mail.recipients:
        await say_goodbye(client)
        return MailResult(250, "ready", stage=progress.stage)
    async with progress.at(MailStage.MAIL):
        await client.mail(mail.sender)
    refused = await refused_recipients(client, mail, progress)
    if len(refused) == len(mail.recipients):
        await say_goodbye(client)
        code, text = min(refused.values())  # a 4xx before a 5xx: one of them may work later
        return MailResult(code, text, refused, MailStage.RCPT)
    async with progress.at(MailStage.MESSAGE):
        reply = await client.data(mail.message)
    await say_goodbye(client)
    return MailResult(reply.code, reply.message, refused)


async def say_goodbye(client: aiosmtplib.SMTP) -> None:
    """Send QUIT; its outcome is ignored."""
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=GOODBYE_S)


async def refused_recipients(
    client: aiosmtplib.SMTP, mail: Mail, progress: _Progress
) -> dict[str, tuple[int, str]]:
    """Name the recipients to the server; gives those that it refuses, with its replies."""
    refused: dict[str, tuple[int, str]] = {}
    for recipient in mail.recipients:
        try:
            async with progress.at(MailStage.RCPT):
                await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            if error.code == CLOSING:
                raise
            refused[recipient] = (error.code, error.message)
    return refused


@lru_cache(maxsize=32)
def tls_context(ca: str, *, verified: bool) -> ssl.SSLContext:
    """The context of TLS connections; ValueError when `ca` holds no certificate."""
    try:
        context = ssl.create_default_context(cadata=ca or None)
    except ssl.SSLError as error:
        raise ValueError(f"ca_file holds no certificate: {error}") from None
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def timed_out(progress: _Progress, seconds: float) -> NoAnswer:
    """The outcome of a conversation that took all its time."""
    what = "connection" if progress.stage is MailStage.CONNECTION else f"reply to {progress.stage}"
    if progress.stage is MailStage.GREETING:
        what = "greeting"
    error = f"no {what} within {seconds:g} s"
    return NoAnswer(error, progress.began, timed_out=True, scope=progress.scope)


def no_answer(error: Exception, progress: _Progress) -> NoAnswer:
    """The outcome of a conversation that broke."""
    text = clean(cause_text(error), ERROR_MAX)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
        return NoAnswer(f"the server's certificate does not hold: {text}", permanent=True)
    never = isinstance(error, ValueError) and not isinstance(error, OSError)
    missing = isinstance(error, aiosmtplib.SMTPException) and "not supported" in text
    return NoAnswer(text, progress.began, permanent=never or missing, scope=progress.scope)


def next_best(error: TlsFailedError) -> Encryption:
    """The next worse encryption: any certificate, if the certificate was the fault; else no TLS."""
    unverifiable = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))
    return Encryption.UNVERIFIED if unverifiable else Encryption.CLEAR


def is_tls_trouble(error: BaseException) -> bool:
    """True if TLS itself failed, not the conversation."""
    return any(isinstance(cause, ssl.SSLError) for cause in causes(error))


def cause_text(error: BaseException) -> str:
    """The text of the first cause that has one."""
    return next((str(cause) for cause in causes(error) if str(cause)), type(error).__name__)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error` and its causes, in order."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
