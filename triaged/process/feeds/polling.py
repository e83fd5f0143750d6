"""Calendar feeds are read when they are due, by whichever daemon claims them.

The shifts go to the engine as an event, and are in force in the decision after it. How the try has
ended is written afterwards: a daemon that stops in between reads the feed once more.
"""

import asyncio
import hashlib
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec
import structlog
from msgspec.structs import replace

from triaged.clock import Clock
from triaged.config.model import Configuration, Feed
from triaged.core.oncall import feeds as core_feeds
from triaged.core.records.duty.feeds import (
    FeedReading,
    FeedState,
    Fetched,
    FetchOutcome,
    NotFetched,
    NotModified,
    UnreadableFeed,
)
from triaged.core.records.duty.overrides import FeedShifts
from triaged.core.records.events import FeedRead, SelfAlertFired, SelfAlertResolved
from triaged.core.time.durations import DAY, MINUTE, SECOND
from triaged.engine.engine import Engine
from triaged.feeds.names import directory, nearest
from triaged.feeds.request import Request
from triaged.store.database.connect import Database
from triaged.store.tables.own import feeds as table
from triaged.wire import Secret, encode

LEASE_US = 2 * MINUTE
"""Fetching and parsing take a minute at most."""

AT_ONCE = 4
"""Feeds that are read at once: each may be a process."""

JITTER = 0.1
"""Share of the interval by which a feed is read earlier: many feeds of one host spread out."""

WHOLE_EVERY_US = DAY
"""A body is read anew after this even if it is unchanged: the window of shifts moves on."""

FILE_BYTES_MAX = 2 * 1024**2 + 1

log = structlog.get_logger()

Parse = Callable[[Request], Awaitable[FeedReading | UnreadableFeed]]


class Source(Protocol):
    """Fetches calendars."""

    async def fetch(self, url: Secret, etag: str, modified: str) -> FetchOutcome:
        """The body at an address, unless it is the one that `etag` or `modified` names."""


class Means(msgspec.Struct, frozen=True):
    """What feeds are read by."""

    source: Source
    parse: Parse


class FeedPolling:
    """Reads the feeds that are due."""

    name = "feeds"
    every_us = SECOND
    """How soon a new configuration is followed; what is due is one look-up."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
        means: Means,
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration
        self._means = means
        self._known: Configuration | None = None
        """The configuration whose feeds are in the store."""
        self._stale: set[str] = set()
        """Feeds about which a warning was logged."""

    async def once(self) -> None:
        """Read each feed that is due."""
        configuration = self._configuration()
        if configuration is not self._known:
            await self._list(configuration)
            self._known = configuration
        if not configuration.feeds:
            return
        async with self._database.reading() as tx:
            due = await table.due(tx, self._clock.now())
        feeds = [feed for name, feed in configuration.feeds.items() if name in due]
        limit = asyncio.Semaphore(AT_ONCE)
        each = (self._read_if_due(feed, configuration, limit) for feed in feeds)
        ends = await asyncio.gather(*each, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end  # the others have ended, too

    async def _list(self, configuration: Configuration) -> None:
        """Add feeds that are new, and forget those that are gone with their shifts."""
        now = self._clock.now()
        states = [
            FeedState(one.name, one.schedule, one.layer, one.every_us, since_at=now)
            for one in configuration.feeds.values()
        ]
        async with self._database.reading() as tx:
            known = {state.name: state for state in await table.every(tx)}
        if not states and not known:
            return
        async with self._database.transaction() as tx:
            await table.add(tx, states, now)
            await table.hasten(tx, configuration.feeds, now)
        for name in sorted(known.keys() - configuration.feeds.keys()):
            await self._forget(known[name])

    async def _forget(self, state: FeedState) -> None:
        empty = FeedShifts(state.name, None, state.schedule, state.layer, (), self._clock.now())
        over = [SelfAlertResolved(each, "the feed is gone") for each in state.alerts]
        await self._engine.submit([FeedRead(empty), *over], urgent=True)
        async with self._database.transaction() as tx:
            await table.remove(tx, state.name)
        log.info("feed.removed", feed=state.name)

    async def _read_if_due(
        self, feed: Feed, configuration: Configuration, limit: asyncio.Semaphore
    ) -> None:
        async with limit:
            now = self._clock.now()
            async with self._database.transaction() as tx:
                state = await table.claim(tx, feed.name, now, LEASE_US)
            if state is None:
                return
            state = replace(state, every_us=feed.every_us)
            after = await self._read(feed, configuration, state)
            after = await self._tell(after, configuration)
            async with self._database.transaction() as tx:
                await table.save(tx, after, _next_at(feed, now))

    async def _read(self, feed: Feed, configuration: Configuration, state: FeedState) -> FeedState:
        """Fetch and parse the feed; the state afterwards."""
        known = directory(configuration.settings.people)
        mark = hashlib.sha256(encode((sorted(known.items()), feed.timezone))).hexdigest()
        is_fresh = self._clock.now() - state.whole_at < WHOLE_EVERY_US
        is_same = state.digest.startswith(f"{mark}:") and is_fresh
        fetched = await self._fetch(feed, state if is_same else None)
        now = self._clock.now()
        match fetched:
            case NotFetched(why=why):
                return _failed(state, why, now)
            case NotModified() if is_same:
                return core_feeds.after_unchanged(state, now)
            case NotModified():
                return _failed(state, "nothing was sent, though all was asked for", now)
            case Fetched(body=body):
                pass
        digest = f"{mark}:{hashlib.sha256(body).hexdigest()}"
        tags = {"etag": fetched.etag, "modified": fetched.modified}
        if is_same and digest == state.digest:
            return replace(core_feeds.after_unchanged(state, now), **tags)
        found = await self._means.parse(Request(body, feed.timezone, known, now))
        if isinstance(found, UnreadableFeed):
            return _failed(state, found.why, now)
        copy = FeedShifts(feed.name, None, feed.schedule, feed.layer, found.shifts, now)
        await self._engine.submit([FeedRead(copy)], urgent=True)
        after = core_feeds.after_reading(state, found, now)
        _say_read(state, after, list(known))
        return replace(after, digest=digest, **tags)

    async def _fetch(self, feed: Feed, state: FeedState | None) -> FetchOutcome:
        """The body; without a state, whatever it was before."""
        if feed.url is not None:
            tags = ("", "") if state is None else (state.etag, state.modified)
            return await self._means.source.fetch(feed.url, *tags)
        assert feed.file is not None
        return await asyncio.to_thread(_file, feed.file)

    async def _tell(self, state: FeedState, configuration: Configuration) -> FeedState:
        """Log and report what is wrong with the feed, and what no longer is."""
        now = self._clock.now()
        if not core_feeds.is_stale(state, now):
            self._stale.discard(state.name)
        elif state.name not in self._stale:
            self._stale.add(state.name)
            log.warning("feed.stale", feed=state.name, error=state.error)
        wanted = {one.alert(state.name): one for one in core_feeds.troubles(state, now)}
        team = core_feeds.owner_of(configuration.settings, state.schedule)
        events: list[SelfAlertFired | SelfAlertResolved] = [
            SelfAlertFired(name, one.title, one.text, now, one.severity, team)
            for name, one in wanted.items()
            if name not in state.alerts
        ]
        over = [name for name in state.alerts if name not in wanted]
        events += [SelfAlertResolved(name, "the calendar is read again") for name in over]
        if events:
            await self._engine.submit(events, urgent=True)
        return replace(state, alerts=tuple(wanted))


def _next_at(feed: Feed, now: int) -> int:
    spread = zlib.crc32(f"{feed.name} {now}".encode()) / 2**32
    return now + feed.every_us - int(feed.every_us * JITTER * spread)


def _failed(state: FeedState, why: str, now: int) -> FeedState:
    log.info("feed.not_read", feed=state.name, error=why)
    return core_feeds.after_failure(state, why, now)


def _say_read(before: FeedState, after: FeedState, names: list[str]) -> None:
    log.info(
        "feed.read",
        feed=after.name,
        events=after.events,
        future=after.future,
        refused=after.refused_number,
    )
    for one in after.refused:
        if one not in before.refused:
            log.warning("feed.event_refused", feed=after.name, uid=one.uid, why=one.why)
    for name in after.unknown:
        if name not in before.unknown:
            near = nearest(name, names)
            log.warning("feed.unknown_name", feed=after.name, name=name, nearest=near)


def _file(path: Path) -> FetchOutcome:
    try:
        with path.open("rb") as file:
            return Fetched(file.read(FILE_BYTES_MAX))
    except OSError as error:
        return NotFetched(f"the file cannot be read: {error.strerror or error}")
