"""`/silences`: what mutes now, and setting a silence after one has seen what it would mute."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from triaged.access.tokens import new_identity
from triaged.core.muting.matcher_index import Index, bits
from triaged.core.muting.silences import state_of
from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.answers import Silenced
from triaged.core.records.events import SilenceExpired, SilenceSet
from triaged.core.records.model import Incident, Severity, incident_number
from triaged.core.records.silences import Silence
from triaged.core.time.durations import HOUR
from triaged.errors import Problem
from triaged.http.bodies import read_body
from triaged.http.guards import unread
from triaged.http.problems import not_found, problem
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Scope
from triaged.http.shared.silences import SilencePreview, matchers_of, preview_of, submit, unfit
from triaged.store.queries import evidence
from triaged.store.tables import incidents, silences
from triaged.store.tables.observed_alerts import walk_firing
from triaged.store.tables.silences import SilenceFilter
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import form, page, presented, screen, see_other
from triaged.web._console.silence_forms import (
    SPANS,
    Offered,
    Wish,
    chosen_of,
    offered_of,
    read_fields,
    wish_of,
)

LISTED_MAX = 100
ALERTS_READ = 50
READ_AT_ONCE = 500
QUERY = (
    Parameter("m", 'a matcher of a new silence, such as `alertname="X"`; may be repeated'),
    Parameter("for", f"its length: {', '.join(SPANS)}"),
    Parameter("incident", "the incident whose labels are offered"),
)


class Row(msgspec.Struct, frozen=True):
    """A silence in the list, and how many firing alerts it mutes now."""

    silence: Silence
    state: str
    mutes: int


class Read(msgspec.Struct, frozen=True):
    """What the page is made of."""

    facts: DutyFacts
    rows: Sequence[Row]
    incident: Incident | None
    offered: Sequence[Offered]


@screen("/silences", Scope.READ, QUERY)
async def show(call: Call) -> web.StreamResponse:
    """Silences that mute now or later, and the form of a new one with its preview."""
    return await _page(call, wish_of(call.request.query), ())


@form("/silences")
async def create(call: Call) -> web.StreamResponse:
    """Set the silence of the form; one that mutes a whole SEV-1 only when that is confirmed."""
    wish = await _wish(call)
    if isinstance(wish, web.Response):
        return wish
    matchers, errors = matchers_of(call, wish.matchers)
    errors += unfit(matchers) if not errors else []
    if not wish.comment:
        errors.append(Problem("$.comment", "say why, for whoever reads this at night"))
    if errors:
        return await _page(call, wish, errors)
    found = await preview_of(call, matchers)
    if not wish.anyway and any(one.muted for one in found.incidents if _is_worst(one.severity)):
        return await _page(call, wish, [Problem("$.anyway", "it would mute a SEV-1")])
    now = call.context.clock.now()
    event = SilenceSet(
        new_id=new_identity(),
        matchers=matchers,
        starts_at=now,
        ends_at=now + SPANS[wish.span],
        by=call.caller.by,
        comment=wish.comment,
        expire_when_clear=wish.clear,
    )
    outcome = await submit(call, event)
    if isinstance(outcome, list):
        return await _page(call, wish, outcome)
    return see_other("/silences")


@form("/silences/{id}/act")
async def act(call: Call) -> web.StreamResponse:
    """End a silence now, or let it last an hour longer (`do`: expire, extend)."""
    body = await read_body(call.request, 4096, call.context.stop)
    if not isinstance(body, bytes):
        return presented(call, unread(call, body))
    fields = read_fields(body)
    verb = fields.get("do", "") if fields is not None else ""
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, call.params["id"])
    if silence is None:
        return presented(call, not_found("this silence does not exist"))
    if verb == "expire":
        event = SilenceExpired(silence.id, call.caller.by)
        await call.context.engine.submit([event], urgent=True)
        return see_other("/silences")
    if verb != "extend":
        return presented(call, problem(400, "there is no such button"))
    outcome = await submit(call, _longer(silence, call.caller.by))
    if isinstance(outcome, Silenced):
        return see_other("/silences")
    problems = [*map(str, outcome)] if isinstance(outcome, list) else [outcome.detail]
    return presented(call, problem(409, "; ".join(problems)))


def _longer(silence: Silence, by: str) -> SilenceSet:
    return SilenceSet(
        new_id=new_identity(),
        matchers=silence.matchers,
        starts_at=silence.starts_at,
        ends_at=silence.ends_at + HOUR,
        by=by,
        comment=silence.comment,
        expire_when_clear=silence.expire_when_clear,
        id=silence.id,
    )


def _is_worst(severity: Severity) -> bool:
    return severity is Severity.SEV1


async def _wish(call: Call) -> Wish | web.Response:
    body = await read_body(call.request, 64 * 1024, call.context.stop)
    if not isinstance(body, bytes):
        return presented(call, unread(call, body))
    fields = read_fields(body)
    if fields is None:
        return presented(call, problem(400, "this is no form of ours"))
    return wish_of(fields)


async def _page(call: Call, wish: Wish, errors: Sequence[Problem]) -> web.StreamResponse:
    read = await _read(call, wish)
    found: SilencePreview | None = None
    wrong = [*errors]
    if wish.matchers:
        matchers, bad = matchers_of(call, wish.matchers)
        bad += unfit(matchers) if not bad else []
        found = await preview_of(call, matchers) if not bad else None
        wrong += [one for one in bad if str(one) not in {str(each) for each in errors}]
    elif read.incident is not None:
        wish = msgspec.structs.replace(wish, matchers=chosen_of(read.incident))
    texts = {one.text for one in read.offered}
    return await page(
        call,
        "silences.html",
        frame_of(call, "Silences", read.facts),
        status=409 if errors else 200,
        wish=wish,
        errors=wrong,
        asks_anyway=any(one.where == "$.anyway" for one in errors),
        found=found,
        rows=read.rows,
        incident=read.incident,
        offered=read.offered,
        others=[one for one in wish.matchers if one not in texts],
        spans=SPANS,
    )


async def _read(call: Call, wish: Wish) -> Read:
    context, now = call.context, call.context.clock.now()
    number, offered = incident_number(wish.incident), []
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, now)
        wanted = SilenceFilter(now=now, states=("active", "pending"), limit=LISTED_MAX)
        listed, _ = await silences.find(tx, wanted)
        incident = None if number is None else await incidents.fetch(tx, number)
        if incident is not None:
            alerts = await evidence.alerts_of(tx, incident.number, ALERTS_READ)
            offered = offered_of(incident, alerts)
    mutes = await _mutes(call, listed)
    rows = [Row(one, state_of(one, now), mutes[place]) for place, one in enumerate(listed)]
    return Read(facts, rows, incident, offered)


async def _mutes(call: Call, listed: Sequence[Silence]) -> list[int]:
    """How many alerts that fire each of the silences matches."""
    counts = [0] * len(listed)
    if not listed:
        return counts
    index = Index([one.matchers for one in listed])
    async for part in walk_firing(call.context.database, READ_AT_ONCE):
        for one in part:
            for place in bits(index.matching(one.labels)):
                counts[place] += 1
    return counts
