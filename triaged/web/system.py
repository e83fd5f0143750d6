"""`/system`: whether pages go out, and every part of triaged that this depends on."""

import hashlib
from collections.abc import Mapping

from aiohttp import web

from triaged.core.time.durations import MINUTE
from triaged.http.routes import Call, Scope
from triaged.store.queries import board, info
from triaged.store.tables import backlog, pages, senders
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import page, screen

WAITING_READ = 200
LATE_US = MINUTE
"""A page that is due for longer has not gone: a lane waits a minute at most between attempts."""


@screen("/system", Scope.READ)
async def show(call: Call) -> web.StreamResponse:
    """Loops, channels, sources, the store and the configuration."""
    context, now = call.context, call.context.clock.now()
    configuration = context.configuration
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, now)
        waiting, oldest_at = await pages.pending(tx)
        held = await pages.put_off(tx, now, WAITING_READ)
        heard = await senders.heard(tx)
        undecided = await backlog.extent(tx)
        quarantined = await board.quarantined(tx)
        size = await info.size_bytes(tx, context.database.name)
    loops = dict(context.health())
    is_late = oldest_at is not None and now - oldest_at > LATE_US
    by_channel: dict[str, list[object]] = {}
    for one in held:
        by_channel.setdefault(one.channel, []).append(one)
    return await page(
        call,
        "system.html",
        frame_of(call, "System", facts),
        loops=loops,
        works=all(loops.values()) and not is_late and not context.database.nearly_full,
        waiting=waiting,
        oldest_at=oldest_at,
        is_late=is_late,
        channels=configuration.channels,
        held=by_channel,
        sources=_heard(heard, configuration.sources),
        undecided=undecided.alerts,
        quarantined=quarantined,
        store=context.database.name,
        size=size,
        nearly_full=context.database.nearly_full,
        rule_files=configuration.rule_files.files,
        rules=hashlib.sha256(configuration.settings.rules.digest.encode()).hexdigest()[:12],
        started_at=context.started_at,
        streams=context.event_stream.open,
    )


def _heard(
    heard: Mapping[tuple[str, str], int], sources: Mapping[str, object]
) -> list[tuple[str, int | None]]:
    """Each source with the instant at which it was last heard; None: never."""
    last: dict[str, int] = {}
    for (source, _), at in heard.items():
        last[source] = max(at, last.get(source, at))
    return [(name, last.get(name)) for name in sorted({*sources, *last})]
