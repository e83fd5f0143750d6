"""A page on a phone is asked about until its incident is held."""

from pathlib import Path

from msgspec.structs import replace

from tests.calls.desk import incident
from tests.channels.fakes.pushover import ALICE, TOKEN, Pushover
from tests.core.world import MONDAY, person, settings
from tests.delivery.clocks import HandClock
from tests.delivery.world import KEY, Configured, Watch, world
from triaged.calls.answering import Calls
from triaged.calls.following import Following
from triaged.calls.parts import Parts
from triaged.channels import HttpRequest, Message, NoAnswer, Result, pushover
from triaged.core.records.events import Delivered, DeliveryEnded, PageDue
from triaged.core.records.model import State
from triaged.core.settings import Contact, Settings
from triaged.core.time.durations import HOUR
from triaged.store.tables import pages
from triaged.wire import Secret

RECEIPT = "0" * 30
RING = Configured("ring", "pushover", pushover.Settings(Secret(TOKEN)))


class Asked:
    """Takes questions to the fake."""

    def __init__(self, provider: Pushover | None) -> None:
        self.provider = provider
        self.number = 0

    async def send(self, message: Message) -> Result:
        """The answer of the fake; none where there is none."""
        assert isinstance(message, HttpRequest)
        self.number += 1
        return NoAnswer("cut") if self.provider is None else self.provider.serve(message)


def ours() -> Settings:
    """Alice is paged on her phone."""
    alice = person("alice", "ring", notify="ring")
    alice = replace(alice, contacts={"ring": Contact("ring", ALICE)}, page=alice.page[:1])
    only = frozenset({"ring"})
    base = settings()
    return replace(
        base,
        people={**base.people, "alice": alice},
        channels=base.channels | only,
        edited=only,
        heard=only,
    )


async def test_acknowledgement_on_the_phone_is_found_without_a_call(tmp_path: Path) -> None:
    provider = Pushover()
    state = {"acknowledged": 0, "acknowledged_at": 0, "expired": 0}
    provider.receipts[RECEIPT] = dict(state)
    async with world(tmp_path, HandClock(MONDAY), ours(), Watch()) as w:
        await w.fires()
        async with w.database.transaction() as tx:
            (page,) = await pages.claim(tx, "ring", MONDAY, HOUR, pages.Room(10))
        await w.submit(PageDue(page), DeliveryEnded(page.id, page.token, Delivered(RECEIPT), 1))
        asked = Asked(provider)
        calls = Calls(Parts(w.engine, w.database, w.clock, KEY, asked))
        following = Following(calls, lambda: {"ring": RING})

        await following.once()
        before = (await incident(w)).state
        provider.receipts[RECEIPT] |= {
            "acknowledged": 1,
            "acknowledged_at": MONDAY // 1_000_000,
            "acknowledged_by": ALICE,
        }
        asked.provider = None
        await following.once()
        asked.provider = provider
        await following.once()
        after = await incident(w)
        number = asked.number
        await following.once()

        assert before is State.OPEN
        assert (after.state, after.acknowledged_by) == (State.ACKNOWLEDGED, "alice")
        assert asked.number == number == 3
