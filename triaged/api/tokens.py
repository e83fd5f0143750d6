"""`/api/v1/tokens`: who may talk to us, besides the tokens of the configuration."""

from typing import Any

from aiohttp import web

from triaged.access import tokens
from triaged.api.schemas import NewToken, TokenList
from triaged.api.webhooks import unread
from triaged.http import answers, problems
from triaged.http.bodies import API_BODY_MAX, decode, read_body
from triaged.http.routes import Call, Route, Scope

BASE = "/api/v1/tokens"


async def create(call: Call) -> web.StreamResponse:
    """Make a token; only this answer shows it."""
    body = await read_body(call.request, API_BODY_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    wish = tokens.TokenWish.read(decode(body, dict[str, Any]))
    context = call.context
    configuration = context.configuration
    if dangling := wish.dangling(configuration.sources, configuration.settings.people):
        return problems.invalid(dangling)
    async with context.database.transaction() as tx:
        made = await tokens.create(tx, wish, context.clock.now())
    context.authority.forget()
    return answers.answer(made, 201)


async def index(call: Call) -> web.StreamResponse:
    """Every token that was made, revoked ones too; never what it is."""
    async with call.context.database.reading() as tx:
        return answers.answer({"tokens": await tokens.listing(tx)})


async def revoke(call: Call) -> web.StreamResponse:
    """Make a token useless, from the next request on."""
    name = call.params["id"]
    context = call.context
    async with context.database.transaction() as tx:
        found = await tokens.revoke(tx, name, context.clock.now())
    context.authority.forget()
    if not found:
        told = (
            f"there is no token {name[:40]!r}: its id is wanted, as `triaged token list` shows it"
        )
        return problems.not_found(told)
    return answers.answer({"revoked": name})


ROUTES = (
    Route(
        method="POST",
        path=BASE,
        scope=Scope.ADMIN,
        handler=create,
        about="Make a token.",
        body=tokens.TokenWish,
        answer=NewToken,
        status=201,
    ),
    Route(
        method="GET",
        path=BASE,
        scope=Scope.ADMIN,
        handler=index,
        about="Every token, without what it is.",
        answer=TokenList,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/{{id}}",
        scope=Scope.ADMIN,
        handler=revoke,
        about="Make a token useless.",
    ),
)
