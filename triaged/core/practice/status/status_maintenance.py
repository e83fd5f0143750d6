"""Planned maintenance: it begins and ends by the clock, and is verified by hand.

Subscribers hear of it when it is planned, 24 hours and 60 minutes before, when it begins, when its
end moves, and when it is over.
"""

import hashlib
from typing import assert_never

from msgspec.structs import replace

from triaged.core.muting.muters import Maintenance as Window
from triaged.core.practice.status import status_derivation as derivation
from triaged.core.practice.status.public_page import ID_CHARACTERS
from triaged.core.practice.status.status_page import (
    NO_PAGE,
    component_rows,
    wrong_keys,
    wrong_text,
)
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Conflict, RowSaved, Unknown
from triaged.core.records.effects import Decision, Effect, SaveRow
from triaged.core.records.practice.status import (
    Change,
    Component,
    ComponentStatus,
    Mailing,
    Maintenance,
    Post,
    PostState,
    PostStatus,
)
from triaged.core.records.practice.status_events import (
    MaintenanceChanged,
    MaintenanceDue,
    MaintenancePlanned,
    Wording,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.situation import Situation
from triaged.core.text.public_post import PageClock
from triaged.core.time.durations import DAY, MINUTE
from triaged.core.time.recurring import HORIZON_DAYS, zone_of

REMINDERS_US = (DAY, 60 * MINUTE)
"""How long before the beginning subscribers are reminded."""

LENGTH_MAX_US = 31 * DAY
"""A mistyped year would show maintenance for ever."""

BEGUN = "The maintenance is in progress. We will post here when it is over, or if anything changes."
OVER = "The maintenance is over."
VERIFYING = "The work is done. We are checking that everything works."
CANCELLED = "The maintenance does not take place."


def plan_maintenance(situation: Situation, event: MaintenancePlanned) -> Decision:
    """Announce maintenance."""
    page = situation.settings.status_page
    if page is None:
        return Decision((), Unknown(NO_PAGE))
    times = _times(situation, event)
    if isinstance(times, str):
        return Decision((), Conflict(times))
    starts_at, ends_at = times
    refusal = _why_not(situation, page, event, starts_at, ends_at)
    if refusal is not None:
        return Decision((), Conflict(refusal))
    row = Maintenance(
        id=event.new_id,
        incident=None,
        title=event.title,
        body=event.body,
        components=event.components,
        starts_at=starts_at,
        ends_at=ends_at,
        by=event.by,
        created_at=situation.now,
        updated_at=situation.now,
        window=event.window,
        reminded=sum(starts_at - before <= situation.now for before in REMINDERS_US),
    )
    row = replace(row, due_at=next_due(row))
    post = _post(situation, row, event.new_post, event.body, event.by)
    return Decision(tuple(_posted(situation, row, post)), RowSaved(row.id))


def _times(situation: Situation, event: MaintenancePlanned) -> tuple[int, int] | str:
    """When it begins and ends: as given, or as the window of the rules next does."""
    if event.starts_at is not None and event.ends_at is not None:
        return event.starts_at, event.ends_at
    if not event.window:
        return "say when the maintenance begins and ends, or name a maintenance window of the rules"
    window = window_of(situation, event.window)
    if window is None:
        return f"the rules have no maintenance window {event.window[:60]!r}"
    found = next_window(window, situation.now)
    return found or f"the maintenance window {event.window} does not come again"


def window_of(situation: Situation, name: str) -> Window | None:
    """The maintenance window of the rules with this name."""
    windows = situation.settings.muters.maintenance
    return next((window for window in windows if window.name == name), None)


def next_window(window: Window, now: int) -> tuple[int, int] | None:
    """(begin, end) of the window that begins next."""
    if window.every is None:
        return (window.start, window.end) if window.start > now else None
    spans = window.every.windows(now, now + HORIZON_DAYS * DAY, zone_of(window.timezone))
    return next((span for span in spans if span[0] > now), None)


def _why_not(
    situation: Situation, page: StatusPage, event: MaintenancePlanned, starts_at: int, ends_at: int
) -> str | None:
    """Why the maintenance cannot be announced."""
    if event.window and window_of(situation, event.window) is None:
        return f"the rules have no maintenance window {event.window[:60]!r}"
    if not event.title or not event.body:
        return "maintenance needs a title, and a text that says what the public notices of it"
    wording = Wording(
        title=event.title,
        body=event.body,
        components=dict.fromkeys(event.components, ComponentStatus.UNDER_MAINTENANCE),
    )
    return (
        wrong_text(wording)
        or wrong_keys(page, wording)
        or _wrong_times(situation, starts_at, ends_at)
    )


def _wrong_times(situation: Situation, starts_at: int, ends_at: int) -> str | None:
    if ends_at <= max(starts_at, situation.now):
        return "the maintenance ends before it begins, or in the past"
    if ends_at - starts_at > LENGTH_MAX_US:
        return "maintenance lasts 31 days at most: plan the parts one by one"
    return None


def change_maintenance(situation: Situation, event: MaintenanceChanged) -> Decision:
    """Move maintenance, or say how far it is."""
    row = situation.view.row(Maintenance, event.id)
    if row is None:
        return Decision((), Unknown(f"there is no maintenance {event.id[:40]!r}"))
    if row.status is PostStatus.COMPLETED:
        return Decision((), Conflict(f"{row.id} is over"))
    if (wrong := wrong_text(Wording(body=event.body))) is not None:
        return Decision((), Conflict(wrong))
    match event.verb:
        case "move":
            return _move(situation, event, row)
        case "verify":
            if row.status is PostStatus.SCHEDULED:
                return Decision((), Conflict(f"{row.id} has not begun"))
            if row.status is PostStatus.VERIFYING:
                return Decision((), RowSaved(row.id))
            after, text = replace(row, status=PostStatus.VERIFYING), VERIFYING
        case "complete":
            if row.status is PostStatus.SCHEDULED:
                return Decision((), Conflict(f"{row.id} has not begun; `cancel` calls it off"))
            after, text = replace(row, status=PostStatus.COMPLETED), OVER
        case "cancel":
            after, text = replace(row, status=PostStatus.COMPLETED), CANCELLED
        case _:
            assert_never(event.verb)
    rows = _go_on(situation, after, event.new_post, event.body or text, event.by)
    return Decision(tuple(rows), RowSaved(row.id))


def _move(situation: Situation, event: MaintenanceChanged, row: Maintenance) -> Decision:
    starts_at = row.starts_at if event.starts_at is None else event.starts_at
    ends_at = row.ends_at if event.ends_at is None else event.ends_at
    if (starts_at, ends_at) == (row.starts_at, row.ends_at):
        return Decision((), RowSaved(row.id))
    if starts_at != row.starts_at and row.status is not PostStatus.SCHEDULED:
        return Decision((), Conflict(f"{row.id} has begun: only its end can be moved"))
    if (wrong := _wrong_times(situation, starts_at, ends_at)) is not None:
        return Decision((), Conflict(wrong))
    reminded = row.reminded
    if starts_at != row.starts_at:
        reminded = sum(starts_at - before <= situation.now for before in REMINDERS_US)
    after = replace(row, starts_at=starts_at, ends_at=ends_at, reminded=reminded)
    page = situation.settings.status_page
    clock = PageClock() if page is None else PageClock(page.timezone, page.clock)
    times = f"{clock.time_beside(starts_at, None)} to {clock.time_beside(ends_at, starts_at)}"
    text = event.body or f"The maintenance was moved. It takes place {times}."
    rows = _go_on(situation, after, event.new_post, text, event.by)
    return Decision(tuple(rows), RowSaved(row.id))


def maintenance_due(situation: Situation, event: MaintenanceDue) -> Decision:
    """Remind, begin or end: whatever the clock says. A stale instant does nothing."""
    row = situation.view.row(Maintenance, event.id)
    if row is None or row.due_at != event.due_at or event.due_at > situation.now:
        return Decision()
    now = situation.now
    if row.status is PostStatus.SCHEDULED and now < row.starts_at:
        return Decision(tuple(_remind(situation, row)))
    if row.status is PostStatus.SCHEDULED and now < row.ends_at:
        after = replace(row, status=PostStatus.IN_PROGRESS)
        return Decision(tuple(_go_on(situation, after, _derived(after), BEGUN, TRIAGED)))
    if row.status in (PostStatus.SCHEDULED, PostStatus.IN_PROGRESS):
        after = replace(row, status=PostStatus.COMPLETED)
        return Decision(tuple(_go_on(situation, after, _derived(after), OVER, TRIAGED)))
    return Decision((SaveRow(replace(row, due_at=next_due(row))),))


def _derived(row: Maintenance) -> str:
    """The identity of the post that the clock writes."""
    text = f"{row.id}/{row.status}"
    return hashlib.sha256(text.encode()).hexdigest()[:ID_CHARACTERS]


def _remind(situation: Situation, row: Maintenance) -> list[Effect]:
    """Have subscribers reminded once, of the nearest reminder that is due."""
    due = sum(row.starts_at - before <= situation.now for before in REMINDERS_US)
    after = replace(row, reminded=due)
    after = replace(after, due_at=next_due(after))
    if due <= row.reminded:
        return [SaveRow(after)]
    mailing = Mailing(f"{row.id}/reminder/{due}", None, row.id, "", situation.now)
    return [SaveRow(after), SaveRow(mailing)]


def next_due(row: Maintenance) -> int | None:
    """When the clock next has something to do."""
    match row.status:
        case PostStatus.SCHEDULED if row.reminded < len(REMINDERS_US):
            return row.starts_at - REMINDERS_US[row.reminded]
        case PostStatus.SCHEDULED:
            return row.starts_at
        case PostStatus.IN_PROGRESS:
            return row.ends_at
        case _:
            return None  # verifying ends by hand


def _go_on(
    situation: Situation, row: Maintenance, new_post: str, text: str, by: str
) -> list[Effect]:
    """The maintenance after a step: its post, and what follows for its components."""
    row = replace(row, due_at=next_due(row), updated_at=situation.now)
    post = _post(situation, row, new_post, text, by)
    rows = _posted(situation, row, post)
    for key in row.components:
        status = derivation.status_of(situation.view.row(Component, key))
        after = _component_after(status, row.status)
        if after is not None:
            change = Change(situation.now, after, by)
            rows += component_rows(situation, key, change)
    return rows


def _component_after(now: ComponentStatus, status: PostStatus) -> ComponentStatus | None:
    """What a step makes of a component; None: nothing. An outage outweighs maintenance."""
    if status in (PostStatus.IN_PROGRESS, PostStatus.VERIFYING):
        is_up = now is ComponentStatus.OPERATIONAL
        return ComponentStatus.UNDER_MAINTENANCE if is_up else None
    if status is PostStatus.COMPLETED and now is ComponentStatus.UNDER_MAINTENANCE:
        return ComponentStatus.OPERATIONAL
    return None


def _post(situation: Situation, row: Maintenance, identity: str, text: str, by: str) -> Post:
    return Post(
        id=identity,
        incident=None,
        thread=row.id,
        status=row.status,
        title=row.title,
        body=text,
        drafted_at=situation.now,
        drafted_by=by,
        state=PostState.PUBLISHED,
        published_at=situation.now,
        published_by=by,
    )


def _posted(situation: Situation, row: Maintenance, post: Post) -> list[Effect]:
    """The rows of maintenance and of its new post, and the mailing to subscribers."""
    row = replace(row, posts=(*row.posts, post.id))
    mailing = Mailing(post.id, None, row.id, post.id, situation.now)
    return [SaveRow(row), SaveRow(post), SaveRow(mailing)]
