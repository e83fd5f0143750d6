"""The operators' files, compiled: one immutable value that a reload replaces whole.

`config/` builds it from YAML. The core reads it and never imports the rules: `Settings.rules` is
any `Classifier`.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from triaged.core.muting.muters import Muters
from triaged.core.records.expectations import Expectation, Expected
from triaged.core.records.labels import Exporters
from triaged.core.records.model import Alert, Outcome, Plan, Severity, Target
from triaged.core.records.practice.status_settings import StatusPage
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.core.time.oncall import Schedule
from triaged.core.time.recurring import Recurring
from triaged.core.time.weekly import WeekTime

Urgency = Literal["page", "notify"]


class NextBusinessDay(msgspec.Struct, frozen=True):
    """Respond by closing time of the next working day; only open time counts."""

    calendar: Calendar


class BusinessDays(msgspec.Struct, frozen=True):
    """A time that counts working days only: it ends when the last of them does."""

    number: int


class SeverityTarget(msgspec.Struct, frozen=True):
    """The response target of a severity, and how urgent its pages are."""

    respond_within: int | NextBusinessDay
    """µs, or by the calendar."""
    urgency: Urgency = "page"
    unacknowledge_after: int | None = None
    """µs without activity after which an acknowledgement ends; None: never."""
    impact: str = ""
    """The impact that makes an incident one of this severity, for whoever chooses one."""
    examples: str = ""
    roles: Literal["required", "optional"] = "optional"
    """True if somebody must command, lead the investigation, and tell the others."""
    update_every: int | None = None
    """µs between two internal updates; None: none is promised unless somebody does."""
    updates_to: tuple[Target, ...] = ()
    """Who gets the internal updates besides those who were paged or have a role."""
    postmortem: Literal["required", "optional"] = "optional"
    """Whether an incident is closed only with a postmortem that is published or waived."""
    postmortem_due: int | BusinessDays = BusinessDays(5)
    """From the resolve: µs, or working days."""


class ContactStep(msgspec.Struct, frozen=True):
    """One way to a person, used `after_us` after the page is due."""

    contact: str
    after_us: int = 0


class Contact(msgspec.Struct, frozen=True):
    """A person's address on a channel."""

    channel: str
    to: str = ""
    account: str = ""
    """The person's account at the provider, where it is not `to`, such as in a chat with rooms."""

    @property
    def answers_as(self) -> str:
        """The account whose presses and commands are the person's; empty: none."""
        return self.account or self.to


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be paged. `page` and `notify` name contacts in order."""

    id: str
    name: str
    timezone: str
    contacts: Mapping[str, Contact]
    page: tuple[ContactStep, ...]
    notify: tuple[ContactStep, ...]
    quiet_hours: Recurring | None = None
    """Hours, in the person's zone, in which nothing of urgency `notify` is sent; None: none."""


class Team(msgspec.Struct, frozen=True):
    """People and the policy of what they own."""

    name: str
    people: tuple[str, ...] = ()
    policy: str | None = None
    tracker: str | None = None
    """The integration in which its action items become issues."""


class Service(msgspec.Struct, frozen=True):
    """Something that breaks: who owns it, what it needs, what to read."""

    name: str
    team: str | None = None
    depends_on: tuple[str, ...] = ()
    runbook: str | None = None
    dashboards: tuple[str, ...] = ()


class Integrations(msgspec.Struct, frozen=True):
    """Names of the integrations, by what they do, and the call of an incident."""

    trackers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    status_pages: tuple[str, ...] = ()
    tracker: str | None = None
    """The one in which action items become issues, where their team names none."""
    call: str | None = None
    """Template of the address of an incident's call (`core/text/call_link.py`)."""


class WeeklyReview(msgspec.Struct, frozen=True):
    """Who gets the weekly review, and when, in the zone of the settings."""

    to: tuple[Target, ...]
    at: WeekTime


class Classifier(Protocol):
    """The compiled rules."""

    @property
    def digest(self) -> str:
        """Hash of the rule files: recorded with everything they decide."""

    def classify(self, alert: Alert, now: int) -> Outcome:
        """Classify `alert`, whose episode starts at `now`."""


class FlapLimit(msgspec.Struct, frozen=True):
    """How many re-openings within what time make an incident flap."""

    reopens: int
    within_us: int


class StormLimit(msgspec.Struct, frozen=True):
    """There is a storm when more than `incidents` of a team open within `within_us`."""

    incidents: int
    within_us: int
    across_sources: bool = False
    """True if incidents that alerts of several sources opened count together."""


OFFICE_DAYS = Calendar("office", "UTC", recurring.parse("mon-fri 09:00-17:30"))


class Settings(msgspec.Struct, frozen=True):
    """Everything that decisions depend on besides the store."""

    severities: Mapping[Severity, SeverityTarget]
    people: Mapping[str, Person]
    schedules: Mapping[str, Schedule]
    policies: Mapping[str, Plan]
    """`default` is always there."""
    rules: Classifier
    teams: Mapping[str, Team] = {}
    services: Mapping[str, Service] = {}
    channels: frozenset[str] = frozenset()
    """Names of the channels that exist."""
    replies_to: str = ""
    """Address to which replies to pages by mail go; empty: they are not read."""
    edited: frozenset[str] = frozenset()
    """Channels whose messages can be edited."""
    confirmed: frozenset[str] = frozenset()
    """Channels whose providers queue messages, and are asked later what became of each."""
    heard: frozenset[str] = frozenset()
    """Channels whose providers tell what people and messages do."""
    console: str = ""
    """The channel of kind `console`, the first of several; empty: there is none."""
    stale_after: Mapping[str, int | None] = {}
    """By source: µs after which an alert lapses without a repeat; None or absent: never."""
    expectations: Mapping[str, Expectation] = {}
    """Alerts and sources that should be seen regularly, by name."""
    expected: Expected | None = None
    """Which alerts meet them; None: none is about alerts."""
    unclassified: Severity = Severity.SEV2
    at_risk: float = 0.75
    reopen_within: int = 30 * MINUTE
    confirm_contacts: bool = False
    """True if a contact that its owner has not confirmed counts as unreachable."""
    report_within: int = 15 * MINUTE
    """Time within which somebody looks at a customer's report before it pages."""
    join_quiet: int = 5 * MINUTE
    """For so long after an acknowledgement new objects that join page nobody."""
    silence_max: int = 30 * DAY
    flapping: FlapLimit | None = None
    """None: nothing flaps."""
    storm: StormLimit | None = None
    """None: every incident pages by itself."""
    weekly_review: WeeklyReview | None = None
    working_days: Calendar = OFFICE_DAYS
    """The calendar by which postmortems and action items are due: `office`."""
    calendars: Mapping[str, Calendar] = {}
    """All of them, by name."""
    status_page: StatusPage | None = None
    """None: there is none."""
    timezone: str = "UTC"
    public_url: str = ""
    act_links: Literal["acknowledge", "respond"] = "acknowledge"
    """What the link in a page may do."""
    exporters: Exporters = Exporters()
    muters: Muters = Muters()
    """The maintenance windows and suppressors of the rule files."""
    integrations: Integrations = Integrations()


DEFAULT_RESPONSE_US = {
    Severity.SEV1: 5 * MINUTE,
    Severity.SEV2: 15 * MINUTE,
    Severity.SEV3: 1 * HOUR,
}
"""The response targets where config.yaml sets none; that of SEV-4 is the next business day."""

ACTION_LINK_LIFE_US = 7 * DAY
"""How long after `respond_by` the link in a page still acts."""
