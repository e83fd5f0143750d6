"""What becomes of everything that a provider can tell us."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.calls.desk import REF, all_pages, incident, paged
from tests.channels.fakes.slack import USER
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import moving
from tests.delivery.world import KEY
from triaged.access.buttons import Act, value_of
from triaged.calls.taking import SKEW_US, take
from triaged.channels.common.two_way import (
    Handshake,
    OptedIn,
    OptedOut,
    Pinned,
    Press,
    Receipt,
    ReceiptState,
    Reply,
    Signalled,
    Typed,
)
from triaged.core.records.duty.contacts import ContactState
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import PageState, State
from triaged.core.records.pages import StepId
from triaged.core.records.practice.requests import Request, RequestState
from triaged.core.settings import Integrations
from triaged.store.tables import practice, timeline
from triaged.store.tables.practice_rows import contacts


async def test_receipt_is_on_the_page(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        assert await take(parts, "slack", Receipt(REF, ReceiptState.DELIVERED)) is None

        sent = [page for page in await all_pages(w) if page.state is PageState.SENT]
        assert [page.receipt for page in sent] == [ReceiptState.DELIVERED]
        assert (await incident(w)).state is State.OPEN


async def test_failure_receipt_pages_by_the_next_contact(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        await take(parts, "slack", Receipt(REF, ReceiptState.FAILED, "gone", is_permanent=True))

        states = {page.channel: page.state for page in await all_pages(w)}
        assert states == {"slack": PageState.FAILED, "mail": PageState.DUE}


async def test_receipt_of_what_we_never_sent_is_nothing(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    async with paged(tmp_path, clock) as (w, parts):
        before = await all_pages(w)
        async with moving(w, clock):
            await take(parts, "slack", Receipt("x", ReceiptState.FAILED))

        assert await all_pages(w) == before


async def test_account_that_opts_out_switches_its_contact_off_and_on_again(tmp_path: Path) -> None:
    async def states() -> list[ContactState]:
        async with w.database.reading() as tx:
            return await contacts.every(tx)

    async with paged(tmp_path) as (w, parts):
        await take(parts, "slack", OptedOut(USER, "it has sent STOP"))
        assert [(one.id, one.off_reason) for one in await states()] == [
            ("alice/slack", "it has sent STOP")
        ]

        await take(parts, "slack", OptedIn(USER))
        assert [one.off_since for one in await states()] == [None]


@pytest.mark.parametrize(("account", "by"), [(USER, "alice"), ("PXYZ", "channel:slack")])
async def test_who_acts_at_the_provider_acts_here(tmp_path: Path, account: str, by: str) -> None:
    async with paged(tmp_path) as (w, parts):
        await take(parts, "slack", Signalled("acknowledge", account, ref=REF))

        assert (await incident(w)).holder == by


async def test_reaction_of_somebody_unknown_and_an_act_of_before_change_nothing(
    tmp_path: Path,
) -> None:
    async with paged(tmp_path) as (w, parts):
        stranger = Signalled("acknowledge", "PXYZ", ref=REF, needs_person=True)
        before = Signalled("acknowledge", USER, ref=REF, at=MONDAY - SKEW_US - 1)
        await take(parts, "slack", stranger)
        await take(parts, "slack", before)
        assert (await incident(w)).holder is None

        await take(parts, "slack", replace(stranger, account=USER, at=MONDAY - SKEW_US))

        assert (await incident(w)).holder == "alice"


async def test_what_the_provider_has_heard_from_us_takes_nothing_away(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        await w.submit(Acknowledged(1, "bob"))
        entries = (await incident(w)).entries

        await take(parts, "slack", Signalled("acknowledge", USER, incident=1))
        await take(parts, "slack", Signalled("resolve", USER, incident=99))

        assert (await incident(w)).entries == entries


async def test_pin_in_the_room_of_an_incident_is_a_note_once(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        rooms = Integrations(rooms=("chat",))
        w.engine.settings = replace(w.engine.settings, integrations=rooms)
        room = Request(
            "INC-1/room/chat",
            1,
            kind="room.create",
            lane="integration/chat",
            created_at=MONDAY,
            due_at=MONDAY,
            gives_up_at=MONDAY,
            state=RequestState.SENT,
            result={"ref": "C77"},
        )
        async with w.database.transaction() as tx:
            await practice.save(tx, [room])
        pin = Pinned(USER, "C77", "1.5", USER, "it is the pool", MONDAY)

        await take(parts, "slack", pin)
        await take(parts, "slack", pin)
        await take(parts, "slack", Pinned("U777", "C77", "1.6", "U777", "spam", MONDAY))

        async with w.database.reading() as tx:
            entries = await timeline.of(tx, 1, 0, 50)
        assert [one.text for one in entries if one.kind == "message"] == ["alice: it is the pool"]


async def test_press_of_a_test_page_confirms_the_contact(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        value = value_of(Act("verify", 1, StepId(1, 1, 1)), KEY)

        reply = await take(parts, "slack", Press(USER, value or ""))

        assert reply == Reply("Thank you, Alice: messages reach you here.")
        async with w.database.reading() as tx:
            (state,) = await contacts.every(tx)
        assert (state.id, state.verified_by) == ("alice/slack", "button")


async def test_stranger_is_told_and_marked_as_one(tmp_path: Path) -> None:
    async with paged(tmp_path) as (_, parts):
        value = value_of(Act("acknowledge", 1, StepId(1, 1, 1)), KEY) or ""
        for called in (Typed("U777", "ack"), Press("U777", value)):
            reply = await take(parts, "slack", called)

            assert reply is not None
            assert reply.is_stranger


async def test_handshake_changes_nothing(tmp_path: Path) -> None:
    async with paged(tmp_path) as (_, parts):
        assert await take(parts, "slack", Handshake(b"x")) is None
