"""The configuration as the daemon uses it: checked, complete, immutable."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from triaged.config.rule_files import RuleFiles
from triaged.config.schema import Token
from triaged.config.schema.mail_in import MailIn
from triaged.config.schema.server import AuthProxy, Log, Retention, Tls
from triaged.config.value_types import Address, Network
from triaged.core.records.duty.overrides import Layer
from triaged.core.settings import Settings
from triaged.wire import Secret


class Source(msgspec.Struct, frozen=True):
    """A sender of alerts. `settings` is a `Settings` of the module `ingest.<kind>`."""

    name: str
    kind: str
    settings: object
    token_in_url: bool = False


class Channel(msgspec.Struct, frozen=True):
    """A way to reach people. `settings` is a `Settings` of the module `channels.<kind>`."""

    name: str
    kind: str
    settings: object


class Integration(msgspec.Struct, frozen=True):
    """A third party. `settings` is a `Settings` of the module `integrations.<kind>`."""

    name: str
    kind: str
    settings: object


class Feed(msgspec.Struct, frozen=True):
    """A calendar that is read for a schedule. Exactly one of `url` and `file` is set."""

    name: str
    """`primary`, or `primary/override`: the schedule's name, and what kind of feed it is."""
    schedule: str
    layer: Layer
    timezone: str
    """The schedule's: whole days and times without a zone are read in it."""
    every_us: int
    url: Secret | None = None
    file: Path | None = None


class Configuration(msgspec.Struct, frozen=True):
    """Everything that config.yaml and the rules say."""

    listen: tuple[Address, ...]
    """An empty host is every address."""
    public_url: str
    """Without a slash at its end."""
    auth: str
    """`tokens` or `none`."""
    public: frozenset[str]
    tls: Tls | None
    """Its paths are absolute, or relative to the working directory."""
    trusted_proxies: tuple[Network, ...]
    auth_proxy: AuthProxy | None
    """None: no proxy says who a user is."""
    store: str
    """`sqlite:/absolute/path` or a PostgreSQL URL; prints as `<secret>` if it holds a password."""
    retention: Retention
    max_body: int
    timezone: str
    log: Log
    watch: bool
    tokens: tuple[Token, ...]
    sources: Mapping[str, Source]
    channels: Mapping[str, Channel]
    integrations: Mapping[str, Integration]
    mail_in: MailIn | None
    """None: no mail is read."""
    feeds: Mapping[str, Feed]
    holiday_places: frozenset[str]
    """The places whose public holidays calendars follow."""
    settings: Settings
    rule_files: RuleFiles
    files: tuple[Path, ...]
    """Files that a reload reads, and folders in which more rule files may appear."""
