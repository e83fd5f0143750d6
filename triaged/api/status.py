"""`/api/v1/status`: what runs, since when, how it is, and its configuration without secrets."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from triaged import __version__
from triaged.api.schemas import StatusDocument
from triaged.config.model import Configuration
from triaged.core.time.durations import SECOND
from triaged.errors import StoreUnavailable
from triaged.http import answers
from triaged.http.routes import Call, Route, Scope
from triaged.store.tables import incidents
from triaged.wire import Secret, encode, instant_text

Plain = dict[str, "Plain"] | list["Plain"] | str | float | bool | None
"""What JSON can say."""

KEPT_OUT = frozenset({"files", "settings", "store"})
"""Of the configuration: shown in other words, or not at all."""


async def show(call: Call) -> web.StreamResponse:
    """The status document."""
    context = call.context
    configuration = context.configuration
    shown = summary(configuration)
    document = StatusDocument(
        version=__version__,
        started_at=instant_text(context.started_at),
        uptime_seconds=(context.clock.now() - context.started_at) // SECOND,
        healthy=dict(context.health()),
        store=await _store(call),
        rules=configuration.settings.rules.digest,
        config_hash=hashlib.sha256(encode(shown)).hexdigest(),
        config=shown,
    )
    return answers.answer(document)


async def _store(call: Call) -> dict[str, object]:
    kind = call.context.database.name
    try:
        async with call.context.database.reading() as tx:
            await incidents.fetch(tx, 0)  # nothing has this number: asks, and costs nothing
    except StoreUnavailable as error:
        return {"kind": kind, "available": False, "error": str(error)}
    return {"kind": kind, "available": True}


def summary(configuration: Configuration) -> dict[str, Any]:
    """What the operator wrote, as the daemon understood it; secrets as `<secret>`."""
    fields = msgspec.structs.asdict(configuration)
    shown = {name: plain(value) for name, value in fields.items() if name not in KEPT_OUT}
    settings = configuration.settings
    for name in ("severities", "people", "schedules", "policies", "teams", "services"):
        shown[name] = plain(getattr(settings, name))
    return shown


def plain(value: object) -> Plain:
    """`value` as JSON has it; what has no JSON form, as its text."""
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


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/status",
        scope=Scope.READ,
        handler=show,
        about="What runs, since when, how it is.",
        answer=StatusDocument,
    ),
)
