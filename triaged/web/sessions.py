"""`/sessions`: browsers in which the reader has signed in; an administrator sees everybody's."""

from aiohttp import web

from triaged.access.sessions import LISTED_MAX, ends_at
from triaged.http.problems import not_found
from triaged.http.routes import Call, Scope
from triaged.store.tables.own import sessions
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import form, page, presented, screen, see_other


@screen("/sessions")
async def show(call: Call) -> web.StreamResponse:
    """Sessions with their browser, the last use and the end."""
    context = call.context
    async with context.database.reading() as tx:
        facts = await context.engine.duty_facts.current(tx, context.clock.now())
        found = await sessions.listing(tx, _whose(call), LISTED_MAX)
    return await page(
        call,
        "sessions.html",
        frame_of(call, "", facts),
        rows=[(one, ends_at(one)) for one in found if ends_at(one) > context.clock.now()],
        own=call.session.id if call.session is not None else "",
    )


@form("/sessions/{id}/end", Scope.RESPOND)
async def end(call: Call) -> web.StreamResponse:
    """End a session: its browser is signed out."""
    async with call.context.database.transaction() as tx:
        ended = await sessions.end_named(tx, call.params["id"], _whose(call))
    call.context.known_sessions.forget()
    if not ended:
        return presented(call, not_found("you have no such session"))
    return see_other("/sessions")


def _whose(call: Call) -> str | None:
    """As whom the sessions act that the caller may see; None: as anybody."""
    return None if call.caller.may(Scope.ADMIN) else call.caller.by
