"""People and their contacts as answers show them."""

from collections.abc import Sequence

import msgspec

from triaged.core.oncall.people import (
    KnownContacts,
    OwnShift,
    PagedBy,
    Standing,
    is_reachable,
    paged_by,
    problems,
    services_of,
    unreachable_by,
)
from triaged.core.records.duty.held import HeldMessage
from triaged.core.records.model import incident_id
from triaged.core.settings import Person, Settings
from triaged.core.time.durations import SECOND
from triaged.wire import Instant, instant_text, instant_text_or_none


class ContactDocument(msgspec.Struct, frozen=True):
    """A contact of a person, and when it was last reached."""

    name: str
    channel: str
    usable: bool
    """False: its channel is not in the configuration, or it is off."""
    page_after_s: int | None
    """Seconds after a page is due at which it is used; null: pages do not use it."""
    notifies: bool
    """Whether updates use it."""
    confirmed_at: Instant | None
    confirmed_by: str | None
    """`code`, `link`, `button` or `reply`."""
    off_since: Instant | None
    off_reason: str | None
    reached_at: Instant | None
    """When its provider last took a message, to a minute."""
    failed_at: Instant | None
    error: str | None
    """Of the last failure."""


class PagedByDocument(msgspec.Struct, frozen=True):
    """A step of a policy that pages the person."""

    policy: str
    step: int
    """From 1; 0: the catch-all."""
    target: str


class ShiftDocument(msgspec.Struct, frozen=True):
    """A shift of the person."""

    schedule: str
    start: Instant
    end: Instant


class PersonInShort(msgspec.Struct, frozen=True):
    """A person, and what keeps pages from them."""

    person: str
    name: str
    timezone: str
    reachable: bool
    problems: list[str]
    off: list[str]
    """Contacts that are passed over."""
    unconfirmed: list[str]
    """Contacts that nobody has confirmed, where `confirm_contacts` asks for it."""
    held: int
    """Messages that wait for the end of the person's quiet hours."""


class HeldDocument(msgspec.Struct, frozen=True):
    """A message that quiet hours hold back, or held back."""

    incident: str
    contact: str
    severity: str
    said: str | None
    """Null: that somebody is wanted."""
    state: str
    """`held`, `told` or `dropped`."""
    at: Instant
    until: Instant
    told_at: Instant | None


class HeldList(msgspec.Struct, frozen=True):
    """Messages that were held back, the newest first."""

    held: list[HeldDocument]


class PersonList(msgspec.Struct, frozen=True):
    """Everybody in the configuration, by name."""

    people: list[PersonInShort]


class PersonDocument(PersonInShort, frozen=True):
    """A person: by what they are paged, when, and how."""

    contacts: list[ContactDocument]
    schedules: list[str]
    teams: list[str]
    paged_by: list[PagedByDocument]
    services: list[str]
    """Services whose incidents page the person, where no rule names another policy."""
    next_shifts: list[ShiftDocument]


def held_document(row: HeldMessage) -> HeldDocument:
    """A held message."""
    return HeldDocument(
        incident="" if row.incident is None else incident_id(row.incident),
        contact=row.contact,
        severity=row.severity,
        said=row.said or None,
        state=row.state,
        at=instant_text(row.at),
        until=instant_text(row.until),
        told_at=instant_text_or_none(row.told_at),
    )


def in_short(person: Person, settings: Settings, known: KnownContacts, held: int) -> PersonInShort:
    """A line of the roster."""
    off, unconfirmed = unreachable_by(person, settings, known)
    return PersonInShort(
        person=person.id,
        name=person.name,
        timezone=person.timezone,
        reachable=is_reachable(person, settings, known),
        problems=problems(person, settings, known),
        off=off,
        unconfirmed=unconfirmed,
        held=held,
    )


def person_document(
    short: PersonInShort,
    contacts: Sequence[Standing],
    settings: Settings,
    schedules: Sequence[str],
    shifts: Sequence[OwnShift],
) -> PersonDocument:
    """Everything about a person who is on call by `schedules`."""
    steps = paged_by(short.person, settings, schedules)
    return PersonDocument(
        person=short.person,
        name=short.name,
        timezone=short.timezone,
        reachable=short.reachable,
        problems=short.problems,
        off=short.off,
        unconfirmed=short.unconfirmed,
        held=short.held,
        contacts=[contact_document(each) for each in contacts],
        schedules=list(schedules),
        teams=[team.name for team in settings.teams.values() if short.person in team.people],
        paged_by=[_step(each) for each in steps],
        services=services_of([each.policy for each in steps], settings),
        next_shifts=[
            ShiftDocument(one.schedule, instant_text(one.start_at), instant_text(one.end_at))
            for one in shifts
        ],
    )


def contact_document(each: Standing) -> ContactDocument:
    """A contact."""
    state = each.state
    return ContactDocument(
        name=each.name,
        channel=each.channel,
        usable=each.exists and not each.is_off,
        page_after_s=None if each.page_after_us is None else each.page_after_us // SECOND,
        notifies=each.notifies,
        confirmed_at=None if state is None else instant_text_or_none(state.verified_at),
        confirmed_by=(state.verified_by or None) if state is not None else None,
        off_since=None if state is None else instant_text_or_none(state.off_since),
        off_reason=(state.off_reason or None) if state is not None else None,
        reached_at=instant_text_or_none(each.reached.reached_at),
        failed_at=instant_text_or_none(each.reached.failed_at),
        error=each.reached.error or None,
    )


def _step(each: PagedBy) -> PagedByDocument:
    return PagedByDocument(each.policy, each.step, each.target)
