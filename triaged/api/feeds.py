"""`/api/v1/feeds`: the calendars that are read for schedules, and how reading them has gone."""

import msgspec

from triaged.core.oncall.feeds import is_stale, next_change
from triaged.core.records.duty.feeds import FeedState, RefusedEvent
from triaged.core.records.duty.overrides import FeedShift
from triaged.feeds.names import nearest
from triaged.http.routes import Call, Scope, route
from triaged.store import duty_facts
from triaged.store.tables.own import feeds
from triaged.wire import Instant, instant_text_or_none


class UnknownName(msgspec.Struct, frozen=True):
    """A name in a calendar that nobody has, and the nearest ones."""

    name: str
    nearest: list[str]


class FeedDocument(msgspec.Struct, frozen=True):
    """A calendar feed. Its address is a secret, and not here."""

    name: str
    schedule: str
    layer: str
    """`primary`, or `override`, which wins over it."""
    ok: bool
    """False: the last try failed, or something in it puts nobody on call."""
    stale: bool
    """True if it was not read for two intervals; the last good copy is in force."""
    last_ok: Instant | None
    last_try: Instant | None
    error: str
    """Why the last try failed; empty: it did not."""
    etag: str
    events: int
    """Events of the last good copy that could be read."""
    future: int
    """Shifts that had not ended when it was read."""
    next_change: Instant | None
    last_end: Instant | None
    """The end of the last known shift."""
    refused: list[RefusedEvent]
    refused_number: int
    notes: list[str]
    unknown: list[UnknownName]


class FeedList(msgspec.Struct, frozen=True):
    """The feeds, by name."""

    feeds: list[FeedDocument]


@route("GET", "/api/v1/feeds", Scope.READ)
async def index(call: Call) -> FeedList:
    """Every calendar feed: when it was read, what is in it, and what could not be read."""
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        states = await feeds.every(tx)
        facts = await duty_facts.read(tx, now)
    copies = {name: copy.shifts for name, copy in facts.feeds.items()}
    people = call.context.configuration.settings.people
    names = [name for key, person in people.items() for name in (key, person.name)]
    return FeedList([_document(one, copies.get(one.name, ()), names, now) for one in states])


def _document(
    state: FeedState, shifts: tuple[FeedShift, ...], names: list[str], now: int
) -> FeedDocument:
    stale = is_stale(state, now)
    is_bad = bool(state.error or state.refused or state.unknown) or state.ok_at is None
    return FeedDocument(
        name=state.name,
        schedule=state.schedule,
        layer=state.layer,
        ok=not (is_bad or stale),
        stale=stale,
        last_ok=instant_text_or_none(state.ok_at),
        last_try=instant_text_or_none(state.tried_at),
        error=state.error,
        etag=state.etag,
        events=state.events,
        future=state.future,
        next_change=instant_text_or_none(next_change(shifts, now)),
        last_end=instant_text_or_none(state.last_end_at),
        refused=list(state.refused),
        refused_number=state.refused_number,
        notes=list(state.notes),
        unknown=[UnknownName(name, nearest(name, names)) for name in state.unknown],
    )
