"""One channel's pages, from the outbox to the provider and back. A slow provider delays only it.

claim → may it go (the core) → render → send → verdict (the core). The row stays `due` until the
verdict is on disk: a crash anywhere shows it again when its lease has run out.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec
import structlog

from triaged.channels import Channel, Message, NoAnswer, Result
from triaged.channels.contract import CHANNELS
from triaged.clock import Clock
from triaged.core.records.answers import Send
from triaged.core.records.events import (
    Delivered,
    DeliveryEnded,
    DeliverySlow,
    NotTried,
    PageDue,
    Refused,
    Scope,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Page
from triaged.core.response.contact_gone import channel_gone
from triaged.core.time.durations import SECOND
from triaged.core.two_way.posts import destination_of
from triaged.delivery.breaker import HOLD_US, PAUSE_US, Breaker
from triaged.delivery.bundling import bundles, verdict_of
from triaged.delivery.carriers.transports import Carrier
from triaged.delivery.rate_limits import RateLimits, limited, limits_of
from triaged.delivery.render import Telling, message_for
from triaged.delivery.second_tries import keep_move, second_message
from triaged.delivery.telling import told_of
from triaged.delivery.waiting import done_before, until
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.connect import Database
from triaged.store.tables import pages
from triaged.wire import Secret

LINGERING_MAX = 64
"""Limit on attempts that take long; beyond it none is begun until one of them ends."""

SLOW_US = 8 * SECOND
"""An attempt that takes longer gives up its place, and the next contact is tried beside it, which
has the page within ten seconds, whatever the provider does."""

LEASE_US = 15 * SECOND
RENEW_US = 8 * SECOND
"""Time left of a lease when it is prolonged: the store may be in trouble for so long before
somebody else has the page."""

BEAT_US = 1 * SECOND
"""Interval at which an attempt under way is checked."""

STOP_US = 10 * SECOND
"""Time limit of an attempt when the process stops."""

POLL_US = 1 * SECOND
"""Interval at which a lane looks for due pages when nobody wakes it."""

RETRY_US = SECOND // 4
"""Pause between tries to save a verdict while the store is in trouble."""

log = structlog.get_logger()


class Surroundings(msgspec.Struct, frozen=True):
    """The parts that all lanes share."""

    engine: Engine
    database: Database
    clock: Clock
    carrier: Carrier
    action_key: Secret


class Attempt:
    """An attempt that is being made."""

    def __init__(self, sends: tuple[Send, ...], began_at: int) -> None:
        self.sends = sends
        """The page, and others of its recipient that go in the same message."""
        self.page = sends[0].page
        self.began_at = began_at
        self.recipient = pages.recipient_of(self.page.id)
        self.lease_until = min(send.page.lease_until for send in sends)
        self.slow = False
        """True once the attempt has given up its place."""
        self.reported = False
        """True once the engine knows that the attempt is slow."""


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
        self._limits = RateLimits(limits_of(channel))
        self._under_way: Counter[str] = Counter()
        """Attempts that are not slow, by recipient."""
        self._attempts: set[Attempt] = set()
        """All attempts. Two may be at one page, if the first lost its lease in a stall."""
        self._overdue = False
        """True while the store has not taken the last verdict."""
        self._stopping = False
        self._due_at: int | None = None
        self._wake = asyncio.Event()
        self._log = log.bind(channel=name)

    def use(self, channel: Channel | None) -> None:
        """Use `channel` from now on; a changed one gets a new breaker."""
        if channel != self.channel:
            self._breaker = Breaker()
            self._limits = RateLimits(limits_of(channel))
        self.channel = channel

    def wake(self) -> None:
        """Have the lane look for due pages at once."""
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
                    await self._renew()
                    found = await self._turn(attempts)
                    self.turned_at = self._around.clock.now()
                except StoreUnavailable as error:
                    self._log.warning("lane.waited", error=str(error))
                    self.turned_at = self._around.clock.now()
                except Exception:  # a lane that fails at each turn is not healthy
                    self._log.exception("lane.failed")
                if not found:
                    await self._rest()

    async def _renew(self) -> None:
        """Prolong the leases of what is under way."""
        now = self._around.clock.now()
        ending = [one for one in self._attempts if one.lease_until - now < RENEW_US]
        if not ending:
            return
        async with self._around.database.transaction() as tx:
            held = [(s.page.id, s.page.token) for one in ending for s in one.sends]
            await pages.renew(tx, held, now + LEASE_US)
        for one in ending:
            one.lease_until = now + LEASE_US

    async def _turn(self, attempts: asyncio.TaskGroup) -> int:
        """Start the pages that are due, as far as there is room; gives their number."""
        now = self._around.clock.now()
        free = self._limits.width - self._under_way.total()
        if free == 0 or self._overdue or 0 < self._breaker.left_us(now) <= HOLD_US:
            return 0
        self._due_at = due_at = await self._next_due()
        self.idle = due_at is None
        if due_at is None or due_at > now:
            return 0
        claimed = await self._claim(now, free)
        if claimed:
            self._around.engine.crash_point("after_claim")
            for sends in bundles(await self._may_go(claimed), self._limits.bundle):
                attempt = Attempt(sends, self._around.clock.now())
                self._attempts.add(attempt)
                self._under_way[attempt.recipient] += 1
                attempts.create_task(self._attempt(attempt))
        return len(claimed)

    async def _claim(self, now: int, free: int) -> list[Page]:
        """Claim due pages; a probe of a failing provider is for another recipient than the last."""
        async with self._around.database.transaction() as tx:
            if self._breaker.wants_probe(now) and self._breaker.probed is not None:
                others = frozenset({self._breaker.probed})
                room = pages.Room(1, self._under_way, others)
                if probe := await pages.claim(tx, self.name, now, LEASE_US, room):
                    return probe
            room = pages.Room(free, self._under_way)
            return await pages.claim(tx, self.name, now, LEASE_US, room)

    async def _may_go(self, claimed: Sequence[Page]) -> list[Send]:
        """Those of the claimed pages that the core lets go.

        A page that cannot be decided harms no other, and comes again when its lease is over.
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

    async def _attempt(self, attempt: Attempt) -> None:
        """Deliver one message and report its verdict; an error harms no other."""
        try:
            await self._report(attempt, await self._verdict(attempt))
        except Exception:
            self._log.exception("verdict.failed", page=attempt.page.id)
        finally:
            self._attempts.discard(attempt)
            if not attempt.slow:
                self._under_way[attempt.recipient] -= 1
            self._under_way += Counter()  # forgets those who have none
            self._wake.set()

    async def _verdict(self, attempt: Attempt) -> Verdict:
        try:
            return await self._deliver(attempt)
        except Exception as error:
            self._log.exception("page.attempt_failed", page=attempt.page.id)
            return TryAgain(f"internal error: {type(error).__name__}", maybe_accepted=True)

    async def _deliver(self, attempt: Attempt) -> Verdict:
        around, send = self._around, attempt.sends[0]
        channel = self.channel  # a reload may take it away meanwhile
        if channel is None:
            return channel_gone(send.page)
        settings, now = around.engine.settings, around.clock.now()
        telling = Telling(settings, around.action_key)
        telling = await told_of(attempt.sends, telling, around.engine, around.database)
        message = message_for(send, channel, telling, now)
        if isinstance(message, Refused | TryAgain):
            return message
        destination = destination_of(settings, send.page.recipient)
        if (not_tried := await self._not_now(attempt, destination)) is not None:
            return not_tried
        verdict: Verdict = TryAgain("the attempt did not end")
        try:
            self._around.engine.crash_point("before_send")
            result = await self._sent(message, attempt)
            self._around.engine.crash_point("after_send")
            if (second := second_message(send, channel, telling, result, now)) is not None:
                await keep_move(send, channel, result, around)
                result = await self._sent(second, attempt)
            verdict = verdict_of(CHANNELS.load(channel.kind), result, attempt.sends)
        finally:
            self._learn(attempt, verdict)
        return verdict

    async def _not_now(self, attempt: Attempt, destination: str) -> NotTried | None:
        """The reason to make no attempt; None: one is made, and the breaker must hear its end.

        A short wait for a place in the provider's rate is sat out.
        """
        clock = self._around.clock
        now = clock.now()
        if now + RENEW_US > attempt.page.lease_until:
            return NotTried("the lease had no time left for an attempt", SECOND)
        lingering = sum(one.slow for one in self._attempts)
        if lingering >= LINGERING_MAX:
            return NotTried(f"{lingering} attempts take long", PAUSE_US)
        if self._breaker.left_us(now) == 0:
            wait_us, rate = self._limits.slot(destination, attempt.page.severity, now)
            if rate is not None:
                return limited(wait_us, rate)
            await clock.sleep_until(now + wait_us)
        wait_us = self._breaker.wait_us(attempt.recipient, clock.now())
        return self._breaker.not_now(wait_us) if wait_us else None

    def _learn(self, attempt: Attempt, verdict: Verdict) -> None:
        """Tell the breaker the verdict; an attempt that was counted as slow fails only once."""
        if attempt.slow and isinstance(verdict, TryAgain) and verdict.scope is not Scope.RECIPIENT:
            return
        if self._breaker.record(attempt.recipient, verdict, self._around.clock.now()):
            self._log.warning("lane.paused", failures=self._breaker.failures)

    async def _sent(self, message: Message, attempt: Attempt) -> Result:
        """The provider's answer, however long it takes, unless the process stops."""
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._around.carrier.send(message))
                stopped = await self._watch(sending, attempt)
                sending.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return stopped or sending.result()

    async def _watch(self, sending: asyncio.Task[Result], attempt: Attempt) -> NoAnswer | None:
        """Wait for the end of an attempt; gives an outcome if the stop of the process ends it."""
        clock = self._around.clock
        while not await done_before(clock, clock.now() + BEAT_US, sending):
            took_us = clock.now() - attempt.began_at
            if self._stopping and took_us > STOP_US:
                return NoAnswer("the process was stopped", maybe_accepted=True)
            if took_us >= SLOW_US and not attempt.reported:
                await self._slow(attempt)
        return None

    async def _slow(self, attempt: Attempt) -> None:
        """Give the place of the attempt to another, and have its next contact tried."""
        if not attempt.slow:
            attempt.slow = True
            self._under_way[attempt.recipient] -= 1
            self._wake.set()
            slow = TryAgain("it takes long", scope=Scope.UNCERTAIN)
            if self._breaker.record(attempt.recipient, slow, self._around.clock.now()):
                self._log.warning("lane.paused", failures=self._breaker.failures)
        page = attempt.page
        try:
            events = [
                DeliverySlow(send.page.id, send.page.token, attempt.began_at)
                for send in attempt.sends
            ]
            await self._around.engine.submit(events, urgent=True)
        except StoreUnavailable as error:
            self._log.warning("lane.waited", error=str(error))
            return
        attempt.reported = True
        self._log.warning("page.slow", page=page.id, attempt=page.attempts)

    async def _report(self, attempt: Attempt, verdict: Verdict) -> None:
        """Put the verdict on disk, however long the store is in trouble.

        Until it is there nothing is claimed: the lane must not send again what it has sent.
        """
        around, page = self._around, attempt.page
        ended = [
            DeliveryEnded(one.id, one.token, verdict, one.attempts, attempt.began_at)
            for one in (send.page for send in attempt.sends)
        ]
        self._around.engine.crash_point("before_verdict")
        while not await self._saved(ended):
            now = around.clock.now()
            if self._stopping and now > attempt.lease_until:
                self._log.error("verdict.lost", page=page.id)
                break
            await around.clock.sleep_until(now + RETRY_US)
        else:
            self._around.engine.crash_point("after_verdict")
        for each in attempt.sends:
            self._tell(each.page, verdict)

    async def _saved(self, ended: Sequence[DeliveryEnded]) -> bool:
        try:
            await self._around.engine.submit(ended, urgent=True)
        except StoreUnavailable as error:
            self._overdue = True
            self._log.warning("verdict.waited", page=ended[0].page_id, error=str(error))
            return False
        self._overdue = False
        return True

    def _tell(self, page: Page, verdict: Verdict) -> None:
        """Log the verdict on an attempt; the metrics count the rows that it changes."""
        log = self._log.bind(page=page.id, attempt=page.attempts)
        match verdict:
            case Delivered(ref=ref):
                log.info("page.sent", ref=ref)
            case TryAgain(error=error):
                log.warning("page.delayed", error=error)
            case NotTried(error=error):
                log.info("page.waits", reason=error)
            case Refused(error=error):
                log.error("page.refused", error=error)
