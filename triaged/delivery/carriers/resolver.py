"""Look-up of names with a time limit and a memory: no page waits for a name server."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

from triaged.clock import Clock
from triaged.core.time.durations import DAY

WAIT_S = 2.0
"""A name server that takes longer is as good as none."""

MEMORY_US = 7 * DAY
"""How long the last good answer may stand in for a name server that gives none: a weekend's outage
of names must not be one of pages, and servers of mail and hooks seldom move."""

NAMES_MAX = 1000
THREADS = 16
"""Look-ups that hang hold these, one a name, never the threads of the rest of the process."""


Question = tuple[str, int, int]
"""(host, port, family)."""

Answers = Sequence[tuple[int, int, int, str, tuple[object, ...]]]
"""(family, type, protocol, canonical name, socket address) each."""


def ask_system(host: str, port: int, family: int) -> Answers:
    """The addresses that the system's resolver gives; blocks."""
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)


class Resolver(AbstractResolver):
    """Asks `ask` (the system) in threads of its own."""

    def __init__(self, clock: Clock, ask: Callable[[str, int, int], Answers] = ask_system) -> None:
        self._clock = clock
        self._ask_blocking = ask
        self._threads: ThreadPoolExecutor | None = None
        self._under_way: dict[Question, asyncio.Future[Answers]] = {}
        self._last: dict[tuple[str, int], tuple[int, list[ResolveResult]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of `host`; OSError when there is none, now or remembered."""
        now = self._clock.now()
        try:
            found = await self._ask(host, port, family)
        except OSError:  # TimeoutError is one
            seen_at, last = self._last.get((host, port), (0, []))
            if not last or now - seen_at > MEMORY_US:
                raise
            return last
        self._last.pop((host, port), None)
        if len(self._last) >= NAMES_MAX:
            del self._last[next(iter(self._last))]  # the one that was asked for longest ago
        self._last[host, port] = (now, found)
        return found

    async def _ask(self, host: str, port: int, family: int) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(WAIT_S):
                answers = await asyncio.shield(self._asked((host, port, family)))
        except TimeoutError:
            raise OSError(None, f"no address of {host} within {WAIT_S:.0f} s") from None
        return [
            _result(host, port, (family, protocol, str(address[0])))
            for family, _, protocol, _, address in answers
        ]

    def _asked(self, question: Question) -> asyncio.Future[Answers]:
        """The look-up that is under way, or a new one: who asks again waits for the same answer."""
        asked = self._under_way.get(question)
        if asked is None:
            loop = asyncio.get_running_loop()
            self._threads = self._threads or ThreadPoolExecutor(THREADS, "resolver")
            asked = loop.run_in_executor(self._threads, self._ask_blocking, *question)
            self._under_way[question] = asked
            asked.add_done_callback(lambda done: self._ended(question, done))
        return asked

    def _ended(self, question: Question, asked: asyncio.Future[Answers]) -> None:
        self._under_way.pop(question, None)
        if not asked.cancelled():
            asked.exception()  # whoever asked may be gone

    async def close(self) -> None:
        """Let go of the threads; a look-up that hangs ends by itself, a later one starts others."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None


def _result(host: str, port: int, found: tuple[int, int, str]) -> ResolveResult:
    family, protocol, address = found
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
