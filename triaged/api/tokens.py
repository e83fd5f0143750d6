"""`/api/v1/tokens`: API tokens, besides those of the configuration."""

import msgspec
from aiohttp import web

from triaged.access import tokens
from triaged.access.tokens import NewToken, TokenDocument, TokenRequest
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.routes import Call, Scope, route

BASE = "/api/v1/tokens"


class TokenList(msgspec.Struct, frozen=True):
    """Every token that was made."""

    tokens: list[TokenDocument]


class RevokedToken(msgspec.Struct, frozen=True):
    """The id of the token that was revoked."""

    revoked: str


@route("POST", BASE, Scope.ADMIN)
async def create(call: Call, body: TokenRequest) -> Created[NewToken] | web.Response:
    """Make a token, which only this answer shows."""
    body.check()
    context = call.context
    configuration = context.configuration
    if dangling := body.dangling(configuration.sources, configuration.settings.people):
        return problems.invalid(dangling)
    async with context.database.transaction() as tx:
        made = await tokens.create(tx, body, context.clock.now())
    context.known_tokens.forget()
    return Created(made)


@route("GET", BASE, Scope.ADMIN)
async def index(call: Call) -> TokenList:
    """Every token, revoked ones too, without its secret text."""
    async with call.context.database.reading() as tx:
        return TokenList(await tokens.listing(tx))


@route("DELETE", f"{BASE}/{{id}}", Scope.ADMIN)
async def revoke(call: Call) -> RevokedToken | web.Response:
    """Revoke a token: it is refused from the next request on."""
    name = call.params["id"]
    context = call.context
    async with context.database.transaction() as tx:
        found = await tokens.revoke(tx, name, context.clock.now())
    context.known_tokens.forget()
    if not found:
        detail = f"there is no token {name[:40]!r}: the id is wanted, see `triaged token list`"
        return problems.not_found(detail)
    return RevokedToken(name)
