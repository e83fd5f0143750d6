"""The transport of each kind of message."""

from typing import Protocol, TextIO, assert_never

from triaged.channels import HttpRequest, Line, Mail, Message, Program, Reach, Relayed, Result
from triaged.clock import Clock
from triaged.delivery.carriers.connecting import reach
from triaged.delivery.carriers.console import Console
from triaged.delivery.carriers.http import Http
from triaged.delivery.carriers.programs import run
from triaged.delivery.carriers.relays import Relays
from triaged.delivery.carriers.resolver import Resolver
from triaged.delivery.carriers.smtp import Smtp


class Carrier(Protocol):
    """Sends messages of every kind."""

    async def send(self, message: Message) -> Result:
        """Send `message`; gives the outcome, failures of the network and the provider included."""

    async def close(self) -> None:
        """Close all connections."""


class Transports:
    """The clients that all lanes share; none of them has a limit of its own to share."""

    def __init__(self, clock: Clock, stream: TextIO) -> None:
        self._resolver = Resolver(clock)
        self._http = Http(clock, self._resolver)
        self._smtp = Smtp(clock, self._resolver)
        self._console = Console(stream)
        self._relays = Relays()

    async def send(self, message: Message) -> Result:
        """Send `message`; gives the outcome, failures of the network and the provider included."""
        match message:
            case HttpRequest():
                return await self._http.send(message)
            case Mail():
                return await self._smtp.send(message)
            case Line():
                return await self._console.send(message)
            case Reach():
                return await reach(self._resolver, message)
            case Program():
                return await run(message)
            case Relayed():
                return await self._relays.send(message)
            case _:
                assert_never(message)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()
        await self._resolver.close()
        self._console.close()
        self._relays.close()
