"""The keys of config.yaml. These docstrings are the reference: one for each key.

Keys that other modules define are left open here: those of `sources.<name>` and `channels.<name>`
beyond the ones below are the `Settings` of the kind's module.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from triaged.config.schema.mail_in import MailIn
from triaged.config.schema.people import Calendar, Person, Schedule, Service, Team
from triaged.config.schema.policies import Flapping, Policy, SeverityTarget, Storm
from triaged.config.schema.review import Review
from triaged.config.schema.server import AuthProxy, Log, Retention, Tls
from triaged.config.schema.status import StatusPage
from triaged.config.value_types import (
    BaseUrl,
    CallUrl,
    Listen,
    Portion,
    Proxies,
    Size,
    Zone,
)
from triaged.core.records.labels import EXPORTERS, SCRAPE_LABELS
from triaged.core.records.model import Severity
from triaged.core.time.durations import DAY, MINUTE
from triaged.wire import Secret
from triaged.yamlschema.schema import Duration, Open


class Exporters(msgspec.Struct, frozen=True):
    """How labels of a scrape are told from labels of what an alert is about."""

    names: tuple[str, ...] = EXPORTERS
    """Names of exporters, `*` for any text. Such a value of `service` is not the service of the
    incident, and such a value of `job`, `service`, `container` or `pod` shows that the alert came
    through an exporter."""
    labels: tuple[str, ...] = SCRAPE_LABELS
    """Labels that a scrape adds. They are not shown as the place of the trouble where they name
    the exporter; those that no object has, such as `endpoint`, never are."""


class Token(msgspec.Struct, frozen=True):
    """Token of the API, besides those made with `triaged token create`."""

    name: str
    """Name of the token in timelines and logs."""
    token: Secret
    """Secret that callers send."""
    scopes: tuple[str, ...]
    """Permissions: `admin` (all of them), `respond` (with `read`), `read`, `ingest:<source>`,
    `ingest:*`, `report` (file reports of customers)."""
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
    public: tuple[Literal["status", "metrics", "report"], ...] = ("status",)
    """Pages that need no token: the status page, `/metrics`, the form for customers `/report`."""
    tls: Tls | None = None
    """Certificate and key. Set: the server speaks HTTPS instead of HTTP."""
    trusted_proxies: tuple[Proxies, ...] = ()
    """Addresses or networks of proxies whose header X-Forwarded-For is believed."""
    auth_proxy: AuthProxy | None = None
    """Sign-in by a proxy that says who the user is. Unset: its headers say nothing."""
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
    confirm_contacts: bool = False
    """Whether people are to confirm their contacts (`triaged oncall verify`). true: a contact that
    nobody has confirmed counts as unreachable where rosters, hand-offs, `check` and `prove` speak
    of it. Pages go to it all the same."""
    report_within: Duration = 15 * MINUTE
    """Time within which somebody looks at a customer's report. Later it pages, as an incident of
    severity `unclassified`."""
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
    mail_in: MailIn | None = None
    """Mail that is read. Unset: none."""
    review: Review | None = None
    """Weekly mail of what `triaged review` finds. Unset: none."""
    tokens: tuple[Token, ...] = ()
    """Tokens of the API."""
    sources: Mapping[str, Annotated[Source, Open("triaged.ingest")]] = {}
    """Senders of alerts, by name: each has the path `/webhooks/<name>`."""
    allow_exec: bool = False
    """Whether channels of kind `exec` may run programs."""
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
