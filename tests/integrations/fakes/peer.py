"""What the fakes share: an answer to each request, faults on order, and who drives an exchange."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from triaged.channels import HttpRequest, HttpResponse, NoAnswer, Result
from triaged.integrations import EXCHANGE_MAX, Ended, Exchange

NOW = 1_772_637_780_000_000
"""2026-03-04 15:23:00 UTC, in µs."""


class Asked(msgspec.Struct, frozen=True):
    """A request as a peer reads it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: Any


Fault = Callable[[Asked], Result | None]
"""Takes a request before the peer; None: it lets it through."""


class Peer(ABC):
    """A third party. Faults are used up in order, one for each request."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[Asked] = []
        self.faults: list[str | HttpResponse] = []
        """`lost`: done, and the answer never arrives; `down`: no connection; else the answer."""

    def answer(self, request: HttpRequest) -> Result:
        """Answer a request."""
        parts = urlsplit(request.url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        content = msgspec.json.decode(request.body) if request.body else None
        asked = Asked(request.method, parts.path, query, request.headers, content)
        self.asked.append(asked)
        fault = self.faults.pop(0) if self.faults else ""
        if isinstance(fault, HttpResponse):
            return fault
        if fault == "down":
            return NoAnswer("connection refused")
        answer = self.serve(asked)
        if fault == "lost":
            return NoAnswer("no answer within 10 s", maybe_accepted=True, timed_out=True)
        return answer

    @abstractmethod
    def serve(self, asked: Asked) -> HttpResponse:
        """Do what is asked."""

    def reply(self, status: int, content: object = None, **headers: str) -> HttpResponse:
        """An answer with JSON."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        body = b"" if content is None else msgspec.json.encode(content)
        return HttpResponse(status, fields, body, self.now)

    @property
    def said(self) -> Sequence[str]:
        """The methods and paths of all requests."""
        return [f"{each.method} {each.path}" for each in self.asked]


def run(exchange: Exchange, peer: Peer) -> Ended:
    """Drive an exchange to its end."""
    try:
        request = next(exchange)
        for _ in range(EXCHANGE_MAX):
            request = exchange.send(peer.answer(request))
    except StopIteration as end:
        ended: Ended = end.value
        return ended
    raise AssertionError("an exchange asked too often")
