"""A status page as the mock-up shows it: eight components, some past trouble, an open incident."""

from datetime import UTC, datetime

from triaged.core.practice.status.public_page import PageRows, PublicPage, public_page
from triaged.core.records.practice.status import (
    Change,
    Component,
    ComponentStatus,
    Impact,
    Maintenance,
    Post,
    PostState,
    PostStatus,
    PublicIncident,
)
from triaged.core.records.practice.status_settings import PageComponent, StatusPage
from triaged.core.time.durations import DAY, MINUTE
from triaged.web._status_html import Links
from triaged.wire import instant

NAMES = {
    "storefront": "Storefront",
    "search": "Search",
    "checkout": "Checkout",
    "payments": "Payments",
    "login": "Accounts and login",
    "tracking": "Order tracking",
    "mail": "Customer e-mail",
    "partners": "Partner API",
}
PAGE = StatusPage(
    name="Larkspur status",
    url="https://status.larkspur.example",
    timezone="America/New_York",
    components=tuple(PageComponent(key, name, services=(key,)) for key, name in NAMES.items()),
    links={
        "Privacy": "https://larkspur.example/privacy",
        "Help with an order": "https://larkspur.example/help",
    },
    contact="privacy@larkspur.example",
    channel="mail",
)
LINKS = Links(
    page="/status",
    history="/status/history",
    atom="/status.atom",
    json="/status.json",
    incidents="/status/incidents/",
    subscribe="/status/subscribe",
)
NOW = instant(datetime(2026, 6, 4, 19, 46, tzinfo=UTC))
POSTED = NOW - MINUTE
BODY = (
    "We are investigating reports of checkout failures. Some customers\n"
    "may experience errors when completing purchases. Our team is\n"
    "actively working on a resolution."
)
POST = Post(
    id="p00000000001",
    incident=12,
    thread="i00000000001",
    status=PostStatus.INVESTIGATING,
    title="Checkout Issues",
    body=BODY,
    drafted_at=POSTED - MINUTE,
    drafted_by="carol",
    components={"checkout": ComponentStatus.PARTIAL_OUTAGE},
    next_update_at=POSTED + 30 * MINUTE,
    state=PostState.PUBLISHED,
    published_at=POSTED,
    published_by="carol",
)
INCIDENT = PublicIncident(
    id="i00000000001",
    incident=12,
    title="Checkout Issues",
    status=PostStatus.INVESTIGATING,
    impact=Impact.MAJOR,
    created_at=POSTED,
    updated_at=POSTED,
    posts=(POST.id,),
    components=("checkout",),
    next_update_at=POST.next_update_at,
)
BACK = Post(
    id="p00000000002",
    incident=7,
    thread="i00000000002",
    status=PostStatus.RESOLVED,
    title="Delayed payment confirmations",
    body="Payment confirmations arrive normally again. For 41 minutes some customers saw their"
    " order as unpaid; no payment was lost and none was taken twice.",
    drafted_at=NOW - 20 * DAY,
    drafted_by="carol",
    state=PostState.PUBLISHED,
    published_at=NOW - 20 * DAY,
    published_by="carol",
)
OVER = PublicIncident(
    id="i00000000002",
    incident=7,
    title=BACK.title,
    status=PostStatus.RESOLVED,
    impact=Impact.MAJOR,
    created_at=NOW - 20 * DAY - 41 * MINUTE,
    updated_at=NOW - 20 * DAY,
    posts=(BACK.id,),
    components=("payments",),
    resolved_at=NOW - 20 * DAY,
)
WORK = Maintenance(
    id="m00000000001",
    incident=None,
    title="Database upgrade",
    body="Checkout is read-only for some minutes.",
    components=("checkout",),
    starts_at=NOW + 2 * DAY,
    ends_at=NOW + 2 * DAY + 60 * MINUTE,
    by="carol",
    created_at=NOW - DAY,
    updated_at=NOW - DAY,
)


def trouble(key: str, back_days: int, minutes: int, status: ComponentStatus) -> Component:
    """A component that has had trouble once."""
    at = NOW - back_days * DAY
    changes = (
        Change(at, status, "carol"),
        Change(at + minutes * MINUTE, ComponentStatus.OPERATIONAL, "carol"),
    )
    return Component(id=key, incident=0, created_at=NOW - 200 * DAY, changes=changes)


QUIET = {key: Component(id=key, incident=0, created_at=NOW - 200 * DAY) for key in NAMES} | {
    each.id: each
    for each in (
        trouble("storefront", 60, 22, ComponentStatus.DEGRADED_PERFORMANCE),
        trouble("search", 11, 41, ComponentStatus.PARTIAL_OUTAGE),
        trouble("payments", 20, 41, ComponentStatus.MAJOR_OUTAGE),
    )
}
DOWN = Component(
    id="checkout",
    incident=None,
    created_at=NOW - 200 * DAY,
    changes=(Change(POSTED, ComponentStatus.PARTIAL_OUTAGE, "carol"),),
)


def shown(*, trouble: bool = True, page: StatusPage = PAGE) -> PublicPage:
    """The page with an open incident, or without."""
    incidents = {OVER.id: OVER} | ({INCIDENT.id: INCIDENT} if trouble else {})
    rows = PageRows(
        components=QUIET | ({"checkout": DOWN} if trouble else {}),
        incidents=incidents,
        maintenance={WORK.id: WORK},
        posts={POST.id: POST, BACK.id: BACK},
    )
    return public_page(page, rows, NOW)
