"""Action items: each has an owner and a due date, and somebody hears of it until it is done."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.tracker_rows import issue_request, taken_over
from triaged.core.practice.work import change_work, holder_of, work_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.model import Entry, Incident, State, incident_id
from triaged.core.records.practice.action_items import (
    TEXT_MAX,
    ActionItem,
    ActionState,
    Priority,
)
from triaged.core.records.practice.learning_events import (
    ActionItemAdded,
    ActionItemChanged,
    ActionItemTracked,
)
from triaged.core.records.practice.roles import Role
from triaged.core.records.timers import ActionItemsDue
from triaged.core.response.paging import News, notify_person
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.text.names import meant
from triaged.core.time.calendars import (
    Calendar,
    add_working_days,
    opening_of,
    working_day_from,
)
from triaged.core.time.recurring import edge, local_day

DUE_IN_DAYS: Mapping[Priority, int] = {
    Priority.P0: 2,
    Priority.P1: 7,
    Priority.P2: 30,
    Priority.P3: 90,
}
"""Working days after which an item is due where nobody says it."""

ITEMS_MAX = 200
"""Action items of one incident: what nobody can oversee is not done."""

DUE_MAX = timedelta(days=5 * 366)
"""A date further off is a slip of the pen."""

DAILY_REMINDERS = 10
"""Reminders of an overdue item, one each working day; later ones come once a week."""

WEEK_DAYS = 5
"""Working days between two later reminders."""

ITEMS_TOLD = 10
"""Items that one reminder lists."""


def add_item(situation: Situation, event: ActionItemAdded) -> Decision:
    """Add an action item; without an owner who is known and a due date there is none."""
    incident = situation.incident(event.incident)
    if incident is None:
        return Decision((), Unknown(f"there is no {incident_id(event.incident)}"))
    known = situation.view.rows_of(ActionItem, incident.number)
    if any(item.id == event.new_id for item in known):
        return Decision((), Acted(incident.number))
    refusal = _refusal_of(situation, incident, event, len(known))
    if refusal is not None:
        return Decision((), refusal)
    draft = Draft(incident)
    due, note = _due(situation, event)
    item = ActionItem(
        id=event.new_id,
        incident=incident.number,
        kind=event.kind,
        priority=event.priority,
        text=_one_line(event.text),
        owner=event.owner,
        due=due.isoformat(),
        due_note=note,
        created_at=situation.now,
        updated_at=situation.now,
        by=event.by,
        state=ActionState.DONE if event.done else ActionState.OPEN,
    )
    data: dict[str, object] = {"id": item.id, "kind": item.kind, "priority": item.priority}
    data |= {"text": item.text, "owner": item.owner, "due": item.due, "state": item.state}
    said = f"action item ({item.priority}, @{item.owner}, by {item.due}): {item.text}"
    said += f"; {note}" if note else ""
    draft.say(Entry(situation.now, "action.added", event.by, said, data))
    _save(situation, draft, item)
    _track(situation, draft, item)
    if item.owner != event.by and item.is_unfinished:
        text = f"you own an action item of {incident.id}, due {item.due}"
        news = News(text, f"action-{item.id}", _line(item))
        notify_person(situation, draft, item.owner, news)
    return Decision(draft.effects(), Acted(incident.number))


def _refusal_of(
    situation: Situation, incident: Incident, event: ActionItemAdded, known: int
) -> Conflict | Unknown | None:
    """Why the item cannot be added; None: it can."""
    text = _one_line(event.text)
    if incident.state is State.MERGED:
        return Conflict(
            f"{incident.id}: was merged; add the action item to what it was merged into"
        )
    if not 0 < len(text) <= TEXT_MAX:
        return Conflict(f"an action item says in 1 to {TEXT_MAX} characters what is to be done")
    if known >= ITEMS_MAX:
        return Conflict(f"{incident.id}: has {ITEMS_MAX} action items, which is the most")
    return _unknown(situation.settings, event.owner) or _untimely(
        situation, event.due, past=event.done
    )


def _unknown(settings: Settings, owner: str) -> Unknown | None:
    if not owner:
        return Unknown("an action item has an owner: a person of the configuration")
    if owner in settings.people:
        return None
    near = meant(owner, settings.people)
    return Unknown(f"there is no person {owner[:100]!r} in the configuration{near}")


def _untimely(situation: Situation, due: date | None, *, past: bool) -> Conflict | None:
    """Why nothing can be due then; what is done already may have been due in the `past`."""
    if due is None:
        return None
    today = _today(situation)
    if due < today and not past:
        return Conflict(f"an action item cannot be due in the past: {due.isoformat()}")
    if due > today + DUE_MAX:
        return Conflict(f"an action item is due within five years, not on {due.isoformat()}")
    return None


def _today(situation: Situation) -> date:
    return local_day(situation.now, situation.settings.working_days.zone)


def _due(situation: Situation, event: ActionItemAdded) -> tuple[date, str]:
    """The due date, and what is to be said of it."""
    calendar = situation.settings.working_days
    if event.due is None:
        return add_working_days(calendar, _today(situation), DUE_IN_DAYS[event.priority]), ""
    return _moved(calendar, event.due)


def _moved(calendar: Calendar, due: date) -> tuple[date, str]:
    """The first working day from `due` on, and what is said where that is another."""
    day = working_day_from(calendar, due)
    if day == due:
        return due, ""
    note = f"{due.isoformat()} is no working day of the calendar {calendar.name}"
    return day, f"{note}: moved to {day.isoformat()}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(item: ActionItem) -> str:
    return f"{item.kind.capitalize()}: {item.text} ({item.priority}, by {item.due})"


def _save(situation: Situation, draft: Draft, item: ActionItem) -> None:
    """Write an item; the incident counts the unfinished ones, and its timer is for the next."""
    draft.add(SaveRow(item))
    number = draft.incident.number
    others = (one for one in situation.view.rows_of(ActionItem, number) if one.id != item.id)
    _settle(situation, draft, [*others, item])


def _track(situation: Situation, draft: Draft, item: ActionItem) -> None:
    """Have the item's issue say what the item says now, where it has a tracker."""
    request = issue_request(situation, draft.incident, item)
    if request is not None:
        draft.add(SaveRow(request))


def _settle(situation: Situation, draft: Draft, items: Iterable[ActionItem]) -> None:
    unfinished = [one for one in items if one.is_unfinished]
    if work_of(draft.incident).action_items != len(unfinished):
        change_work(draft, action_items=len(unfinished))
    if unfinished:
        calendar = situation.settings.working_days
        due_at = min(reminder_at(calendar, one) for one in unfinished)
        draft.arm(ActionItemsDue(draft.incident.number, due_at))
    else:
        draft.drop(ActionItemsDue)


def reminder_at(calendar: Calendar, item: ActionItem) -> int:
    """When the next reminder of an item is due.

    That is on its due date, then each working day, later each week, whatever its incident does.
    """
    day = date.fromisoformat(item.due)
    daily = min(item.reminders, DAILY_REMINDERS)
    weekly = (item.reminders - daily) * WEEK_DAYS
    return opening_of(calendar, add_working_days(calendar, day, daily + weekly))


def change_item(situation: Situation, event: ActionItemChanged) -> Decision:
    """Change the state, the owner or the due date of an item."""
    incident = situation.incident(event.incident)
    item = situation.view.row(ActionItem, event.id)
    if incident is None or item is None or item.incident != incident.number:
        return Decision((), Unknown(f"there is no action item {event.id[:100]!r}"))
    refusal = _refusal_of_change(situation, item, event)
    if refusal is not None:
        return Decision((), refusal)
    changed = _changed(situation, item, event)
    if changed == item:
        return Decision((), Acted(incident.number))
    draft = Draft(incident)
    changed = replace(changed, updated_at=situation.now)
    _say_changed(situation, draft, item, changed, event.by)
    _save(situation, draft, changed)
    _track(situation, draft, changed)
    if changed.owner not in (item.owner, event.by) and changed.is_unfinished:
        text = f"you own an action item of {incident.id} now, due {changed.due}"
        news = News(text, f"action-{item.id}-{situation.now}", _line(changed))
        notify_person(situation, draft, changed.owner, news)
    return Decision(draft.effects(), Acted(incident.number))


def _refusal_of_change(
    situation: Situation, item: ActionItem, event: ActionItemChanged
) -> Conflict | Unknown | None:
    cancels = event.state is ActionState.CANCELLED and item.state is not ActionState.CANCELLED
    if cancels and not event.reason.strip():
        return Conflict("an action item is cancelled with a reason: `reason`, `--reason`")
    moves = event.due is not None and event.due.isoformat() != item.due
    return (_unknown(situation.settings, event.owner) if event.owner is not None else None) or (
        _untimely(situation, event.due, past=False) if moves else None
    )


def _changed(situation: Situation, item: ActionItem, event: ActionItemChanged) -> ActionItem:
    if event.state is not None and event.state is not item.state:
        reason = _one_line(event.reason)[:TEXT_MAX]
        item = replace(item, state=event.state, reason=reason)
    if event.owner is not None:
        item = replace(item, owner=event.owner)
    if event.due is not None and event.due.isoformat() != item.due:
        due, note = _moved(situation.settings.working_days, event.due)
        if due.isoformat() != item.due:
            item = replace(item, due=due.isoformat(), due_note=note, reminders=0)
    return item


def _say_changed(
    situation: Situation, draft: Draft, before: ActionItem, after: ActionItem, by: str
) -> None:
    """One entry for all that was changed, with both values of each."""
    data: dict[str, object] = {"id": after.id}
    said = []
    for name in ("state", "owner", "due"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            data[name] = {"from": old, "to": new}
            said.append(f"{name} {str(old).replace('_', ' ')} → {str(new).replace('_', ' ')}")
    data["reason"] = after.reason
    reason = f": {after.reason}" if after.reason and before.state is not after.state else ""
    text = f"action item {after.text!r}: {', '.join(said)}{reason}"
    draft.say(Entry(situation.now, "action.changed", by, text, data))


def track_item(situation: Situation, event: ActionItemTracked) -> Decision:
    """Take over what a tracker says; what is older than our own knowledge changes nothing."""
    incident = situation.incident(event.incident)
    item = situation.view.row(ActionItem, event.id)
    if incident is None or item is None or item.incident != incident.number:
        return Decision((), Unknown(f"there is no action item {event.id[:100]!r}"))
    tracked = replace(item, tracker=event.tracker, tracker_ref=event.ref, tracker_url=event.url)
    is_news = event.at > max(item.tracked_at, item.updated_at)
    if event.state is not None and is_news:
        state = taken_over(item.state, event.state)
        reason = f"closed in {event.tracker}" if state is ActionState.CANCELLED else ""
        if state is not item.state:
            tracked = replace(tracked, state=state, reason=reason)
        tracked = replace(tracked, tracked_at=event.at)
    if tracked == item:
        return Decision((), Acted(incident.number))
    draft = Draft(incident)
    if tracked.state is not item.state:
        tracked = replace(tracked, updated_at=situation.now)
        _say_changed(situation, draft, item, tracked, TRIAGED)
    elif tracked.tracker_ref != item.tracker_ref:
        data: dict[str, object] = {"id": item.id, "tracker": event.tracker}
        data |= {"ref": event.ref, "url": event.url}
        text = f"action item {item.text!r}: is {event.ref} in {event.tracker}"
        draft.say(Entry(situation.now, "action.tracked", TRIAGED, text, data))
    _save(situation, draft, tracked)
    return Decision(draft.effects(), Acted(incident.number))


def due(situation: Situation, draft: Draft, timer: ActionItemsDue) -> None:
    """Remind of the items whose time has come, whatever the state of the incident."""
    calendar, now = situation.settings.working_days, situation.now
    items = situation.view.rows_of(ActionItem, timer.incident)
    after = []
    told: dict[str, list[ActionItem]] = {}
    for item in items:
        if not item.is_unfinished or reminder_at(calendar, item) > now:
            after.append(item)
            continue
        for whom in recipients(situation.settings, draft.incident, item):
            told.setdefault(whom, []).append(item)
        reminded = replace(item, reminders=_reminders_until(calendar, item, now))
        draft.add(SaveRow(reminded))
        after.append(reminded)
    for whom, theirs in told.items():
        _remind(situation, draft, whom, theirs)
    if told:
        count = len({item.id for theirs in told.values() for item in theirs})
        data: dict[str, object] = {"items": count, "to": sorted(told)}
        noun = "action item" if count == 1 else "action items"
        text = f"{count} {noun} due or overdue: {', '.join(sorted(told))} reminded"
        draft.say(Entry(now, "action.reminded", TRIAGED, text, data))
    _settle(situation, draft, after)


def _reminders_until(calendar: Calendar, item: ActionItem, now: int) -> int:
    """The reminders that count as sent: those of a time in which triaged did not run, too."""
    item = replace(item, reminders=item.reminders + 1)
    while reminder_at(calendar, item) <= now:
        item = replace(item, reminders=item.reminders + 1)
    return item.reminders


def recipients(settings: Settings, incident: Incident, item: ActionItem) -> list[str]:
    """Who hears of an item: its owner.

    Where nobody has that name any more it is the team, else whoever had the incident in hand.
    """
    if item.owner in settings.people:
        return [item.owner]
    team = settings.teams.get(incident.team or "")
    people = [name for name in (team.people if team else ()) if name in settings.people]
    if people:
        return people
    last = (holder_of(incident, Role.INCIDENT_COMMANDER), incident.acknowledged_by)
    return [name for name in last if name is not None and name in settings.people][:1]


def _remind(situation: Situation, draft: Draft, whom: str, items: list[ActionItem]) -> None:
    """One message for all items of a person."""
    incident = draft.incident
    first = items[0]
    is_late = edge(
        date.fromisoformat(first.due) + timedelta(days=1), 0, situation.settings.working_days.zone
    )
    state = "overdue" if is_late <= situation.now else "due"
    noun = "an action item" if len(items) == 1 else f"{len(items)} action items"
    verb = "is" if len(items) == 1 else "are"
    text = f"{noun} of {incident.id} {verb} {state}"
    news = News(text, f"actions-{situation.now}", "\n".join(_reminder_lines(whom, items)))
    notify_person(situation, draft, whom, news)


def _reminder_lines(whom: str, items: list[ActionItem]) -> Iterator[str]:
    for item in items[:ITEMS_TOLD]:
        yield _line(item)
        if item.owner != whom:
            yield f"  its owner {item.owner} is no longer in the configuration: give it to somebody"
        yield f"  triaged action done {item.id}"
    if len(items) > ITEMS_TOLD:
        yield f"and {len(items) - ITEMS_TOLD} more: triaged action list --owner {whom}"
