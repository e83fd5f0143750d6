"""One channel's pages, from the outbox to the provider and back. A slow provider delays only it.

claim → may it go (the core) → render → send → verdict (the core). The row stays `due` until the
verdict is on disk: a crash anywhere shows it again when its lease has run out.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from triaged.channels import Channel
from triaged.channels.contract import CHANNELS
from triaged.clock import Clock
from triaged.core.records.effects import Send
from triaged.core.records.events import (
    Delivered,
    DeliveryEnded,
    PageDue,
    Refused,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page, Reason
from triaged.core.time.durations import SECOND
from triaged.crashpoints import crash_point
from triaged.delivery.breaker import HOLD_US, Breaker, not_now
from triaged.delivery.render import message_for
from triaged.delivery.transports import Carrier
from triaged.delivery.waiting import until
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables import pages
from triaged.wire import Secret

WIDTH = 16
"""Attempts at once in a lane: enough to empty 1,000 pages in two seconds, few for any provider."""

LEASE_US = 15 * SECOND
ATTEMPT_US = 10 * SECOND
"""What is left of a lease must cover an attempt: by its end somebody else may have the page."""

POLL_US = 1 * SECOND
"""A lane that nobody wakes looks this often."""

RETRY_US = SECOND // 4
"""Between tries to put a verdict on disk while the store is in trouble."""

log = structlog.get_logger()


class Surroundings(msgspec.Struct, frozen=True):
    """What all lanes share."""

    engine: Engine
    database: Database
    clock: Clock
    carrier: Carrier
    action_key: Secret


class Lane:
    """The loop of one channel. `channel` is replaced by a reload; None: it is gone."""

    def __init__(self, name: str, channel: Channel | None, around: Surroundings) -> None:
        self.name = name
        self.channel = channel
        self.turned_at = around.clock.now()
        self.idle = False
        """True when the last look found nothing due at any time."""
        self._around = around
        self._breaker = Breaker()
        self._under_way = 0
        self._overdue = False
        """Whether the store did not take the last verdict."""
        self._stopping = False
        self._due_at: int | None = None
        self._wake = asyncio.Event()
        self._log = log.bind(channel=name)

    def wake(self) -> None:
        """Look at once."""
        self._wake.set()

    def stop(self) -> None:
        """Claim no more; `run` returns when what is under way has its verdict."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Turn until told to stop."""
        async with asyncio.TaskGroup() as attempts:
            while not self._stopping:
                found = 0
                try:
                    found = await self._turn(attempts)
                    self.turned_at = self._around.clock.now()
                except StoreUnavailable as error:
                    self._log.warning("lane.waited", error=str(error))
                    self.turned_at = self._around.clock.now()
                except Exception:  # one that stumbles at each turn is not healthy
                    self._log.exception("lane.stumbled")
                if not found:
                    await self._rest()

    async def _turn(self, attempts: asyncio.TaskGroup) -> int:
        """Start what is due and has room; gives how many pages that were."""
        now = self._around.clock.now()
        room = WIDTH - self._under_way
        if room == 0 or self._overdue or 0 < self._breaker.left_us(now) <= HOLD_US:
            return 0
        self._due_at = due_at = await self._next_due()
        self.idle = due_at is None
        if due_at is None or due_at > now:
            return 0
        async with self._around.database.transaction() as tx:
            claimed = await pages.claim(tx, self.name, now, LEASE_US, room)
        if claimed:
            crash_point("after_claim")
            for send in await self._may_go(claimed):
                self._under_way += 1
                attempts.create_task(self._attempt(send))
        return len(claimed)

    async def _may_go(self, claimed: Sequence[Page]) -> list[Send]:
        """Those of the claimed pages that the core lets go.

        One that it trips over harms no other, and comes again when its lease is over.
        """
        asked = [PageDue(page) for page in claimed]
        sends: list[Send] = []
        for page, answers in zip(
            claimed, await self._around.engine.submit_each(asked), strict=True
        ):
            if isinstance(answers, BaseException):
                self._log.error("page.undecided", page=page.id, error=str(answers))
            else:
                sends += [answer for answer in answers if isinstance(answer, Send)]
        return sends

    async def _next_due(self) -> int | None:
        async with self._around.database.reading(urgent=True) as tx:
            return await pages.next_due(tx, self.name)

    async def _rest(self) -> None:
        clock = self._around.clock
        now = clock.now()
        at = now + POLL_US
        if self._due_at is not None and self._due_at > now:
            at = min(at, self._due_at)
        await until(clock, at, self._wake)

    async def _attempt(self, send: Send) -> None:
        """Deliver one page, and report; nothing that goes wrong with it harms another."""
        try:
            await self._report(send.page, await self._verdict(send))
        except Exception:
            self._log.exception("verdict.stumbled", page=send.page.id)
        finally:
            self._under_way -= 1
            self._wake.set()

    async def _verdict(self, send: Send) -> Verdict:
        try:
            return await self._deliver(send)
        except Exception as error:
            self._log.exception("page.stumbled", page=send.page.id)
            return TryAgain(f"internal error: {type(error).__name__}", maybe_accepted=True)

    async def _deliver(self, send: Send) -> Verdict:
        around, page = self._around, send.page
        channel = self.channel  # a reload may take it away meanwhile
        if channel is None:
            return Refused(f"{Reason.CHANNEL_GONE}: {self.name} is not in the configuration")
        settings, now = around.engine.settings, around.clock.now()
        message = message_for(send, channel, settings, around.action_key, now)
        if isinstance(message, Refused):
            return message
        now = around.clock.now()
        if now + ATTEMPT_US > page.lease_until:
            return TryAgain("not tried: the lease had no time left for an attempt")
        if not self._breaker.admits(now):
            return not_now(self._breaker.left_us(now))
        verdict: Verdict = TryAgain("the attempt did not end")
        try:
            crash_point("before_send")
            result = await around.carrier.send(message)
            crash_point("after_send")
            verdict = CHANNELS.load(channel.kind).verdict(result)
        finally:
            if self._breaker.record(verdict, around.clock.now()):
                self._log.warning("lane.paused", failures=self._breaker.failures)
        return verdict

    async def _report(self, page: Page, verdict: Verdict) -> None:
        """Put the verdict on disk, however long the store is in trouble.

        Until it is there nothing is claimed: the lane must not send again what it has sent.
        """
        around = self._around
        ended = DeliveryEnded(page.id, page.token, verdict, page.attempts)
        crash_point("before_verdict")
        while not await self._saved(ended):
            now = around.clock.now()
            if self._stopping and now > page.lease_until:
                self._log.error("verdict.lost", page=page.id)
                break
            await around.clock.sleep_until(now + RETRY_US)
        else:
            crash_point("after_verdict")
        self._tell(page, verdict)

    async def _saved(self, ended: DeliveryEnded) -> bool:
        try:
            await self._around.engine.submit([ended], urgent=True)
        except StoreUnavailable as error:
            self._overdue = True
            self._log.warning("verdict.waited", page=ended.page_id, error=str(error))
            return False
        self._overdue = False
        return True

    def _tell(self, page: Page, verdict: Verdict) -> None:
        """Log what an attempt came to; the metrics count the rows that the verdict changes."""
        log = self._log.bind(page=page.id, attempt=page.attempts)
        match verdict:
            case Delivered(ref=ref):
                log.info("page.sent", ref=ref)
            case TryAgain(error=error):
                log.warning("page.delayed", error=error)
            case Refused(error=error):
                log.error("page.refused", error=error)
