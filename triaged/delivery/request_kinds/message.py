"""`message.update`: the messages of a channel about an incident say what it is now.

The newest message to a destination shows the incident; those before it say that there is a newer
one. What a message says already is not said again, and one that is gone is posted anew.
`message.confirm` asks a provider that queues messages what became of one.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from triaged.channels import Channel, Notice
from triaged.channels.common.two_way import Receipt
from triaged.channels.contract import CHANNELS, ChannelKind, Confirmed, Edited, OneAlert
from triaged.core.records.answers import Send
from triaged.core.records.model import Incident, Page
from triaged.core.records.practice.request_events import RequestVerdict
from triaged.core.records.practice.requests import CONFIRM, Done, Earlier, Request
from triaged.core.records.two_way import Edit, MessagesEdited, PostedMessage, ReceiptTaken
from triaged.core.records.verdicts import Delivered, NotTried, Refused, TryAgain, Verdict
from triaged.core.two_way.posts import LANE
from triaged.delivery.render import Telling, edited_notice
from triaged.delivery.request_kinds import Pace, Tools
from triaged.errors import Malformed
from triaged.store.queries import evidence
from triaged.store.tables import incidents, pages
from triaged.store.tables.practice_rows import messages

WIDTH, EVERY_US = 2, 1_200_000
"""50 a minute: Slack's third tier, and less than any other provider allows; pages have their own
connections and limits."""


HASH_CHARACTERS = 32


class Subject(msgspec.Struct, frozen=True):
    """An incident and its messages on a channel, the newest first."""

    incident: Incident
    posts: tuple[PostedMessage, ...]
    pages: Mapping[str, Page]
    telling: Telling


class Editor(msgspec.Struct, frozen=True):
    """What makes the edits of one channel."""

    kind: Edited
    sender: ChannelKind
    channel: Channel
    tools: Tools


def pace(lane: str, tools: Tools) -> Pace:  # noqa: ARG001 - contract
    """Slow: nobody waits for an edit."""
    return Pace(WIDTH, EVERY_US)


async def carry_out(request: Request, earlier: Earlier, tools: Tools) -> RequestVerdict:  # noqa: ARG001 - contract
    """Edit what says something else than it should, or ask what became of a message."""
    channel = tools.channels.get(request.lane.removeprefix(LANE))
    if channel is not None:
        kind = CHANNELS.load(channel.kind)
        if request.kind == CONFIRM and isinstance(kind, Confirmed):
            return await _confirm(request, kind, channel, tools)
        if isinstance(kind, Edited):
            return await _edit_all(
                request, Editor(kind, CHANNELS.load(channel.kind), channel, tools)
            )
    return Refused("the channel edits no messages: the configuration has changed")


async def _confirm(
    request: Request, kind: Confirmed, channel: Channel, tools: Tools
) -> RequestVerdict:
    """Ask what became of a message, and keep it as the truth about its page."""
    ref = str(request.body["ref"])
    asked = kind.confirmation(ref, channel.settings)
    found = kind.confirmed(ref, await tools.carrier.send(asked))
    if not isinstance(found, Receipt):
        return found
    page = str(request.body["page"])
    event = ReceiptTaken(request.incident or 0, page, found.state, found.error, found.at)
    await tools.engine.submit([event], urgent=False)
    return Done()


async def _edit_all(request: Request, editor: Editor) -> RequestVerdict:
    """Edit one message after the other, the newest first, and keep what was done."""
    tools = editor.tools
    subject = await _subject(request, editor.channel.name, tools)
    if subject is None:
        return Done()
    edits: list[Edit] = []
    verdict: RequestVerdict = Done()
    seen = set[str]()
    for post in subject.posts:
        is_last = post.destination not in seen
        if not is_last and isinstance(editor.kind, OneAlert):
            continue
        seen.add(post.destination)
        outcome = await _edit(editor, subject, post, is_last=is_last)
        if isinstance(outcome, Edit):
            edits.append(outcome)
        elif outcome is not None:
            verdict = outcome
            break
    if edits:
        event = MessagesEdited(subject.incident.number, tuple(edits))
        await tools.engine.submit([event], urgent=False)
    return verdict


async def _subject(request: Request, channel: str, tools: Tools) -> Subject | None:
    """What the edit is about; None: it is gone."""
    number = request.incident or 0
    async with tools.database.reading() as tx:
        incident = await incidents.fetch(tx, number)
        found = await messages.of_channel(tx, number, channel)
        posts = tuple(post for post in found if post.edited)
        known = pages.decoded(await tx.fetch_bulk(*pages.ask_ids(post.id for post in posts)))
        given = await evidence.of_incident(tx, number, tools.engine.duty_facts.facts)
    if incident is None:
        return None
    telling = Telling(tools.engine.settings, tools.action_key, given)
    return Subject(incident, posts, {page.id: page for page in known}, telling)


async def _edit(
    editor: Editor, subject: Subject, post: PostedMessage, *, is_last: bool
) -> Edit | TryAgain | Refused | None:
    """Have a message say what it should; None: it does, or nothing can be said."""
    page = subject.pages.get(post.id)
    if page is None:
        return None
    now = editor.tools.clock.now()
    send = Send(page, subject.incident)
    notice = edited_notice(send, subject.telling, now, is_last=is_last)
    if not isinstance(notice, Notice):
        return None  # the contact is gone, or is another one
    try:
        rendered = _hash(editor, notice, post)
        if rendered == post.rendered:
            return None
        message = editor.kind.update(notice, post.ref, editor.channel.settings, now)
    except Malformed as error:
        return Refused(str(error))
    verdict = editor.kind.updated(await editor.tools.carrier.send(message))
    match verdict:
        case Delivered(ref=ref):
            return Edit(post.id, ref or post.ref, rendered)
        case Refused() if not is_last:
            return Edit(post.id, post.ref, rendered)  # it is gone, and there is a newer one
        case Refused():
            return await _anew(editor, notice, post, rendered)
        case TryAgain():
            return verdict
        case NotTried(error=why, after_us=after_us):
            return TryAgain(why, after_us)


def _hash(editor: Editor, notice: Notice, post: PostedMessage) -> str:
    """What the edit says, whenever it is made: for that it is read at the incident's opening."""
    at = notice.incident.opened_at
    message = editor.kind.update(notice, post.ref, editor.channel.settings, at)
    return hashlib.sha256(message.body).hexdigest()[:HASH_CHARACTERS]


async def _anew(
    editor: Editor, notice: Notice, post: PostedMessage, rendered: str
) -> Edit | TryAgain | Refused:
    """Post a message again that cannot be edited any more, and go on with that one."""
    sender, settings = editor.sender, editor.channel.settings
    message = sender.request(notice, settings, editor.tools.clock.now())
    verdict: Verdict = sender.verdict(await editor.tools.carrier.send(message))
    match verdict:
        case Delivered(ref=ref):
            return Edit(post.id, ref, rendered)
        case NotTried(error=why, after_us=after_us):
            return TryAgain(why, after_us)
        case TryAgain() | Refused():
            return verdict
