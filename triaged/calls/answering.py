"""Answers to calls in the provider's time: what is done later is told later."""

import asyncio
from collections.abc import Coroutine, Mapping

import structlog
from msgspec.structs import replace

from triaged.calls.budgets import Budget
from triaged.calls.parts import Parts
from triaged.calls.refusals import Refusals
from triaged.calls.taking import take
from triaged.channels import Channel, HttpRequest, HttpResponse
from triaged.channels.common.two_way import (
    DEFERRED,
    Callback,
    Called,
    Handshake,
    HttpReply,
    Press,
    Reply,
    Typed,
)
from triaged.channels.contract import CHANNELS, CalledBack
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable

ANSWER_US = 2 * SECOND
"""Slack and Discord give three; the way there and back takes some."""

UNDER_WAY_MAX = 200
"""Calls whose words are still to come; beyond it a provider is told to come again."""

AWAY = Reply("I cannot reach my store. Try again in a moment: that is safe.", done=False)
NOTHING = Reply("")

log = structlog.get_logger()


class Calls:
    """Takes the calls of all channels, while `run` runs."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.budgets: dict[str, Budget] = {}
        self._refusals = Refusals()
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self.begun = asyncio.Event()
        """Is set while calls are taken."""
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Hold what is under way until told to stop; returns when that has ended."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self.begun.set()
            try:
                await self._stopped.wait()
            finally:
                self.begun.clear()
                self._group = None

    def stop(self) -> None:
        """Take no more calls."""
        self._stopped.set()

    async def settled(self) -> None:
        """Return when the words for all calls so far are told."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def budget(self, channel: str) -> Budget:
        """The budget of a channel."""
        return self.budgets.setdefault(channel, Budget(channel))

    @property
    def is_full(self) -> bool:
        """Whether too many calls are under way."""
        return len(self._tasks) >= UNDER_WAY_MAX

    async def answer(self, channel: Channel, callback: Callback) -> HttpReply:
        """The answer to a call, within `ANSWER_US`. Raises `Unauthorized`, `Malformed`.

        Raises `StoreUnavailable` where nothing has happened and nobody waits for words.
        """
        kind = CHANNELS.load(channel.kind)
        assert isinstance(kind, CalledBack), "the route has looked"
        called = kind.callback(callback, channel.settings)
        for each in called:
            if isinstance(each, Handshake):
                return HttpReply(200, each.body, each.content_type)
        if not called:
            return kind.answer(None, NOTHING, channel.settings)
        if self._group is None:
            raise StoreUnavailable("triaged is starting or stopping")
        working = self._group.create_task(self._replies(channel, called))
        if not await self._done_in_time(working, self._group):
            self._later(self._defer(channel, called, working))
            return replace(kind.answer(called[0], NOTHING, channel.settings), later=None)
        first = working.result()[0] or NOTHING
        now = self.parts.clock.now()
        first = self._refusals.kept_back(channel.name, kind, called[0], first, now)
        found = kind.answer(called[0], first, channel.settings)
        if found.later is not None:
            self._later(self._send(channel, found.later))
        return replace(found, later=None)

    async def take(self, channel: Channel, called: tuple[Called, ...]) -> None:
        """Take what a long poll or a socket has brought. Raises `StoreUnavailable`."""
        replies = [await take(self.parts, channel.name, each) for each in called]
        await self._tell(channel, called, replies)

    async def _replies(self, channel: Channel, called: tuple[Called, ...]) -> list[Reply | None]:
        replies: list[Reply | None] = []
        for each in called:
            try:
                replies.append(await take(self.parts, channel.name, each))
            except StoreUnavailable:
                if not isinstance(each, Press | Typed):
                    raise  # the provider reports it again
                replies.append(AWAY)
        return replies

    async def _defer(
        self,
        channel: Channel,
        called: tuple[Called, ...],
        working: asyncio.Task[list[Reply | None]],
    ) -> None:
        """Tell the words of a call that was answered without them."""
        marked = tuple(_deferred(each) for each in called)
        await self._tell(channel, marked, await working)

    async def _tell(
        self, channel: Channel, called: tuple[Called, ...], replies: list[Reply | None]
    ) -> None:
        kind = CHANNELS.load(channel.kind)
        if not isinstance(kind, CalledBack):
            return
        for each, reply in zip(called, replies, strict=True):
            if isinstance(each, Press | Typed):
                found = kind.answer(each, reply or NOTHING, channel.settings)
                if found.later is not None:
                    await self._send(channel, found.later)

    async def _send(self, channel: Channel, request: HttpRequest) -> None:
        """Words are tried once: the message shows what has happened."""
        result = await self.parts.sender.send(request)
        if not isinstance(result, HttpResponse) or result.status >= 300:
            log.warning("call.words_lost", channel=channel.name)

    async def _done_in_time(
        self, working: asyncio.Task[list[Reply | None]], group: asyncio.TaskGroup
    ) -> bool:
        """Whether the replies are there before the provider loses patience."""
        clock = self.parts.clock
        waiting = group.create_task(clock.sleep_until(clock.now() + ANSWER_US))
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        return working.done()

    def _later(self, work: Coroutine[object, object, None]) -> None:
        if self._group is None:
            work.close()  # the message shows what has happened
            return
        task = self._group.create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _deferred(called: Called) -> Called:
    if isinstance(called, Press | Typed):
        back: Mapping[str, str] = {**called.back, DEFERRED: "1"}
        return replace(called, back=back)
    return called


async def _guarded(work: Coroutine[object, object, None]) -> None:
    try:
        await work
    except StoreUnavailable as error:
        log.warning("call.waited", error=str(error))
    except Exception:
        log.exception("call.failed")
