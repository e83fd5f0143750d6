"""Subscriptions to the status page: sign-up, confirmation, and the link in every mail.

Scanners open links, so that a GET never changes anything; a POST does, without cookies and without
a redirect. One-click: https://www.rfc-editor.org/rfc/rfc8058
"""

import re
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from triaged.access.subscriber_links import (
    confirmed_id,
    is_token,
    link_of,
    subscriber_id,
    token_of,
)
from triaged.core.practice.status.subscribers import digest
from triaged.core.records.answers import Conflict, Unknown
from triaged.core.records.practice.status import Impact, Subscriber, SubscriberState, Wish
from triaged.core.records.practice.status_events import (
    StatusEvent,
    SubscriptionAsked,
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.http import origins, problems
from triaged.http.answers import answer
from triaged.http.bodies import read_body
from triaged.http.guards import unread
from triaged.http.routes import Call, Scope, route
from triaged.store.tables.practice_rows import status
from triaged.web._page import STATUS_HEADERS, filled
from triaged.web._status_files import STATUS, base_of
from triaged.wire import instant_text, instant_text_or_none

FORM_BYTES_MAX = 16 * 1024
FIELDS_MAX = 200
UNCONFIRMED_MAX = 10_000
"""Addresses that have not confirmed: beyond it somebody types in a list. They go after two days."""

ADDRESS_MAX = 254
"""https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1, without the brackets."""

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63})"
)
ASKED = "If the address is right, a mail is under way. Press the link in it within 24 hours."
GONE = "This link is not valid any more. If you still get mails, use the link in the last one."
IMPACTS = {
    Impact.NONE: "All",
    Impact.MINOR: "From minor on: slow, or partly broken",
    Impact.MAJOR: "From major on: a part does not work",
    Impact.CRITICAL: "Only critical ones: nothing works",
}

Form = dict[str, list[str]]
log = structlog.get_logger()


@route("POST", f"{STATUS}/subscribe", Scope.STATUS)
async def subscribe(call: Call) -> web.Response:
    """Ask for mails to an address: `email`, and any number of `component`.

    The answer is always the same, so that nobody learns who is subscribed.
    """
    page = _page(call)
    if page is None or not page.channel:
        return problems.not_found("nobody can subscribe to this page by mail")
    form = await _form(call)
    if isinstance(form, web.Response):
        return form
    address = normal(first(form, "email"))
    now = call.context.clock.now()
    client = origins.client_address(call.request, call.context.configuration.trusted_proxies)
    if address is not None and call.context.sign_ups.allows(client, now):
        await _ask(call, address, wish_of(form, page))
    return _message(call, "One more step", ASKED)


async def _ask(call: Call, address: str, wish: Wish) -> None:
    key, domain = call.context.action_key, address.rpartition("@")[2]
    identity = subscriber_id(key, "mail", address)
    async with call.context.database.reading() as tx:
        known = await status.subscriber(tx, identity)
        bounces = await status.domain_bounces(tx, domain)
        waiting = (await status.counts(tx)).get(SubscriberState.UNCONFIRMED, 0)
    if known is None and waiting >= UNCONFIRMED_MAX:
        log.warning("subscriptions.limit_hit", waiting=waiting, limit=UNCONFIRMED_MAX)
        return
    epoch = 1 if known is None else known.epoch
    if known is not None and known.state is SubscriberState.UNSUBSCRIBED:
        epoch += 1
    event = SubscriptionAsked(
        id=identity,
        address=address,
        domain=domain,
        token=digest(token_of(key, identity, epoch)),
        wish=wish,
        epoch=epoch,
        domain_bounces=bounces,
    )
    await call.context.engine.submit([event], urgent=True)


@route("GET", STATUS + "/confirm/{token}", Scope.LINK)
async def confirmation(call: Call) -> web.Response:
    """The page of the link in the first mail, with a button that confirms."""
    row = await _asked(call)
    if row is None or row.state is not SubscriberState.UNCONFIRMED:
        return _already(call, row)
    text = f"Mails about the status go to {row.address} once you press the button."
    return _filled(call, "status_confirm.html", title="Confirm the subscription", text=text)


@route("POST", STATUS + "/confirm/{token}", Scope.LINK)
async def confirm(call: Call) -> web.Response:
    """Confirm the subscription."""
    row = await _asked(call)
    if row is None:
        return _already(call, row)
    outcome = await _submit(call, SubscriptionConfirmed(row.id))
    match outcome:
        case Conflict(detail=detail):
            return _message(call, "Too late", f"{detail[:1].upper()}{detail[1:]}.", status=410)
        case Unknown():
            return _already(call, None)
        case _:
            return _message(call, "Subscribed", f"Mails about the status go to {row.address}.")


def _already(call: Call, row: Subscriber | None) -> web.Response:
    if row is not None and row.state is SubscriberState.ACTIVE:
        return _message(call, "Subscribed", f"Mails about the status go to {row.address}.")
    return _message(call, "Not valid any more", GONE, status=404)


async def _asked(call: Call) -> Subscriber | None:
    """The subscriber whom a link to confirm names."""
    token = call.params["token"]
    if not is_token(token):
        return None
    async with call.context.database.reading() as tx:
        row = await status.subscriber(tx, token.partition(".")[0])
    if row is None or confirmed_id(call.context.action_key, token, row.epoch) != row.id:
        return None
    return row


@route("GET", STATUS + "/u/{token}", Scope.LINK)
async def manage(call: Call) -> web.Response:
    """The page of the link in every mail: unsubscribe, choose, export, delete. Changes nothing."""
    row = await _subscriber(call)
    if row is None:
        return _message(call, "Not valid any more", GONE, status=404)
    return _managed(call, row, "Your subscription", f"Mails about the status go to {row.address}.")


@route("POST", STATUS + "/u/{token}", Scope.LINK)
async def act(call: Call) -> web.Response:
    """Unsubscribe at one click (`List-Unsubscribe=One-Click`), or what a button of the page says.

    Doing it twice is no error; there is no cookie, no login and no redirect.
    """
    page = _page(call)
    row = await _subscriber(call, left=True)
    form = await _form(call)
    if isinstance(form, web.Response):
        return form
    if row is None:
        return _message(call, "Not valid any more", GONE, status=404)
    match first(form, "do"):
        case "save" if page is not None and row.state is SubscriberState.ACTIVE:
            wish = wish_of(form, page)
            await _submit(call, SubscriptionChanged(row.id, wish))
            async with call.context.database.reading() as tx:
                row = await status.subscriber(tx, row.id) or row
            return _managed(call, row, "Saved", "From now on you get what is chosen here.")
        case "forget":
            await _submit(call, SubscriptionEnded(row.id, forget=True))
            text = "You get no more mails, and nothing is stored of you."
            return _message(call, "Deleted", text)
        case "save":
            return _message(call, "Not valid any more", GONE, status=404)
        case _:
            await _submit(call, SubscriptionEnded(row.id))
            return _message(call, "Unsubscribed", "You get no more mails about the status.")


@route("GET", STATUS + "/u/{token}/export", Scope.LINK)
async def export(call: Call) -> web.Response:
    """Everything that is stored of a subscriber, as JSON."""
    row = await _subscriber(call)
    if row is None:
        return problems.not_found()
    found = {
        "address": row.address,
        "state": row.state,
        "components": list(row.wish.components),
        "impact": row.wish.impact,
        "maintenance_only": row.wish.maintenance_only,
        "subscribed_at": instant_text(row.created_at),
        "confirmed_at": instant_text_or_none(row.confirmed_at),
    }
    return answer(
        found, headers={"Content-Disposition": 'attachment; filename="subscription.json"'}
    )


async def _subscriber(call: Call, *, left: bool = False) -> Subscriber | None:
    """The subscriber whom the link in a mail names; those who `left` count too, if asked for."""
    if not is_token(call.params["token"]):
        return None
    async with call.context.database.reading() as tx:
        row = await status.subscriber_of_token(tx, digest(call.params["token"]))
    fine = (SubscriberState.ACTIVE, SubscriberState.UNCONFIRMED)
    return row if row is not None and (left or row.state in fine) else None


async def _submit(call: Call, event: StatusEvent) -> object:
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    return outcome


def _page(call: Call) -> StatusPage | None:
    return call.context.configuration.settings.status_page


async def _form(call: Call) -> Form | web.Response:
    """The fields of the body, whichever of the two ways a form is sent in."""
    body = await read_body(call.request, FORM_BYTES_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    return fields_of(body, call.request.headers.get("Content-Type", ""))


def fields_of(body: bytes, kind: str) -> Form:
    """The fields of an encoded form, or of one in parts; none where it is neither."""
    try:
        if kind.lower().startswith("multipart/form-data"):
            return _parts_of(body, kind)
        return parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except (ValueError, LookupError):
        return {}


def _parts_of(body: bytes, kind: str) -> Form:
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1")
    found: Form = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found.setdefault(name, []).append(content.decode("utf-8", "replace"))
    return found


def first(form: Form, name: str) -> str:
    """The first value of a field; empty where there is none."""
    return form.get(name, [""])[0]


def normal(text: str) -> str | None:
    """The address as it is stored; None: it is none that every server takes."""
    address = text.strip()
    if len(address) > ADDRESS_MAX or (match := _ADDRESS.fullmatch(address)) is None:
        return None
    return f"{address[: -len(match[1])]}{match[1].lower()}"


def wish_of(form: Form, page: StatusPage) -> Wish:
    """What the form says that a subscriber wants."""
    known = {one.key for one in page.components}
    keys = tuple(sorted(known & set(form.get("component", ()))))
    impact = first(form, "impact")
    return Wish(
        components=() if keys == tuple(sorted(known)) else keys,
        impact=Impact(impact) if impact in IMPACTS else Impact.NONE,
        maintenance_only=bool(first(form, "maintenance_only")),
    )


def _managed(call: Call, row: Subscriber, title: str, text: str) -> web.Response:
    page, wish = _page(call), row.wish
    parts = page.components if page else ()
    return _filled(
        call,
        "status_subscriber.html",
        title=title,
        text=text,
        components=[(one.key, one.name, one.key in wish.components) for one in parts],
        impacts=[(value, words, value is wish.impact) for value, words in IMPACTS.items()],
        maintenance_only=wish.maintenance_only,
        contact=page.contact if page else "",
        export=f"{link_of(_home(call), call.params['token'])}/export",
    )


def _home(call: Call) -> str:
    page, public_url = _page(call), call.context.configuration.public_url
    return base_of(page.url if page else public_url, public_url)


def _message(call: Call, title: str, text: str, status: int = 200) -> web.Response:
    """A page with one sentence."""
    return _filled(call, "status_message.html", status, title=title, text=text)


def _filled(call: Call, template: str, status: int = 200, **values: object) -> web.Response:
    """A page about a subscription, which nobody stores or lists."""
    headers = {**STATUS_HEADERS, "X-Robots-Tag": "noindex, nofollow"}
    body = filled(template, home=_home(call), **values)
    return web.Response(body=body.encode(), status=status, headers=headers)
