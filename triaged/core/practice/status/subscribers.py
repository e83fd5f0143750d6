"""Subscribers of the status page: who gets a mail or a request about what.

Mails go to confirmed addresses only, about one post once, and never after somebody has left.
"""

import hashlib
import re

from msgspec.structs import replace

from triaged.core.practice.status.status_derivation import weight
from triaged.core.practice.status.status_page import thread_of
from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.practice.request_events import RequestEnded
from triaged.core.records.practice.requests import Done, Request, RequestState
from triaged.core.records.practice.status import (
    Mailing,
    Maintenance,
    Post,
    PublicIncident,
    Subscriber,
    SubscriberState,
    Wish,
)
from triaged.core.records.practice.status_events import (
    HookSubscribed,
    MailingAdvanced,
    SubscriptionAsked,
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionEnded,
)
from triaged.core.records.verdicts import Refused, TryAgain
from triaged.core.situation import Situation
from triaged.core.time.durations import DAY, HOUR

ASKED_MAX, ASKED_WITHIN_US = 5, HOUR
"""Confirmation mails to one address: whoever types somebody else's address cannot flood it."""

CONFIRM_WITHIN_US = DAY
UNCONFIRMED_KEPT_US = 2 * DAY
ENDED_KEPT_US = 30 * DAY
"""How long the hash of somebody who left is kept, to honour that and to count."""

DOMAIN_BOUNCES_MAX = 2
"""Sign-ups that bounced at a domain where nobody has confirmed: no third mail goes there."""

POST_GIVES_UP_US = 6 * HOUR
"""Time after which the news of a post are old; its subscribers will read the next one."""

SOFT_BOUNCES_MAX, SOFT_OFF_US = 5, DAY
HOOK_FAILS_US = DAY
"""A webhook that has failed for so long is switched off."""

_HARD = re.compile(
    r"^SMTP 5\d\d (?:5\.1\.[1236]\b|(?:5\.\d+\.\d+ )?.*(?:user unknown|unknown user|no such user"
    r"|does not exist|no mailbox|mailbox (?:unavailable|not found)|invalid recipient"
    r"|recipient rejected|address rejected))",
    re.IGNORECASE,
)
"""5.1.1 and its like, and what servers write that give no such code, or 5.7.1:
https://www.rfc-editor.org/rfc/rfc3463#section-3.2"""

MAIL_LANE, HOOK_LANE = "subscriber.mail", "subscriber.hook"
MAIL, HOOK, CONFIRM = "subscriber.mail", "subscriber.hook", "subscriber.confirm"

ACTIVE = SubscriberState.ACTIVE


def ask(situation: Situation, event: SubscriptionAsked) -> Decision:
    """Have a mail sent that asks the owner of the address to confirm.

    The caller hears nothing of what follows: nobody learns by this who is subscribed.
    """
    now = situation.now
    known = situation.view.row(Subscriber, event.id)
    asked = tuple(at for at in (known.asked if known else ()) if at > now - ASKED_WITHIN_US)
    may = len(asked) < ASKED_MAX and event.domain_bounces < DOMAIN_BOUNCES_MAX
    if not may or (known is not None and known.state is SubscriberState.BOUNCED):
        return Decision()
    if known is not None and known.state is ACTIVE:
        row = replace(known, asked=(*asked, now))
    else:
        row = Subscriber(
            id=event.id,
            incident=None,
            kind="mail",
            address=event.address,
            domain=event.domain,
            created_at=now,
            token=event.token,
            epoch=event.epoch,
            wish=event.wish,
            asked=(*asked, now),
            confirm_by=now + CONFIRM_WITHIN_US,
            delete_at=now + UNCONFIRMED_KEPT_US,
        )
    request = Request(
        id=f"{CONFIRM}/{row.id}/{now}",
        incident=None,
        kind=CONFIRM,
        lane=MAIL_LANE,
        created_at=now,
        due_at=now,
        gives_up_at=now + CONFIRM_WITHIN_US,
        body={"subscriber": row.id, "epoch": row.epoch},
        target=row.domain,
    )
    return Decision((SaveRow(row), SaveRow(request)))


def subscribe_hook(situation: Situation, event: HookSubscribed) -> Decision:
    """Have posts sent to a URL; whoever asks holds a token, so that nothing has to be confirmed."""
    now = situation.now
    row = Subscriber(
        id=event.id,
        incident=None,
        kind="hook",
        address=event.address,
        domain=event.domain,
        created_at=now,
        state=ACTIVE,
        token=event.token,
        epoch=event.epoch,
        wish=event.wish,
        confirmed_at=now,
    )
    return Decision((SaveRow(row),), RowSaved(row.id))


def confirm(situation: Situation, event: SubscriptionConfirmed) -> Decision:
    """The address is right: from now on it gets what is published."""
    row = situation.view.row(Subscriber, event.id)
    if row is None or row.state not in (SubscriberState.UNCONFIRMED, ACTIVE):
        return Decision((), Unknown("there is no such subscription"))
    if row.state is ACTIVE:
        return Decision((), RowSaved(row.id))
    if row.confirm_by is None or row.confirm_by < situation.now:
        return Decision((), Conflict("the link was valid for 24 hours: subscribe again"))
    active = replace(row, state=ACTIVE, confirmed_at=situation.now, confirm_by=None, delete_at=None)
    return Decision((SaveRow(active),), RowSaved(row.id))


def change(situation: Situation, event: SubscriptionChanged) -> Decision:
    """A subscriber wants to hear of other things."""
    row = situation.view.row(Subscriber, event.id)
    if row is None or row.state is not ACTIVE:
        return Decision((), Unknown("there is no such subscription"))
    return Decision((SaveRow(replace(row, wish=event.wish)),), RowSaved(row.id))


def leave(situation: Situation, event: SubscriptionEnded) -> Decision:
    """Nothing is sent any more, and the address is forgotten; doing it twice is no error."""
    row = situation.view.row(Subscriber, event.id)
    if row is None:
        return Decision((), Unknown("there is no such subscription"))
    gone = row.state is SubscriberState.UNSUBSCRIBED
    if gone and not event.forget:
        return Decision((), RowSaved(row.id))
    left = replace(
        row,
        state=SubscriberState.UNSUBSCRIBED,
        address="",
        wish=Wish(),
        asked=(),
        confirm_by=None,
        ended_at=row.ended_at if gone else situation.now,
        delete_at=situation.now + (0 if event.forget else ENDED_KEPT_US),
    )
    return Decision((SaveRow(left),), RowSaved(row.id))


def advance_mailing(situation: Situation, event: MailingAdvanced) -> Decision:
    """Give the next subscribers their requests, each at most once for one mailing."""
    mailing = situation.view.row(Mailing, event.id)
    if mailing is None or mailing.ended_at is not None or mailing.after != event.after:
        return Decision()
    requests: list[Effect] = []
    for identity in event.subscribers:
        row = situation.view.row(Subscriber, identity)
        if row is not None and wants(situation, row, mailing):
            requests.append(SaveRow(_request(situation, row, mailing)))
    moved = replace(
        mailing,
        after=event.subscribers[-1] if event.subscribers else mailing.after,
        recipients=mailing.recipients + len(requests),
        ended_at=situation.now if event.last else None,
    )
    return Decision((SaveRow(moved), *requests))


def wants(situation: Situation, row: Subscriber, mailing: Mailing) -> bool:
    """Whether a subscriber gets the message of a mailing."""
    if row.state is not ACTIVE or row.confirmed_at is None:
        return False
    if row.confirmed_at > mailing.created_at:
        return False  # it reads of what happens from now on
    if row.off_until is not None and row.off_until > situation.now:
        return False
    thread = thread_of(situation, mailing.thread)
    return thread is not None and fits(row.wish, thread, situation.view.row(Post, mailing.post))


def fits(wish: Wish, thread: PublicIncident | Maintenance, post: Post | None) -> bool:
    """Whether the wish covers a post (None: a reminder) of this thread."""
    keys = {*thread.components, *(post.components if post is not None else ())}
    if wish.components and not keys & set(wish.components):
        return False
    if isinstance(thread, Maintenance):
        return True
    return not wish.maintenance_only and weight(thread.impact) >= weight(wish.impact)


def _request(situation: Situation, row: Subscriber, mailing: Mailing) -> Request:
    kind = MAIL if row.kind == "mail" else HOOK
    return Request(
        id=request_id(mailing.id, row.id, row.epoch),
        incident=mailing.incident,
        kind=kind,
        lane=MAIL_LANE if row.kind == "mail" else HOOK_LANE,
        created_at=situation.now,
        due_at=situation.now,
        gives_up_at=mailing.created_at + POST_GIVES_UP_US,
        body={
            "subscriber": row.id,
            "epoch": row.epoch,
            "thread": mailing.thread,
            "post": mailing.post,
        },
        target=row.domain,
    )


def request_id(mailing: str, subscriber: str, epoch: int) -> str:
    """The identity of what one subscriber gets of one mailing: it exists at most once."""
    return f"subscriber/{mailing}/{subscriber}/{epoch}"


def ended(situation: Situation, event: RequestEnded, after: Request) -> tuple[Effect, ...]:
    """What the end of an attempt says of the subscriber: whether mails arrive, and requests."""
    row = situation.view.row(Subscriber, str(after.body.get("subscriber", "")))
    if row is None:
        row = situation.view.row(Subscriber, str(event.request.body["subscriber"]))
    if row is None or row.state not in (ACTIVE, SubscriberState.UNCONFIRMED):
        return ()
    changed = _after_hook(row, event, situation.now)
    if row.kind == "mail":
        changed = _after_mail(row, event, after, situation.now)
    return () if changed == row else (SaveRow(changed),)


def _after_mail(row: Subscriber, event: RequestEnded, after: Request, now: int) -> Subscriber:
    if isinstance(event.verdict, Done):
        return replace(row, soft_bounces=0)
    if after.state is not RequestState.FAILED:
        return row
    hard = isinstance(event.verdict, Refused) and is_hard(event.verdict.error)
    return after_bounce(row, now, hard=hard)


def _after_hook(row: Subscriber, event: RequestEnded, now: int) -> Subscriber:
    """A webhook is switched off when each request has failed for a day."""
    match event.verdict:
        case Done():
            return replace(row, failing_since=None)
        case TryAgain() | Refused():
            since = now if row.failing_since is None else row.failing_since
            if now - since < HOOK_FAILS_US:
                return replace(row, failing_since=since)
            return after_bounce(row, now, hard=True)
        case _:
            return row


def is_hard(error: str) -> bool:
    """Whether a refusal by SMTP says that nobody has this address."""
    return _HARD.search(error) is not None


def after_bounce(row: Subscriber, now: int, *, hard: bool) -> Subscriber:
    """A subscriber after a mail came back."""
    if hard:
        return replace(
            row,
            state=SubscriberState.BOUNCED,
            ended_at=now,
            address="",
            delete_at=now + ENDED_KEPT_US,
        )
    bounces = row.soft_bounces + 1
    if bounces < SOFT_BOUNCES_MAX:
        return replace(row, soft_bounces=bounces)
    return replace(row, soft_bounces=0, off_until=now + SOFT_OFF_US)


def digest(text: str) -> str:
    """The SHA-256 under which a token is stored."""
    return hashlib.sha256(text.encode()).hexdigest()
