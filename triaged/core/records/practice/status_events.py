"""Events of the status page: what people do to it, subscribers among them.

What an event refers to never changes, such as the thread of a post: the shell has read it before,
so that the batch loads the right rows.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from triaged.core.records.practice.status import ComponentStatus, Impact, PostStatus, Wish


class Wording(msgspec.Struct, frozen=True):
    """What a post says and does; None: as it is, or as triaged proposes."""

    status: PostStatus | None = None
    title: str | None = None
    body: str | None = None
    components: Mapping[str, ComponentStatus] | None = None
    impact: Impact | None = None
    next_update_at: int | None = None


class PostDrafted(msgspec.Struct, frozen=True):
    """Somebody writes a post; nothing of it is public yet."""

    by: str
    new_id: str
    wording: Wording
    thread: str
    """The public incident or maintenance that it goes on with, or the identity of a new one."""
    number: int | None = None
    """The incident in triaged that it is about."""


class PostChanged(msgspec.Struct, frozen=True):
    """Somebody changes a draft, or repairs a word of what is published."""

    by: str
    id: str
    thread: str
    number: int | None
    wording: Wording


class PostPublished(msgspec.Struct, frozen=True):
    """Somebody publishes a draft."""

    by: str
    id: str
    thread: str
    number: int | None


class PostDiscarded(msgspec.Struct, frozen=True):
    """Somebody throws a draft away."""

    by: str
    id: str
    thread: str
    number: int | None


class ComponentSet(msgspec.Struct, frozen=True):
    """Somebody sets a component without a post."""

    by: str
    key: str
    status: ComponentStatus


class ComponentsListed(msgspec.Struct, frozen=True):
    """The configuration lists components that have no row yet."""

    keys: tuple[str, ...]


class MaintenancePlanned(msgspec.Struct, frozen=True):
    """Somebody plans maintenance: the public hears of it at once."""

    by: str
    new_id: str
    new_post: str
    title: str
    body: str
    components: tuple[str, ...]
    starts_at: int | None
    """None: when the window next begins."""
    ends_at: int | None
    window: str = ""


class MaintenanceChanged(msgspec.Struct, frozen=True):
    """Somebody moves maintenance, or says how far it is."""

    by: str
    id: str
    new_post: str
    verb: Literal["move", "verify", "complete", "cancel"]
    body: str = ""
    """The text of the post; empty: the usual one."""
    starts_at: int | None = None
    ends_at: int | None = None


class MaintenanceDue(msgspec.Struct, frozen=True):
    """The clock has something to do for maintenance; stale if its row has another instant."""

    id: str
    due_at: int


class SubscriptionAsked(msgspec.Struct, frozen=True):
    """Somebody asks for mails to an address: nothing but a mail to confirm follows."""

    id: str
    """A keyed hash of the address."""
    address: str
    domain: str
    token: str
    """SHA-256 of the token of its next epoch."""
    wish: Wish = Wish()
    epoch: int = 1
    """The epoch that the token is of."""
    domain_bounces: int = 0
    """How many addresses of this domain bounced before anybody there had confirmed."""


class HookSubscribed(msgspec.Struct, frozen=True):
    """Somebody with a token has posts sent to a URL."""

    by: str
    id: str
    address: str
    domain: str
    token: str
    epoch: int = 1
    wish: Wish = Wish()


class SubscriptionConfirmed(msgspec.Struct, frozen=True):
    """The owner of an address has pressed the button behind the link."""

    id: str


class SubscriptionChanged(msgspec.Struct, frozen=True):
    """A subscriber wants to hear of other things."""

    id: str
    wish: Wish


class SubscriptionEnded(msgspec.Struct, frozen=True):
    """A subscriber leaves; `forget`: and wants nothing kept, not even the hash."""

    id: str
    forget: bool = False


class MailingAdvanced(msgspec.Struct, frozen=True):
    """The next subscribers of a mailing get their requests."""

    id: str
    thread: str
    post: str
    after: str
    """The subscriber after whom these come; not that of the row: somebody else was faster."""
    subscribers: tuple[str, ...]
    last: bool
    """There are no more."""


StatusEvent = (
    PostDrafted
    | PostChanged
    | PostPublished
    | PostDiscarded
    | ComponentSet
    | ComponentsListed
    | MaintenancePlanned
    | MaintenanceChanged
    | MaintenanceDue
    | SubscriptionAsked
    | HookSubscribed
    | SubscriptionConfirmed
    | SubscriptionChanged
    | SubscriptionEnded
    | MailingAdvanced
)
