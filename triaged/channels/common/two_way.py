"""Both ways: buttons and their presses, edits of messages, what providers report back.

The types that the contract speaks of, for channels whose provider can do more than take a message.
A channel verifies and reads what arrives; who somebody is, what they may do and what becomes of it
is decided elsewhere, in the same way for every channel. Instants are µs.
"""

from collections.abc import Mapping

import msgspec

from triaged.channels import HttpRequest
from triaged.core.records.pages import ReceiptState
from triaged.core.records.two_way import Verb

__all__ = ["ReceiptState", "Verb"]


class Callback(msgspec.Struct, frozen=True):
    """A request that a provider makes of us."""

    headers: Mapping[str, str]
    """By name, in lower case."""
    body: bytes
    url: str = ""
    """The address that the provider was given, query included: made of `public_url`, for the
    address of the request is that of whatever stands in front of us."""
    at: int = 0


DEFERRED = "deferred"
"""In `back`: the call was answered before there were words, which can only go as `later`."""


class Press(msgspec.Struct, frozen=True):
    """Somebody pressed a button of a message of ours."""

    account: str
    """The provider's identity of the person: compared with `Contact.answers_as` of the channel."""
    value: str
    """The button's `value`, not verified yet."""
    ref: str = ""
    """The message, as `Delivered.ref` names it."""
    back: Mapping[str, str] = {}
    """What `answer` needs to reach whoever pressed."""


class Typed(msgspec.Struct, frozen=True):
    """Somebody typed a command: `ack INC-12`, `note INC-12 rolled back`, `declare SEV-2 …`.

    Short forms of a provider (`12a` by SMS) are translated by the channel.
    """

    account: str
    text: str
    room: str = ""
    """The provider's identity of the channel or thread in which it was typed."""
    ref: str = ""
    """The message to which it is a reply, as `Delivered.ref` names it."""
    back: Mapping[str, str] = {}
    id: str = ""
    """The provider's identity of the call: what has it is done once, however often it comes."""


class Signalled(msgspec.Struct, frozen=True):
    """The provider says that somebody has acted on its side."""

    verb: Verb
    account: str = ""
    incident: int | None = None
    """None: that of the message `ref`."""
    ref: str = ""
    at: int | None = None
    """Instant by the provider's word: calls may come days later."""
    needs_person: bool = False
    """True: it counts only if `account` is somebody's, for anybody may be in a room."""


class Receipt(msgspec.Struct, frozen=True):
    """The provider reports what became of a message. It is no acknowledgement."""

    ref: str
    state: ReceiptState
    error: str = ""
    is_permanent: bool = False
    """Whether another attempt would fail as well."""
    at: int | None = None


class OptedOut(msgspec.Struct, frozen=True):
    """An address takes no more messages: STOP by SMS, a blocked bot, a deleted subscription."""

    account: str
    reason: str


class OptedIn(msgspec.Struct, frozen=True):
    """An address takes messages again: START by SMS."""

    account: str


class Pinned(msgspec.Struct, frozen=True):
    """Somebody pinned a message in a room: it becomes a note on the timeline."""

    account: str
    room: str
    message: str
    """Identity of the message there: it is imported once."""
    author: str
    text: str
    at: int


class Handshake(msgspec.Struct, frozen=True):
    """The provider tries whether it reaches us, and wants this answer."""

    body: bytes
    content_type: str = "application/json"


Called = Press | Typed | Signalled | Receipt | OptedOut | OptedIn | Pinned | Handshake
"""What a call-back, a long poll or a socket can bring."""


class Reply(msgspec.Struct, frozen=True):
    """What whoever pressed or typed is told: the truth about the incident, in words."""

    text: str
    """At most 1,000 characters, plain."""
    done: bool = True
    """False: it was refused, or there was nothing to do."""
    is_stranger: bool = False
    """Whoever it was is nobody we know: where words cost money they get none."""


class HttpReply(msgspec.Struct, frozen=True):
    """The answer to a call-back, in the provider's form."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    later: HttpRequest | None = None
    """A request that carries the words where the answer itself cannot."""


class Batch(msgspec.Struct, frozen=True):
    """What a long poll brought."""

    called: tuple[Called, ...]
    cursor: str
    """From where the next poll goes on."""
    pause_us: int = 0
    """How long to wait before it, where the provider does not let us wait for news."""
