"""People, calendars, schedules, teams and services of a configuration."""

from collections.abc import Collection

from msgspec.structs import replace

from triaged.config import schema
from triaged.config.findings import Findings
from triaged.config.holidays import OWN_DAY, public_holidays
from triaged.config.model import Channel
from triaged.config.plugins import may_address
from triaged.config.schema import people as schema_people
from triaged.core.records.actors import RESERVED
from triaged.core.records.duty.overrides import NOBODY
from triaged.core.settings import Contact, ContactStep, Person, Service, Team
from triaged.core.time import calendars, oncall, recurring
from triaged.core.time.calendars import Calendar, Holiday
from triaged.core.time.durations import DAY
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import Recurring
from triaged.yamlschema.document import Path
from triaged.yamlschema.schema import none_of

NOTICE_BEFORE_MAX_US = 7 * DAY
"""Who hears of a shift earlier forgets it, and changes in between are told by themselves."""

OFFICE = "office"
OFFICE_HOURS = "mon-fri 09:00-17:30"


def people_of(
    config: schema.Config, channels: dict[str, Channel], findings: Findings
) -> dict[str, Person]:
    """The people, each with an order of contacts for both urgencies."""
    findings.check_names("people")
    _check_accounts(config, findings)
    found = {}
    for name, written in config.people.items():
        path: Path = ("people", name)
        if name in RESERVED:
            names = ", ".join(sorted(RESERVED))
            message = f"{name!r} names another actor in timelines, as do {names}: choose another id"
            findings.wrong(path, message, key=True)
        if name == NOBODY:
            message = f"{name!r} is what an override calls an absence: choose another id"
            findings.wrong(path, message, key=True)
        if not written.contacts and findings.is_whole((*path, "contacts")):
            findings.wrong(path, f"{name} has no contact: nothing would reach them", key=True)
        for contact, address in written.contacts.items():
            _check_contact(findings, (*path, "contacts", contact), address, channels)
        contacts = {
            contact: Contact(address.channel, address.to, address.account)
            for contact, address in written.contacts.items()
        }
        known = findings.keys((*path, "contacts"))
        at_once = tuple(ContactStep(contact) for contact in contacts)
        found[name] = Person(
            id=name,
            name=written.name or name,
            timezone=written.timezone or config.timezone,
            contacts=contacts,
            page=_steps(findings, (*path, "page"), written.page, known) or at_once,
            notify=_steps(findings, (*path, "notify"), written.notify, known) or at_once[:1],
            quiet_hours=_quiet(findings, (*path, "quiet_hours"), written),
        )
    return found


def _quiet(findings: Findings, path: Path, written: schema_people.Person) -> Recurring | None:
    hours = written.quiet_hours
    if hours is not None and hours.next_change(0, recurring.zone_of("UTC")) is None:
        findings.wrong(path, "these hours never end: nothing would ever be told")
    return hours


def _check_accounts(config: schema.Config, findings: Findings) -> None:
    """Report accounts that several people have: an answer would be anybody's."""
    owners: dict[tuple[str, str], str] = {}
    for name, person in config.people.items():
        for key, contact in person.contacts.items():
            if not contact.account:
                continue
            owner = owners.setdefault((contact.channel, contact.account), name)
            if owner != name:
                message = f"{owner} has this account already: nobody could tell who answers"
                findings.wrong(("people", name, "contacts", key, "account"), message)


def _check_contact(
    findings: Findings, path: Path, contact: schema_people.Contact, channels: dict[str, Channel]
) -> None:
    if not findings.refer((*path, "channel"), "channels", contact.channel):
        return
    channel = channels.get(contact.channel)
    if channel is None:
        return  # it is broken, and reported
    if may_address(channel, contact.to):
        return
    if contact.to:
        message = f"a contact through {channel.kind} needs an address that it can use"
        findings.wrong((*path, "to"), message)
    else:
        findings.wrong(path, f"`to` is missing: a contact through {channel.kind} needs an address")


def _steps(
    findings: Findings,
    path: Path,
    written: tuple[schema_people.ContactStep, ...],
    names: Collection[str],
) -> tuple[ContactStep, ...]:
    before = 0
    for index, step in enumerate(written):
        if step.contact not in names:
            findings.wrong((*path, index, "contact"), f"contacts: {none_of(step.contact, names)}")
        if step.after < before:
            findings.wrong((*path, index, "after"), "comes before the step above: put it there")
        before = step.after
    return tuple(ContactStep(step.contact, step.after) for step in written)


def calendars_of(config: schema.Config, findings: Findings) -> dict[str, Calendar]:
    """The calendars, `office` among them."""
    findings.check_names("calendars")
    office = Calendar(OFFICE, config.timezone, recurring.parse(OFFICE_HOURS))
    found = {**dict.fromkeys(findings.keys(("calendars",)), office), OFFICE: office}
    for name, written in config.calendars.items():
        path: Path = ("calendars", name)
        public = public_holidays(written.holidays, path, findings)
        own = dict.fromkeys(written.closed, OWN_DAY)
        closed = {**public, **own}
        hours = replace(written.open, closed=frozenset(closed), extra=frozenset(written.open_on))
        named = tuple(Holiday(day, text) for day, text in sorted(closed.items()))
        calendar = Calendar(name, written.timezone or config.timezone, hours, named)
        for problem in calendars.problems(calendar):
            findings.wrong(("calendars", name, "open"), problem)
        found[name] = calendar
    return found


def schedules_of(config: schema.Config, findings: Findings) -> dict[str, Schedule]:
    """The schedules."""
    findings.check_names("schedules")
    found = {}
    for name, written in config.schedules.items():
        path: Path = ("schedules", name)
        whole = all(findings.is_whole((*path, key)) for key in ("rotations", "ical"))
        if not (written.rotations or written.ical) and whole:
            message = f"{name} has no rotation: nobody would ever be on call; `ical` is another way"
            findings.wrong(path, message, key=True)
        rotations = [
            _rotation(findings, (*path, "rotations", index), rotation)
            for index, rotation in enumerate(written.rotations)
        ]
        found[name] = Schedule(
            name,
            written.timezone or config.timezone,
            tuple(rotations),
            notice_before_us=_ahead(findings, (*path, "notice_before"), written.notice_before),
            gaps_allowed=written.gaps_allowed,
        )
    return found


def _ahead(findings: Findings, path: Path, us: int | None) -> int | None:
    if us is not None and us > NOTICE_BEFORE_MAX_US:
        findings.wrong(path, "at most 7d before a shift")
    return us


def _rotation(findings: Findings, path: Path, written: schema_people.Rotation) -> Rotation:
    for index, person in enumerate(written.people):
        findings.refer((*path, "people", index), "people", person)
    rotation = Rotation(written.people, written.every, written.start, written.only, written.count)
    for problem in oncall.problems(rotation):
        findings.wrong(path, problem)
    return rotation


def teams_of(config: schema.Config, findings: Findings) -> dict[str, Team]:
    """The teams."""
    found = {}
    for name, written in config.teams.items():
        path: Path = ("teams", name)
        for index, person in enumerate(written.people):
            findings.refer((*path, "people", index), "people", person)
        if written.policy is not None:
            findings.refer((*path, "policy"), "policies", written.policy)
        found[name] = Team(name, written.people, written.policy, written.tracker)
    return found


def services_of(config: schema.Config, findings: Findings) -> dict[str, Service]:
    """The services. What they depend on need not be described here."""
    found = {}
    for name, written in config.services.items():
        path: Path = ("services", name)
        if written.team is not None:
            findings.refer((*path, "team"), "teams", written.team)
        for index, other in enumerate(written.depends_on):
            if other == name:
                findings.wrong((*path, "depends_on", index), f"{name} depends on itself")
        found[name] = Service(
            name, written.team, written.depends_on, written.runbook, written.dashboards
        )
    return found
