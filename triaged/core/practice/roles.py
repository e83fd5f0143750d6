"""Roles: who commands, who leads the investigation, who tells the others.

The commander of an incident that requires roles does not lead its investigation:
whoever debugs does not see the whole. An override is possible, with a reason that the timeline and
the review show.
"""

from collections.abc import Iterator, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.practice.wanted import roles_wanted
from triaged.core.practice.work import (
    change_work,
    declare_work,
    holder_of,
    holders,
    work_of,
)
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.model import Entry, Incident, Phase, State, incident_id
from triaged.core.records.practice.events import RoleAssigned, RoleReleased
from triaged.core.records.practice.roles import REQUIRED, HeldRole, Role, RolePeriod
from triaged.core.records.timers import RoleDue
from triaged.core.response.holding import keep_active
from triaged.core.response.paging import News, notify_person, page_targets, people_of, targets_from
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import MINUTE

TRIAGE_US = 15 * MINUTE
"""The end of triage, counted from the opening: by then somebody holds each role."""

AGAIN_US = 5 * MINUTE
"""Time between two reminders of an empty role, and that to fill one that was given up."""

REMINDERS_MAX = 5
"""Further reminders of an empty role; who has not heard five does not want to."""

NAMES: Mapping[Role, str] = {role: role.replace("_", " ") for role in Role}

ORDER = list(Role)

APART = {
    Role.INCIDENT_COMMANDER: Role.TECHNICAL_LEAD,
    Role.TECHNICAL_LEAD: Role.INCIDENT_COMMANDER,
}
"""Roles that one person does not hold together."""

DUTIES: Mapping[Role, str] = {
    Role.INCIDENT_COMMANDER: """You are responsible for:
- coordinating the response (you do not debug)
- delegating investigation tasks
- making escalation decisions
- communicating status externally
- deciding when to declare "resolved"
You are not responsible for:
- writing code
- debugging logs
- making architectural decisions under pressure""",
    Role.TECHNICAL_LEAD: """You are responsible for:
- leading the technical investigation
- proposing and implementing fixes
- advising the commander on blast radius and risk
- coordinating with the engineers who work on the issue
You are not responsible for:
- commanding the response
- telling customers and stakeholders""",
    Role.COMMUNICATIONS_LEAD: """You are responsible for:
- updating the status page
- sending customer notifications
- updating internal stakeholders
- posting in the incident channel at regular intervals
You are not responsible for:
- debugging
- deciding on fixes or escalations""",
    Role.SCRIBE: """You are responsible for:
- writing down on the timeline what is found, decided and done, and when
You are not responsible for:
- deciding anything
- debugging""",
    Role.SUBJECT_MATTER_EXPERT: """You are responsible for:
- answering what the technical lead asks about your system
- saying what a fix may break in it
You are not responsible for:
- commanding the response
- updates to others""",
}


def assign_role(situation: Situation, event: RoleAssigned) -> Decision:
    """Give a role to a person; whoever had it until now hands it over."""
    incident = _live(situation, event.incident)
    if not isinstance(incident, Incident):
        return Decision((), incident)
    if event.person not in situation.settings.people:
        return Decision((), Unknown(f"there is no person {event.person!r} in the configuration"))
    if any(held.role is event.role and held.person == event.person for held in holders(incident)):
        return Decision((), Acted(incident.number))
    conflict = _conflict(situation.settings, incident, event)
    if conflict is not None:
        return Decision((), conflict)
    draft = Draft(incident)
    _assign(situation, draft, event)
    return Decision(draft.effects(), Acted(incident.number))


def _live(situation: Situation, number: int) -> Incident | Conflict | Unknown:
    """The incident, in which roles can be taken and given up only while it is open."""
    incident = situation.incident(number)
    if incident is None:
        return Unknown(f"there is no {incident_id(number)}")
    if not incident.live:
        return Conflict(f"{incident.id}: is {incident.state}; roles change while it is open")
    return incident


def needs_roles(settings: Settings, incident: Incident) -> bool:
    """True if somebody must hold each role of an incident of this severity."""
    return settings.severities[incident.severity].roles == "required"


def _conflict(settings: Settings, incident: Incident, event: RoleAssigned) -> Conflict | None:
    other = APART.get(event.role)
    if other is None or event.override or not needs_roles(settings, incident):
        return None
    if holder_of(incident, other) != event.person:
        return None
    return Conflict(
        f"{incident.id}: {event.person} is {NAMES[other]}, and whoever commands a"
        f" {incident.severity} does not lead its investigation. Give one of the roles to somebody"
        " else, or repeat with `override`: a reason such as 'only two people awake'"
    )


def _assign(situation: Situation, draft: Draft, event: RoleAssigned) -> None:
    now, role, person = situation.now, event.role, event.person
    before = None if role is Role.SUBJECT_MATTER_EXPERT else holder_of(draft.incident, role)
    if before is not None:
        _end(situation, draft, HeldRole(role, before, 0), event.by)
    held = [*holders(draft.incident), HeldRole(role, person, now)]
    held.sort(key=lambda one: (ORDER.index(one.role), one.since))
    change_work(draft, roles=tuple(held))
    declare_work(situation, draft)
    draft.add(SaveRow(_period(draft.incident, event, now)))
    _say_assigned(situation, draft, event, before)
    keep_active(situation, draft)
    _watch(situation, draft, AGAIN_US)
    if person != event.by:
        text = f"you are {NAMES[role]}" + (f": {event.note}" if event.note else "")
        news = News(text, f"role-{role}-{now}", f"{text}\n\n{DUTIES[role]}")
        notify_person(situation, draft, person, news)
    if before is not None and before != event.by:
        news = News(f"{person} is {NAMES[role]} now", f"role-{role}-{now}-to-{person}")
        notify_person(situation, draft, before, news)


def _period(incident: Incident, event: RoleAssigned, now: int) -> RolePeriod:
    return RolePeriod(
        id=f"{incident.id}/{event.role}/{event.person}/{now}",
        incident=incident.number,
        role=event.role,
        person=event.person,
        begins_at=now,
        by=event.by,
        note=event.note,
        override=event.override,
    )


def _say_assigned(
    situation: Situation, draft: Draft, event: RoleAssigned, before: str | None
) -> None:
    role = NAMES[event.role]
    text = f"{event.person} is {role}" + (f", handed over by {before}" if before else "")
    other = APART.get(event.role)
    both = other is not None and holder_of(draft.incident, other) == event.person
    if both and event.override:
        text += f", and {NAMES[other]} as well: {event.override}" if other else ""
    if event.note:
        text += f": {event.note}"
    data: dict[str, object] = {"role": event.role, "from": before, "to": event.person}
    data |= {"note": event.note, "override": event.override if both else ""}
    draft.say(Entry(situation.now, "role.changed", event.by, text, data))


def release_role(situation: Situation, event: RoleReleased) -> Decision:
    """End a person's role; one that must be held is asked for again soon."""
    incident = _live(situation, event.incident)
    if not isinstance(incident, Incident):
        return Decision((), incident)
    held = [
        one
        for one in holders(incident)
        if one.role is event.role and event.person in ("", one.person)
    ]
    if len(held) > 1:
        names = ", ".join(one.person for one in held)
        return Decision((), Conflict(f"{incident.id}: {names} hold this role: say whose ends"))
    if not held:
        return Decision((), Acted(incident.number))
    draft = Draft(incident)
    (gone,) = held
    _end(situation, draft, gone, event.by)
    text = f"{gone.person} is no longer {NAMES[gone.role]}"
    text += f": {event.note}" if event.note else ""
    data: dict[str, object] = {"role": gone.role, "from": gone.person, "to": None}
    data |= {"note": event.note, "override": ""}
    draft.say(Entry(situation.now, "role.changed", event.by, text, data))
    keep_active(situation, draft)
    _watch(situation, draft, AGAIN_US)
    if gone.person != event.by:
        news = News(text, f"role-{gone.role}-{situation.now}")
        notify_person(situation, draft, gone.person, news)
    return Decision(draft.effects(), Acted(incident.number))


def _end(situation: Situation, draft: Draft, gone: HeldRole, by: str) -> None:
    """End the period of a role, in the row of the incident and in its own."""
    incident = draft.incident
    left = [
        held for held in holders(incident) if (held.role, held.person) != (gone.role, gone.person)
    ]
    change_work(draft, roles=tuple(left))
    for period in situation.view.rows_of(RolePeriod, incident.number):
        whose = (period.role, period.person)
        if whose == (gone.role, gone.person) and period.ends_at is None:
            draft.add(SaveRow(replace(period, ends_at=situation.now, ended_by=by)))


def end_roles(situation: Situation, draft: Draft, by: str) -> None:
    """End every role in the incident."""
    for held in holders(draft.incident):
        _end(situation, draft, held, by)


def missing(settings: Settings, incident: Incident) -> list[Role]:
    """The roles that nobody holds and somebody must."""
    if not needs_roles(settings, incident):
        return []
    return [role for role in REQUIRED if holder_of(incident, role) is None]


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """Watch the roles of an incident that was declared, re-opened or has become worse.

    Work past triage counts as declared: then somebody has it in hand.
    """
    incident = draft.incident
    was_declared = before is not None and work_of(before).declared_at is not None
    if not incident.live:
        if was_declared and before is not None and before.live:
            draft.drop(RoleDue)
        return
    if before is not None and before.severity is not incident.severity:
        _notice_both(situation, draft, before)
    past_triage = incident.phase in (Phase.INVESTIGATION, Phase.MITIGATION)
    if past_triage and incident.work is not UNSET:
        declare_work(situation, draft)
    is_new = before is None or not before.live or before.severity is not incident.severity
    if (is_new or not was_declared) and work_of(draft.incident).declared_at is not None:
        _watch(situation, draft, AGAIN_US)


def _notice_both(situation: Situation, draft: Draft, before: Incident) -> None:
    """Say that one person has two roles that the new severity keeps apart."""
    incident, settings = draft.incident, situation.settings
    commander = holder_of(incident, Role.INCIDENT_COMMANDER)
    if commander is None or commander != holder_of(incident, Role.TECHNICAL_LEAD):
        return
    if not needs_roles(settings, incident) or needs_roles(settings, before):
        return
    text = f"{commander} commands what is a {incident.severity} now, and leads its investigation"
    data: dict[str, object] = {"person": commander, "roles": list(APART)}
    draft.say(Entry(situation.now, "role.combined", TRIAGED, text, data))
    ask = f"you command a {incident.severity} now and lead its investigation: hand over one"
    notify_person(situation, draft, commander, News(ask, f"role-combined-{situation.now}"))


def leavers(settings: Settings, incident: Incident) -> list[HeldRole]:
    """The roles of people who are not in the configuration any more: nobody can reach them."""
    if not incident.live:
        return []
    return [held for held in holders(incident) if held.person not in settings.people]


def end_of_leavers(situation: Situation, draft: Draft) -> None:
    """End the roles of people whom a reload has removed; who must be replaced is asked for."""
    gone = leavers(situation.settings, draft.incident)
    for held in gone:
        _end(situation, draft, held, TRIAGED)
        text = f"{held.person} is no longer {NAMES[held.role]}: is not in the configuration"
        data: dict[str, object] = {"role": held.role, "from": held.person, "to": None}
        data |= {"note": "", "override": ""}
        draft.say(Entry(situation.now, "role.changed", TRIAGED, text, data))
    if gone:
        _watch(situation, draft, AGAIN_US)


def first_look(incident: Incident) -> int | None:
    """When the roles of an incident are looked at for the first time, as far as its row tells."""
    declared_at = work_of(incident).declared_at
    if declared_at is None:
        return None
    changed_at = max([declared_at, *(held.since for held in holders(incident))])
    return max(incident.opened_at + TRIAGE_US, changed_at + AGAIN_US)


def _watch(situation: Situation, draft: Draft, grace_us: int) -> None:
    """Look at the end of triage, and not before `grace_us`, whether a role is empty."""
    incident = draft.incident
    if not missing(situation.settings, incident):
        draft.drop(RoleDue)
        return
    due_at = max(incident.opened_at + TRIAGE_US, situation.now + grace_us)
    draft.arm(RoleDue(incident.number, due_at))


def due(situation: Situation, draft: Draft, timer: RoleDue) -> None:
    """Page the policy for a role that is empty past triage; later remind whoever commands."""
    incident = draft.incident
    empty = missing(situation.settings, incident)
    if not incident.live or not empty:
        return
    if timer.step < REMINDERS_MAX:
        due_at = situation.now + AGAIN_US
        draft.arm(RoleDue(incident.number, due_at, timer.step + (incident.state is not State.OPEN)))
    if incident.state is State.OPEN:
        return  # it pages anyway
    names = ", ".join(NAMES[role] for role in empty)
    text = f"nobody is {names}"
    if timer.step == 0:
        data: dict[str, object] = {"roles": [*empty]}
        draft.say(Entry(situation.now, "role.empty", TRIAGED, f"{text}: the policy is paged", data))
        take = "\n".join(f"Take it: triaged incident role {incident.id} {one} …" for one in empty)
        news = News(text, f"role-empty-{situation.now}", take, roles_wanted(empty))
        page_targets(situation, draft, targets_from(incident, 0), news)
        return
    whom = holder_of(incident, Role.INCIDENT_COMMANDER) or incident.holder
    if whom is not None:
        about = f"role-empty-{situation.now}"
        notify_person(situation, draft, whom, News(f"{text}: give the role to somebody", about))


def suggestions(situation: Situation, incident: Incident) -> dict[Role, str]:
    """A person for each empty role: whoever is on call, and has no other role.

    The technical lead is whoever holds the incident or is paged first, the commander another.
    """
    busy = {held.person for held in holders(incident)}
    free = [name for name in dict.fromkeys(_candidates(situation, incident)) if name not in busy]
    order = (Role.TECHNICAL_LEAD, Role.INCIDENT_COMMANDER, Role.COMMUNICATIONS_LEAD)
    wanted = [role for role in order if holder_of(incident, role) is None]
    return dict(zip(wanted, free, strict=False))


def _candidates(situation: Situation, incident: Incident) -> Iterator[str]:
    if incident.holder in situation.settings.people:
        yield incident.holder or ""
    for step in incident.plan.steps:
        for target in step.notify:
            yield from (person.id for person in people_of(situation, target)[0])
    team = situation.settings.teams.get(incident.team or "")
    yield from team.people if team else ()
