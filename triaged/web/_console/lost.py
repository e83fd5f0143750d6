"""The page for an incident that does not exist."""

from aiohttp import web

from triaged.http.routes import Call
from triaged.store.queries import board
from triaged.web._console.frame import frame_of
from triaged.web._console.pages import page

SHOWN = 40


async def no_incident(call: Call) -> web.Response:
    """404, with the newest incident that there is."""
    async with call.context.database.reading() as tx:
        newest = await board.newest(tx)
    wanted = call.params["id"][:SHOWN]
    return await page(
        call, "missing.html", frame_of(call), status=404, wanted=wanted, newest=newest
    )
