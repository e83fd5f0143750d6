"""What no sequence of acts in an incident can bring about, and that a dry run knows the same.

Each script goes through the engine, its loops and SQLite, and through the simulator.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from hypothesis import given
from hypothesis import settings as how
from msgspec import UNSET

from tests.simulation.fortnight.run import Carrier as Ledger
from tests.simulation.fortnight.run import Fortnight
from tests.simulation.practice_scripts import BODY, PRACTICE, WITH_ENTRIES, practices
from tests.simulation.runs import Carrier, Instant, hooks, simulated
from tests.simulation.scripts import Course, Script, course
from tests.simulation.time import VirtualClock, VirtualLoop
from tests.simulation.world import Configured, Trouble, TroubledStore
from triaged.channels import Message, Result
from triaged.core.practice.status.subscribers import MAIL
from triaged.core.practice.work import holders, work_of
from triaged.core.records.effects import Effect, SaveIncident
from triaged.core.records.events import AlertReceived, Event
from triaged.core.records.model import ChainedEntry, Entry, Incident, Page, Response, State
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.postmortems import PostmortemState
from triaged.core.records.practice.requests import Request
from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.core.records.practice.status import Post, PostState
from triaged.core.records.practice.status_events import (
    SubscriptionAsked,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.settings import Settings
from triaged.core.time.durations import DAY, MINUTE
from triaged.daemon.connections import Connections
from triaged.metrics import Metrics
from triaged.store.database.migrating import migrate
from triaged.store.queries.verify import verify
from triaged.store.tables import incidents, pages, timeline
from triaged.store.tables.incidents import IncidentFilter
from triaged.store.tables.practice_rows import action_items, requests, roles, status

EXAMPLES = int(os.environ.get("TRIAGED_PRACTICES", "25"))
"""Half a second each; thousands in a night."""

LATE_US = 10 * MINUTE


class Plain(msgspec.Struct, frozen=True):
    """The part of a configuration that pages need."""

    settings: Settings
    channels: Mapping[str, Configured]


class Takes(Ledger):
    """Providers that take everything."""

    async def send(self, message: Message) -> Result:
        """Take it."""
        return await Carrier(frozenset()).send(message)


class Targets(Connections):
    """Hears how response targets end, from the rows of incidents and from what is counted."""

    def __init__(self) -> None:
        super().__init__(Metrics())
        self.ended = 0
        """Of incidents that are no drill."""
        self._running: set[int] = set()

    def committed(self, effects: Sequence[Effect], seconds: float, alerts: int) -> None:
        """Note the incidents whose target has ended."""
        super().committed(effects, seconds, alerts)
        for one in (effect.incident for effect in effects if isinstance(effect, SaveIncident)):
            if one.kind != "incident":
                continue
            if one.response in (Response.MET, Response.MISSED):
                self.ended += one.number in self._running
                self._running.discard(one.number)
            elif one.respond_by is not None:
                self._running.add(one.number)

    def counted(self) -> float:
        """The targets of which the metrics say that they ended."""
        return sum(
            sample.value
            for family in self.metrics.registry.collect()
            for sample in family.samples
            if sample.name == "triaged_response_targets_total"
        )


class Hours(Fortnight):
    """The daemon's loops, and time that jumps to what is due next."""

    def connected(self) -> Targets:
        """The ends of response targets are noted."""
        self.targets = Targets()
        return self.targets

    async def submit(self, event: Event) -> None:
        """Have an event decided."""
        await self.engine.submit([event], urgent=not isinstance(event, AlertReceived))


class Lived(msgspec.Struct):
    """What the rows say at the end."""

    at: int
    settings: Settings
    incidents: list[Incident]
    pages: list[Page]
    entries: dict[int, list[ChainedEntry]]
    periods: dict[int, list[RolePeriod]]
    items: list[ActionItem]
    posts: list[Post]
    mails: list[Request]
    """What subscribers are to get."""
    confirmed: Mapping[str, Sequence[tuple[int, int]]]
    """Subscriber to the times in which its address was confirmed."""
    targets_ended: int
    targets_counted: float
    is_whole: bool
    """Whether every chain of entries is."""

    def course(self) -> Course:
        """What the simulator is compared by."""
        return course(
            self.incidents,
            self.pages,
            [
                [Entry(e.at, e.kind, e.actor, e.text, e.data) for e in self.entries[one.number]]
                for one in self.incidents
            ],
        )


def lived(script: Script) -> Lived:
    """What the daemon makes of a script."""
    with TemporaryDirectory() as folder:
        dice = Instant()
        with asyncio.Runner(loop_factory=lambda: VirtualLoop(dice)) as runner:
            return runner.run(_live(script, Path(folder)))


async def _live(script: Script, folder: Path) -> Lived:
    calm = Trouble(Instant())
    calm.over = True
    store = TroubledStore(folder / "triaged.db", calm)
    await store.open()
    try:
        clock = VirtualClock()
        await migrate(store, clock.now())
        plain = Plain(script.settings, hooks(script.settings))
        hours = Hours(plain, store, clock, Takes(clock, {}))
        hours.tail_us = script.tail_us
        timed: list[tuple[int, Callable[[], Awaitable[None]]]] = []
        for at, what in script.instants():
            assert not isinstance(what, Settings)
            timed.append((at, partial(hours.submit, what)))
        await hours.live(timed)
        return await _stored(store, script, hours)
    finally:
        await store.close()


async def _stored(store: TroubledStore, script: Script, hours: Hours) -> Lived:
    async with store.reading() as tx:
        found, _ = await incidents.find(tx, IncidentFilter(limit=1000))
        found.sort(key=lambda incident: incident.number)
        numbers = [one.number for one in found]
        rows = await status.page_rows(tx)
        asked = await requests.listing(tx, requests.Filter(), None, 1000)
        seen = Lived(
            at=hours.clock.now(),
            settings=script.settings,
            incidents=found,
            pages=[page for number in numbers for page in await pages.of(tx, number)],
            entries={number: await timeline.of(tx, number, 0, 10_000) for number in numbers},
            periods={number: await roles.of(tx, number) for number in numbers},
            items=await action_items.of(tx, numbers),
            posts=list(rows.posts.values()),
            mails=[request for request in asked if request.kind == MAIL],
            confirmed=_confirmed(script),
            targets_ended=hours.targets.ended,
            targets_counted=hours.targets.counted(),
            is_whole=False,
        )
    seen.is_whole = not (await verify(store)).problems
    return seen


def _confirmed(script: Script) -> Mapping[str, Sequence[tuple[int, int]]]:
    """When each address was confirmed, as the script alone says: from, and until."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    asked_at: dict[str, int] = {}
    since: dict[str, int] = {}
    for at, what in script.instants():
        match what:
            case SubscriptionAsked(id=name) if name not in since:
                asked_at[name] = at
            case SubscriptionConfirmed(id=name) if at <= asked_at.pop(name, 0) + DAY:
                since[name] = at
            case SubscriptionEnded(id=name):
                asked_at.pop(name, None)
                if name in since:
                    found[name].append((since.pop(name), at))
            case _:
                pass  # nothing about subscribers
    for name, at in since.items():
        found[name].append((at, script.end_at))
    return found


def _wrong_mails(seen: Lived) -> list[str]:
    """Nobody gets a mail about a post twice, or without having confirmed its address."""
    found = []
    got: set[tuple[str, str]] = set()
    for mail in seen.mails:
        name, post = str(mail.body["subscriber"]), str(mail.body["post"])
        if (name, post) in got:
            found.append(f"{name} gets {post} twice")
        got.add((name, post))
        if not any(begin <= mail.created_at <= end for begin, end in seen.confirmed[name]):
            found.append(f"{name} gets {post} at an address that is not confirmed")
    return found


def wrong(seen: Lived) -> list[str]:
    """What must never be, and is."""
    found = [f"{one.id}: {what}" for one in seen.incidents for what in _wrong(seen, one)]
    people = seen.settings.people
    found += [f"{item.id}: no owner" for item in seen.items if item.owner not in people]
    found += [f"{item.id}: not due" for item in seen.items if not date.fromisoformat(item.due)]
    found += [f"{post.id}: its old text is gone" for post in seen.posts if _forgets(post)]
    found += _wrong_mails(seen)
    if seen.targets_counted != seen.targets_ended:
        found.append(f"{seen.targets_counted} targets are counted, {seen.targets_ended} ended")
    return found if seen.is_whole else [*found, "a chain of entries is broken"]


def _wrong(seen: Lived, incident: Incident) -> list[str]:
    entries, work = seen.entries[incident.number], work_of(incident)
    target = seen.settings.severities[incident.severity]
    found = _wrong_periods(incident, entries, seen.periods[incident.number])
    settled = (PostmortemState.PUBLISHED, PostmortemState.WAIVED)
    is_real = incident.drill is UNSET  # a drill closes itself, and its report is what is written
    if is_real and incident.state is State.CLOSED and target.postmortem == "required":
        found += [] if work.postmortem in settled else ["is closed without a postmortem"]
    both = {held.person for held in holders(incident) if held.role is Role.INCIDENT_COMMANDER}
    both &= {held.person for held in holders(incident) if held.role is Role.TECHNICAL_LEAD}
    if target.roles == "required" and both and not any(map(_owns_up, entries)):
        found.append("one person commands and leads, and nothing says why")
    deadline = work.next_update_at
    if incident.live and deadline is not None and seen.at > deadline + LATE_US:
        escalated = {e.data["due_at"] for e in entries if e.kind == "update.escalated"}
        wants = {page.wanted for page in seen.pages if page.incident == incident.number}
        if deadline not in escalated or f"update:{deadline}" not in wants:
            found.append("an update is late and nobody is paged")
    return found


def _owns_up(entry: ChainedEntry) -> bool:
    return entry.kind == "role.combined" or bool(entry.data.get("override"))


def _wrong_periods(
    incident: Incident, entries: Sequence[ChainedEntry], periods: Sequence[RolePeriod]
) -> list[str]:
    """Periods of a role tile: no two overlap, and each change is on the timeline."""
    found = []
    said = {entry.at for entry in entries if entry.kind in ("role.changed", "incident.merged")}
    by_role: dict[Role, list[RolePeriod]] = defaultdict(list)
    for period in periods:
        by_role[period.role].append(period)
        ends = {period.begins_at, period.ends_at} - {None}
        found += [] if ends <= said else [f"{period.id} begins or ends in silence"]
    for role, ordered in by_role.items():
        if role is not Role.SUBJECT_MATTER_EXPERT:
            ordered.sort(key=lambda one: (one.begins_at, one.ends_at or 1 << 62))
            for one, after in pairwise(ordered):
                if one.ends_at is None or one.ends_at > after.begins_at:
                    found.append(f"two have the role {role}: {one.id}, {after.id}")
    held = sorted((one.role, one.person) for one in holders(incident))
    if held != sorted((one.role, one.person) for one in periods if one.ends_at is None):
        found.append("its row and its periods disagree on who has a role")
    return found


def _forgets(post: Post) -> bool:
    texts = [*(one.body for one in post.revisions), post.body]
    if post.state is not PostState.PUBLISHED or len(set(texts)) == 1:
        return False
    return BODY not in texts and not post.revisions


@how(max_examples=EXAMPLES, deadline=None)
@given(practices(WITH_ENTRIES))
def test_no_sequence_of_acts_breaks_a_promise(script: Script) -> None:
    assert wrong(lived(script)) == []


@how(max_examples=EXAMPLES, deadline=None)
@given(practices(PRACTICE))
def test_dry_run_makes_of_it_what_the_daemon_does(script: Script) -> None:
    assert simulated(script) == lived(script).course()
