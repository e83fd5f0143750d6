"""One evening through the engine, its loops and SQLite, written down for a reader."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tests.core.practice.golden import HUMANS
from tests.simulation.fortnight.run import Body, Carrier, Fortnight, Line, second
from tests.simulation.fortnight.run import local as local_in
from tests.simulation.runs import Instant
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import Trouble, TroubledStore
from triaged.channels import HttpRequest, HttpResponse, Message, Result
from triaged.config.read import load
from triaged.core.practice.learning.postmortem_draft import PROMPT, draft
from triaged.core.practice.work import work_of
from triaged.core.records.answers import Acted, Answer, Attached, Conflict, RowSaved, Unknown
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import ChainedEntry
from triaged.core.records.practice.status import PostState
from triaged.core.records.timers import (
    IncidentTimer,
    PhaseDue,
    PostDue,
    PostmortemDue,
    RoleDue,
    UpdateDue,
)
from triaged.core.text.public_post import PageClock, post_text
from triaged.core.time.durations import MINUTE
from triaged.delivery.requests import Requests
from triaged.store.database.migrating import migrate
from triaged.store.queries.postmortem_account import account_of
from triaged.store.tables import incidents, timeline, timers
from triaged.store.tables.practice_rows import roles, status, updates
from triaged.wire import Secret, instant

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("America/New_York")
NUMBER = 1

WATCHED: Mapping[type[IncidentTimer], str] = {
    RoleDue: "roles",
    UpdateDue: "update",
    PhaseDue: "phase",
    PostDue: "status post",
    PostmortemDue: "postmortem",
}
"""The deadlines that the report names, as it calls them."""

SENT = 2
"""The rank of what was sent, behind what was decided in its second."""

ANY = (0, 0)
"""The order of what lanes send at one instant: they take their turns in any order."""

INDENT = " " * len("15:23:00 EDT ")

LEGEND = (
    "# Times are those of New York.",
    "#   *   what a sender or a person does",
    "#   !!  how that is refused",
    "#   INC what is decided, as the timeline says it",
    "#   ->  what a provider gets, and for whom",
    "#   ==  what is watched from now on: until when, and when triaged next looks",
    "# Written anew by: pytest tests/simulation/test_golden.py --golden",
)


class Texts(msgspec.Struct):
    """What people write, and what it is made from."""

    facts: str = ""
    """The draft of the postmortem, as triaged makes it."""
    written: str = ""
    """The same with what only humans know."""
    updates: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    periods: tuple[tuple[str, str, int, int | None], ...] = ()


class Act(msgspec.Struct, frozen=True):
    """A line of an evening."""

    at: int
    text: str
    event: Event | Callable[[Texts], Event]


class Mail(Body, frozen=True):
    """The part of a message that the report reads."""

    text: str = ""


class Providers(Carrier):
    """Channels that take everything, and a program that makes rooms."""

    async def send(self, message: Message) -> Result:
        """Take a message."""
        assert isinstance(message, HttpRequest)
        channel = message.url.removeprefix("https://").partition(".")[0]
        if channel == "rooms":
            return HttpResponse(200, {}, b'{"url": "https://chat.example.org/inc-1"}')
        body = msgspec.json.decode(message.body, type=Mail)
        whom = body.page.person or "everybody"
        lines = [f"    -> {whom} by {channel}: {body.type} {body.subject}"]
        if " update: " in body.subject and not body.page.person:
            lines += [f"       | {line}" for line in body.text.splitlines()]
        at = second(self.clock.now())
        self.ledger.append(Line(at, SENT + 1, ANY, f"\n{INDENT}".join(lines)))
        return HttpResponse(200, {}, b"")


class Evening(Fortnight):
    """The daemon's loops, requests to third parties among them, and time that jumps."""

    tail_us = MINUTE
    texts: Texts
    watched = ""

    async def act(self, act: Act) -> None:
        """Do what a line says; the report tells a refusal, and what is watched from then on."""
        self._say(0, f"  * {act.text}")
        await self.read()
        event = act.event(self.texts) if callable(act.event) else act.event
        (answer,) = await self.engine.submit([event], urgent=not isinstance(event, AlertReceived))
        refusal = refused(answer)
        if refusal:
            self._say(0, f"    !! {refusal}")
        await self._watch()

    def _say(self, rank: int, text: str) -> None:
        self.said.append(Line(self.clock.now(), rank, (0, len(self.said)), text))

    async def _watch(self) -> None:
        async with self.store.reading() as tx:
            incident = await incidents.fetch(tx, NUMBER)
            dues = await timers.dues_of(tx, [NUMBER])
        if incident is None:
            return
        now = self.clock.now()
        found = [
            f"{name} {wall(at, now)}"
            for kind, name in WATCHED.items()
            if (at := dues.get(NUMBER, {}).get(kind)) is not None
        ]
        deadline = work_of(incident).next_update_at
        until = "no update is due" if deadline is None else f"next update {wall(deadline, now)}"
        text = f"    == {until}; looks: {', '.join(found) or 'none'}"
        if text != self.watched:
            self.watched = text
            self._say(SENT + 2, text)

    async def read(self) -> None:
        """Read what people would read before they write."""
        async with self.store.reading() as tx:
            incident = await incidents.fetch(tx, NUMBER)
            if incident is None:
                return
            settings = self.engine.settings
            account = await account_of(tx, incident, settings, self.clock.now())
            sent = await updates.of(tx, NUMBER)
            rows = await status.page_rows(tx)
            periods = await roles.of(tx, NUMBER)
        self.texts.facts = draft(account)
        self.texts.written = with_humans(self.texts.facts)
        self.texts.updates = tuple(update.text for update in sent)
        page = PageClock("America/New_York", "12h")
        self.texts.posts = tuple(
            post_text(post, page, self.clock.now())
            for post in rows.posts.values()
            if post.state is PostState.PUBLISHED
        )
        self.texts.periods = tuple(
            (one.role.value, one.person, one.begins_at, one.ends_at) for one in periods
        )


def with_humans(facts: str) -> str:
    """The draft with what only humans know in the place of the prompts."""
    text = facts
    for section, words in HUMANS.items():
        head, mark, tail = text.partition(f"## {section}\n")
        text = head + mark + PROMPT.sub(words.replace("\\", r"\\"), tail, count=1)
    return text


def refused(answer: Answer) -> str:
    """Why it was refused; empty: it was done."""
    match answer:
        case Conflict(detail=detail):
            return f"409 {detail}"
        case Unknown(detail=detail):
            return f"404 {detail}"
        case _:
            assert isinstance(answer, Acted | RowSaved | Attached), answer
            return ""


def played(acts: Sequence[Act], folder: Path) -> tuple[str, Texts]:
    """What came of an evening, a line for each event; and the texts."""
    dice = Instant()
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
        lines, texts = runner.run(_lines(acts, folder))
    return "\n".join([*LEGEND, *_written(lines)]) + "\n", texts


async def _lines(acts: Sequence[Act], folder: Path) -> tuple[list[Line], Texts]:
    configuration = load(FOLDER / "config.yaml", {}).configuration
    assert configuration is not None
    clock = VirtualClock(acts[0].at - MINUTE)
    calm = Trouble(Instant())
    calm.over = True
    store = TroubledStore(folder / "triaged.db", calm)
    await store.open()
    try:
        await migrate(store, clock.now())
        evening = Evening(configuration, store, clock, Providers(clock, {}))
        evening.texts = Texts()
        key = Secret("key")
        requests = Requests(evening.engine, store, clock, evening.carrier, key)
        requests.reload(configuration)
        evening.connections.requests = requests
        evening.loops["requests"] = requests.run
        await evening.live([(act.at, partial(evening.act, act)) for act in acts])
        await evening.read()
        lines = sorted([*evening.said, *evening.carrier.ledger, *await _entries(store)])
        return lines, evening.texts
    finally:
        await store.close()


async def _entries(store: TroubledStore) -> list[Line]:
    async with store.reading() as tx:
        entries = await timeline.of(tx, NUMBER, 0, 10_000)
    return [_entry(entry) for entry in entries]


def _entry(entry: ChainedEntry) -> Line:
    is_sent = entry.kind in ("page.sent", "update.sent")
    rank, order = (SENT, ANY) if is_sent else (1, (NUMBER, entry.seq))
    text = f"    INC-{NUMBER} {entry.kind}: {entry.text} (by {entry.actor})"
    return Line(second(entry.at), rank, order, text)


def _written(lines: Sequence[Line]) -> Iterator[str]:
    day = ""
    for line in lines:
        at = local_in(line.at, ZONE)
        if day != (day := f"{at:%A %d %B %Y}"):
            yield ""
            yield day
        yield f"{at:%H:%M:%S %Z} {line.text}"


def wall(at: int, now: int) -> str:
    """`15:45`; with its day where that is not today."""
    there = local_in(at, ZONE)
    today = there.date() == local_in(now, ZONE).date()
    return f"{there:%H:%M}" if today else f"{there:%d %b %H:%M}"


def moment(day: str, time: str) -> int:
    """µs UTC of `2026-06-04`, `15:23` in New York."""
    return instant(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZONE))
