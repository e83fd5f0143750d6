"""A mail server that does at each stage what a test says: answer, hang, drip, close, or wait."""

import asyncio
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Hang(msgspec.Struct, frozen=True):
    """Say nothing more."""


class Drip(msgspec.Struct, frozen=True):
    """Begin a reply that never ends."""


class Close(msgspec.Struct, frozen=True):
    """Close the connection."""


class Later(msgspec.Struct, frozen=True):
    """Answer 250 when the event is set."""

    event: asyncio.Event


Act = str | Hang | Drip | Close | Later
"""What the server does at a stage; a text is the reply."""

USUAL: Mapping[str, str] = {
    "greeting": "220 mail.example.org",
    "EHLO": "250 hello",
    "HELO": "250 hello",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "message": "250 OK queued",
    "QUIT": "221 bye",
}


class MailServer:
    """The script of `tests.delivery.servers.scripted`.

    `script` has acts by stage, and for RCPT also by address; the rest is as `USUAL`.
    """

    def __init__(
        self, script: Mapping[str, Act] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.script: dict[str, Act] = dict(USUAL) | dict(script or {})
        self.mails: list[bytes] = []
        self.encrypted: list[bool] = []
        """Of each mail, whether it came through TLS."""
        self.commands: list[str] = []
        self.reached = asyncio.Event()
        """Set when a stage is reached at which it waits."""
        self._tls = tls

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Converse with one client."""
        if not await self._act("greeting", reader, writer):
            return
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.commands.append(line)
            verb = line.partition(" ")[0].upper()
            if not await self._act(self._stage(verb, line), reader, writer):
                return
            if verb == "STARTTLS":
                assert self._tls is not None
                await writer.start_tls(self._tls)
            elif verb == "DATA" and not await self._take(reader, writer):
                return

    def _stage(self, verb: str, line: str) -> str:
        address = line.partition("<")[2].partition(">")[0]
        return address if verb == "RCPT" and address in self.script else verb

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        message = await reader.readuntil(b"\r\n.\r\n")
        going = await self._act("message", reader, writer)
        if self.script["message"] == USUAL["message"]:
            self.mails.append(message)
            self.encrypted.append(writer.get_extra_info("sslcontext") is not None)
        return going

    async def _act(
        self, stage: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        match self.script[stage]:
            case Hang():
                self.reached.set()
                await reader.read()
                return False
            case Drip():
                writer.write(b"2")
                self.reached.set()
                await reader.read()
                return False
            case Close():
                writer.transport.abort()
                return False
            case Later(event=event):
                self.reached.set()
                await event.wait()
                writer.write(b"250 OK\r\n")
                return True
            case str(reply):
                if stage == "EHLO" and self._tls and not writer.get_extra_info("sslcontext"):
                    reply = f"250-hello\r\n{reply[:3]} STARTTLS" if reply[0] == "2" else reply
                writer.write(f"{reply}\r\n".encode())
                await writer.drain()
                return True


def certificate(openssl: str, folder: Path, *, host: str = "127.0.0.1", days: int = 2) -> Path:
    """A file with a certificate for `host` and its key, signed by itself; expired if `days` < 0."""
    key, request, made = folder / "key.pem", folder / "request.pem", folder / "certificate.pem"
    extensions = folder / "extensions.cnf"
    extensions.write_text(f"subjectAltName=IP:{host}\nbasicConstraints=critical,CA:TRUE\n")
    kind = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    ask = f"req {kind} -subj /CN={host} -keyout {key} -out {request}"
    sign = f"x509 -req -in {request} -signkey {key} -days {days} -extfile {extensions} -out {made}"
    for words in (ask, sign):
        subprocess.run([openssl, *words.split()], check=True, capture_output=True)
    return made


def server_context(made: Path) -> ssl.SSLContext:
    """A server's TLS with the certificate of `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, made.parent / "key.pem")
    return context
