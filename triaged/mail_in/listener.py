"""The SMTP listener: https://www.rfc-editor.org/rfc/rfc5321. It relays nothing.

aiosmtpd, the extra `mail`, speaks the protocol; this says which recipients there are, and answers a
mail when what follows from it is on disk.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol
from weakref import WeakSet

import msgspec
import structlog

from triaged.clock import Clock
from triaged.config.value_types import Address, show_listen
from triaged.core.records.events import BodyQuarantined
from triaged.engine.engine import Engine
from triaged.errors import Malformed, StoreError, StoreUnavailable
from triaged.mail_in.contract import Accepted, Ignored, MailTaker, Outcome, PutOff, Rejected
from triaged.mail_in.message import Mail, read_mail
from triaged.mail_in.recipients import Recipients
from triaged.metrics import Metrics

Smtp: Any = None
try:
    from aiosmtpd import smtp
except ImportError:
    pass  # the configuration says what is missing
else:
    Smtp = smtp.SMTP

BYTES_MAX = 1024 * 1024
"""Bytes of a mail: what a customer notices fits on a page; pictures are left to other ways."""

CONNECTIONS_MAX = 20
"""Connections at a time: the mail server of the house opens a few."""

RECIPIENTS_MAX = 10
IDLE_S = 30
CONNECTION_S = 120
"""Longest time of a connection, so that nobody holds one by a byte now and then."""

SOURCE = "mail_in"
"""The source of mail in quarantine."""

FAILED = "mail_failed"
"""The quarantine reason of a mail on which triaged stumbled."""

BUSY = b"421 4.3.2 too many connections, come again later\r\n"
OK = "250 2.0.0 it is kept"
UNKNOWN = "550 5.1.1 nobody here takes mail to this address"
TOO_MANY = "452 4.5.3 too many recipients"

log = structlog.get_logger()


class SetAside(msgspec.Struct, frozen=True):
    """The mail is in quarantine, and a person hears of it: 250."""


class Connection(Protocol):
    """A connection of aiosmtpd."""

    transport: asyncio.WriteTransport | None
    """None: it is over."""


class Envelope(Protocol):
    """The envelope of aiosmtpd: who sends a mail, and to whom."""

    mail_from: str | None
    rcpt_tos: list[str]
    content: bytes


class _Busy(asyncio.Protocol):
    """Sends a connection away."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(BUSY)
        transport.close()


class MailListener:
    """Receives mail for the takers of `recipients`."""

    def __init__(
        self, engine: Engine, clock: Clock, recipients: Recipients, metrics: Metrics
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._recipients = recipients
        self._metrics = metrics
        self._server: asyncio.Server | None = None
        self._connections: WeakSet[Connection] = WeakSet()
        self._reading = asyncio.Lock()
        """A mail is parsed in a thread, one at a time: the work is Python's own."""

    async def open(self, address: Address) -> str:
        """Listen; the address as text. Raises OSError."""
        loop = asyncio.get_running_loop()
        host, port = address
        self._server = await loop.create_server(self._connection, host or None, port)
        bound = self._server.sockets[0].getsockname()
        place = show_listen((bound[0], bound[1]))
        log.info("mail.listening", address=place)
        return place

    async def close(self) -> None:
        """Take no more mail; what is under way is answered or comes again."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            _abort(connection)
        await self._server.wait_closed()

    def _connection(self) -> asyncio.BaseProtocol:
        loop = asyncio.get_running_loop()
        if sum(each.transport is not None for each in self._connections) >= CONNECTIONS_MAX:
            self._metrics.limits_hit.labels("connections", SOURCE).inc()
            return _Busy()
        connection = Smtp(
            self,
            data_size_limit=BYTES_MAX,
            enable_SMTPUTF8=True,
            hostname="triaged",
            ident="ESMTP",
            timeout=IDLE_S,
            loop=loop,
        )
        self._connections.add(connection)
        loop.call_later(CONNECTION_S, _abort, connection)
        protocol: asyncio.BaseProtocol = connection
        return protocol

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Answer to a recipient: whether somebody takes it."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return TOO_MANY
        if self._recipients.find(address) is None:
            self._count("rejected")
            log.info("mail.rejected", reason="unknown_recipient")
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        """Answer to a mail, when what follows from it is on disk."""
        raw, sender = envelope.content, (envelope.mail_from or "").strip("<>")
        found = (self._recipients.find(address) for address in envelope.rcpt_tos)
        takers = [each for each in found if each is not None]
        outcome = await self._outcome(raw, sender, takers)
        return self._answer(outcome)

    async def handle_exception(self, error: Exception) -> str:
        """Answer where the protocol stumbles."""
        log.error("mail.failed", error=type(error).__name__)
        return "451 4.3.0 a fault of triaged, come again later"

    async def _outcome(
        self, raw: bytes, sender: str, takers: Iterable[tuple[MailTaker, str]]
    ) -> Outcome | SetAside:
        try:
            async with self._reading:
                mail = await asyncio.to_thread(read_mail, raw, sender)
            if mail.is_automatic:
                return Ignored("no human wrote it")
            return await _taken(mail, takers)
        except StoreUnavailable as error:
            return PutOff(str(error))
        except Malformed as error:
            return await self._set_aside(raw, error.reason, str(error))
        except Exception as error:
            log.exception("mail.failed")
            detail = f"{type(error).__name__} while reading a mail"
            return await self._set_aside(raw, FAILED, detail)

    async def _set_aside(self, raw: bytes, reason: str, detail: str) -> SetAside | PutOff:
        """Keep the mail in quarantine, of which a person hears."""
        at = self._clock.now()
        event = BodyQuarantined(SOURCE, reason, detail, raw, {}, at)
        try:
            await self._engine.submit([event], urgent=True)
        except (StoreUnavailable, StoreError) as error:
            return PutOff(str(error))
        return SetAside()

    def _answer(self, outcome: Outcome | SetAside) -> str:
        match outcome:
            case SetAside():
                self._count("quarantined")
                return OK
            case Accepted():
                self._count("accepted")
                return OK
            case Ignored(reason=reason):
                self._count("ignored")
                log.info("mail.ignored", reason=reason)
                return OK
            case Rejected(reason=reason):
                self._count("rejected")
                log.info("mail.rejected", reason=reason)
                return f"550 5.7.1 {reason}"
            case PutOff(reason=reason):
                self._count("put_off")
                log.warning("mail.put_off", reason=reason)
                return f"451 4.3.2 {reason}"

    def _count(self, outcome: str) -> None:
        self._metrics.mails_received.labels(outcome).inc()


async def _taken(mail: Mail, takers: Iterable[tuple[MailTaker, str]]) -> Outcome:
    """The outcome for all recipients: put off if one of them wants that, else kept if one does."""
    outcomes: list[Outcome] = [await taker.take(mail, tag) for taker, tag in takers]
    for kind in (PutOff, Accepted, Ignored):
        for outcome in outcomes:
            if isinstance(outcome, kind):
                return outcome
    return outcomes[0] if outcomes else Rejected("nobody takes it")


def _abort(connection: Connection) -> None:
    if connection.transport is not None:
        connection.transport.abort()
