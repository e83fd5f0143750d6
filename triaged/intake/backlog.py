"""Bodies that come faster than their alerts are decided: written down, then decided in order.

While few alerts wait, a body is decided before it is answered. From `PROMPT_MAX` undecided alerts
on, it is written down as it came, answered, and decided in its turn (docs/decisions/0016). Senders
hold in memory what is not answered, and drop it when that is full; a disk holds more.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence

import msgspec
import structlog

from triaged.clock import ThreadClock
from triaged.core.records.answers import Answer
from triaged.core.records.events import Event, PackDecided
from triaged.core.time.durations import SECOND
from triaged.engine.engine import DECISION_FAILED, Engine
from triaged.errors import StoreError, StoreUnavailable
from triaged.ingest import Parsed, Received
from triaged.intake.decode import events_of, kept_headers, set_aside
from triaged.intake.read_after_write import ReadAfterWrite
from triaged.store.database.base import Row
from triaged.store.database.connect import Database
from triaged.store.tables import backlog
from triaged.store.tables.backlog import Body, Pack

PROMPT_MAX = 32
"""A body is decided before it is answered only while fewer alerts than this are undecided."""

PACK_ALERTS_MAX = 128
"""Alerts that are forgotten together: a crash while they are decided has them decided again."""

READ_BYTES_MAX = 2 << 20
"""Bytes of bodies that are read back at once, going by the mean size of a pack."""

AT_ONCE_BYTES_MAX = 128 << 10
"""Bytes of bodies that are compressed on the event loop: that takes 0.3 ms, or 4 ms where nothing
repeats. A thread, which takes more, would wait that long for the interpreter."""

CHUNK_MAX = 2048
"""Alerts that the engine is given at once: four batches, of which one is decided while the one
before it is committed."""

BESIDE_MAX = 128
"""Alerts that the engine is given at once while others want it, who wait for no more than these."""

YIELD_US, QUIET_US = 40_000, 5_000
"""After each chunk, new bodies, people and timers go first: for at most 40 ms, or until none has
come for 5 ms, or until those that came left half of the time unused. While senders use all they
can, a sixth of the time is left to the bodies on disk: 2,000 to 3,000 alerts a second."""

RETRY_US = SECOND

READ_WAIT_ALERTS_MAX = 5000
"""Undecided alerts up to which a reader waits: more take longer than `read_wait_s`."""

log = structlog.get_logger()
Reader = Callable[[Received], Awaitable[list[Event]]]


class Limits(msgspec.Struct, frozen=True):
    """Limits that tests change."""

    waiting_bytes: int = 512 << 20
    """Bodies on disk: 700,000 alerts in requests of 64, a minute of work, well within the shortest
    target, and some 50 MB when compressed. Senders wait then, until the intake says 503."""
    write_bytes: int = 4 << 20
    """Bytes of bodies in one commit."""
    read_wait_s: float = 0.5
    """How long a reader waits to see what was accepted before."""


USUAL = Limits()


class Unwritten(msgspec.Struct, frozen=True):
    """A body that is to be written, and the future that its sender waits for."""

    body: Body
    alerts: int
    done: asyncio.Future[None]


class Backlog:
    """The bodies on disk that are not decided; new ones queue behind them."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: ThreadClock,
        read: Reader,
        limits: Limits = USUAL,
    ) -> None:
        self._limits = limits
        self.turned_at = clock.now()
        """When it last did something, or something came while nothing waited."""
        self.alerts = 0
        """On disk, to be decided."""
        self._bytes = 0
        self._engine = engine
        self._database = database
        self._clock = clock
        self._read = read
        self._last_id = 0
        self._after = 0
        """The id of the last pack that was decided, or given up."""
        self._arrivals = 0
        self._seen = 0
        """What had come when the last chunk was begun."""
        self._busy = True
        """True if bodies or urgent events came since then."""
        self._unwritten: deque[Unwritten] = deque()
        self._writing = False
        self._buffer: deque[Pack] = deque()
        self._read_to = 0
        """The id of the last pack that was in the buffer."""
        self._filling = False
        self._readers = ReadAfterWrite(limits.read_wait_s)
        self._write_wanted = asyncio.Event()
        self._decide_wanted = asyncio.Event()

    async def open(self) -> None:
        """Count what an earlier process has left. Raises StoreUnavailable."""
        async with self._database.reading() as tx:
            found = await backlog.extent(tx)
        self._last_id = found.last_id
        self.alerts, self._bytes = found.alerts, found.body_bytes
        if found.packs:
            log.info("backlog.found", alerts=self.alerts)

    def loops(self) -> Mapping[str, Callable[[], Coroutine[None, None, None]]]:
        """The loops that must run, by name."""
        return {"backlog.write": self.write, "backlog.decide": self.decide}

    @property
    def waits(self) -> bool:
        """True if something waits to be written or decided."""
        return self._bytes > 0 or bool(self._unwritten)

    @property
    def puts_off(self) -> bool:
        """True if what comes now is not decided at once."""
        return self.waits or self._engine.unfinished >= PROMPT_MAX

    async def take(self, received: Received, parsed: Parsed) -> list[Answer] | None:
        """Answers to the events of a body when they are on disk; None: the body is.

        Raises StoreUnavailable: nothing was written then, or nothing is certain.
        """
        if self.puts_off:
            await self.keep(received, len(parsed.alerts))
            return None
        self._arrivals += 1
        return await self._engine.submit(events_of(parsed, received), urgent=False)

    async def keep(self, received: Received, alerts: int) -> None:
        """Return when a body with so many alerts is on disk. Raises StoreUnavailable."""
        self._arrivals += 1
        if not self.waits:
            self.turned_at = self._clock.now()
        headers = kept_headers(received)
        body = Body(received.source, received.received_at, headers, received.body, received.caller)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._unwritten.append(Unwritten(body, alerts, done))
        self._write_wanted.set()
        await done

    # ── to disk ──

    async def write(self) -> None:
        """Write the bodies that come, many in one commit, until cancelled."""
        try:
            while True:
                await self._write_wanted.wait()
                self._write_wanted.clear()
                while self._unwritten and self._bytes < self._limits.waiting_bytes:
                    await self._write(self._next_unwritten())
        except asyncio.CancelledError:
            _fail(self._unwritten, "triaged is stopping")
            raise

    def _next_unwritten(self) -> list[Unwritten]:
        part: list[Unwritten] = []
        size = 0
        while self._unwritten and size < self._limits.write_bytes:
            part.append(self._unwritten.popleft())
            size += len(part[-1].body.body)
        return part

    async def _write(self, part: Sequence[Unwritten]) -> None:
        """Write bodies and answer their senders; in halves, if one of them cannot be written."""
        trouble = "triaged is stopping"
        try:
            await self._put(part)
        except StoreError as error:
            trouble = str(error)
        except Exception:
            if len(part) > 1:
                middle = len(part) // 2
                await self._write(part[:middle])
                await self._write(part[middle:])
                return
            log.exception("body.write_failed", source=part[0].body.source)
            trouble = "a fault of triaged: see its log"
        finally:
            _fail(part, trouble)

    async def _put(self, part: Sequence[Unwritten]) -> None:
        packs = self._packed(part)
        self._count(packs, 1)  # until it is known what is there, if this goes wrong
        self._writing = True
        try:
            rows = await _rows_of(packs)
            async with self._database.transaction() as tx:
                await backlog.keep(tx, rows)
                self._engine.crash_point("before_keep")
            self._engine.crash_point("after_keep")
            self._hand_over(packs)
        finally:
            self.turned_at = self._clock.now()
            self._writing = False
            self._decide_wanted.set()
        for one in part:
            if not one.done.done():
                one.done.set_result(None)

    def _hand_over(self, packs: Sequence[Pack]) -> None:
        """Give packs to the decider without reading them back, unless older ones wait on disk."""
        if self._filling or self._read_to != packs[0].id - 1:
            return
        if sum(pack.body_bytes for pack in self._buffer) < READ_BYTES_MAX:
            self._buffer += packs
            self._read_to = packs[-1].id

    def _count(self, packs: Iterable[Pack], sign: int) -> None:
        for pack in packs:
            self.alerts += sign * pack.alerts
            self._bytes += sign * pack.body_bytes

    def _packed(self, part: Sequence[Unwritten]) -> list[Pack]:
        packs: list[Pack] = []
        bodies: list[Body] = []
        alerts = 0
        for one, following in zip(part, [*part[1:], None], strict=True):
            bodies.append(one.body)
            alerts += one.alerts
            if following is None or alerts + following.alerts > PACK_ALERTS_MAX:
                self._last_id += 1
                size = sum(len(body.body) for body in bodies)
                packs.append(Pack(self._last_id, bodies, alerts, size))
                bodies, alerts = [], 0
        return packs

    # ── to the engine ──

    async def decide(self) -> None:
        """Have the bodies on disk decided in their order, until cancelled."""
        self._start_over()
        while True:
            await self._decide_wanted.wait()
            self._decide_wanted.clear()
            try:
                while chunk := await self._next_chunk():
                    await self._decide(chunk)
                    self._forget(chunk)
                    await self._give_way()
            except StoreUnavailable as error:
                log.warning("backlog.waited", error=str(error), alerts=self.alerts)
                await self._clock.sleep_until(self._clock.now() + RETRY_US)
                self.turned_at = self._clock.now()
                self._start_over()

    def _start_over(self) -> None:
        """Begin with the oldest that is not decided."""
        self._buffer.clear()
        self._read_to = self._after
        self._decide_wanted.set()

    async def _next_chunk(self) -> list[Pack]:
        """The packs to decide next; none: all are decided."""
        if not self._buffer:
            await self._fill()
        most = BESIDE_MAX if self._busy else CHUNK_MAX
        chunk: list[Pack] = []
        alerts = 0
        while self._buffer and (not chunk or alerts + self._buffer[0].alerts <= most):
            chunk.append(self._buffer.popleft())
            alerts += chunk[-1].alerts
        return chunk

    async def _fill(self) -> None:
        """Read the next packs from disk."""
        count = READ_BYTES_MAX * (self._last_id - self._after) // max(self._bytes, 1)
        self._filling = True
        try:
            async with self._database.reading(urgent=True) as tx:
                self._buffer += await backlog.oldest(tx, self._after, max(count, 1))
        finally:
            self._filling = False
        if self._buffer:
            self._read_to = self._buffer[-1].id
        if not (self._buffer or self._unwritten or self._writing or self._decide_wanted.is_set()):
            # Nothing is there, whatever we thought: a write that failed has been counted.
            self.alerts = self._bytes = 0
            self._readers.decided(self._last_id)

    async def _decide(self, chunk: Sequence[Pack]) -> None:
        events: list[Event] = []
        for pack in chunk:
            for body in pack.bodies:
                events += await self._read(_received(body))
            events.append(PackDecided(pack.id))
            await asyncio.sleep(0)
        try:
            await self._engine.submit(events, urgent=False)
        except StoreUnavailable:
            raise
        except StoreError as error:
            if len(chunk) == 1:
                await self._set_aside(chunk[0], error)
                return
            for pack in chunk:
                await self._decide([pack])

    async def _set_aside(self, pack: Pack, error: StoreError) -> None:
        """Put a pack that cannot be decided into quarantine, so that nothing waits behind it."""
        kept = [set_aside(_received(body), DECISION_FAILED, str(error)) for body in pack.bodies]
        try:
            await self._engine.submit([*kept, PackDecided(pack.id)], urgent=False)
        except StoreUnavailable:
            raise
        except StoreError:
            log.exception("backlog.stuck", pack=pack.id)  # it is tried again after the next start

    def _forget(self, chunk: Sequence[Pack]) -> None:
        self.turned_at = self._clock.now()
        self._count(chunk, -1)
        self._after = chunk[-1].id
        self._readers.decided(self._after)
        if self._unwritten:
            self._write_wanted.set()  # there is room again

    async def _give_way(self) -> None:
        """Let new bodies, people and timers go first, for a while."""
        until = self._clock.now() + YIELD_US
        before = seen = self._seen
        while (came := self._came()) != seen and self._clock.now() < until:
            seen = came
            if await self._has_room():
                break
        self._seen = self._came()
        self._busy = self._seen != before

    async def _has_room(self) -> bool:
        """True if the work that came in the next moment took less than half of it."""
        began, spent = self._clock.now(), self._clock.spent()
        await self._clock.sleep_until(began + QUIET_US)
        return 2 * (self._clock.spent() - spent) < self._clock.now() - began

    def _came(self) -> int:
        return self._arrivals + self._engine.urgent

    # ── for readers ──

    async def settled(self) -> None:
        """Return when all that came before is decided, or after `read_wait_s`."""
        if self._last_id <= self._after or self._bytes <= 0 or self.alerts > READ_WAIT_ALERTS_MAX:
            return
        await self._readers.wait_for(self._last_id)


async def _rows_of(packs: Sequence[Pack]) -> list[Row]:
    if sum(pack.body_bytes for pack in packs) <= AT_ONCE_BYTES_MAX:
        return backlog.rows_of(packs)
    return await asyncio.to_thread(backlog.rows_of, packs)


def _received(body: Body) -> Received:
    return Received(body.source, body.body, body.headers, body.received_at, body.caller)


def _fail(part: Iterable[Unwritten], reason: str) -> None:
    """Answer the senders that still wait with an error."""
    for one in part:
        if not one.done.done():
            one.done.set_exception(StoreUnavailable(reason))
