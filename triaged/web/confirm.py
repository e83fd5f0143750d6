"""`/confirm/{token}`: the link by which the owner of a contact confirms it.

Mail scanners open links by themselves: GET shows a button, and only POST confirms.
"""

from aiohttp import web

from triaged.access.contact_links import ContactLink, parse
from triaged.core.oncall.contact_states import address_digest, contact_of
from triaged.core.records.answers import RowSaved
from triaged.core.records.duty.contacts import ContactConfirmed, contact_id
from triaged.http.guards import refused
from triaged.http.routes import Call, Scope, route
from triaged.web._page import page

DONE = "Pages to this contact reach you, and it is shown as confirmed from now on."
ASK = "Press the button if you are the one who is to be paged by this contact."


@route("GET", "/confirm/{token}", Scope.LINK)
async def show(call: Call) -> web.Response:
    """The page of the link in a message that asks to confirm a contact; it changes nothing."""
    link = _link(call)
    if link is None:
        return _gone(call)
    return _page(f"Confirm {link.contact} of {link.person}", ASK, asks=True)


@route("POST", "/confirm/{token}", Scope.LINK)
async def confirm(call: Call) -> web.Response:
    """Confirm the contact to which the link was sent."""
    link = _link(call)
    if link is None:
        return _gone(call)
    event = ContactConfirmed(link.person, link.contact, "link", link.person, link.address)
    (answer,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(answer, RowSaved):
        return _gone(call)
    whose = contact_id(link.person, link.contact)
    return _page(f"{whose} is confirmed", DONE, asks=False)


def _link(call: Call) -> ContactLink | None:
    """The link, if we have signed it, it has not expired, and the contact has that address."""
    context = call.context
    link = parse(call.params["token"], context.action_key, context.clock.now())
    if link is None:
        return None
    contact = contact_of(context.configuration.settings, link.person, link.contact)
    return link if contact is not None and address_digest(contact) == link.address else None


def _page(title: str, text: str, *, asks: bool) -> web.Response:
    return page("confirm.html", title=title, text=text, asks=asks)


def _gone(call: Call) -> web.Response:
    return refused(call, "link", page("confirm.html", 404, title=GONE, text=AGAIN, asks=False))


GONE = "This link does not work"
AGAIN = "It is valid for ten minutes. Have another one sent: triaged oncall verify"
