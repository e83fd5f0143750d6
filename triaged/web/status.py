"""`/status`: the public status page, as HTML, JSON and Atom, from memory.

Nothing here reads the store: the page is rendered when what it shows changes.
"""

import asyncio
from collections.abc import Mapping

import msgspec
from aiohttp import web

from triaged.core.practice.status.public_page import PublicPage, public_page
from triaged.http import problems
from triaged.http.routes import Call, Scope, route
from triaged.http.shared.published import Published
from triaged.store.tables.practice_rows import status
from triaged.web._page import filled
from triaged.web._status_files import STATUS, Renderer, base_of, copied, html

V2 = "/status/api/v2"
NO_PAGE = "no status page is configured, or it is not rendered yet"


def subscribe_page(public_url: str) -> str:
    """The page that has the form for subscribers."""
    return f"{public_url}{STATUS}#subscribe"


class StatusSite:
    """The rendered page: `render` makes it, the routes of this module serve it."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._renderer = Renderer()

    def render(self, shown: PublicPage | None, public_url: str) -> None:
        """Render the page and serve it from now on; None: there is none."""
        if shown is None:
            self._published.files = {}
            return
        self._published.files = self._renderer.served(shown, base_of(shown.page.url, public_url))

    def copy(self, shown: PublicPage, public_url: str) -> Mapping[str, bytes]:
        """The static copy, by path in its folder."""
        return copied(shown, subscribe_page(public_url))


@route("GET", STATUS, Scope.STATUS)
async def page(call: Call) -> web.Response:
    """The status page."""
    return _served(call, STATUS)


@route("GET", f"{STATUS}/history", Scope.STATUS)
async def history(call: Call) -> web.Response:
    """Every incident and maintenance that was posted, by month."""
    return _served(call, f"{STATUS}/history")


@route("GET", STATUS + "/incidents/{id}", Scope.STATUS)
async def incident(call: Call) -> web.Response:
    """All posts about one public incident or maintenance."""
    found = call.context.published.answer(call.request, f"{STATUS}/incidents/{call.params['id']}")
    if found is not None:
        return found
    text = "This page does not exist. Incidents that are older than our history are not kept."
    file = html(filled("status_message.html", title="Not found", text=text, home=STATUS))
    return web.Response(body=file.body, status=404, headers={**file.headers})


@route("GET", f"{STATUS}.json", Scope.STATUS)
async def as_json(call: Call) -> web.Response:
    """Everything on the status page, as JSON."""
    return _served(call, f"{STATUS}.json")


@route("GET", f"{STATUS}.atom", Scope.STATUS)
async def as_atom(call: Call) -> web.Response:
    """The incidents and maintenance as a feed, one entry for each."""
    return _served(call, f"{STATUS}.atom")


@route("GET", f"{STATUS}/history.atom", Scope.STATUS)
async def history_atom(call: Call) -> web.Response:
    """The same feed, where readers of other status pages look for it."""
    return _served(call, f"{STATUS}/history.atom")


@route("GET", V2 + "/{document}", Scope.STATUS)
async def statuspage(call: Call) -> web.Response:
    """Statuspage's documents: summary.json, status.json, components.json, incidents.json."""
    return _served(call, f"{V2}/{call.params['document']}")


@route("GET", V2 + "/{group}/{document}", Scope.STATUS)
async def statuspage_part(call: Call) -> web.Response:
    """incidents/unresolved.json, scheduled-maintenances/upcoming.json and active.json."""
    return _served(call, f"{V2}/{call.params['group']}/{call.params['document']}")


class CopyDocument(msgspec.Struct, frozen=True):
    """The static copy of the page."""

    files: dict[str, str]
    """Content by path in its folder."""


@route("GET", "/api/v1/status-page/copy", Scope.READ)
async def copy(call: Call) -> CopyDocument | web.Response:
    """The page as files that ask nothing of triaged, for any web server or object store."""
    configuration = call.context.configuration
    page = configuration.settings.status_page
    if page is None:
        return problems.not_found(NO_PAGE)
    async with call.context.database.reading() as tx:
        rows = await status.page_rows(tx)
    shown = public_page(page, rows, call.context.clock.now())
    files = await asyncio.to_thread(copied, shown, subscribe_page(configuration.public_url))
    return CopyDocument({path: body.decode() for path, body in files.items()})


def _served(call: Call, path: str) -> web.Response:
    found = call.context.published.answer(call.request, path)
    return problems.not_found(NO_PAGE) if found is None else found
