"""Encryption of mail where any will do (`starttls: offered`): the best that works.

A certificate that cannot be verified protects against those who only listen, which is more than
clear text does (https://www.rfc-editor.org/rfc/rfc7435). A page that is not sent protects nobody.
"""

from enum import IntEnum

import structlog

from triaged.channels import Mail
from triaged.clock import Clock

log = structlog.get_logger()


class Encryption(IntEnum):
    """The ways to encrypt, from best to worst."""

    VERIFIED = 0
    UNVERIFIED = 1
    CLEAR = 2


Server = tuple[str, int, str]
"""(host, port, its certificates' authority)."""


class Ladder:
    """Remembers the ways that failed with a server for `recheck_us`, and warns of them once."""

    def __init__(self, clock: Clock, recheck_us: int) -> None:
        self._clock = clock
        self._recheck_us = recheck_us
        self._known: dict[Server, tuple[Encryption, int]] = {}
        self._warned: dict[Server, Encryption] = {}

    def best(self, mail: Mail) -> Encryption:
        """The best encryption that may work."""
        if mail.starttls == "never" and not mail.tls:
            return Encryption.CLEAR
        if mail.starttls == "required" or mail.tls:
            return Encryption.VERIFIED
        encryption, until = self._known.get(_server(mail), (Encryption.VERIFIED, 0))
        return encryption if self._clock.now() < until else Encryption.VERIFIED

    def step_down(self, mail: Mail, worse: Encryption, error: str) -> None:
        """Record that nothing better than `worse` works; it is used for a while."""
        server = _server(mail)
        self._known[server] = (worse, self._clock.now() + self._recheck_us)
        if self._warned.get(server, Encryption.VERIFIED) >= worse:
            return
        self._warned[server] = worse
        how = "not encrypted" if worse is Encryption.CLEAR else "encrypted but not verified"
        log.warning("mail.tls_failed", server=mail.host, port=mail.port, mail=how, error=error)


def _server(mail: Mail) -> Server:
    return mail.host, mail.port, mail.ca
