"""Everything that the public may see at an instant: made from the rows, rendered elsewhere."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from triaged.core.practice.status.status_derivation import (
    Indicator,
    indicator,
    is_in_progress,
    is_open,
    status_of,
)
from triaged.core.practice.status.status_history import Day, days, uptime
from triaged.core.records.practice.status import (
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
from triaged.core.text.public_post import PageClock

ID_CHARACTERS = 12
INCIDENTS_MAX = 200
"""Incidents, and as many maintenances, that have a page: the newest."""


class PageRows(msgspec.Struct, frozen=True):
    """The rows behind the page, by identity."""

    components: Mapping[str, Component] = {}
    incidents: Mapping[str, PublicIncident] = {}
    maintenance: Mapping[str, Maintenance] = {}
    posts: Mapping[str, Post] = {}


class ShownComponent(msgspec.Struct, frozen=True):
    """A component as it is shown."""

    of: PageComponent
    id: str
    status: ComponentStatus
    automatic: bool
    since: int | None
    """When it became so; None: it has been so since the beginning."""
    created_at: int
    days: tuple[Day, ...]
    uptime: float | None


class ShownIncident(msgspec.Struct, frozen=True):
    """An incident with its posts, the newest first."""

    row: PublicIncident
    posts: tuple[Post, ...]


class ShownMaintenance(msgspec.Struct, frozen=True):
    """Maintenance with its posts, the newest first."""

    row: Maintenance
    posts: tuple[Post, ...]


Shown = ShownIncident | ShownMaintenance


class PublicPage(msgspec.Struct, frozen=True):
    """The page at an instant."""

    page: StatusPage
    at: int
    indicator: Indicator
    components: tuple[ShownComponent, ...]
    incidents: tuple[ShownIncident, ...]
    """The newest first."""
    maintenance: tuple[ShownMaintenance, ...]
    """By their starts, the latest first."""
    updated_at: int
    """The last change of anything on it."""

    @property
    def clock(self) -> PageClock:
        """How the page tells the time."""
        return PageClock(self.page.timezone, self.page.clock)

    @property
    def threads(self) -> list[Shown]:
        """Everything that has a page of its own."""
        return [*self.incidents, *self.maintenance]

    @property
    def open_incidents(self) -> list[ShownIncident]:
        """Those whose end the public waits for."""
        return [one for one in self.incidents if is_open(one.row)]

    @property
    def in_progress(self) -> list[ShownMaintenance]:
        """The maintenance that is going on."""
        return [one for one in self.maintenance if is_in_progress(one.row)]

    @property
    def upcoming(self) -> list[ShownMaintenance]:
        """The maintenance that is planned, the next one first."""
        planned = [one for one in self.maintenance if one.row.status is PostStatus.SCHEDULED]
        return planned[::-1]


def component_id(key: str) -> str:
    """The opaque identity of a component: it stays the same for as long as its key does."""
    return hashlib.sha256(f"component/{key}".encode()).hexdigest()[:ID_CHARACTERS]


def public_page(page: StatusPage, rows: PageRows, now: int) -> PublicPage:
    """The page as it is at `now`."""
    components = tuple(_component(page, one, rows, now) for one in page.components)
    incidents = sorted(rows.incidents.values(), key=lambda one: (one.created_at, one.id))
    shown = tuple(
        ShownIncident(one, _posts(one.posts, rows)) for one in incidents[-INCIDENTS_MAX:][::-1]
    )
    planned = sorted(rows.maintenance.values(), key=lambda one: (one.starts_at, one.id))
    works = tuple(
        ShownMaintenance(one, _posts(one.posts, rows)) for one in planned[-INCIDENTS_MAX:][::-1]
    )
    impacts = [one.impact for one in rows.incidents.values() if is_open(one)]
    impacts += [Impact.MAINTENANCE for one in rows.maintenance.values() if is_in_progress(one)]
    changes = [one.since or one.created_at for one in components]
    changes += [one.updated_at for one in incidents] + [one.updated_at for one in planned]
    return PublicPage(
        page=page,
        at=now,
        indicator=indicator([one.status for one in components], impacts),
        components=components,
        incidents=shown,
        maintenance=works,
        updated_at=max(changes, default=now),
    )


def _component(page: StatusPage, one: PageComponent, rows: PageRows, now: int) -> ShownComponent:
    row = rows.components.get(one.key)
    last = None if row is None else row.now
    return ShownComponent(
        of=one,
        id=component_id(one.key),
        status=status_of(row),
        automatic=last is not None and last.automatic,
        since=None if last is None else last.at,
        created_at=now if row is None else row.created_at,
        days=days(row, page.timezone, now),
        uptime=uptime(row, page.timezone, now) if page.uptime else None,
    )


def _posts(ids: Sequence[str], rows: PageRows) -> tuple[Post, ...]:
    """The published posts, the newest first."""
    found = [rows.posts[one] for one in ids if one in rows.posts]
    return tuple(post for post in found[::-1] if post.state is PostState.PUBLISHED)
