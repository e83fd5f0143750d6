"""A daemon's parts for calls: an incident of which Slack has a message, for alice and bob."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, TOKEN, USER
from tests.core.world import MONDAY, person, settings
from tests.delivery.clocks import HandClock
from tests.delivery.world import KEY, Configured, Watch, World, world
from triaged.calls.answering import Calls
from triaged.calls.parts import Parts
from triaged.channels import HttpResponse, Message, Result, slack
from triaged.core.records.events import Delivered, DeliveryEnded, PageDue
from triaged.core.records.model import Incident, Page
from triaged.core.settings import Contact, Settings
from triaged.core.time.durations import HOUR
from triaged.store.tables import incidents, pages
from triaged.wire import Secret

REF = f"{CHANNEL}/1.5"
CHAT = Configured("slack", "slack", slack.Settings(Secret(TOKEN), CHANNEL, Secret(SIGNING_SECRET)))


@asynccontextmanager
async def working(calls: Calls) -> AsyncIterator[Calls]:
    """Calls at work."""
    async with asyncio.TaskGroup() as group:
        group.create_task(calls.run())
        await calls.begun.wait()
        yield calls
        calls.stop()


class Words:
    """Takes what goes to providers."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Result:
        """Keep it."""
        self.sent.append(message)
        return HttpResponse(200, {}, b"{}")


def ours() -> Settings:
    """Alice is paged by Slack, then by mail."""
    chat = Contact("slack", USER)
    alice = person("alice", "slack", "mail", notify="slack")
    alice = replace(alice, contacts={**alice.contacts, "slack": chat}, page=alice.page[:1])
    both = frozenset({"slack"})
    base = settings()
    return replace(
        base,
        people={**base.people, "alice": alice},
        channels=base.channels | both,
        edited=both,
        heard=both,
    )


@asynccontextmanager
async def paged(folder: Path, clock: HandClock | None = None) -> AsyncIterator[tuple[World, Parts]]:
    """Alice was paged: Slack calls the message `REF`."""
    async with world(folder, clock or HandClock(MONDAY), ours(), Watch()) as w:
        await w.fires()
        async with w.database.transaction() as tx:
            (page,) = await pages.claim(tx, "slack", MONDAY, HOUR, pages.Room(10))
        await w.submit(PageDue(page), DeliveryEnded(page.id, page.token, Delivered(REF), 1))
        yield w, Parts(w.engine, w.database, w.clock, KEY, Words())


async def incident(w: World, number: int = 1) -> Incident:
    """The incident as stored."""
    async with w.database.reading() as tx:
        found = await incidents.fetch(tx, number)
    assert found is not None
    return found


async def all_pages(w: World) -> list[Page]:
    """Its pages as stored."""
    async with w.database.reading() as tx:
        return await pages.of(tx, 1)
