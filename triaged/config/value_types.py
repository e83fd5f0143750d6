"""Texts of config.yaml that mean something else: listeners, networks, sizes, zones, targets."""

import re
from datetime import date
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from triaged.core.records.model import Delay, Share, Span, Target, TargetKind
from triaged.core.settings import BusinessDays
from triaged.core.text import call_link
from triaged.core.text.names import meant
from triaged.core.time import recurring
from triaged.core.time.durations import (
    DURATION_WANTED,
    format_duration,
    parse_duration,
    parse_share,
)
from triaged.core.time.recurring import Recurring, zone_of
from triaged.core.time.weekly import WEEKLY_WANTED, WeekTime, parse_weekly, show_weekly
from triaged.wire import Secret
from triaged.yamlschema.values import Scalar, show_share

Network = IPv4Network | IPv6Network
Address = tuple[str, int]

UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
BODY_MIN = 1024
BODY_MAX = 64 * 1024**2
"""Bodies are held in memory, some at once."""

TARGETS: dict[str, TargetKind] = {
    "person": "person",
    "schedule": "schedule",
    "team": "team",
    "channel": "channel",
}
FEED_URL_WANTED = "the address of a calendar such as https://calendar.example.org/rota.ics"
TARGET_WANTED = "person:, schedule:, team: or channel: and a name"
DELAY_WANTED = f"{DURATION_WANTED}, or a share of the response target such as 50%"

zones = cache(available_timezones)
"""The names of all time zones: looked up once somebody has named another."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}")
_SIZE = re.compile(r"(\d{1,12})\s?(B|KiB|MiB|GiB)")
_MAILBOX = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LISTEN = re.compile(r"(?:\[([0-9A-Fa-f:.%]+)\]|([^:\[\]\s]*)):(\d{1,5})")
_FROM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def parse_listen(text: str) -> Address:
    """(host, port) of `127.0.0.1:9099`, `[::1]:9099` or `:9099`; an empty host is all of them."""
    match = _LISTEN.fullmatch(text)
    if match is None or int(match[3]) > 65535:
        raise ValueError(f"expected HOST:PORT such as 127.0.0.1:9099 or :9099, got {text!r}")
    return match[1] or match[2] or "", int(match[3])


def parse_mailbox(text: str) -> str:
    """`Reports@example.org`, lower-case; what stands behind a `+` belongs to the sender."""
    if _MAILBOX.fullmatch(text) is None:
        raise ValueError(f"expected an address such as reports@example.org, got {text!r}")
    return text.lower()


def parse_network(text: str) -> Network:
    """The network of `10.0.0.0/8` or of one address."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"expected a network such as 10.0.0.0/8: {error}") from None


def parse_size(text: str) -> int:
    """Bytes of `8MiB`."""
    match = _SIZE.fullmatch(text)
    size = int(match[1]) * UNITS[match[2]] if match else 0
    if not BODY_MIN <= size <= BODY_MAX:
        raise ValueError(f"expected a size from 1KiB to 64MiB such as 8MiB, got {text!r}")
    return size


def parse_zone(text: str) -> str:
    """The name of a time zone that exists."""
    try:
        zone_of(text)
    except ValueError as error:
        raise ValueError(f"{error}{meant(text, zones())}") from None
    return text


def parse_url(text: str) -> str:
    """An http or https URL with a host."""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or not text.isprintable() or " " in text:
        raise ValueError("expected a URL such as https://example.org/path")
    return text


def parse_feed_url(text: str) -> Secret:
    """The address of a calendar, which is a secret: no message repeats it. `webcal` is `https`."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() in ("webcal", "webcals"):
        text = f"https{colon}{rest}"
    try:
        return Secret(parse_url(text))
    except ValueError:
        raise ValueError(f"expected {FEED_URL_WANTED}, got something else") from None


def parse_base_url(text: str) -> str:
    """A URL that paths can be put behind: without query, fragment, user and slash at its end."""
    parts = urlsplit(parse_url(text))
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(
            "expected a URL such as https://triaged.example.org, without query or user"
        )
    return text.rstrip("/")


def parse_call_url(text: str) -> str:
    """The template of a call's address: an address whatever the incident is."""
    unknown = call_link.unknown_names(text)
    if unknown:
        known = ", ".join(call_link.NAMES)
        raise ValueError(f"{unknown[0]!r} is not known here: {known} are")
    parse_url(call_link.filled(text, dict.fromkeys(call_link.NAMES, "x")))
    return text


def parse_target(text: str) -> Target:
    """`schedule:primary`."""
    kind, colon, name = text.partition(":")
    if not colon or not name or kind not in TARGETS:
        hint = meant(kind, TARGETS) if colon else ""
        raise ValueError(f"expected {TARGET_WANTED}, got {text!r}{hint}")
    return Target(TARGETS[kind], name)


def parse_delay(text: str) -> Delay:
    """`50%` of the response target, or `5m` whatever the target."""
    try:
        return Share(parse_share(text)) if text.endswith("%") else Span(parse_duration(text))
    except ValueError:
        raise ValueError(f"expected {DELAY_WANTED}, got {text!r}") from None


def parse_portion(text: str) -> float:
    """0.75 for `75%`: more than nothing, at most all."""
    share = parse_share(text)
    if not 0 < share <= 1:
        raise ValueError(f"expected a share above 0% and up to 100%, got {text!r}")
    return share


def parse_wall_time(text: str) -> str:
    """The text itself; whether the day exists is core's to say."""
    if not _FROM.fullmatch(text):
        raise ValueError(f"expected a wall time such as 2026-01-05T09:00, got {text!r}")
    return text


def name_problem(name: str) -> str | None:
    """The reason why a text cannot be a name in URLs, targets and timelines, or None."""
    if _NAME.fullmatch(name):
        return None
    return f"{name[:60]!r} is no name: letters, digits and _ . @ + - only, at most 100"


def show_listen(address: Address) -> str:
    """`127.0.0.1:9099`."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def show_size(size: int) -> str:
    """`8MiB`: in the largest unit that it is whole in."""
    unit, of_unit = max((pair for pair in UNITS.items() if size % pair[1] == 0), key=lambda p: p[1])
    return f"{size // of_unit}{unit}"


def show_delay(delay: Delay) -> str:
    """`50%` or `5m`."""
    if isinstance(delay, Share):
        return show_share(delay.of_target)
    return format_duration(delay.us)


def parse_time_to_write(text: str) -> int | BusinessDays:
    """`3d`, or `5 business days`, which end with the last of them."""
    match = _BUSINESS_DAYS.fullmatch(text)
    try:
        found: int | BusinessDays = BusinessDays(int(match[1])) if match else parse_duration(text)
    except ValueError:
        raise ValueError(f"expected {TIME_TO_WRITE_WANTED}, got {text!r}") from None
    if found in (0, BusinessDays(0)):
        raise ValueError(f"expected some time: {TIME_TO_WRITE_WANTED}")
    return found


def show_time_to_write(time: int | BusinessDays) -> str:
    """`3d` or `5 business days`."""
    return format_duration(time) if isinstance(time, int) else f"{time.number} business days"


_BUSINESS_DAYS = re.compile(r"(\d{1,3}) business days?")
TIME_TO_WRITE_WANTED = "a duration such as 3d, or a number such as 5 business days"
RECURRING_WANTED = "days and hours such as mon-fri 09:00-17:30, sat 22:00-02:00"
Listen = Annotated[
    Address, Scalar(parse_listen, "HOST:PORT such as 127.0.0.1:9099", r":\d+$", show_listen)
]
Mailbox = Annotated[str, Scalar(parse_mailbox, "an address such as reports@example.org", "@")]
Proxies = Annotated[Network, Scalar(parse_network, "a network such as 10.0.0.0/8")]
Size = Annotated[
    int, Scalar(parse_size, "a size such as 8MiB", r"^\d+ ?(B|KiB|MiB|GiB)$", show_size)
]
Zone = Annotated[str, Scalar(parse_zone, "a time zone such as Europe/Berlin")]
Url = Annotated[str, Scalar(parse_url, "a URL such as https://example.org/path", "^https?://")]
BaseUrl = Annotated[
    str, Scalar(parse_base_url, "a URL such as https://triaged.example.org", "^https?://")
]
FeedUrl = Annotated[Secret, Scalar(parse_feed_url, FEED_URL_WANTED, "^(https?|webcals?)://")]
TimeToWrite = Annotated[
    int | BusinessDays,
    Scalar(
        parse_time_to_write,
        TIME_TO_WRITE_WANTED,
        r"^(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$|^\d{1,3} business days?$",
        show_time_to_write,
    ),
]
CallUrl = Annotated[
    str,
    Scalar(
        parse_call_url, "a URL such as https://meet.example.org/{{ incident.id }}", "^https?://"
    ),
]
Notify = Annotated[
    Target, Scalar(parse_target, TARGET_WANTED, "^(person|schedule|team|channel):.+$")
]
After = Annotated[
    Delay, Scalar(parse_delay, DELAY_WANTED, r"^(\d+[ywdhms])+$|^\d+(\.\d+)?%$", show_delay)
]
Portion = Annotated[
    float, Scalar(parse_portion, "a share above 0% and up to 100%", r"^\d+(\.\d+)?%$", show_share)
]
Weekly = Annotated[
    WeekTime, Scalar(parse_weekly, WEEKLY_WANTED, r"^[A-Za-z]{3} \d\d:\d\d$", show_weekly)
]
Hours = Annotated[Recurring, Scalar(recurring.parse, RECURRING_WANTED)]
Day = Annotated[date, Scalar(recurring.parse_day, "a day such as 2026-12-31", r"^\d{4}-\d\d-\d\d$")]
WallTime = Annotated[
    str,
    Scalar(
        parse_wall_time,
        "a wall time such as 2026-01-05T09:00",
        r"^\d{4}-\d\d-\d\dT\d\d:\d\d$",
    ),
]
