"""Deadlines of the status page of an incident: a promised post, components nobody has set.

Components are set automatically only where the operators have switched `auto` on, for SEV-1 and
SEV-2, and only where no human has done anything; texts never are.
"""

from collections.abc import Iterator

from triaged.core.draft import Draft
from triaged.core.practice.status import status_derivation as derivation
from triaged.core.practice.status.status_history import changed
from triaged.core.practice.status.status_page import LED
from triaged.core.practice.work import holder_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import SaveRow
from triaged.core.records.model import Entry, Incident, State
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status import (
    PAGE,
    Change,
    Component,
    ComponentStatus,
    Post,
    PostState,
    PublicIncident,
)
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.records.timers import ComponentsDue, PostDue
from triaged.core.response.paging import News, notify_person
from triaged.core.situation import Situation
from triaged.core.text.public_post import PageClock
from triaged.core.time.durations import MINUTE

REMINDERS = 4
REMIND_EVERY_US = 15 * MINUTE
"""A missed public post is told at its time, and three times more."""

AUTO_AFTER_US = 5 * MINUTE
"""Time in which a human comes first."""


def post_due(situation: Situation, draft: Draft, timer: PostDue) -> None:
    """Remind whoever posts that the promised time has come."""
    page, incident = situation.settings.status_page, draft.incident
    open_ones = [
        one
        for one in situation.view.rows_of(PublicIncident, incident.number)
        if one.promised_at is not None
    ]
    late = [one for one in open_ones if (one.promised_at or 0) <= situation.now]
    if page is None:
        return
    if not late:
        if open_ones:
            draft.arm(PostDue(incident.number, min(one.promised_at or 0 for one in open_ones)))
        return
    promised = min(one.promised_at or 0 for one in late)
    clock = PageClock(page.timezone, page.clock)
    text = f"the public update that was promised for {clock.time(promised)} is due"
    if timer.step == 0:
        data: dict[str, object] = {"due_at": promised}
        draft.say(Entry(situation.now, "status.late", TRIAGED, text, data))
    about = f"post-due-{promised}-{timer.step}"
    for person in _who_posts(situation.survivor(incident)):
        notify_person(situation, draft, person, News(text, about))
    if timer.step + 1 < REMINDERS:
        draft.arm(PostDue(incident.number, situation.now + REMIND_EVERY_US, timer.step + 1))


def reminder_of(row: PublicIncident, before: int) -> PostDue | None:
    """The reminder of a promised post that was due last; None: none was, or the last is over."""
    promised = row.promised_at
    if promised is None or row.incident is None:
        return None
    step = (before - promised) // REMIND_EVERY_US
    if not 0 <= step < REMINDERS - 2:
        return None
    return PostDue(row.incident, promised + step * REMIND_EVERY_US, step)


def _who_posts(incident: Incident) -> Iterator[str]:
    """The communications lead; without one the commander, or whoever has acknowledged."""
    order = (Role.COMMUNICATIONS_LEAD, Role.INCIDENT_COMMANDER)
    found = next(filter(None, (holder_of(incident, each) for each in order)), incident.holder)
    if found is not None:
        yield found


def sets_components(page: StatusPage | None, incident: Incident) -> bool:
    """Whether the incident may set components by itself."""
    return (
        page is not None
        and page.auto
        and incident.kind != "drill"
        and incident.severity in LED
        and bool(page.of_service(incident.service))
    )


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Arm the look at components nobody has set; at the end, the look at what we set ourselves."""
    page, incident = situation.settings.status_page, draft.incident
    if page is None or not page.auto:
        return
    was_live = before is not None and before.live
    if incident.live and sets_components(page, incident):
        if not was_live or (before is not None and before.severity not in LED):
            draft.arm(ComponentsDue(incident.number, situation.now + AUTO_AFTER_US))
    elif incident.state is State.MERGED:
        draft.drop(ComponentsDue)  # the trouble is not over: what is said of it stays
    elif was_live and page.of_service(incident.service):
        draft.arm(ComponentsDue(incident.number, situation.now))


def components_due(situation: Situation, draft: Draft) -> None:
    """Set the components of the incident, or take back what was set so, as it is now."""
    page, incident = situation.settings.status_page, draft.incident
    if page is None or not page.auto:
        return
    wanted = derivation.wanted(page, incident) if sets_components(page, incident) else {}
    done: dict[str, ComponentStatus] = {}
    for component in page.of_service(incident.service):
        row = situation.view.row(Component, component.key) or Component(
            component.key, PAGE, situation.now
        )
        status = wanted.get(component.key, ComponentStatus.OPERATIONAL)
        may = may_set(situation, row, incident) if wanted else is_ours(row, incident)
        if may and derivation.status_of(row) is not status:
            change = Change(
                situation.now, status, TRIAGED, automatic=True, incident=incident.number
            )
            draft.add(SaveRow(changed(row, change)))
            done[component.key] = status
    if done:
        text = ", ".join(f"{key} {status.replace('_', ' ')}" for key, status in done.items())
        data: dict[str, object] = {"components": dict(done)}
        said = f"automatically reported: {text}"
        draft.say(Entry(situation.now, "status.automatic", TRIAGED, said, data))


def is_unset(situation: Situation, incident: Incident) -> bool:
    """Whether a component is not as the incident would have set it, or left it at its end.

    What was set automatically for an incident that goes on is not asked about again: two incidents
    may want different things of one component.
    """
    page = situation.settings.status_page
    if page is None or not page.auto or incident.state is State.MERGED:
        return False
    components = page.of_service(incident.service)
    rows = [situation.view.row(Component, component.key) for component in components]
    if not incident.live:
        ours = [row for row in rows if row is not None and is_ours(row, incident)]
        return any(derivation.status_of(row) is not ComponentStatus.OPERATIONAL for row in ours)
    if not sets_components(page, incident):
        return False
    known = (
        row or Component(component.key, PAGE, situation.now)
        for row, component in zip(rows, components, strict=True)
    )
    return any(
        may_set(situation, row, incident)
        for row in known
        if row.now is None or not row.now.automatic
    )


def is_ours(row: Component, incident: Incident) -> bool:
    """Whether the last change of the component was ours, for this incident."""
    return row.now is not None and row.now.automatic and row.now.incident == incident.number


def may_set(situation: Situation, row: Component, incident: Incident) -> bool:
    """Whether no human has said anything in public about the component or the incident."""
    posts = situation.view.rows_of(Post, incident.number)
    if any(post.state is PostState.PUBLISHED for post in posts):
        return False
    if row.now is None or row.now.automatic:
        return True
    return row.now.at < incident.opened_at and row.now.status is ComponentStatus.OPERATIONAL
