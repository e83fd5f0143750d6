"""Which incident a command means that names none."""

from pathlib import Path

from tests.calls.desk import REF, incident, ours, paged
from tests.channels.fakes.slack import USER
from triaged.calls.commands import run
from triaged.channels.common.two_way import Typed

ALICE = ours().people["alice"]


async def test_command_in_a_reply_is_about_the_message(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        reply = await run(parts, "slack", Typed(USER, "ack", ref=REF), ALICE)

        assert reply.text.startswith("INC-1: acknowledged by Alice")
        assert (await incident(w)).holder == "alice"


async def test_command_of_who_was_paged_for_one_incident_is_about_that(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        await w.fires()  # nobody was reached for it yet

        reply = await run(parts, "slack", Typed(USER, "ack"), ALICE)

        assert reply.text.startswith("INC-1: acknowledged by Alice")


async def test_who_was_paged_for_nothing_is_asked_which(tmp_path: Path) -> None:
    async with paged(tmp_path) as (_, parts):
        reply = await run(parts, "slack", Typed(USER, "ack all"), ours().people["carol"])

        assert not reply.done
        assert "You have been paged for none" in reply.text


async def test_ack_last_and_all(tmp_path: Path) -> None:
    async with paged(tmp_path) as (w, parts):
        reply = await run(parts, "slack", Typed(USER, "ack last"), ALICE)
        assert reply.text.startswith("INC-1: acknowledged")

        reply = await run(parts, "slack", Typed(USER, "ack all"), ALICE)
        assert "Which incident?" in reply.text, "none is open any more"
        assert (await incident(w)).holder == "alice"
