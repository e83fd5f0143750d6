"""Real programs on loopback: started with a configuration of the test's, stopped at its end."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.conftest import ROOT

T = TypeVar("T")
PATIENCE_S = 60
"""How long a test waits for something that takes a second or two: a slow machine is no failure."""


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T | None], what: str) -> T:
    """What `look` gives once it gives something; the test fails after `PATIENCE_S`."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {PATIENCE_S} s: {what}")


def stays(look: Callable[[], bool], seconds: float) -> None:
    """What `look` gives holds, and goes on to hold for so long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert look()
        time.sleep(0.25)


def fetch(url: str, body: bytes | None = None) -> bytes:
    """The answer's body; any status of 400 and above is an error."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def fetch_json(url: str, body: object = None) -> Any:
    """The answer's JSON."""
    return json.loads(fetch(url, None if body is None else json.dumps(body).encode()))


def answers(url: str) -> bool:
    """Whether a GET of `url` succeeds."""
    try:
        fetch(url)
    except OSError:
        return False
    return True


@contextmanager
def running(command: list[str], ready_url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the block ends, ready when it enters."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(log.parent), "PYTHONPATH": str(ROOT)}
    for name in ("TRIAGED_CRASH_AT",):
        if name in os.environ:
            environment[name] = os.environ[name]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        eventually(lambda: answers(ready_url) or process.poll() is not None, ready_url)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def triaged(folder: Path, config: str, port: int) -> Any:
    """The daemon with this configuration (its `listen` and `public_url` are added)."""
    own = f"listen: 127.0.0.1:{port}\npublic_url: http://127.0.0.1:{port}\nauth: none\n"
    path = folder / "config.yaml"
    path.write_text(own + config)
    command = [sys.executable, "-m", "triaged", "serve", "--config", str(path)]
    return running(command, f"http://127.0.0.1:{port}/-/ready", folder / "triaged.log")


class Mailbox:
    """A real SMTP server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.port = free_port()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        content = envelope.original_content or b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 kept"

    def __enter__(self) -> "Mailbox":
        self._server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.stop()

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, in order."""
        return [mail for mail in self.mails if address in str(mail["To"])]


def link_in(mail: EmailMessage) -> str:
    """The link in a page that acknowledges."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(r"http://\S+/act/\S+", text.get_content())
    assert found is not None, text.get_content()
    return found.group()
