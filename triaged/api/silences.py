"""`/api/v1/silences`: what is muted by hand; set, change, end, and what that would mute now."""

from collections.abc import Sequence

from aiohttp import web

from triaged.access.tokens import new_identity
from triaged.api.incidents import PAGE_QUERY
from triaged.api.silence_schemas import (
    MatcherV2,
    MutedIncident,
    SilenceDocument,
    SilenceList,
    SilencePreview,
    SilencePreviewWish,
    SilenceWish,
)
from triaged.api.webhooks import unread
from triaged.core.muting.muters import Silence, holds, mutes_everything
from triaged.core.muting.silences import MATCHERS_MAX, TOO_MUCH, state_of
from triaged.core.muting.silences import problems as problems_of
from triaged.core.records.effects import Silenced, Unknown
from triaged.core.records.events import SilenceExpired, SilenceSet
from triaged.core.records.matching import Matcher, Operator, pattern_of
from triaged.core.time.durations import HOUR, parse_duration
from triaged.errors import Problem
from triaged.http import answers, problems
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.queries import Query
from triaged.http.routes import Call, Parameter, Route, Scope
from triaged.rules.matchers import parse_matchers
from triaged.store.queries import firing
from triaged.store.tables import incidents, silences
from triaged.wire import instant, instant_text

BASE = "/api/v1/silences"
ONE = BASE + "/{id}"
STATES = ("active", "pending", "expired")
SILENCES_MAX = 2000
"""That have not ended: each is asked about each alert of what is due. More is a missing rule."""

OPERATORS: dict[tuple[bool, bool], Operator] = {
    (False, True): "=",
    (False, False): "!=",
    (True, True): "=~",
    (True, False): "!~",
}
"""(is it a pattern, must it match) → operator."""

DEFAULT_US = 2 * HOUR
"""How long a silence lasts that names no end: long enough to repair something, short of a shift."""

INCIDENTS_SHOWN = 100


def silence_document(silence: Silence, now: int) -> SilenceDocument:
    """A silence as answers show it."""
    return SilenceDocument(
        id=silence.id,
        state=state_of(silence, now),
        matchers=[str(matcher) for matcher in silence.matchers],
        starts_at=instant_text(silence.starts_at),
        ends_at=instant_text(silence.ends_at),
        created_by=silence.by,
        comment=silence.comment,
        updated_at=instant_text(silence.updated_at),
        expire_when_clear=silence.expire_when_clear,
    )


async def index(call: Call) -> web.StreamResponse:
    """The silences that the query asks for; the ones that end last first."""
    query = Query(call.request.query)
    now = call.context.clock.now()
    wanted = silences.SilenceFilter(
        now=now,
        states=query.choices("state", STATES),
        cursor=query.text("cursor"),
        limit=query.limit(),
    )
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, cursor = await silences.find(tx, wanted)
    return answers.answer(SilenceList([silence_document(each, now) for each in found], cursor))


async def show(call: Call) -> web.StreamResponse:
    """One silence."""
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, call.params["id"])
    if silence is None:
        return unknown(call)
    return answers.answer(silence_document(silence, call.context.clock.now()))


def unknown(call: Call) -> web.Response:
    """404 for a silence that does not exist."""
    return problems.not_found(f"there is no silence {call.params['id'][:40]!r}")


async def create(call: Call) -> web.StreamResponse:
    """A new silence, or one that is changed."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    wish = decode(body, SilenceWish)
    matchers, errors = matchers_of(wish.matchers)
    now = call.context.clock.now()
    starts_at = now if wish.starts_at is None else instant(wish.starts_at)
    ends_at = starts_at + DEFAULT_US if wish.ends_at is None else instant(wish.ends_at)
    if wish.duration is not None:
        try:
            ends_at = starts_at + parse_duration(wish.duration)
        except ValueError as error:
            errors.append(Problem("$.duration", str(error)))
        if wish.ends_at is not None:
            errors.append(Problem("$.duration", "either `duration` or `ends_at`"))
    if errors:
        return problems.invalid(errors)
    event = SilenceSet(
        new_id=new_identity(),
        matchers=matchers,
        starts_at=starts_at,
        ends_at=ends_at,
        by=wish.created_by or call.caller.by,
        comment=wish.comment,
        expire_when_clear=wish.expire_when_clear,
        id=wish.id,
    )
    outcome = await submit(call, event)
    if isinstance(outcome, list):
        return problems.invalid(outcome)
    return await _answered(call, outcome, 201)


def matchers_of(given: Sequence[str | MatcherV2]) -> tuple[tuple[Matcher, ...], list[Problem]]:
    """The matchers that are given, and what is wrong with them."""
    found: list[Matcher] = []
    errors: list[Problem] = []
    for index, each in enumerate(given):
        try:
            found += parse_matchers(each) if isinstance(each, str) else [_in_pieces(each)]
        except ValueError as error:
            errors.append(Problem(f"$.matchers[{index}]", str(error)))
    return tuple(found), errors


def _in_pieces(given: MatcherV2) -> Matcher:
    """The matcher; ValueError says what is wrong with its pattern."""
    operator = OPERATORS[given.is_regex, given.is_equal is not False]
    if given.is_regex:
        pattern_of(given.value)
    return Matcher(given.name, operator, given.value)


async def submit(call: Call, event: SilenceSet) -> Silenced | Unknown | list[Problem]:
    """Set a silence unless something is wrong with it: then what that is."""
    now, settings = call.context.clock.now(), call.context.engine.settings
    errors = problems_of(event, settings.silence_max, now)
    async with call.context.database.reading() as tx:
        if await silences.count(tx, now) >= SILENCES_MAX and event.id is None:
            errors.append(Problem("$", f"there are {SILENCES_MAX} silences: write a rule instead"))
    if errors:
        return errors
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Silenced | Unknown), "nothing else answers it"
    return outcome


async def remove(call: Call) -> web.StreamResponse:
    """End it now; what it alone muted pages."""
    event = SilenceExpired(call.params["id"], call.caller.by)
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    assert isinstance(outcome, Silenced | Unknown), "nothing else answers it"
    return await _answered(call, outcome, 200)


async def _answered(call: Call, outcome: Silenced | Unknown, status: int) -> web.StreamResponse:
    if isinstance(outcome, Unknown):
        return problems.not_found(outcome.detail)
    async with call.context.database.reading() as tx:
        silence = await silences.fetch(tx, outcome.id)
    assert silence is not None, "it has just been committed"
    where = f"{call.context.configuration.public_url}{BASE}/{silence.id}"
    shown = silence_document(silence, call.context.clock.now())
    return answers.answer(shown, status, {"Location": where} if status == 201 else None)


async def preview(call: Call) -> web.StreamResponse:
    """What a silence with these matchers would mute now."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    matchers, errors = matchers_of(decode(body, SilencePreviewWish).matchers)
    if not errors and (mutes_everything(matchers) or len(matchers) > MATCHERS_MAX):
        many = f"more than {MATCHERS_MAX} matchers"
        errors.append(Problem("$.matchers", many if len(matchers) > MATCHERS_MAX else TOO_MUCH))
    if errors:
        return problems.invalid(errors)
    by_incident: dict[int, int] = {}
    total = 0
    async for page in firing.pages(call.context.database):
        for alert in page:
            if holds(matchers, alert.labels):
                total += 1
                if alert.incident is not None:
                    number = alert.incident
                    by_incident[number] = by_incident.get(number, 0) + 1
    shown = await _muted_incidents(call, by_incident)
    return answers.answer(SilencePreview(total, len(by_incident), shown))


async def _muted_incidents(call: Call, counts: dict[int, int]) -> list[MutedIncident]:
    numbers = sorted(counts, reverse=True)[:INCIDENTS_SHOWN]
    async with call.context.database.reading() as tx:
        found = incidents.decoded(await tx.fetch_bulk(*incidents.ask_numbers(numbers)))
    return [
        MutedIncident(
            id=incident.id,
            title=incident.title,
            severity=incident.severity,
            state=incident.state,
            alerts=counts[incident.number],
            firing=sum(incident.firing.values()),
            muted=counts[incident.number] >= sum(incident.firing.values()),
        )
        for incident in sorted(found, key=lambda each: -each.number)
    ]


ROUTES = (
    Route(
        method="GET",
        path=BASE,
        scope=Scope.READ,
        handler=index,
        about="Silences; the ones that end last first.",
        answer=SilenceList,
        query=(
            Parameter("state", "states with commas: active, pending, expired"),
            *PAGE_QUERY,
        ),
    ),
    Route(
        method="POST",
        path=BASE,
        scope=Scope.RESPOND,
        handler=create,
        about="Set a silence, or change the one whose `id` is given.",
        body=SilenceWish,
        answer=SilenceDocument,
        status=201,
    ),
    Route(
        method="POST",
        path=f"{BASE}/preview",
        scope=Scope.RESPOND,
        handler=preview,
        about="What a silence with these matchers would mute now.",
        body=SilencePreviewWish,
        answer=SilencePreview,
    ),
    Route(
        method="GET",
        path=ONE,
        scope=Scope.READ,
        handler=show,
        about="One silence.",
        answer=SilenceDocument,
    ),
    Route(
        method="DELETE",
        path=ONE,
        scope=Scope.RESPOND,
        handler=remove,
        about="End a silence now: what it muted pages.",
        answer=SilenceDocument,
    ),
)
