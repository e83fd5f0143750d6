"""Keys of people, hours, teams and services in config.yaml. These docstrings are the reference."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from triaged.config.value_types import Day, FeedUrl, Hours, Url, WallTime, Zone
from triaged.core.time.durations import MINUTE
from triaged.wire import Secret
from triaged.yamlschema.schema import Duration


class Contact(msgspec.Struct, frozen=True):
    """Address of a person on a channel."""

    channel: str
    """Name of the channel."""
    to: str = ""
    """Address, for channels that need one."""
    account: str = ""
    """Account of the person at the provider, such as the id of a user. Who presses a button or
    types a command there is this person. Unset: `to`."""


class ContactStep(msgspec.Struct, frozen=True):
    """Contact of a person, and the time after which it is used."""

    contact: str
    """Name of the contact, one of `contacts`."""
    after: Duration = 0
    """Delay after the page has become due."""


class Person(msgspec.Struct, frozen=True):
    """Person who can be reached."""

    contacts: Mapping[str, Contact]
    """Contacts of the person, each under a name of your choice."""
    name: str | None = None
    """Full name. Unset: the key under `people`."""
    timezone: Zone | None = None
    """Time zone of the times in messages to this person. Unset: `timezone` of this file."""
    page: tuple[ContactStep, ...] = ()
    """Contacts for urgency `page`, in the order of their delays. Unset: all contacts at once."""
    notify: tuple[ContactStep, ...] = ()
    """Contacts for urgency `notify`, in the order of their delays. Unset: the first contact."""
    quiet_hours: Hours | None = None
    """Days and hours, in the person's time zone, in which what is about incidents of urgency
    `notify` waits; at their end it comes as one message. Pages never wait. Unset: nothing does."""


class Calendar(msgspec.Struct, frozen=True):
    """Working hours."""

    open: Hours
    """Days and hours, such as `mon-fri 09:00-17:30, sat 22:00-02:00` or `daily 08:00-20:00`. The
    end of the hours does not belong to them."""
    holidays: str | tuple[str, ...] = ()
    """Countries, or parts of them, whose public holidays are closed: `DE-BE`, `US-CA`, `GB-SCT`, or
    a list. Wants the extra `calendar`."""
    closed: tuple[Day, ...] = ()
    """Further days that are closed, such as `2026-12-24`."""
    open_on: tuple[Day, ...] = ()
    """Days that are open whatever `open`, `holidays` and `closed` say. Their hours are those of
    their day of the week; where it has none, those of the first day that has."""
    timezone: Zone | None = None
    """Time zone of the hours. Unset: `timezone` of this file."""


class Rotation(msgspec.Struct, frozen=True):
    """Rotation: people who take turns."""

    people: tuple[str, ...]
    """Names of the people, in the order of their turns."""
    every: Duration
    """Length of a turn: whole hours, days or weeks."""
    start: WallTime = msgspec.field(name="from")
    """Wall time at which the first turn begins, in the time zone of the schedule."""
    only: Hours | None = None
    """Days and hours in which the rotation is in force. Unset: always."""
    count: Literal["turns", "shifts"] = "turns"
    """Which turns go round. `turns`: each, also one that falls outside of `only` altogether.
    `shifts`: those into which hours of `only` fall, so that everybody has as many as the others."""


class Feed(msgspec.Struct, frozen=True):
    """Calendar in iCalendar form whose events name the people on call. Wants the extra `calendar`.

    Set one of `url`, `url_file` and `file`.
    """

    url: Secret | None = None
    """Address of the calendar, `https:` or `webcal:`. It is not logged and not shown."""
    file: str | None = None
    """File of the calendar: a path relative to this file."""
    every: Duration = 10 * MINUTE
    """Interval at which the calendar is read, 1m to 24h."""


class Schedule(msgspec.Struct, frozen=True):
    """Schedule: who is on call, and when."""

    rotations: tuple[Rotation, ...] = ()
    """Rotations of the schedule. Where several are in force, the last one decides. Required unless
    there is a calendar under `ical`."""
    ical: FeedUrl | Feed | None = None
    """Calendar whose events say who is on call, an address or a map. It wins over the rotations;
    in its gaps they decide."""
    ical_override: FeedUrl | Feed | None = None
    """Calendar that wins over `ical` and the rotations, such as one of covers."""
    timezone: Zone | None = None
    """Time zone of hand-overs and of `only` hours. Unset: `timezone` of this file."""
    notice_before: Duration | None = None
    """Time before a shift at which its person hears of it. At its end the person hears what is
    handed over. Unset: nobody hears of shifts that come as planned."""
    gaps_allowed: Hours | None = None
    """Days and hours, in the time zone of the schedule, in which nobody has to be on call: they
    are no gaps. Unset: somebody has to be on call at any time."""


class Team(msgspec.Struct, frozen=True):
    """Team: its people, and the policy of its incidents."""

    people: tuple[str, ...] = ()
    """Names of the members."""
    policy: str | None = None
    """Escalation policy of the team's incidents, where no rule names one. Unset: `default`."""
    tracker: str | None = None
    """Integration in which the team's action items become issues. Unset: `tracker` of this file."""


class Service(msgspec.Struct, frozen=True):
    """Service: something that runs, and can break."""

    team: str | None = None
    """Team that owns the service."""
    depends_on: tuple[str, ...] = ()
    """Services that this one needs."""
    runbook: Url | None = None
    """Address of the instructions for incidents of the service."""
    dashboards: tuple[Url, ...] = ()
    """Addresses of the service's dashboards, shown on its declared incidents."""
