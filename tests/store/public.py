"""Batches about the status page: a post is published, another is a draft, two are subscribed."""

from tests.core.practice.status_desk import PAGE
from tests.store.batches import Batch, events
from triaged.core.records.practice.status import ComponentStatus, PostStatus
from triaged.core.records.practice.status_events import (
    ComponentSet,
    ComponentsListed,
    MailingAdvanced,
    MaintenanceChanged,
    MaintenancePlanned,
    PostChanged,
    PostDiscarded,
    PostDrafted,
    PostPublished,
    StatusEvent,
    SubscriptionAsked,
    SubscriptionConfirmed,
    SubscriptionEnded,
    Wording,
)

__all__ = ["PAGE", "PUBLIC", "PUBLIC_PAIRS", "published"]
TITLE, BODY = "Checkout Issues", "Some purchases fail, and we are looking into it."
AT = 1 << 51
"""When the maintenance begins: in fifteen years."""

DOWN, UP = ComponentStatus.MAJOR_OUTAGE, ComponentStatus.OPERATIONAL


def published() -> list[StatusEvent]:
    """The scene: one post of a public incident, one draft, maintenance, two subscribers."""
    wording = Wording(title=TITLE, body=BODY, components={"checkout": DOWN})
    ended = Wording(PostStatus.RESOLVED, TITLE, "It works.", {"checkout": UP})
    return [
        PostDrafted("bob", "posted", wording, "public"),
        PostPublished("bob", "posted", "public", None),
        PostDrafted("bob", "draft", ended, "public"),
        MaintenancePlanned(
            "bob", "work", "planned", "Upgrade", "Slow.", ("search",), 1 << 51, 1 << 51 | 1
        ),
        *[
            SubscriptionAsked(name, f"{name}@x.org", "x.org", f"d-{name}")
            for name in ("ann", "ben")
        ],
        SubscriptionConfirmed("ann"),
    ]


def edited(word: str) -> PostChanged:
    """Somebody repairs a word of what is published."""
    return PostChanged("bob", "posted", "public", None, Wording(body=BODY.replace("Some", word)))


PUBLIC: dict[str, Batch] = {
    "draft": events(PostDrafted("bob", "new", Wording(title="x", body="y"), "public")),
    "publish post": events(PostPublished("bob", "draft", "public", None)),
    "discard": events(PostDiscarded("bob", "draft", "public", None)),
    "edit": events(edited("Many")),
    "other edit": events(edited("A few")),
    "component": events(ComponentSet("bob", "checkout", ComponentStatus.PARTIAL_OUTAGE)),
    "other component": events(ComponentSet("bob", "search", DOWN)),
    "components": events(ComponentsListed(("checkout", "search"))),
    "call off": events(MaintenanceChanged("bob", "work", "off", "cancel")),
    "move": events(MaintenanceChanged("bob", "work", "moved", "move", ends_at=AT + 9)),
    "subscribe": events(SubscriptionAsked("cyd", "cyd@x.org", "x.org", "d-cyd")),
    "subscribe again": events(SubscriptionAsked("ben", "ben@x.org", "x.org", "d-ben")),
    "confirm": events(SubscriptionConfirmed("ben")),
    "leave": events(SubscriptionEnded("ann")),
    "mail": events(MailingAdvanced("posted", "public", "posted", "", ("ann", "ben"), last=True)),
}
PUBLIC_PAIRS = [
    ("publish post", "discard"),
    ("discard", "publish post"),
    ("publish post", "component"),
    ("publish post", "draft"),
    ("edit", "other edit"),
    ("edit", "publish post"),
    ("component", "other component"),
    ("component", "components"),
    ("call off", "move"),
    ("subscribe again", "confirm"),
    ("confirm", "mail"),
    ("leave", "mail"),
    ("mail", "leave"),
]
