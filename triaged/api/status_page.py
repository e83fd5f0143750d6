"""`/api/v1/status-page`: components, public incidents, what is proposed, and the lints."""

import msgspec
from aiohttp import web

from triaged.api._status_page import (
    BASE,
    PublicIncidentDocument,
    incident_document,
    page_of,
    submit,
)
from triaged.core.practice.status.public_page import component_id, public_page
from triaged.core.practice.status.status_derivation import Proposal, proposals, status_of
from triaged.core.practice.status.status_lints import Facts, Lint, lints
from triaged.core.records.practice.status import Component, ComponentStatus
from triaged.core.records.practice.status_events import ComponentSet
from triaged.core.records.practice.status_settings import PageComponent
from triaged.http.bodies import Body
from triaged.http.routes import Call, Scope, route
from triaged.store.queries import status_facts
from triaged.store.tables.practice_rows import status
from triaged.wire import Instant, instant_text, instant_text_or_none


class ComponentRequest(Body, frozen=True):
    """The status to set."""

    status: ComponentStatus


class ComponentDocument(msgspec.Struct, frozen=True):
    """A component, and what is proposed for it."""

    key: str
    id: str
    name: str
    group: str | None
    services: list[str]
    status: str
    since: Instant | None
    by: str | None
    automatically_reported: bool
    proposed: str | None
    """What its open incidents and maintenance say; null: as it is."""
    reason: str | None


class LintDocument(msgspec.Struct, frozen=True):
    """Something that a human should mend, and how."""

    rule: str
    subject: str
    text: str
    fix: str


class ComponentList(msgspec.Struct, frozen=True):
    """The components, in the order of the page."""

    components: list[ComponentDocument]


class PublicIncidentList(msgspec.Struct, frozen=True):
    """Public incidents, the newest first."""

    incidents: list[PublicIncidentDocument]


class LintList(msgspec.Struct, frozen=True):
    """What is wrong with the page now."""

    lints: list[LintDocument]


class StatusPageDocument(msgspec.Struct, frozen=True):
    """The page as a whole: what the public sees, what is proposed, what is wrong."""

    name: str
    url: str
    indicator: str
    description: str
    updated_at: Instant
    components: list[ComponentDocument]
    incidents: list[PublicIncidentDocument]
    """Those that are open."""
    lints: list[LintDocument]
    subscribers: int
    """Those who are confirmed."""


@route("GET", BASE, Scope.READ)
async def index(call: Call) -> StatusPageDocument | web.Response:
    """The status page: its verdict, components, open incidents, proposals and lints."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    now = call.context.clock.now()
    async with call.context.database.reading() as tx:
        rows = await status.page_rows(tx)
        facts = await status_facts.facts_of(tx, page, now)
        counts = await status.counts(tx)
    shown = public_page(page, rows, now)
    return StatusPageDocument(
        name=page.name,
        url=page.url,
        indicator=shown.indicator.indicator,
        description=shown.indicator.description,
        updated_at=instant_text(shown.updated_at),
        components=_components(facts),
        incidents=[incident_document(one.row, page) for one in shown.open_incidents],
        lints=[_lint(one) for one in lints(facts)],
        subscribers=counts.get("active", 0),
    )


@route("GET", f"{BASE}/components", Scope.READ)
async def components(call: Call) -> ComponentList | web.Response:
    """The components, and what is proposed for each."""
    facts = await facts_of(call)
    return facts if isinstance(facts, web.Response) else ComponentList(_components(facts))


@route("POST", BASE + "/components/{key}", Scope.RESPOND)
async def set_component(call: Call, body: ComponentRequest) -> ComponentDocument | web.Response:
    """Set a component without a post: the page shows it at once."""
    key = await submit(call, ComponentSet(call.caller.by, call.params["key"], body.status))
    if isinstance(key, web.Response):
        return key
    facts = await facts_of(call)
    if isinstance(facts, web.Response):
        return facts
    return next(one for one in _components(facts) if one.key == key)


@route("GET", f"{BASE}/incidents", Scope.READ)
async def public_incidents(call: Call) -> PublicIncidentList | web.Response:
    """Public incidents, the newest first."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    async with call.context.database.reading() as tx:
        rows = await status.page_rows(tx)
    shown = public_page(page, rows, call.context.clock.now())
    return PublicIncidentList([incident_document(one.row, page) for one in shown.incidents])


@route("GET", f"{BASE}/lints", Scope.READ)
async def wrong(call: Call) -> LintList | web.Response:
    """What is wrong with the page now, and how to mend it."""
    facts = await facts_of(call)
    return facts if isinstance(facts, web.Response) else LintList([_lint(f) for f in lints(facts)])


async def facts_of(call: Call) -> Facts | web.Response:
    """What proposals and lints are made of, or the refusal where there is no page."""
    page = page_of(call)
    if isinstance(page, web.Response):
        return page
    async with call.context.database.reading() as tx:
        return await status_facts.facts_of(tx, page, call.context.clock.now())


def _components(facts: Facts) -> list[ComponentDocument]:
    found = proposals(facts.page, facts.components, facts.incidents, facts.maintenance)
    proposed = {one.component: one for one in found}
    return [
        _component(one, facts.components.get(one.key), proposed.get(one.key))
        for one in facts.page.components
    ]


def _component(
    one: PageComponent, row: Component | None, proposed: Proposal | None
) -> ComponentDocument:
    last = None if row is None else row.now
    return ComponentDocument(
        key=one.key,
        id=component_id(one.key),
        name=one.name,
        group=one.group or None,
        services=list(one.services),
        status=status_of(row),
        since=instant_text_or_none(None if last is None else last.at),
        by=None if last is None else last.by,
        automatically_reported=last is not None and last.automatic,
        proposed=None if proposed is None else proposed.status,
        reason=None if proposed is None else proposed.reason,
    )


def _lint(one: Lint) -> LintDocument:
    return LintDocument(one.rule, one.subject, one.text, one.fix)
