"""The keys of config.yaml. These docstrings are the reference: one for each key.

Keys that other modules define are left open here: those of `sources.<name>` and `channels.<name>`
beyond the ones below are the `Settings` of the kind's module.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from triaged.config.schema_server import Log, Retention, Tls
from triaged.config.schema_status import StatusPage
from triaged.config.value_types import (
    After,
    BaseUrl,
    CallUrl,
    Hours,
    Listen,
    Notify,
    Portion,
    Proxies,
    Size,
    TimeToWrite,
    Url,
    WallTime,
    Zone,
)
from triaged.core.records.labels import EXPORTERS, SCRAPE_LABELS
from triaged.core.records.model import Severity
from triaged.core.records.model import Share as OfTarget
from triaged.core.records.plans import Exhausted
from triaged.core.time.durations import DAY, MINUTE
from triaged.wire import Secret
from triaged.yamlschema.schema import Duration, Open


class SeverityTarget(msgspec.Struct, frozen=True):
    """Response target of a severity. Keys that are left out keep their defaults."""

    respond_within: Duration | Literal["next business day"] | None = None
    """Time within which somebody must have acknowledged an incident."""
    calendar: str | None = None
    """Name of the calendar whose opening is the `next business day`."""
    urgency: Literal["page", "notify"] | None = None
    """List of a person's contacts that is used: `page` or `notify`."""
    unacknowledge_after: Duration | Literal["never"] | None = None
    """Time without activity after which an acknowledgement ends and escalation goes on."""
    impact: str | None = None
    """Impact that makes an incident one of this severity, shown to whoever chooses one."""
    examples: str | None = None
    """Examples, shown beside the impact."""
    roles: Literal["required", "optional"] | None = None
    """`required`: somebody commands, somebody else leads the investigation, and somebody tells
    the others. Defaults to `required` for SEV-1 and SEV-2."""
    update_every: Duration | Literal["never"] | None = None
    """Time between two internal updates of an incident that is commanded. Defaults to 15m for
    SEV-1, 30m for SEV-2, `never` for the others."""
    updates_to: tuple[Notify, ...] = ()
    """Targets that get the internal updates, besides those who were paged or have a role."""
    postmortem: Literal["required", "optional"] | None = None
    """`required`: an incident is closed only when its postmortem is published, or waived by an
    admin. Defaults to `required` for SEV-1 and SEV-2."""
    postmortem_due: TimeToWrite | None = None
    """Time from the resolve until the postmortem is to be published; business days are those of
    the calendar `office`. Defaults to 3d for SEV-1, `5 business days` for the others."""


class Flapping(msgspec.Struct, frozen=True):
    """Threshold above which an incident that keeps re-opening is held open and pages no more."""

    reopens: int = 3
    """Number of times that the incident re-opened `within` the time."""
    within: Duration = 30 * MINUTE
    """Time in which re-openings are counted. An incident that has been quiet for as long
    settles."""


class Exporters(msgspec.Struct, frozen=True):
    """How labels of a scrape are told from labels of what an alert is about."""

    names: tuple[str, ...] = EXPORTERS
    """Names of exporters, `*` for any text. Such a value of `service` is not the service of the
    incident, and such a value of `job`, `service`, `container` or `pod` shows that the alert came
    through an exporter."""
    labels: tuple[str, ...] = SCRAPE_LABELS
    """Labels that a scrape adds. They are not shown as the place of the trouble where they name
    the exporter; those that no object has, such as `endpoint`, never are."""


class Storm(msgspec.Struct, frozen=True):
    """Threshold above which one umbrella incident pages for all new incidents of a team."""

    incidents: int
    """Number of new incidents of a team, policy and source `within` the time above which a storm
    begins."""
    within: Duration
    """Time in which new incidents are counted. The storm ends when the number has not been exceeded
    for as long."""
    across_sources: bool = False
    """Whether incidents of all sources count together. Otherwise a source that floods triaged is no
    storm of the others, whose incidents page singly."""


class Token(msgspec.Struct, frozen=True):
    """Token of the API, besides those made with `triaged token create`."""

    name: str
    """Name of the token in timelines and logs."""
    token: Secret
    """Secret that callers send."""
    scopes: tuple[str, ...]
    """Permissions: `admin` (all of them), `respond` (with `read`), `read`, `ingest:<source>`,
    `ingest:*`."""
    person: str | None = None
    """Person in whose name callers act. Unset: timelines name the token."""


class Source(msgspec.Struct, frozen=True):
    """Sender of alerts. Further keys are those of the kind."""

    kind: str
    """Kind of the source: the format of its bodies."""
    stale_after: Duration | Literal["never"] | None = None
    """Time without a repeat after which an alert lapses. Unset: the time of the kind."""
    expect_every: Duration | None = None
    """Time within which the source always sends something, if only repeats. An incident opens when
    nothing has come for so long."""
    token_in_url: bool = False
    """Permission to send the token as `?token=` in the URL, for senders that cannot set a
    header."""


class Channel(msgspec.Struct, frozen=True):
    """Way to reach people. Further keys are those of the kind."""

    kind: str
    """Kind of the channel: how messages are sent."""


class Integration(msgspec.Struct, frozen=True):
    """Third party that pages nobody. Further keys are those of the kind."""

    kind: str
    """Kind of the integration: what it is, and how it is asked."""


class Contact(msgspec.Struct, frozen=True):
    """Address of a person on a channel."""

    channel: str
    """Name of the channel."""
    to: str = ""
    """Address, for channels that need one."""


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


class Calendar(msgspec.Struct, frozen=True):
    """Working hours."""

    open: Hours
    """Days and hours, such as `mon-fri 09:00-17:30, sat 22:00-02:00` or `daily 08:00-20:00`. The
    end of the hours does not belong to them."""
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


class Schedule(msgspec.Struct, frozen=True):
    """Schedule: who is on call, and when."""

    rotations: tuple[Rotation, ...]
    """Rotations of the schedule. Where several are in force, the last one decides."""
    timezone: Zone | None = None
    """Time zone of hand-overs and of `only` hours. Unset: `timezone` of this file."""


class Step(msgspec.Struct, frozen=True):
    """Step of an escalation policy."""

    notify: tuple[Notify, ...]
    """Targets of the step, each `person:`, `schedule:`, `team:` or `channel:` and a name."""
    after: After | None = None
    """Delay after the escalation has started: a time, or a share of the response target such as
    `50%`. Unset: none."""


class Repeat(msgspec.Struct, frozen=True):
    """Repetition of all steps when nobody has answered the last one."""

    times: int = 0
    """Number of further rounds."""
    every: After = OfTarget(1.0)
    """Time from the last step of a round to the next round, or a share of the response target."""


class Policy(msgspec.Struct, frozen=True):
    """Escalation policy: whom an incident reaches, and when."""

    steps: tuple[Step, ...]
    """Steps, in the order of their delays."""
    repeat: Repeat = Repeat()
    """Rounds after the first."""
    catch_all: Notify | None = None
    """Target that is paged when a step reaches nobody."""
    exhausted: Exhausted | None = None
    """What follows the last round of an incident that nobody answers: `repeat` pages the catch-all
    (without one, whom the last step pages) each `repeat.every`, at least 15 minutes apart, until
    somebody acts; `stop` pages nobody any more. Unset: `repeat` where the urgency is `page`."""


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


class Config(msgspec.Struct, frozen=True):
    """Configuration of the daemon: everything but the rules."""

    listen: Listen | tuple[Listen, ...] = ("127.0.0.1", 9099)
    """Address, or list of addresses, at which the HTTP server listens."""
    public_url: BaseUrl | None = None
    """URL at which people reach the server: the base of links in messages. Unset: the first
    listener."""
    act_links: Literal["acknowledge", "respond"] = "acknowledge"
    """What the link in a page may do. `respond`: also take over, note, escalate, hand over and
    resolve that incident, as the person who was paged."""
    auth: Literal["tokens", "none"] = "tokens"
    """Authentication of callers. `none` lets everybody do everything, and is accepted on loopback
    only."""
    public: tuple[Literal["status", "metrics"], ...] = ("status",)
    """Pages that need no token."""
    tls: Tls | None = None
    """Certificate and key. Set: the server speaks HTTPS instead of HTTP."""
    trusted_proxies: tuple[Proxies, ...] = ()
    """Addresses or networks of proxies whose header X-Forwarded-For is believed."""
    store: str = "sqlite:triaged.db"
    """Database: `sqlite:PATH`, relative to $STATE_DIRECTORY, else to this file; or
    `postgresql://…`."""
    retention: Retention = Retention()
    """Times after which rows are deleted."""
    max_body: Size = 32 * 1024 * 1024
    """The largest body that is read; of a larger one nothing is, and an incident says so."""
    timezone: Zone = "UTC"
    """Time zone of everything that names none."""
    log: Log = Log()
    """Log on standard error."""
    rules: tuple[str, ...] = ("rules/*.yaml",)
    """Patterns of the rule files, relative to this file. The files of a pattern are read in the
    order of their names; a name that begins with a dot needs a pattern that does."""
    allow_empty: bool = False
    """Permission for a reload to empty a rule file or to find no file for a pattern of `rules`.
    Otherwise a reload that loses all rules of a file or of a pattern is refused."""
    watch: bool = False
    """Whether a change of this file or of a rule file leads to a reload."""
    severities: Mapping[Severity, SeverityTarget] = {}
    """Response targets by severity."""
    unclassified: Severity = Severity.SEV2
    """Severity of alerts to which no rule gives one."""
    at_risk: Portion = 0.75
    """Share of the response target after which an unanswered incident is at risk."""
    silence_max: Duration = 30 * DAY
    """Longest duration of a silence."""
    reopen_within: Duration = 30 * MINUTE
    """Time after the resolve in which a new episode re-opens the incident instead of opening a new
    one."""
    join_quiet: Duration = 5 * MINUTE
    """Time after an acknowledgement in which alerts that join page nobody. Later, an alert with an
    object that the incident has not had (another pod, node …) pages the holder."""
    flapping: Flapping | Literal["never"] = Flapping()
    """Threshold above which an incident that re-opens again and again pages once more and is then
    held open. `never`: every re-opening pages."""
    exporters: Exporters = Exporters()
    """Names and labels of what answers for something else, such as kube-state-metrics."""
    storm: Storm | None = None
    """Threshold above which pages are bundled (never SEV-1). Unset: no bundling."""
    status_page: StatusPage | None = None
    """Public status page. Unset: `/status` shows nothing."""
    tokens: tuple[Token, ...] = ()
    """Tokens of the API."""
    sources: Mapping[str, Annotated[Source, Open("triaged.ingest")]] = {}
    """Senders of alerts, by name: each has the path `/webhooks/<name>`."""
    channels: Mapping[str, Annotated[Channel, Open("triaged.channels")]] = {}
    """Ways to reach people, by name."""
    integrations: Mapping[str, Annotated[Integration, Open("triaged.integrations")]] = {}
    """Trackers, status pages and makers of rooms, by name. Each `webhook` makes a room for every
    incident that is declared, and each `statuspage` repeats what our status page says."""
    tracker: str | None = None
    """Integration in which action items become issues. Unset: the tracker of `integrations`, where
    there is one alone."""
    call: CallUrl | None = None
    """Address of the call of an incident, such as `https://meet.example.org/{{ incident.id }}`.
    Unset: no call. May also name `incident.number`, `.severity`, `.service` and `.team`."""
    people: Mapping[str, Person] = {}
    """People who can be reached, by name."""
    calendars: Mapping[str, Calendar] = {}
    """Working hours, by name. `office` exists always: mon-fri 09:00-17:30 in `timezone`."""
    schedules: Mapping[str, Schedule] = {}
    """On-call schedules, by name."""
    policies: Mapping[str, Policy] = {}
    """Escalation policies, by name. `default` is required."""
    teams: Mapping[str, Team] = {}
    """Teams, by name."""
    services: Mapping[str, Service] = {}
    """Services, by name."""
