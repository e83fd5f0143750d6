"""`/api/v1/status`: version, start, health, and the configuration without its secrets."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from triaged import __version__
from triaged.config.model import Configuration
from triaged.core.oncall.duty import duty_of
from triaged.core.oncall.overriding import lost_overrides
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.http.context import Context
from triaged.http.routes import Call, Scope, route
from triaged.store.tables import incidents
from triaged.wire import Instant, Secret, encode, instant_text

Plain = dict[str, "Plain"] | list["Plain"] | str | float | bool | None
"""A JSON value."""

KEPT_OUT = frozenset({"files", "settings", "store"})
"""Fields of the configuration that are shown under other names, or not at all."""


class ChannelDocument(msgspec.Struct, frozen=True):
    """Whether a channel can be used, by the last test of its token."""

    usable: bool | None
    """None: the provider could not be asked."""
    detail: str
    tested_at: Instant
    since: Instant
    """From when on it has been so."""


class StatusDocument(msgspec.Struct, frozen=True):
    """The version that runs, its start, its health and its configuration."""

    version: str
    started_at: Instant
    uptime_seconds: int
    healthy: dict[str, bool]
    store: dict[str, Any]
    rules: str
    """Hash of the rules."""
    config_hash: str
    config: dict[str, Any]
    """The operator's configuration, secrets as `<secret>`."""
    channels: dict[str, ChannelDocument]
    """By channel: what its last test has found; a kind without a test is absent."""
    duty: list[str]
    """Overrides that do not do what they say: who or what they name is not configured."""


@route("GET", "/api/v1/status", Scope.READ)
async def show(call: Call) -> StatusDocument:
    """The version that runs, its start, its health and its configuration."""
    context = call.context
    configuration = context.configuration
    configured = summary(configuration)
    return StatusDocument(
        version=__version__,
        started_at=instant_text(context.started_at),
        uptime_seconds=(context.clock.now() - context.started_at) // SECOND,
        healthy=dict(context.health()),
        store=await _store(call),
        rules=configuration.settings.rules.digest,
        config_hash=hashlib.sha256(encode(configured)).hexdigest(),
        config=configured,
        channels=_channels(context),
        duty=await _duty(context),
    )


def _channels(context: Context) -> dict[str, ChannelDocument]:
    return {
        name: ChannelDocument(
            test.is_usable, test.detail, instant_text(test.tested_at), instant_text(test.since)
        )
        for name, test in context.channel_tests.items()
    }


async def _duty(context: Context) -> list[str]:
    """What is wrong with overrides; nothing while the store cannot be read."""
    now = context.clock.now()
    try:
        async with context.database.reading() as tx:
            facts = await context.engine.duty_facts.current(tx, now)
    except StoreUnavailable:
        facts = context.engine.duty_facts.facts
    return lost_overrides(duty_of(context.configuration.settings, facts), now)


async def _store(call: Call) -> dict[str, object]:
    kind = call.context.database.name
    try:
        async with call.context.database.reading() as tx:
            await incidents.fetch(tx, 0)  # nothing has this number: asks, and costs nothing
    except StoreUnavailable as error:
        return {"kind": kind, "available": False, "error": str(error)}
    return {"kind": kind, "available": True}


def summary(configuration: Configuration) -> dict[str, Any]:
    """The operator's configuration as the daemon understood it; secrets as `<secret>`."""
    fields = msgspec.structs.asdict(configuration)
    found = {name: plain(value) for name, value in fields.items() if name not in KEPT_OUT}
    settings = configuration.settings
    for name in ("severities", "people", "schedules", "policies", "teams", "services"):
        found[name] = plain(getattr(settings, name))
    return found


def plain(value: object) -> Plain:
    """`value` as JSON has it; a value without JSON form as its text."""
    match value:
        case Secret():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case msgspec.Struct():
            return {key: plain(inner) for key, inner in msgspec.structs.asdict(value).items()}
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case frozenset() | set():
            return [*sorted(str(inner) for inner in value)]
        case list() | tuple():
            return [plain(inner) for inner in value]
        case _:
            return str(value)
