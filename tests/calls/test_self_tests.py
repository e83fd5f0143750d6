"""Channels are tried at the start and each hour; one that cannot be used is an incident."""

from pathlib import Path

from msgspec.structs import replace

from tests.calls.desk import ours
from tests.channels.fakes.slack import CHANNEL, SIGNING_SECRET, TOKEN, Slack
from tests.core.world import MONDAY
from tests.delivery.clocks import HandClock
from tests.delivery.world import KEY, Configured, World, world
from triaged.calls.answering import Calls
from triaged.calls.budgets import FAILURES_MAX, QUIET_US
from triaged.calls.parts import Parts
from triaged.calls.self_tests import ChannelTest, SelfTests
from triaged.channels import HttpRequest, HttpResponse, Message, Result, console, slack
from triaged.core.records.model import State
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.tables import incidents
from triaged.wire import Secret

CHAT = Configured("chat", "slack", slack.Settings(Secret(TOKEN), CHANNEL, Secret(SIGNING_SECRET)))
DESK = Configured("desk", "console", console.Settings())


class Wire:
    """The way to Slack."""

    def __init__(self) -> None:
        self.peer = Slack()

    async def send(self, message: Message) -> Result:
        """Its answer."""
        assert isinstance(message, HttpRequest)
        return self.peer.answer(message)


class Bench:
    """Tests of a console and of Slack, by hand."""

    def __init__(self, w: World) -> None:
        self.wire = Wire()
        self.channels = {"chat": CHAT, "desk": DESK}
        self.shown: dict[str, bool] = {}
        self.calls = Calls(Parts(w.engine, w.database, w.clock, KEY, self.wire))
        self.tests = SelfTests(self.calls, lambda: self.channels, self.shown.__setitem__)

    @property
    def asked(self) -> int:
        """How often Slack was asked."""
        return len(self.wire.peer.asked)


async def states(w: World) -> list[tuple[str, str, State]]:
    async with w.database.reading() as tx:
        found = [await incidents.fetch(tx, number) for number in (1, 2)]
    return [(one.title, one.severity, one.state) for one in found if one is not None]


async def test_channel_that_can_be_used_is_tried_at_the_start_and_each_hour(
    tmp_path: Path,
) -> None:
    clock = HandClock(MONDAY)
    async with world(tmp_path, clock, ours()) as w:
        bench = Bench(w)
        await bench.tests.once()
        assert bench.tests.found == {"chat": ChannelTest(True, "triaged in X", MONDAY, MONDAY)}
        assert bench.shown == {"chat": True}

        clock.stall(HOUR - 1)
        await bench.tests.once()
        assert bench.asked == 1
        clock.stall(1)
        await bench.tests.once()
        assert bench.asked == 2
        assert await states(w) == []


async def test_revoked_token_is_an_incident_after_a_minute_and_over_when_it_is_mended(
    tmp_path: Path,
) -> None:
    clock = HandClock(MONDAY)
    async with world(tmp_path, clock, ours()) as w:
        bench = Bench(w)
        bench.wire.peer.errors = ["token_revoked"] * 3
        await bench.tests.once()
        assert await states(w) == []
        for _ in range(2):
            clock.stall(MINUTE)
            await bench.tests.once()

        title = "pages cannot go out by channel chat"
        assert await states(w) == [(title, "SEV-2", State.OPEN)]
        assert bench.shown == {"chat": False}
        clock.stall(MINUTE)
        await bench.tests.once()
        assert await states(w) == [(title, "SEV-2", State.RESOLVED)]


async def test_provider_that_cannot_be_asked_says_nothing_of_the_token(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    async with world(tmp_path, clock, ours()) as w:
        bench = Bench(w)
        bench.wire.peer.answers = [HttpResponse(503, {}, b"")] * 5
        for _ in range(5):
            await bench.tests.once()
            clock.stall(MINUTE)

        assert bench.tests.found["chat"].is_usable is None
        assert bench.shown == {}
        assert await states(w) == []


async def test_channel_of_a_reload_is_tried_at_once(tmp_path: Path) -> None:
    async with world(tmp_path, HandClock(MONDAY), ours()) as w:
        bench = Bench(w)
        await bench.tests.once()
        settings = slack.Settings(Secret("xoxb-other"), CHANNEL)
        bench.channels["chat"] = replace(CHAT, settings=settings)

        await bench.tests.once()
        assert bench.tests.found["chat"].is_usable is False
        del bench.channels["chat"]
        await bench.tests.once()
        assert bench.tests.found == {}


async def test_trouble_with_unsigned_calls_ends_when_it_has_been_quiet(tmp_path: Path) -> None:
    clock = HandClock(MONDAY)
    async with world(tmp_path, clock, ours()) as w:
        bench = Bench(w)
        budget = bench.calls.budget("chat")
        told = [budget.failed(MONDAY) for _ in range(FAILURES_MAX)][-1]
        assert told is not None
        await w.submit(told)

        clock.stall(QUIET_US)
        await bench.tests.once()

        assert [state for *_, state in await states(w)] == [State.RESOLVED]
