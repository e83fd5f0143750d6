"""`/`: what asks the reader for an answer, what is open, what ended, who is on call."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.model import Incident
from triaged.core.time.durations import DAY
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.store.queries import board
from triaged.store.queries.board import Place
from triaged.store.tables import incidents, pages, senders
from triaged.web._console import rows
from triaged.web._console.filters import EXAMPLE, Filter, filter_of, suggestions
from triaged.web._console.frame import Frame, frame_of
from triaged.web._console.pages import page, screen
from triaged.web._console.rail import Found, Rail, is_silent, rail_of

ROWS = 100
LATELY_MAX = 20
LATELY_US = DAY
WAITING_READ = 20
SUGGESTED_MAX = 100
QUERY = (
    Parameter("q", "words of the filter box"),
    Parameter("after", "the severity and number behind which to go on: `SEV-2.41`"),
)


class Read(msgspec.Struct, frozen=True):
    """What the page is made of, as the store has it."""

    facts: DutyFacts
    live: Sequence[Incident]
    behind: Place | None
    total: int
    asking: Sequence[Incident]
    ended: Sequence[Incident]
    found: Found


@screen("/", Scope.READ, QUERY)
async def show(call: Call) -> web.Response:
    """What is open, what asks the reader for an answer, who is on call, what is wrong."""
    context, now = call.context, call.context.clock.now()
    person = call.caller.by if call.caller.by in context.configuration.settings.people else None
    chosen = filter_of(call.request.query.get("q", ""), person, now)
    read = await _read(call, chosen, person)
    frame = frame_of(call, "Now", read.facts)
    rail = rail_of(read.found, context.configuration.settings, frame.clock)
    is_first = not (read.live or read.asking or read.ended or rail.heard or chosen.text)
    template = "first_run.html" if is_first else "now.html"
    return await page(call, template, frame, **_values(call, read, (chosen, frame, rail)))


async def _read(call: Call, chosen: Filter, person: str | None) -> Read:
    """Eight queries at most."""
    context, now = call.context, call.context.clock.now()
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, now)
        live, behind = await board.live(tx, chosen.wanted, _after(call), ROWS)
        if chosen.wanted.is_empty:
            total = sum(number for _, _, number in await incidents.counts(tx))
        else:
            total = await board.number_of(tx, chosen.wanted)
        asking = await board.asking(tx, person) if person is not None else []
        ended = await board.ended(tx, LATELY_MAX)
        found = Found(
            duty_of(context.configuration.settings, facts),
            await senders.heard(tx),
            await board.quarantined(tx),
            await pages.put_off(tx, now, WAITING_READ),
        )
    return Read(facts, live, behind, total, asking, ended, found)


def _after(call: Call) -> Place | None:
    """The place in the list that the query names."""
    severity, _, number = call.request.query.get("after", "").partition(".")
    is_place = severity and number.isascii() and number.isdecimal() and len(number) < 16
    return (severity[:5], int(number)) if is_place else None


def _values(call: Call, read: Read, shown: tuple[Filter, Frame, Rail]) -> dict[str, object]:
    chosen, frame, rail = shown
    settings, clock = call.context.configuration.settings, frame.clock
    lately = [one for one in read.ended if (one.resolved_at or 0) > clock.now - LATELY_US]
    return {
        "filter": chosen,
        "example": EXAMPLE,
        "suggestions": suggestions(settings.services, settings.teams)[:SUGGESTED_MAX],
        "rows": rows,
        "live": read.live,
        "total": read.total,
        "unknown": sum(one.severity_by == "unclassified" for one in read.live),
        "next": f"{read.behind[0]}.{read.behind[1]}" if read.behind else "",
        "after": call.request.query.get("after", ""),
        "asking": read.asking,
        "lately": lately,
        "last": read.ended[0] if read.ended else None,
        "rail": rail,
        "is_silent": is_silent(rail, clock),
        "public_url": call.context.configuration.public_url,
        "settings": settings,
        "rules": call.context.configuration.rule_files,
        "auth": call.context.configuration.auth,
    }
