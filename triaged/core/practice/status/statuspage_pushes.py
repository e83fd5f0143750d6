"""Posts that are repeated at Statuspage: one request for each post, of which the newest goes."""

from collections.abc import Iterator

from triaged.core.practice.tracker_rows import LANE
from triaged.core.records.model import Incident
from triaged.core.records.practice.requests import Request
from triaged.core.records.practice.status import Post, PostStatus, PublicIncident
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.situation import Situation
from triaged.core.text.public_post import PageClock, flowing
from triaged.core.time.durations import DAY

PUSH = "statuspage.incident"

PUSH_LIFE_US = DAY
"""What could not be said there for a day is said by nobody any more."""

SAID = frozenset(
    {
        PostStatus.INVESTIGATING,
        PostStatus.IDENTIFIED,
        PostStatus.MONITORING,
        PostStatus.RESOLVED,
    }
)
"""The words of incidents that Statuspage takes; its postmortems are another matter."""


def pushes(situation: Situation, thread: PublicIncident, post: Post) -> Iterator[Request]:
    """The requests to have every page elsewhere say what a published post says."""
    page, now = situation.settings.status_page, situation.now
    if post.status not in SAID or page is None:
        return
    for name in situation.settings.integrations.status_pages:
        yield Request(
            id=f"statuspage/{name}/{thread.id}/{post.id}",
            incident=post.incident,
            kind=PUSH,
            lane=LANE + name,
            created_at=now,
            due_at=now,
            gives_up_at=now + PUSH_LIFE_US,
            body={
                "push": {
                    "id": thread.id,
                    "name": post.title,
                    "status": post.status.value,
                    "body": _body(page, post),
                    "components": {key: each.value for key, each in post.components.items()},
                    "impact": "" if post.impact is None else post.impact.value,
                }
            },
            topic=f"statuspage/{name}/{thread.id}",
        )


def _body(page: StatusPage, post: Post) -> str:
    """The text, and when the next one comes; Statuspage itself says when it was posted."""
    if post.next_update_at is None or post.published_at is None:
        return flowing(post.body)
    clock = PageClock(page.timezone, page.clock)
    at = clock.time_beside(post.next_update_at, post.published_at)
    return f"{flowing(post.body)}\n\nNext update: {at}"


def is_outlived(request: Request, incident: Incident | None) -> bool:
    """True for a push that failed while its incident was being resolved: it is not tried again.

    A page elsewhere must not go back to an outage that is over.
    """
    if request.kind != PUSH or incident is None or incident.live or request.attempts <= 1:
        return False
    return PostStatus(request.body["push"]["status"]) is not PostStatus.RESOLVED
