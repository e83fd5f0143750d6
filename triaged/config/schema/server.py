"""Keys of config.yaml about the server itself. These docstrings are the reference."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from triaged.core.time.durations import DAY, YEAR
from triaged.yamlschema.schema import Duration


class Tls(msgspec.Struct, frozen=True):
    """TLS of every listener: its certificate, key, and the authority of callers."""

    cert_file: str
    """File with the certificate and its chain, in PEM."""
    key_file: str
    """File with the private key of the certificate, in PEM."""
    client_ca_file: str | None = None
    """File with the certificates of authorities, in PEM. Set: every caller must show a certificate
    that one of them has signed (mutual TLS)."""


class AuthProxy(msgspec.Struct, frozen=True):
    """Users that a proxy has authenticated; only a proxy of `trusted_proxies` is believed."""

    header: str = "X-Forwarded-User"
    """Header with the user: the name of one of `people`. Anybody else may only read."""
    groups: str = ""
    """Header with the groups of the user, with commas. Unset: groups say nothing."""
    roles: Mapping[str, Literal["read", "respond", "admin"]] = {}
    """Role of each group: `read`, `respond` or `admin`."""
    role: Literal["none", "read", "respond", "admin"] = "respond"
    """Role of a user none of whose groups has one. `none`: such a user is refused."""


class Retention(msgspec.Struct, frozen=True):
    """Times after which rows are deleted, by kind of row."""

    alerts: Duration = 90 * DAY
    """Time for which alerts that no longer fire are kept."""
    observations: Duration = 90 * DAY
    """Time for which the beginning and the end of each episode of an alert are kept."""
    incidents: Duration = 2 * YEAR
    """Time for which resolved incidents are kept, with their timelines."""
    deliveries: Duration = YEAR
    """Time for which pages and requests are kept that were delivered or given up."""
    quarantine: Duration = 14 * DAY
    """Time for which bodies that could not be used are kept."""
    silences: Duration = 90 * DAY
    """Time for which silences are kept after their end."""
    changes: Duration = 90 * DAY
    """Time for which deployments and other changes are kept that sources of kind `changes` sent."""


class Log(msgspec.Struct, frozen=True):
    """Log on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is written."""
    format: Literal["auto", "console", "json"] = "auto"
    """Format of a line. `auto`: `console` on a terminal, `json` elsewhere."""
