"""The shape of config.yaml. These docstrings are the reference: one for each key.

Keys that other modules define are left open here: those of `sources.<name>` and `channels.<name>`
beyond the ones below are the `Settings` of the kind's module.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from triaged.config.value_types import (
    After,
    BaseUrl,
    Hours,
    Listen,
    Notify,
    Portion,
    Proxies,
    Size,
    Url,
    WallTime,
    Zone,
)
from triaged.core.records.model import Severity
from triaged.core.records.model import Share as OfTarget
from triaged.core.time.durations import DAY, MINUTE, YEAR
from triaged.wire import Secret
from triaged.yamlschema.schema import Duration, Open


class Tls(msgspec.Struct, frozen=True):
    """TLS for every listener."""

    cert_file: str
    """The certificate and its chain, PEM."""
    key_file: str
    """Its private key, PEM."""
    client_ca_file: str | None = None
    """Callers must show a certificate signed by one of these (mutual TLS)."""


class Retention(msgspec.Struct, frozen=True):
    """How long rows are kept."""

    alerts: Duration = 90 * DAY
    """Alerts that no longer fire."""
    observations: Duration = 90 * DAY
    """When each episode began and ended."""
    incidents: Duration = 2 * YEAR
    """Incidents that are over, with their timelines."""
    deliveries: Duration = YEAR
    """Pages that are done."""
    quarantine: Duration = 14 * DAY
    """Bodies that could not be used."""
    silences: Duration = 90 * DAY
    """Silences that have ended: as long as the alerts that they muted."""
    changes: Duration = 90 * DAY
    """Deployments and other changes that sources of kind `changes` reported."""


class Log(msgspec.Struct, frozen=True):
    """What goes to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written."""
    format: Literal["auto", "console", "json"] = "auto"
    """`auto`: console on a terminal, else json."""


class SeverityTarget(msgspec.Struct, frozen=True):
    """What a severity promises; keys that are left out keep their defaults."""

    respond_within: Duration | Literal["next business day"] | None = None
    """Until when somebody must have acknowledged."""
    calendar: str | None = None
    """The calendar that `next business day` goes by."""
    urgency: Literal["page", "notify"] | None = None
    """`page` uses each person's `page` list, `notify` the `notify` list."""
    unacknowledge_after: Duration | Literal["never"] | None = None
    """An acknowledgement without activity ends after this long."""


class Flapping(msgspec.Struct, frozen=True):
    """From when on an incident that comes back is held open and pages no more."""

    reopens: int = 3
    """It has re-opened so often …"""
    within: Duration = 30 * MINUTE
    """… within this time; and it settles once it has been quiet for as long."""


class Storm(msgspec.Struct, frozen=True):
    """From when on one umbrella pages for a team's new incidents."""

    incidents: int
    """More new incidents of a team than this …"""
    within: Duration
    """… within this time; and it is over when none was over the number for as long."""


class Token(msgspec.Struct, frozen=True):
    """A credential of the API, besides those made with `triaged token create`."""

    name: str
    """In timelines and logs."""
    token: Secret
    """What callers send."""
    scopes: tuple[str, ...]
    """`admin` (all of them), `respond` (with read), `read`, `ingest:<source>`, `ingest:*`."""
    person: str | None = None
    """Who acts with it; else the token does."""


class Source(msgspec.Struct, frozen=True):
    """Where alerts come from; further keys are those of the kind."""

    kind: str
    """The format of its bodies."""
    stale_after: Duration | Literal["never"] | None = None
    """An alert lapses after this long without a repeat; by default the kind's time."""
    expect_every: Duration | None = None
    """It normally sends something, if only repeats: an incident opens when nothing came so long."""
    token_in_url: bool = False
    """Whether `?token=` is taken, for senders that cannot set a header."""


class Channel(msgspec.Struct, frozen=True):
    """A way to reach people; further keys are those of the kind."""

    kind: str
    """How messages are sent."""


class Contact(msgspec.Struct, frozen=True):
    """A person's address on a channel."""

    channel: str
    """The channel's name."""
    to: str = ""
    """The address, where the channel needs one."""


class ContactStep(msgspec.Struct, frozen=True):
    """One way to a person."""

    contact: str
    """The contact's name."""
    after: Duration = 0
    """How long after the page is due."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be reached."""

    contacts: Mapping[str, Contact]
    """By a name of your choice."""
    name: str | None = None
    """The full name; by default the key."""
    timezone: Zone | None = None
    """In which this person reads times."""
    page: tuple[ContactStep, ...] = ()
    """In which order contacts are used for urgency page; by default all at once."""
    notify: tuple[ContactStep, ...] = ()
    """The same for urgency notify; by default the first contact."""


class Calendar(msgspec.Struct, frozen=True):
    """When people work."""

    open: Hours
    """`mon-fri 09:00-17:30, sat 22:00-02:00`: days, then half-open hours; `daily`."""
    timezone: Zone | None = None
    """In which the hours are read."""


class Rotation(msgspec.Struct, frozen=True):
    """People who take turns."""

    people: tuple[str, ...]
    """In the order of their turns."""
    every: Duration
    """How long a turn is: whole hours, days or weeks."""
    start: WallTime = msgspec.field(name="from")
    """When the first turn begins, in the schedule's zone."""
    only: Hours | None = None
    """Hours in which it counts; by default always."""


class Schedule(msgspec.Struct, frozen=True):
    """Who is on call."""

    rotations: tuple[Rotation, ...]
    """Where several are in force the last one decides."""
    timezone: Zone | None = None
    """Of hand-overs and hours."""


class Step(msgspec.Struct, frozen=True):
    """One step of a policy."""

    notify: tuple[Notify, ...]
    """`person:`, `schedule:`, `team:` or `channel:` and a name."""
    after: After | None = None
    """From when the incident was armed: a time, or a share of the response target."""


class Repeat(msgspec.Struct, frozen=True):
    """What happens when nobody has answered the last step."""

    times: int = 0
    """Further rounds."""
    every: After = OfTarget(1.0)
    """From the last step of a round to the next round."""


class Policy(msgspec.Struct, frozen=True):
    """Whom an incident reaches, and when."""

    steps: tuple[Step, ...]
    """In the order of their times."""
    repeat: Repeat = Repeat()
    """Further rounds."""
    catch_all: Notify | None = None
    """Who is paged when a step reaches nobody."""


class Team(msgspec.Struct, frozen=True):
    """People and the policy of what they own."""

    people: tuple[str, ...] = ()
    """Its members."""
    policy: str | None = None
    """For its incidents, where no rule names one."""


class Service(msgspec.Struct, frozen=True):
    """Something that breaks."""

    team: str | None = None
    """Who owns it."""
    depends_on: tuple[str, ...] = ()
    """What it needs."""
    runbook: Url | None = None
    """What to read."""


class Config(msgspec.Struct, frozen=True):
    """Everything but the rules."""

    listen: Listen | tuple[Listen, ...] = ("127.0.0.1", 9099)
    """Where the API listens; a list for several."""
    public_url: BaseUrl | None = None
    """The base of links in messages; by default the first listener."""
    auth: Literal["tokens", "none"] = "tokens"
    """`none` lets everybody do everything: on loopback only."""
    public: tuple[Literal["status", "metrics"], ...] = ("status",)
    """What needs no token."""
    tls: Tls | None = None
    """HTTPS instead of HTTP."""
    trusted_proxies: tuple[Proxies, ...] = ()
    """Whose X-Forwarded-For is believed."""
    store: str = "sqlite:triaged.db"
    """`sqlite:PATH`, relative to $STATE_DIRECTORY, else to this file; or `postgresql://…`."""
    retention: Retention = Retention()
    """How long rows are kept."""
    max_body: Size = 8 * 1024 * 1024
    """The largest body that is read."""
    timezone: Zone = "UTC"
    """Of everything that names no zone."""
    log: Log = Log()
    """What goes to standard error."""
    rules: tuple[str, ...] = ("rules/*.yaml",)
    """The rule files, relative to this file; each pattern's files in the order of their names."""
    allow_empty: bool = False
    """Permission for a reload to empty a rule file or to find no file for a pattern of `rules`.
    Otherwise a reload that loses all rules of a file or of a pattern is refused."""
    watch: bool = False
    """Whether a change of this file or a rule file is a reload."""
    severities: Mapping[Severity, SeverityTarget] = {}
    """What each severity promises."""
    unclassified: Severity = Severity.SEV2
    """The severity of what no rule gives one."""
    at_risk: Portion = 0.75
    """From which share of the response target an unanswered incident is at risk."""
    silence_max: Duration = 30 * DAY
    """How long a silence may last: what nobody hears of for a month nobody misses."""
    reopen_within: Duration = 30 * MINUTE
    """A new episode so soon after the resolve re-opens the incident."""
    flapping: Flapping | Literal["never"] = Flapping()
    """What pages once more, says so and then keeps quiet; `never`: every re-opening pages."""
    storm: Storm | None = None
    """When pages, but for those of SEV-1, are bundled; without it none is."""
    tokens: tuple[Token, ...] = ()
    """Credentials of the API."""
    sources: Mapping[str, Annotated[Source, Open("triaged.ingest")]] = {}
    """Where alerts come from: `/webhooks/<name>`."""
    channels: Mapping[str, Annotated[Channel, Open("triaged.channels")]] = {}
    """Ways to reach people."""
    people: Mapping[str, Person] = {}
    """Who can be reached."""
    calendars: Mapping[str, Calendar] = {}
    """When people work; `office` exists: mon-fri 09:00-17:30 in `timezone`."""
    schedules: Mapping[str, Schedule] = {}
    """Who is on call."""
    policies: Mapping[str, Policy] = {}
    """Whom an incident reaches, and when; `default` must be there."""
    teams: Mapping[str, Team] = {}
    """Who owns what."""
    services: Mapping[str, Service] = {}
    """What breaks."""
