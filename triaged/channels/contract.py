"""What a channel kind has: `ChannelKind`, which each module here fulfils, and what it may have.

A channel makes messages and reads answers. It does not send: `delivery/` does, so that time-outs,
TLS, redaction and the guard against private addresses are in one place.
"""

from typing import Any, Protocol, runtime_checkable

from triaged.channels import PACKAGE, Message, Notice, Result
from triaged.core.records.events import Verdict
from triaged.plugins import OpenSet


class ChannelKind(Protocol):
    """The members of every kind. `settings` is an instance of the kind's own `Settings`."""

    Settings: type[Any]
    """The Struct with the keys of `channels.<name>` beyond `kind`."""

    def request(self, notice: Notice, settings: Any, at: int) -> Message:  # noqa: ANN401 - of the kind
        """The message of a notice for somebody who reads it at `at`. Raises `Malformed`."""

    def verdict(self, result: Result) -> Verdict:
        """The meaning of an attempt's outcome."""


@runtime_checkable
class Addressed(Protocol):
    """A kind whose contacts have an address, `to`."""

    def addresses_of(self, text: str) -> tuple[str, ...]:
        """The addresses in `text`; none when one of them cannot be used."""

    def own_address(self, settings: Any) -> str:  # noqa: ANN401 - of the kind
        """The address of the channel itself, for pages that go to no person; empty: it has none."""


@runtime_checkable
class Probed(Protocol):
    """A kind whose provider can be tried without a message."""

    def probe(self, settings: Any) -> Message:  # noqa: ANN401 - of the kind
        """The message that tries the provider, and is sent to nobody."""


CHANNELS: OpenSet[ChannelKind] = OpenSet(PACKAGE, ChannelKind, Addressed, Probed)
"""Every channel kind."""
