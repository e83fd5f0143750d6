"""The status page: components, public incidents, posts, maintenance. Instants are µs.

The words are those of Statuspage, so that its readers read ours:
https://developer.statuspage.io/
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from triaged.core.records.practice.rows import PracticeRow

PAGE = 0
"""The incident of rows that belong to the page as a whole: a batch loads them together."""


class ComponentStatus(StrEnum):
    """How a component is, as the public sees it, from the best to the worst."""

    OPERATIONAL = "operational"
    UNDER_MAINTENANCE = "under_maintenance"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"


class PostStatus(StrEnum):
    """The word at the beginning of a post: the first five of incidents, the rest of maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


OF_INCIDENTS = frozenset(
    {
        PostStatus.INVESTIGATING,
        PostStatus.IDENTIFIED,
        PostStatus.MONITORING,
        PostStatus.RESOLVED,
        PostStatus.POSTMORTEM,
    }
)
OF_MAINTENANCE = frozenset(PostStatus) - OF_INCIDENTS
ENDED = frozenset({PostStatus.RESOLVED, PostStatus.POSTMORTEM, PostStatus.COMPLETED})
"""What is over after a post with such a word."""


class Impact(StrEnum):
    """How bad a public incident is."""

    NONE = "none"
    MAINTENANCE = "maintenance"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class PostState(StrEnum):
    """How far a post is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Change(msgspec.Struct, frozen=True, gc=False):
    """A component has had this status from an instant on."""

    at: int
    status: ComponentStatus
    by: str
    automatic: bool = False
    """triaged set it because nobody had; the page says so."""
    incident: int | None = None
    """The incident for which it was set automatically."""


class Component(PracticeRow, frozen=True, gc=False):
    """How a component is and has been. `id` is its key in the configuration.

    `incident` is `PAGE`.
    """

    created_at: int = 0
    """When it first stood on the page."""
    changes: tuple[Change, ...] = ()
    """Oldest first; before the first one it was operational."""

    @property
    def now(self) -> Change | None:
        """The last change; None: it has been operational since the beginning."""
        return self.changes[-1] if self.changes else None


class Revision(msgspec.Struct, frozen=True, gc=False):
    """The text of a post before somebody edited it."""

    title: str
    body: str
    until: int
    """When it was edited."""
    by: str
    """Whoever edited it."""


class Post(PracticeRow, frozen=True, gc=False):
    """A post: a draft, or what the public reads. `id` is opaque."""

    thread: str
    """The id of its `PublicIncident` or `Maintenance`."""
    status: PostStatus
    title: str
    body: str
    drafted_at: int
    drafted_by: str
    components: Mapping[str, ComponentStatus] = {}
    """What publishing it sets."""
    impact: Impact | None = None
    """Overrides the impact that follows from the components."""
    next_update_at: int | None = None
    state: PostState = PostState.DRAFT
    published_at: int | None = None
    published_by: str = ""
    revisions: tuple[Revision, ...] = ()
    """The texts that it has had since it was published, oldest first."""


class PublicIncident(PracticeRow, frozen=True, gc=False):
    """An incident as the public sees it, from its first published post on. `id` is opaque.

    Its number in triaged never leaves the house: it tells how often we fail.
    """

    title: str
    status: PostStatus
    impact: Impact
    created_at: int
    updated_at: int
    posts: tuple[str, ...] = ()
    """Ids of its published posts, oldest first."""
    components: tuple[str, ...] = ()
    """Every component that it has affected."""
    next_update_at: int | None = None
    monitoring_at: int | None = None
    resolved_at: int | None = None

    @property
    def promised_at(self) -> int | None:
        """When the next post is due, as long as the public still waits for the end."""
        return None if self.status in ENDED else self.next_update_at


class Maintenance(PracticeRow, frozen=True, gc=False):
    """Maintenance that the public hears of. `id` is opaque."""

    title: str
    body: str
    components: tuple[str, ...]
    starts_at: int
    ends_at: int
    by: str
    created_at: int
    updated_at: int
    status: PostStatus = PostStatus.SCHEDULED
    window: str = ""
    """The maintenance window of the rules that mutes its pages; empty: none."""
    posts: tuple[str, ...] = ()
    """Ids of its published posts, oldest first."""
    reminded: int = 0
    """How many of the reminders have been sent."""
    due_at: int | None = None
    """When the clock next has something to do for it; None: nothing any more."""


class SubscriberState(StrEnum):
    """Whether a subscriber gets mails."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


class Wish(msgspec.Struct, frozen=True, gc=False):
    """What a subscriber wants to hear of; nothing named means everything."""

    components: tuple[str, ...] = ()
    impact: Impact = Impact.NONE
    """The least impact of incidents."""
    maintenance_only: bool = False


class Subscriber(PracticeRow, frozen=True, gc=False):
    """Somebody who hears of posts. `id` is a keyed hash of the address."""

    kind: Literal["mail", "hook"]
    address: str
    """The mail address or URL; empty once unsubscribed: then only the hash is kept."""
    domain: str
    created_at: int
    state: SubscriberState = SubscriberState.UNCONFIRMED
    token: str = ""
    """SHA-256 of the token in the links of its mails."""
    epoch: int = 1
    """How often it has subscribed: tokens of before are void."""
    wish: Wish = Wish()
    asked: tuple[int, ...] = ()
    """When somebody last asked for a confirmation to this address."""
    confirm_by: int | None = None
    """Until when the link to confirm works."""
    confirmed_at: int | None = None
    ended_at: int | None = None
    soft_bounces: int = 0
    off_until: int | None = None
    """Nothing is sent before this instant, because several mails bounced."""
    failing_since: int | None = None
    """Since when each request to a webhook has failed."""
    delete_at: int | None = None
    """When the row is deleted."""


class Mailing(PracticeRow, frozen=True, gc=False):
    """A message on its way to all subscribers.

    `id` is that of the post, or `<maintenance>/reminder/1`.
    """

    thread: str
    post: str
    """The id of the post; empty: a reminder of the maintenance."""
    created_at: int
    after: str = ""
    """The id of the last subscriber who has a request."""
    recipients: int = 0
    """Requests so far."""
    ended_at: int | None = None
