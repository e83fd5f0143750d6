"""An action item becomes an issue, once, and what becomes of the issue comes back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.channels.notices import NOW
from tests.core.practice.learning_world import learning
from tests.delivery.clocks import HandClock
from tests.delivery.request_world import (
    Bot,
    Configured,
    Given,
    RequestWatch,
    asking,
    moving,
    put,
    request,
)
from tests.delivery.world import World, world
from tests.integrations.fakes.github import GitHub
from tests.integrations.samples import SETTINGS
from triaged.channels import HttpRequest, HttpResponse, Message, Result
from triaged.core.records.answers import Acted
from triaged.core.records.events import Acknowledged
from triaged.core.records.practice.action_items import (
    ActionItem,
    ActionKind,
    ActionState,
    Priority,
)
from triaged.core.records.practice.learning_events import ActionItemAdded, ActionItemChanged
from triaged.core.records.practice.requests import RequestState
from triaged.core.settings import Integrations
from triaged.core.time.durations import SECOND
from triaged.store.tables.practice_rows import action_items

OURS = replace(learning(), integrations=Integrations(trackers=("github",), tracker="github"))
GITHUB = Configured({"github": Given("github", "github", SETTINGS["github"])})


READING = "integration/github/changes"


class Wire(Bot):
    """The way to GitHub."""

    def __init__(self, peer: GitHub, clock: HandClock) -> None:
        super().__init__()
        self._peer, self._clock = peer, clock

    async def send(self, message: Message) -> Result:
        """Its answer, now."""
        assert isinstance(message, HttpRequest)
        self._peer.now = self._clock.now()
        return self._peer.answer(message)


@asynccontextmanager
async def tracked(
    folder: Path, clock: HandClock, peer: GitHub
) -> AsyncIterator[tuple[World, RequestWatch]]:
    """An incident with an action item of bob's, and GitHub at the other end."""
    watch = RequestWatch()
    async with world(folder, clock, OURS, watch) as w:
        number = await w.fires()
        await w.submit(Acknowledged(number, "alice"))
        added = await w.submit(
            ActionItemAdded(number, "alice", "a", ActionKind.FIX, Priority.P1, "Upgrade", "bob")
        )
        assert added == [Acted(number)]
        async with asking(w, GITHUB, Wire(peer, clock)), moving(w, clock, 2 * SECOND):
            yield w, watch


async def item(w: World) -> ActionItem:
    async with w.database.reading() as tx:
        found = await action_items.fetch(tx, "a")
    assert found is not None
    return found


async def test_issue_is_made_changed_and_read_back(tmp_path: Path) -> None:
    peer = GitHub()
    async with tracked(tmp_path, HandClock(NOW), peer) as (w, watch):
        await watch.until_request(lambda one: one.state is RequestState.SENT)
        made = await item(w)
        await w.submit(ActionItemChanged("a", made.incident, "bob", state=ActionState.DONE))
        await watch.until_request(
            lambda one: one.state is RequestState.SENT and one.body["action"]["state"] == "done"
        )
        assert peer.issues[0]["state"] == "closed"
        peer.now = w.clock.now()
        peer.issues[0] |= {"state": "open"}
        await watch.until_request(lambda one: one.id == READING and bool(one.result))

    assert (made.tracker_ref, made.tracker_url) == ("o/r#1", "https://github.com/o/r/issues/1")
    assert len(peer.issues) == 1


async def test_issue_whose_answer_was_lost_is_not_made_twice(tmp_path: Path) -> None:
    peer = GitHub()
    peer.faults = ["lost"]
    async with tracked(tmp_path, HandClock(NOW), peer) as (w, watch):
        await watch.until_request(lambda one: one.state is RequestState.SENT)
        made = await item(w)

    assert made.tracker_ref == "o/r#1"
    assert len(peer.issues) == 1


async def test_close_at_the_tracker_is_the_end_of_the_item(tmp_path: Path) -> None:
    peer, clock = GitHub(), HandClock(NOW)
    async with tracked(tmp_path, clock, peer) as (w, watch):
        await watch.until_request(lambda one: one.state is RequestState.SENT)
        peer.now = clock.now() + 1_000_000
        peer.closes(1, "not_planned")
        await watch.until_request(lambda one: one.id == READING and bool(one.result))
        closed = await item(w)

    assert (closed.state, closed.reason) == (ActionState.CANCELLED, "closed in github")


async def test_reading_goes_on_when_the_token_is_wrong_for_a_while(tmp_path: Path) -> None:
    peer, clock = GitHub(), HandClock(NOW)
    async with tracked(tmp_path, clock, peer) as (_, watch):
        await watch.until_request(lambda one: one.state is RequestState.SENT)
        peer.faults = [HttpResponse(401, {}, b"{}")]
        waits = await watch.until_request(lambda one: one.id == READING and bool(one.error))
        await watch.until_request(lambda one: one.id == READING and bool(one.result))

    assert waits.state is RequestState.DUE


async def test_tracker_that_a_reload_removed_is_a_refusal(tmp_path: Path) -> None:
    watch = RequestWatch()
    clock = HandClock(NOW)
    async with world(tmp_path, clock, OURS, watch) as w:
        await put(w, replace(request("a", NOW, "integration/gone"), kind="tracker.issue"))
        async with asking(w, GITHUB, Wire(GitHub(), clock)):
            failed = await watch.until_state("a", RequestState.FAILED)

    assert failed.error == "integration/gone keeps no issues: the configuration has changed"
