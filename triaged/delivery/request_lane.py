"""The requests of one lane, from the outbox to a third party and back; below all pages.

claim → may it go (the core) → carry out, at the lane's pace → verdict (the core). The row stays
`due` until the verdict is on disk: a crash anywhere shows it again when its lease has run out.
"""

import asyncio

import structlog
from msgspec.structs import replace

from triaged.core.records.answers import Go
from triaged.core.records.events import Delivered, NotTried, Refused, Scope, TryAgain, Verdict
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestVerdict,
)
from triaged.core.records.practice.requests import Done, Earlier, Request
from triaged.core.time.durations import MINUTE, SECOND
from triaged.delivery.breaker import Breaker
from triaged.delivery.pacing import Paced
from triaged.delivery.request_kinds import Tools
from triaged.delivery.request_kinds.contract import REQUEST_KINDS, RequestKind, subject_of
from triaged.delivery.waiting import until
from triaged.errors import StoreError, StoreUnavailable
from triaged.store.tables.practice_rows import requests
from triaged.store.tables.practice_rows.requests import Claimed

ALL_MAX = 64
"""Attempts at once in all lanes: connections, memory and answers stay few beside those of pages."""

LEASE_US = 2 * MINUTE
RENEW_US = MINUTE
"""Time left of a lease when it is prolonged."""

POLL_US = 5 * SECOND
"""Interval at which a lane looks for due requests when nobody wakes it."""

RETRY_US = SECOND
"""Pause between tries to save a verdict while the store is in trouble."""

STOP_US = 5 * SECOND
"""Time that attempts have to end when the process stops; then the next process makes them anew."""

log = structlog.get_logger()


class Room:
    """How many attempts may be made at once by all lanes."""

    def __init__(self, most: int = ALL_MAX) -> None:
        self._free = most
        self._waiting: set[asyncio.Event] = set()

    def take(self, most: int, wake: asyncio.Event) -> int:
        """Take room for up to `most` attempts; where there is none, `wake` is set when there is."""
        taken = min(most, self._free)
        self._free -= taken
        if taken == 0:
            self._waiting.add(wake)
        return taken

    def give_back(self, number: int) -> None:
        """Room for so many attempts is free again."""
        self._free += number
        if self._free:
            for wake in self._waiting:
                wake.set()
            self._waiting.clear()


class Attempt:
    """An attempt that is being made."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.lease_until = request.lease_until


class RequestLane:
    """The loop of one lane. `tools` are replaced by a reload."""

    def __init__(self, name: str, subject: str, tools: Tools, room: Room) -> None:
        self.name = name
        self.tools = tools
        self.idle = False
        """True when nothing is due at any time, and nothing under way."""
        self._subject = subject
        self._room = room
        self._breaker = Breaker()
        self._carrier = Paced(tools.carrier, tools.clock)
        self._attempts: set[Attempt] = set()
        self._unsaved = 0
        """Verdicts that the store has not taken yet; until then nothing is claimed."""
        self._slot_at = 0
        """When the next attempt may begin."""
        self._due_at: int | None = None
        self._stopping = False
        self._wake = asyncio.Event()
        self._log = log.bind(lane=name)

    def wake(self) -> None:
        """Have the lane look for due requests at once."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more; `run` returns when what is under way has ended, or after `STOP_US`."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Turn until told to stop."""
        async with asyncio.TaskGroup() as group:
            tasks: set[asyncio.Task[None]] = set()
            while not self._stopping:
                found = 0
                try:
                    await self._renew()
                    found = await self._turn(group, tasks)
                except StoreUnavailable as error:
                    self._log.warning("request_lane.waited", error=str(error))
                except Exception:  # it must not end: others wait in the outbox
                    self._log.exception("request_lane.failed")
                if not found and not self._stopping:
                    await self._rest()
            await self._end(tasks)

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        """Give attempts some time, and cut those that take longer."""
        end_at = self.tools.clock.now() + STOP_US
        while tasks and self.tools.clock.now() < end_at:
            self._wake.clear()
            await until(self.tools.clock, end_at, self._wake)
        for task in tasks:
            task.cancel()

    async def _renew(self) -> None:
        """Prolong the leases of what is under way."""
        now = self.tools.clock.now()
        ending = [one for one in self._attempts if one.lease_until - now < RENEW_US]
        if not ending:
            return
        async with self.tools.database.transaction() as tx:
            held = [(one.request.id, one.request.token) for one in ending]
            await requests.renew(tx, held, now + LEASE_US)
        for one in ending:
            one.lease_until = now + LEASE_US

    async def _turn(self, group: asyncio.TaskGroup, tasks: set[asyncio.Task[None]]) -> int:
        """Start the requests that are due, as far as there is room; gives their number."""
        now = self.tools.clock.now()
        pace = self._kind.pace(self.name, self.tools)
        self._carrier.every_us = pace.every_us
        if pace.width <= len(self._attempts) or self._unsaved:
            self._due_at = None
            return 0
        async with self.tools.database.reading() as tx:
            self._due_at = await requests.next_due(tx, self.name)
        self.idle = self._due_at is None and not self._attempts
        if self._due_at is None or self._due_at > now:
            return 0
        claimed = await self._claim(now, pace.width - len(self._attempts))
        for one in claimed:
            attempt = Attempt(one.request)
            self._attempts.add(attempt)
            task = group.create_task(self._attempt(attempt, one, self._slot(pace.every_us)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        return len(claimed)

    async def _claim(self, now: int, most: int) -> list[Claimed]:
        """Claim due requests, as far as all lanes together have room."""
        taken = self._room.take(most, self._wake)
        if taken == 0:
            return []
        claimed: list[Claimed] = []
        try:
            async with self.tools.database.transaction() as tx:
                claimed = await requests.claim(tx, self.name, now, LEASE_US, taken)
        finally:
            if len(claimed) < taken:
                self._room.give_back(taken - len(claimed))
        return claimed

    @property
    def _kind(self) -> RequestKind:
        return REQUEST_KINDS.load(self._subject)

    def _slot(self, every_us: int) -> int:
        """When the next attempt begins: the breaker hears of one before it admits the next."""
        at = max(self._slot_at, self.tools.clock.now())
        self._slot_at = at + every_us
        return at

    async def _rest(self) -> None:
        clock = self.tools.clock
        now = clock.now()
        at = now + POLL_US
        if self._due_at is not None and self._due_at > now:
            at = min(at, self._due_at)
        await until(clock, at, self._wake)

    async def _attempt(self, attempt: Attempt, claimed: Claimed, at: int) -> None:
        """Make one attempt and save its verdict; an error harms no other request."""
        try:
            await self.tools.clock.sleep_until(at)
            request = await self._may_go(claimed)
            if request is not None:
                await self._report(request, await self._verdict(request, claimed.earlier, attempt))
        except StoreUnavailable as error:
            self._log.warning("request_lane.waited", error=str(error))
        except Exception:
            self._log.exception("request.failed", request=attempt.request.id)
        finally:
            self._attempts.discard(attempt)
            self._room.give_back(1)
            self._wake.set()

    async def _may_go(self, claimed: Claimed) -> Request | None:
        """The request, if the core lets it go."""
        due = RequestDue(claimed.request, claimed.newer, claimed.earlier)
        (answer,) = await self.tools.engine.submit([due], urgent=False)
        return answer.request if isinstance(answer, Go) else None

    async def _verdict(
        self, request: Request, earlier: Earlier, attempt: Attempt
    ) -> RequestVerdict:
        now = self.tools.clock.now()
        if now + RENEW_US // 2 > attempt.lease_until:
            return NotTried("the lease had no time left for an attempt", SECOND)
        wait_us = self._breaker.wait_us(request.target, now)
        if wait_us:
            return NotTried("the third party does not answer, and is given a pause", wait_us)
        verdict: RequestVerdict = TryAgain("the attempt did not end")
        try:
            kind = REQUEST_KINDS.load(subject_of(request.kind))
            tools = replace(self.tools, carrier=self._carrier)
            verdict = await kind.carry_out(request, earlier, tools)
        except Exception as error:
            self._log.exception("request.attempt_failed", request=request.id)
            what = f"internal error: {type(error).__name__}"
            verdict = TryAgain(what, maybe_accepted=True, scope=Scope.RECIPIENT)
        finally:
            self._learn(request.target, verdict)
        return verdict

    def _learn(self, target: str, verdict: RequestVerdict) -> None:
        told: Verdict = Delivered() if isinstance(verdict, Done) else verdict
        if self._breaker.record(target, told, self.tools.clock.now()):
            self._log.warning("request_lane.paused", failures=self._breaker.failures)

    async def _report(self, request: Request, verdict: RequestVerdict) -> None:
        """Put the verdict on disk, however long the store is in trouble."""
        clock = self.tools.clock
        self._unsaved += 1
        try:
            while not await self._saved(request, verdict):
                await clock.sleep_until(clock.now() + RETRY_US)
        finally:
            self._unsaved -= 1
        self._tell(request, verdict)

    async def _saved(self, request: Request, verdict: RequestVerdict) -> bool:
        try:
            await self.tools.engine.submit([RequestEnded(request, verdict)], urgent=False)
        except StoreUnavailable as error:
            self._log.warning("request.verdict_waited", request=request.id, error=str(error))
            return False
        except StoreError:
            self._log.exception("request.undecided", request=request.id)
        return True

    def _tell(self, request: Request, verdict: RequestVerdict) -> None:
        """Log the verdict on an attempt; the metrics count the rows that it changes."""
        log = self._log.bind(request=request.id, attempt=request.attempts)
        match verdict:
            case Done():
                log.debug("request.sent")
            case TryAgain(error=error):
                log.warning("request.delayed", error=error)
            case NotTried(error=error):
                log.debug("request.waits", reason=error)
            case Refused(error=error):
                log.error("request.refused", error=error)
