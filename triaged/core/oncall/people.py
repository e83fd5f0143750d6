"""A person on call: the steps that page them, their next shifts, how they are reached."""

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from triaged.core.alerts.grouping import plan_for
from triaged.core.oncall.contact_states import address_digest
from triaged.core.oncall.duty import Duty, Shift, shifts
from triaged.core.records.duty.contacts import ContactState, contact_id
from triaged.core.records.model import Plan, Target
from triaged.core.settings import Contact, ContactStep, Person, Settings
from triaged.core.time.durations import WEEK

NEXT_SHIFTS = 5
WEEKS_AHEAD = 52
"""Weeks that are looked through for the next shifts: everybody in a rota of a year has one."""

AT_ONCE_WEEKS = 4
"""Weeks of all schedules that are looked through before it is asked whether that is enough."""

Address = tuple[str, str, str]
"""(person, contact, digest of the address)."""


class Reached(msgspec.Struct, frozen=True):
    """When attempts to reach a contact last ended well, and badly; None: never yet."""

    reached_at: int | None = None
    failed_at: int | None = None
    error: str = ""
    """Of the last failure."""


NEVER = Reached()


class KnownContacts(msgspec.Struct, frozen=True):
    """What the store knows of contacts."""

    states: Mapping[str, ContactState] = {}
    """By identity."""
    reached: Mapping[Address, Reached] = {}


def known_contacts(
    states: Iterable[ContactState], reached: Mapping[Address, Reached]
) -> KnownContacts:
    """The rows of the store by what they are about."""
    return KnownContacts({row.id: row for row in states}, reached)


class Standing(msgspec.Struct, frozen=True):
    """A contact of a person, and whether it can be relied on."""

    name: str
    channel: str
    exists: bool
    """Whether its channel is in the configuration."""
    state: ContactState | None
    reached: Reached
    page_after_us: int | None
    """How long after a page is due it is used; None: pages do not use it."""
    notifies: bool
    """Whether updates use it."""

    @property
    def is_off(self) -> bool:
        """True if it is passed over."""
        return self.state is not None and self.state.off_since is not None

    @property
    def is_confirmed(self) -> bool:
        """True if its owner has confirmed it."""
        return self.state is not None and self.state.verified_at is not None


class PagedBy(msgspec.Struct, frozen=True):
    """A step of a policy that pages a person."""

    policy: str
    step: int
    """From 1; 0: the catch-all."""
    target: str
    """`schedule:primary`, by which the person is meant."""


class OwnShift(msgspec.Struct, frozen=True):
    """A shift of a person."""

    schedule: str
    start_at: int
    end_at: int


def standings(person: Person, settings: Settings, known: KnownContacts) -> list[Standing]:
    """The contacts of a person, in the order of the configuration."""
    return [
        _standing(person, name, contact, settings, known)
        for name, contact in person.contacts.items()
    ]


def _standing(
    person: Person, name: str, contact: Contact, settings: Settings, known: KnownContacts
) -> Standing:
    digest = address_digest(contact)
    state = known.states.get(contact_id(person.id, name))
    return Standing(
        name=name,
        channel=contact.channel,
        exists=contact.channel in settings.channels,
        state=state if state is not None and state.address == digest else None,
        reached=known.reached.get((person.id, name, digest), NEVER),
        page_after_us=_after(person.page, name),
        notifies=_after(person.notify, name) is not None,
    )


def _after(ways: Iterable[ContactStep], name: str) -> int | None:
    return next((way.after_us for way in ways if way.contact == name), None)


def problems(person: Person, settings: Settings, known: KnownContacts) -> list[str]:
    """What keeps the person from being reached, a sentence each; empty: nothing is known.

    What nobody has confirmed is a problem only where `confirm_contacts` asks for it.
    """
    found = []
    for each in standings(person, settings, known):
        if each.state is not None and each.is_off:
            found.append(f"contact {each.name} is off: {each.state.off_reason}")
        elif settings.confirm_contacts and not each.is_confirmed:
            found.append(f"contact {each.name} has not been confirmed")
    return found


def unreachable_by(
    person: Person, settings: Settings, known: KnownContacts
) -> tuple[list[str], list[str]]:
    """(contacts that are off, contacts that nobody has confirmed where that is asked for)."""
    every = standings(person, settings, known)
    off = [each.name for each in every if each.is_off]
    asks = settings.confirm_contacts
    return off, [each.name for each in every if asks and not each.is_off and not each.is_confirmed]


def without_contacts(settings: Settings, gone: Mapping[str, Collection[str]]) -> Settings:
    """The settings as if these contacts, by person, were not there: for forecasts and proofs.

    As when pages are decided, the next contact takes the time of one that is gone.
    """
    people = {
        name: _without(person, gone[name]) if gone.get(name) else person
        for name, person in settings.people.items()
    }
    return replace(settings, people=people)


def _without(person: Person, gone: Collection[str]) -> Person:
    contacts = {name: one for name, one in person.contacts.items() if name not in gone}
    page = _left(person.page, gone)
    if not page and person.page:
        page = tuple(ContactStep(name, person.page[0].after_us) for name in [*contacts][:1])
    return replace(person, contacts=contacts, page=page, notify=_left(person.notify, gone))


def _left(ways: Iterable[ContactStep], gone: Collection[str]) -> tuple[ContactStep, ...]:
    found: list[ContactStep] = []
    waiting: list[int] = []
    for way in ways:
        if way.contact in gone:
            waiting.append(way.after_us)
        else:
            found.append(ContactStep(way.contact, min([way.after_us, *waiting])))
            waiting.clear()
    return tuple(found)


def is_reachable(person: Person, settings: Settings, known: KnownContacts) -> bool:
    """Whether a page reaches the person, as far as is known."""
    return any(
        each.exists and not each.is_off and (each.is_confirmed or not settings.confirm_contacts)
        for each in standings(person, settings, known)
    )


def paged_by(person: str, settings: Settings, schedules: Iterable[str]) -> list[PagedBy]:
    """The steps of policies that page the person, who is on call by these schedules."""
    targets = {f"person:{person}", *(f"schedule:{name}" for name in schedules)}
    targets |= {f"team:{team.name}" for team in settings.teams.values() if person in team.people}
    found = []
    for name in sorted(settings.policies):
        for number, target in _targets(settings.policies[name]):
            if str(target) in targets:
                found.append(PagedBy(name, number, str(target)))
    return found


def _targets(plan: Plan) -> Iterable[tuple[int, Target]]:
    for number, step in enumerate(plan.steps, 1):
        for target in step.notify:
            yield number, target
    if plan.catch_all is not None:
        yield 0, plan.catch_all


def services_of(policies: Iterable[str], settings: Settings) -> list[str]:
    """The services whose incidents are escalated by these policies, where no rule names another."""
    wanted = {*policies}
    services = sorted(settings.services)
    return [one for one in services if plan_for(settings, None, None, one).policy in wanted]


def next_shifts(
    duty: Duty, person: str, now: int, pause: Callable[[], None] = lambda: None
) -> list[OwnShift]:
    """The person's next shifts of all schedules, the present one included, at most five."""
    found: list[OwnShift] = []
    for week in range(0, WEEKS_AHEAD, AT_ONCE_WEEKS):
        start = now + week * WEEK
        for name in sorted(duty.schedules):
            for shift in shifts(duty, name, start, start + AT_ONCE_WEEKS * WEEK, pause):
                if shift.person == person:
                    _add(found, name, shift)
        whole = [one for one in found if one.end_at < start + AT_ONCE_WEEKS * WEEK]
        if len(whole) >= NEXT_SHIFTS:
            break
    return sorted(found, key=lambda one: (one.start_at, one.schedule))[:NEXT_SHIFTS]


def _add(found: list[OwnShift], schedule: str, shift: Shift) -> None:
    """Add a shift, or prolong the one that it goes on from."""
    for index, one in enumerate(found):
        if one.schedule == schedule and one.end_at == shift.start_at:
            found[index] = OwnShift(schedule, one.start_at, shift.end_at)
            return
    found.append(OwnShift(schedule, shift.start_at, shift.end_at))


def schedules_of(duty: Duty, person: str) -> list[str]:
    """The schedules by which the person may be on call: in rotations, overrides and feeds."""
    found = set()
    for name, schedule in duty.schedules.items():
        if any(person in rotation.people for rotation in schedule.rotations):
            found.add(name)
    for override in duty.facts.overrides.values():
        if person == override.person:
            found.add(override.schedule)
    for feed in duty.facts.feeds.values():
        if any(person in shift.people for shift in feed.shifts):
            found.add(feed.schedule)
    return sorted(found & duty.schedules.keys())
