"""The status page as JSON: our own form, and Statuspage's, which readers exist for.

https://metastatuspage.com/api, https://developer.statuspage.io/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from triaged.core.practice.status.public_page import (
    PublicPage,
    ShownComponent,
    ShownIncident,
    ShownMaintenance,
    component_id,
)
from triaged.core.practice.status.status_derivation import is_open
from triaged.core.practice.status.status_history import troubled
from triaged.core.records.practice.status import ComponentStatus, Impact, Post, PostStatus
from triaged.core.text.public_post import post_text
from triaged.core.time.durations import MINUTE
from triaged.wire import encode, instant_text, instant_text_or_none

INCIDENTS_LISTED = 50
"""Incidents, and as many maintenances, in a list: the newest, as Statuspage gives."""

Shape = dict[str, Any]


def own_json(shown: PublicPage) -> bytes:
    """`/status.json`: everything that the page shows."""
    return encode(
        {
            "page": {"name": shown.page.name, "url": shown.page.url},
            "checked_at": instant_text(shown.at),
            "updated_at": instant_text(shown.updated_at),
            "timezone": shown.page.timezone,
            "indicator": shown.indicator.indicator,
            "description": shown.indicator.description,
            "components": [_own_component(one) for one in shown.components],
            "incidents": [_own_incident(shown, one) for one in shown.incidents[:INCIDENTS_LISTED]],
            "maintenance": [
                _own_maintenance(shown, one) for one in shown.maintenance[:INCIDENTS_LISTED]
            ],
        }
    )


def _own_component(one: ShownComponent) -> Shape:
    days = [
        {"day": day.day.isoformat(), "status": day.status, "minutes": day.us // MINUTE}
        for day in one.days
        if troubled(day)
    ]
    found: Shape = {
        "id": one.id,
        "name": one.of.name,
        "description": one.of.description,
        "group": one.of.group or None,
        "status": one.status,
        "since": instant_text_or_none(one.since),
        "automatically_reported": one.automatic,
        "days": days,
    }
    if one.uptime is not None:
        found["uptime"] = int(one.uptime * 10_000) / 10_000
    return found


def _own_incident(shown: PublicPage, one: ShownIncident) -> Shape:
    row = one.row
    return {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "impact": row.impact,
        "url": address(shown, row.id),
        "components": [component_id(key) for key in row.components],
        "started_at": instant_text(row.created_at),
        "resolved_at": instant_text_or_none(row.resolved_at),
        "next_update_at": instant_text_or_none(row.next_update_at),
        "posts": [_own_post(shown, post) for post in one.posts],
    }


def _own_maintenance(shown: PublicPage, one: ShownMaintenance) -> Shape:
    row = one.row
    return {
        "id": row.id,
        "title": row.title,
        "body": row.body,
        "status": row.status,
        "url": address(shown, row.id),
        "components": [component_id(key) for key in row.components],
        "scheduled_for": instant_text(row.starts_at),
        "scheduled_until": instant_text(row.ends_at),
        "posts": [_own_post(shown, post) for post in one.posts],
    }


def _own_post(shown: PublicPage, post: Post) -> Shape:
    at = post.published_at or post.drafted_at
    return {
        "id": post.id,
        "status": post.status,
        "title": post.title,
        "body": post.body,
        "posted_at": instant_text(at),
        "next_update_at": instant_text_or_none(post.next_update_at),
        "edited_at": instant_text_or_none(_edited_at(post)),
        "text": post_text(post, shown.clock, at),
    }


def statuspage(shown: PublicPage) -> Mapping[str, bytes]:
    """The documents under `/status/api/v2/`, by their path there."""
    page, status = _page(shown), _status(shown)
    components = [_component(shown, at, one) for at, one in enumerate(shown.components, 1)]
    newest = shown.incidents[:INCIDENTS_LISTED]
    unresolved = [_incident(shown, one) for one in shown.incidents if is_open(one.row)]
    works = [_maintenance(shown, one) for one in shown.maintenance[:INCIDENTS_LISTED]]
    upcoming = [_maintenance(shown, one) for one in shown.upcoming]
    active = [_maintenance(shown, one) for one in shown.in_progress]
    documents: Mapping[str, Shape] = {
        "summary.json": {
            "page": page,
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [*active, *upcoming],
            "status": status,
        },
        "status.json": {"page": page, "status": status},
        "components.json": {"page": page, "components": components},
        "incidents.json": {"page": page, "incidents": [_incident(shown, one) for one in newest]},
        "incidents/unresolved.json": {"page": page, "incidents": unresolved},
        "scheduled-maintenances.json": {"page": page, "scheduled_maintenances": works},
        "scheduled-maintenances/upcoming.json": {"page": page, "scheduled_maintenances": upcoming},
        "scheduled-maintenances/active.json": {"page": page, "scheduled_maintenances": active},
    }
    return {path: encode(document) for path, document in documents.items()}


def page_id(shown: PublicPage) -> str:
    """The opaque identity of the page."""
    return component_id(f"page/{shown.page.url}")


def address(shown: PublicPage, identity: str) -> str:
    """Where the public reads an incident."""
    return f"{shown.page.url}/incidents/{identity}"


def _page(shown: PublicPage) -> Shape:
    return {
        "id": page_id(shown),
        "name": shown.page.name,
        "url": shown.page.url,
        "time_zone": shown.page.timezone,
        "updated_at": instant_text(shown.updated_at),
    }


def _status(shown: PublicPage) -> Shape:
    return {
        "indicator": shown.indicator.indicator,
        "description": shown.indicator.description,
    }


def _component(shown: PublicPage, position: int, one: ShownComponent) -> Shape:
    return {
        "id": one.id,
        "name": one.of.name,
        "status": one.status,
        "created_at": instant_text(one.created_at),
        "updated_at": instant_text(one.since or one.created_at),
        "position": position,
        "description": one.of.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": component_id(f"group/{one.of.group}") if one.of.group else None,
        "page_id": page_id(shown),
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(shown: PublicPage, one: ShownIncident) -> Shape:
    row = one.row
    return {
        **_thread(shown, row.id, row.title, row.status),
        "created_at": instant_text(row.created_at),
        "updated_at": instant_text(row.updated_at),
        "monitoring_at": instant_text_or_none(row.monitoring_at),
        "resolved_at": instant_text_or_none(row.resolved_at),
        "impact": row.impact,
        "started_at": instant_text(row.created_at),
        "incident_updates": _updates(shown, one.posts),
        "components": _touched(shown, row.components),
    }


def _maintenance(shown: PublicPage, one: ShownMaintenance) -> Shape:
    row = one.row
    ended = row.updated_at if row.status is PostStatus.COMPLETED else None
    return {
        **_thread(shown, row.id, row.title, row.status),
        "created_at": instant_text(row.created_at),
        "updated_at": instant_text(row.updated_at),
        "monitoring_at": None,
        "resolved_at": instant_text_or_none(ended),
        "impact": Impact.MAINTENANCE,
        "started_at": instant_text(row.starts_at),
        "scheduled_for": instant_text(row.starts_at),
        "scheduled_until": instant_text(row.ends_at),
        "incident_updates": _updates(shown, one.posts),
        "components": _touched(shown, row.components),
    }


def _thread(shown: PublicPage, identity: str, title: str, status: PostStatus) -> Shape:
    return {
        "id": identity,
        "name": title,
        "status": status,
        "shortlink": address(shown, identity),
        "page_id": page_id(shown),
    }


def _touched(shown: PublicPage, keys: Sequence[str]) -> list[Shape]:
    return [
        _component(shown, at, one)
        for at, one in enumerate(shown.components, 1)
        if one.of.key in keys
    ]


def _updates(shown: PublicPage, posts: Sequence[Post]) -> list[Shape]:
    """The posts, the newest first, each with what it changed of components."""
    found: list[Shape] = []
    before: dict[str, ComponentStatus] = {}
    for post in reversed(posts):
        at = instant_text(post.published_at or post.drafted_at)
        touched = [
            {
                "code": component_id(key),
                "name": part.name,
                "old_status": before.get(key, ComponentStatus.OPERATIONAL),
                "new_status": status,
            }
            for key, status in sorted(post.components.items())
            if (part := shown.page.component(key)) is not None
        ]
        before.update(post.components)
        edited = _edited_at(post)
        found.append(
            {
                "id": post.id,
                "status": post.status,
                "body": post.body,
                "incident_id": post.thread,
                "created_at": at,
                "updated_at": at if edited is None else instant_text(edited),
                "display_at": at,
                "affected_components": touched or None,
                "deliver_notifications": True,
            }
        )
    return found[::-1]


def _edited_at(post: Post) -> int | None:
    return post.revisions[-1].until if post.revisions else None
