"""`subscriber.mail`, `subscriber.hook`, `subscriber.confirm`: what subscribers of the page get.

Whether somebody still wants it is looked up just before it goes. A mail goes at most once: where
the server may have it, it is not sent again; a webhook, which can tell, gets it at least once.
"""

from triaged.access.subscriber_links import (
    confirm_link,
    confirm_token,
    hook_secret,
    link_of,
    token_of,
)
from triaged.channels import HttpRequest
from triaged.channels import email as mails
from triaged.channels import webhook as hooks
from triaged.channels.common.subscriber_mail import SubscriberMail, subscriber_mail
from triaged.core.practice.status.subscribers import CONFIRM, HOOK, HOOK_LANE
from triaged.core.records.events import Delivered, NotTried, Refused, TryAgain, Verdict
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import Done, Earlier, Request
from triaged.core.records.practice.status import (
    Subscriber,
    SubscriberState,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.text.subscriber_news import (
    Links,
    News,
    confirm_subject,
    confirm_text,
    hook_body,
    news_text,
)
from triaged.core.time.durations import SECOND
from triaged.delivery.request_kinds import Pace, Tools
from triaged.store.tables.practice_rows import status
from triaged.wire import Secret, encode

MAILS_AT_ONCE, MAIL_EVERY_US = 8, SECOND // 10
"""At most ten a second: a post to 10,000 takes 17 minutes, and the mail server has room for pages,
which have connections of their own."""

HOOKS_AT_ONCE = 8
HOOK_S = 10.0

UNSURE = Done({"unsure": "the mail server may have it, and it is not sent twice"})
NOT_WANTED = Done({"skipped": "the subscriber does not want it any more"}, forget=True)


def pace(lane: str, tools: Tools) -> Pace:  # noqa: ARG001 - contract
    """How fast mails, and requests to webhooks, go."""
    return Pace(HOOKS_AT_ONCE) if lane == HOOK_LANE else Pace(MAILS_AT_ONCE, MAIL_EVERY_US)


async def carry_out(request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:  # noqa: ARG001 - contract
    """Send it, if it is still wanted."""
    page = tools.engine.settings.status_page
    if page is None:
        return Refused("no status page is configured any more")
    async with tools.database.reading() as tx:
        row = await status.subscriber(tx, str(request.body["subscriber"]))
    if row is None or not still_wanted(request, row):
        return NOT_WANTED
    if request.kind == CONFIRM:
        return await _confirm(request, row, page, tools)
    news = await _news(request, page, tools)
    if news is None:
        return NOT_WANTED
    if request.kind == HOOK:
        return await _hook(request, row, news, tools)
    return await _mail(_written(request, row, news, tools), request, page, tools)


def still_wanted(request: Request, row: Subscriber) -> bool:
    """Whether the subscriber has not left, or come back, since the request was made."""
    states = [SubscriberState.ACTIVE]
    if request.kind == CONFIRM:
        states.append(SubscriberState.UNCONFIRMED)
    return row.state in states and row.epoch == request.body["epoch"]


async def _news(request: Request, page: StatusPage, tools: Tools) -> News | None:
    """The post or reminder; None: it is gone."""
    async with tools.database.reading() as tx:
        thread = await status.thread(tx, str(request.body["thread"]))
        post = await status.post(tx, str(request.body["post"])) if request.body["post"] else None
    if thread is None or (request.body["post"] and post is None):
        return None
    return News(page, thread, post, tools.clock.now())


def _status_url(tools: Tools) -> str:
    return f"{tools.engine.settings.public_url}/status"


def _manage(row: Subscriber, tools: Tools) -> str:
    return link_of(_status_url(tools), token_of(tools.action_key, row.id, row.epoch))


def _written(request: Request, row: Subscriber, news: News, tools: Tools) -> SubscriberMail:
    manage = _manage(row, tools)
    return SubscriberMail(
        id=request.id,
        to=row.address,
        subject=news.subject,
        text=news_text(news, Links(manage=manage)),
        sender=news.page.sender,
        page_name=news.page.name,
        page_url=news.page.url,
        unsubscribe=manage,
        subscriber=row.id,
        thread=news.thread.id,
    )


async def _confirm(
    request: Request, row: Subscriber, page: StatusPage, tools: Tools
) -> RequestVerdict:
    """The mail that asks to confirm, or says that the address is subscribed already."""
    if row.state is SubscriberState.ACTIVE:
        links = Links(manage=_manage(row, tools))
    else:
        token = confirm_token(tools.action_key, row.id, row.epoch)
        links = Links(confirm=confirm_link(_status_url(tools), token))
    mail = SubscriberMail(
        id=request.id,
        to=row.address,
        subject=confirm_subject(page),
        text=confirm_text(page, links),
        sender=page.sender,
        page_name=page.name,
        page_url=page.url,
    )
    return await _mail(mail, request, page, tools)


async def _mail(
    mail: SubscriberMail, request: Request, page: StatusPage, tools: Tools
) -> RequestVerdict:
    channel = tools.channels.get(page.channel)
    if channel is None or not isinstance(channel.settings, mails.Settings):
        return Refused(f"there is no mail channel {page.channel!r}")
    if request.maybe_since is not None:
        return UNSURE
    made = subscriber_mail(mail, channel.settings, tools.clock.now())
    verdict = mails.verdict(await tools.carrier.send(made))
    if isinstance(verdict, TryAgain) and verdict.maybe_accepted:
        return UNSURE
    return verdict_of(verdict)


async def _hook(request: Request, row: Subscriber, news: News, tools: Tools) -> RequestVerdict:
    body = encode({"id": request.id, **hook_body(news)})
    seconds = str(tools.clock.now() // SECOND)
    secret = Secret(hook_secret(tools.action_key, row.id, row.epoch))
    headers = {
        "content-type": "application/json",
        "idempotency-key": request.id,
        "x-triaged-timestamp": seconds,
        "x-triaged-signature": f"v1={hooks.signature(secret, seconds, body)}",
    }
    made = HttpRequest("POST", row.address, headers, body, HOOK_S, guarded=True)
    return verdict_of(hooks.verdict(await tools.carrier.send(made)))


def verdict_of(verdict: Verdict) -> RequestVerdict:
    """The verdict of a channel as that of a request."""
    match verdict:
        case Delivered(ref=ref):
            return Done({"ref": ref} if ref else {})
        case TryAgain() | NotTried() | Refused():
            return verdict
