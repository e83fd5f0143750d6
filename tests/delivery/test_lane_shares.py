"""What a slow or unwilling mailbox does to its own pages, and not to those of others."""

import asyncio
from pathlib import Path

from aiohttp import web
from msgspec.structs import replace

from tests.channels.notices import NOW
from tests.core.world import step
from tests.delivery.clocks import HandClock
from tests.delivery.servers import receiver
from tests.delivery.test_lane import DESK
from tests.delivery.world import PATIENCE_S, Configured, Inbox, World, hook, people, world
from triaged.channels import Mail, MailResult, MailStage, Message, Result, email
from triaged.channels.common.limits import WIDTH
from triaged.clock import SystemClock
from triaged.core.records.model import PageState
from triaged.core.settings import Contact, Settings
from triaged.core.time.durations import SECOND
from triaged.delivery.lane import RENEW_US, SLOW_US


class ScriptedCarrier:
    """Takes messages as a test says: by recipient of a mail, what comes back, and when."""

    def __init__(self) -> None:
        self.hanging: set[str] = set()
        """Recipients whose mail server does not answer, until `release` is set."""
        self.put_off: set[str] = set()
        self.release = asyncio.Event()
        self.sent: list[str] = []
        self.hung: asyncio.Queue[str] = asyncio.Queue()

    async def send(self, message: Message) -> Result:
        """Answer as the script says."""
        assert isinstance(message, Mail)
        (whom,) = message.recipients
        if whom in self.hanging:
            self.hung.put_nowait(whom)
            await self.release.wait()
        if whom in self.put_off:
            return MailResult(450, "greylisted", {whom: (450, "greylisted")}, MailStage.RCPT)
        self.sent.append(whom)
        return MailResult(250, "OK")

    async def close(self) -> None:
        """Nothing to let go of."""


MAIL = Configured("mail", "email", email.Settings("smtp://127.0.0.1", "triaged@example.org"))


def by_mail() -> Settings:
    """Alice and Bob have mail; who is paged is the severity's policy: SEV-1 Bob, else Alice."""
    both = people("mail", then=["desk"])
    contacts = {"mail": Contact("mail", "alice@example.org"), "desk": Contact("desk")}
    alice = replace(both.people["alice"], contacts=contacts)
    ways = {"mail": Contact("mail", "bob@example.org")}
    bob = replace(both.people["alice"], id="bob", contacts=ways)
    return replace(both, people={"alice": alice, "bob": bob})


async def test_attempt_that_hangs_gives_up_its_place_and_the_next_contact_is_tried(
    tmp_path: Path,
) -> None:
    clock, carrier = HandClock(NOW), ScriptedCarrier()
    carrier.hanging.add("alice@example.org")

    async with (
        world(tmp_path, clock, by_mail()) as w,
        w.delivering(MAIL, DESK, carrier=carrier),
    ):
        await w.fires()
        await carrier.hung.get()
        await clock.pass_us(SLOW_US + SECOND)
        await w.watch.until("desk", PageState.SENT)
        waiting = await w.watch.until("mail", PageState.DUE)
        carrier.release.set()
        late = await w.watch.until("mail", PageState.SENT)

    assert SLOW_US + SECOND < 10 * SECOND
    assert (waiting.passed_on, late.attempts) == (True, 1)


async def test_contact_that_a_reload_moves_takes_its_failed_page_along_at_once(
    tmp_path: Path,
) -> None:
    clock, good = HandClock(NOW), Inbox()
    old = Inbox(*(web.Response(status=500) for _ in range(9)))
    ours = people("hook", then=["good"])
    alice = ours.people["alice"]
    only = replace(alice, contacts={"hook": Contact("hook")})
    ours = replace(ours, people={"alice": only})
    moved = replace(only, contacts={"hook": Contact("good")})

    async with (
        world(tmp_path, clock, ours) as w,
        receiver(old.take) as old_url,
        receiver(good.take) as good_url,
        w.delivering(hook("hook", old_url), hook("good", good_url)) as delivery,
    ):
        await w.fires()
        await w.watch.until_page(lambda page: page.answered == 1)
        w.engine.settings = replace(ours, people={"alice": moved})
        delivery.reload({"hook": hook("hook", old_url), "good": hook("good", good_url)})
        await clock.pass_us(SECOND // 10)
        await good.next()
        sent = await w.watch.until("good", PageState.SENT)

    assert (sent.recipient.contact, len(old.bodies)) == ("hook", 1)


async def test_lease_of_an_attempt_that_hangs_is_prolonged(tmp_path: Path) -> None:
    clock, carrier = HandClock(NOW), ScriptedCarrier()
    carrier.hanging.add("alice@example.org")

    async with (
        world(tmp_path, clock, by_mail()) as w,
        w.delivering(MAIL, DESK, carrier=carrier),
    ):
        await w.fires()
        await carrier.hung.get()
        for _ in range(6):
            await clock.pass_us(10 * SECOND)
            await prolonged(w, clock)
        hangs_once = carrier.hung.empty()
        carrier.release.set()
        sent = await w.watch.until("mail", PageState.SENT)

    assert (hangs_once, sent.attempts, sent.possible_duplicate) == (True, 1, False)


async def test_page_that_comes_again_after_a_stall_ends_both_attempts(tmp_path: Path) -> None:
    clock, carrier = HandClock(NOW), ScriptedCarrier()
    carrier.hanging.add("alice@example.org")

    async with (
        world(tmp_path, clock, by_mail()) as w,
        w.delivering(MAIL, DESK, carrier=carrier),
    ):
        await w.fires()
        await carrier.hung.get()
        async with w.database.transaction() as tx:
            await tx.execute("UPDATE pages SET lease_until = 0")  # as if it had lapsed
        await clock.pass_us(SECOND)
        await carrier.hung.get()
        carrier.release.set()
        sent = await w.watch.until("mail", PageState.SENT)

    assert (sent.attempts, sent.possible_duplicate) == (2, True)


async def prolonged(w: World, clock: HandClock) -> None:
    """Wait until the lease of the page by mail has more left than it is prolonged at."""
    async with asyncio.timeout(PATIENCE_S):
        left_us = 0
        while left_us < RENEW_US:
            async with w.database.reading() as tx:
                row = await tx.fetch_one("SELECT lease_until FROM pages WHERE channel = 'mail'")
            assert row is not None
            left_us = row[0] - clock.now()
            if left_us < RENEW_US and clock.now() < row[0] - SECOND:
                await clock.pass_us(SECOND // 100)  # the lane may have begun its rest just now


async def test_page_that_is_put_off_delays_nobody_else(tmp_path: Path) -> None:
    carrier = ScriptedCarrier()
    carrier.put_off.add("alice@example.org")
    plan_of_bob = replace(
        people("mail").policies["default"], steps=(step(0, "person:bob"),), policy="bob"
    )
    ours = by_mail()

    async with (
        world(tmp_path, SystemClock(), ours) as w,
        w.delivering(MAIL, DESK, carrier=carrier),
    ):
        for _ in range(50):
            await w.fires("SEV-3")
        w.engine.settings = replace(ours, policies={"default": plan_of_bob})
        began = w.clock.now()
        await w.fires("SEV-1")
        await w.watch.until_page(
            lambda page: page.recipient.person == "bob" and page.state is PageState.SENT
        )
        took_us = w.clock.now() - began

    assert took_us < 5 * SECOND
    assert carrier.sent == ["bob@example.org"]


async def test_mailbox_that_hangs_delays_nobody_else(tmp_path: Path) -> None:
    clock, carrier = HandClock(NOW), ScriptedCarrier()
    carrier.hanging.add("alice@example.org")
    plan_of_bob = replace(
        people("mail").policies["default"], steps=(step(0, "person:bob"),), policy="bob"
    )
    ours = by_mail()

    async with world(tmp_path, clock, ours) as w, w.delivering(MAIL, DESK, carrier=carrier):
        for _ in range(2 * WIDTH):
            await w.fires("SEV-1")
        for _ in range(WIDTH // 2):
            await carrier.hung.get()
        w.engine.settings = replace(ours, policies={"default": plan_of_bob})
        await w.fires("SEV-3")
        await w.watch.until_page(
            lambda page: page.recipient.person == "bob" and page.state is PageState.SENT
        )
        assert clock.now() == NOW
        carrier.release.set()
