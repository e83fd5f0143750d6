"""A claimed page belongs to one lane while its lease lasts, and comes again afterwards."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.servers import receiver
from tests.delivery.world import Inbox, Watch, hook, people, world
from triaged.core.records.effects import Effect
from triaged.core.records.model import PageState
from triaged.core.time.durations import SECOND
from triaged.delivery.lane import LEASE_US, RENEW_US
from triaged.store.tables import pages


async def test_page_of_a_claim_that_never_ended_comes_again_as_a_possible_duplicate(
    tmp_path: Path,
) -> None:
    clock, inbox = HandClock(NOW), Inbox()

    async with world(tmp_path, clock, people("hook")) as w, receiver(inbox.take) as url:
        await w.fires()
        async with w.database.transaction() as tx:
            (claimed,) = await pages.claim(tx, "hook", clock.now(), LEASE_US, pages.Room(1))
        await clock.pass_us(LEASE_US + SECOND)
        async with w.delivering(hook("hook", url)):
            await inbox.next()
            sent = await w.watch.until("hook", PageState.SENT)

    assert inbox.bodies[0]["page"]["possible_duplicate"] is True
    assert (sent.id, sent.token) == (claimed.id, claimed.token + 1)


async def test_page_under_a_lease_is_left_alone(tmp_path: Path) -> None:
    clock, inbox = HandClock(NOW), Inbox()

    async with world(tmp_path, clock, people("hook")) as w, receiver(inbox.take) as url:
        held = await w.fires()
        async with w.database.transaction() as tx:
            await pages.claim(tx, "hook", clock.now(), LEASE_US, pages.Room(1))
        async with w.delivering(hook("hook", url)):
            other = await w.fires()
            await inbox.next()

    assert [body["incident"]["id"] for body in inbox.bodies] == [f"INC-{other}"]
    assert held != other


class Stalling(Watch):
    """The process stands still once, when it has been decided that a page may go."""

    def __init__(self, clock: HandClock, us: int) -> None:
        super().__init__()
        self._clock, self._us = clock, us

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """As a watch, and stall."""
        super().committed(effects, seconds, alerts)
        if not alerts:
            self._clock.stall(self._us)
            self._us = 0


@pytest.mark.parametrize(("stalled_us", "keys"), [(LEASE_US - RENEW_US, 1), (LEASE_US, 0)])
async def test_page_is_not_sent_when_its_lease_may_end_during_the_attempt(
    tmp_path: Path, stalled_us: int, keys: int
) -> None:
    clock, inbox = HandClock(NOW), Inbox()
    stalling = Stalling(clock, stalled_us)

    async with (
        world(tmp_path, clock, people("hook"), stalling) as w,
        receiver(inbox.take) as url,
        w.delivering(hook("hook", url)),
    ):
        await w.fires()
        page = await w.watch.until_page(lambda page: page.answered == 1 or bool(page.error))

    assert len(inbox.keys) == keys
    assert page.error == ("" if keys else "the lease had no time left for an attempt")
