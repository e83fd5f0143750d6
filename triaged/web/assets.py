"""`/static/{file}`: the style sheet and the scripts of the console, for ever in caches."""

from aiohttp import web

from triaged.http.problems import not_found
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.published import answer_with
from triaged.web._console.assets import files


@route("GET", "/static/{file}", Scope.PUBLIC)
async def show(call: Call) -> web.Response:
    """The style sheet or a script of the console; its name holds the hash of its content."""
    file = files().get(call.params["file"])
    return not_found() if file is None else answer_with(call.request, file)
