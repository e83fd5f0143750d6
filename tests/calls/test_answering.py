"""Answers in the provider's time: what takes longer is told later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from tests.calls.desk import CHAT, Words, incident, paged, working
from tests.channels.fakes.slack import USER, Slack
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import moving
from triaged.calls.answering import AWAY, Calls
from triaged.channels import HttpRequest
from triaged.channels.common.two_way import Typed
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Reader, Transaction
from triaged.store.database.connect import Database


class Slow(Database):
    """A store that is read only when it is told to, or not at all."""

    def __init__(self, real: Database) -> None:
        self._real = real
        self.open = asyncio.Event()
        self.is_away = False

    @asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[Reader]:
        """The real one's, in its time."""
        if self.is_away:
            raise StoreUnavailable("it is away")
        await self.open.wait()
        async with self._real.reading(urgent=urgent) as tx:
            yield tx

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """The real one's."""
        return self._real.transaction()

    async def close(self) -> None:
        """The real one is closed by others."""


def texts(words: Words) -> list[Any]:
    sent = [one for one in words.sent if isinstance(one, HttpRequest)]
    return [msgspec.json.decode(one.body)["text"] for one in sent]


async def test_slow_store_defers_the_words_and_not_the_answer(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    async with paged(tmp_path, clock) as (w, parts):
        store, words = Slow(w.database), Words()
        calls = Calls(replace(parts, database=store, sender=words))
        call = Slack().command("ack INC-1", MONDAY)
        async with working(calls):
            async with moving(w, clock):
                reply = await calls.answer(CHAT, call)

            assert (reply.status, reply.body, reply.later) == (200, b"", None)
            assert texts(words) == []
            store.open.set()
            await calls.settled()
        assert texts(words)[0].startswith("INC-1: acknowledged by Alice")
        assert (await incident(w)).holder == "alice"


async def test_store_that_is_away_is_said(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        store = Slow(w.database)
        store.is_away = True
        calls = Calls(replace(parts, database=store, sender=Words()))

        async with working(calls):
            reply = await calls.answer(CHAT, Slack().command("list", MONDAY))

        assert msgspec.json.decode(reply.body)["text"] == AWAY.text


async def test_what_a_poll_has_brought_is_answered_by_requests(tmp_path: Path) -> None:
    async with paged(tmp_path) as (_, parts):
        words = Words()
        calls = Calls(replace(parts, sender=words))
        typed = Typed(USER, "list", back={"channel": "C1", "user": USER})

        await calls.take(CHAT, (typed,))

        assert texts(words)[0].startswith("INC-1 SEV-1")
