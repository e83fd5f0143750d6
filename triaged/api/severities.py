"""`/api/v1/severities`: what each severity means, for whoever chooses one."""

from typing import Literal

import msgspec

from triaged.core.records.model import Severity
from triaged.core.settings import NextBusinessDay, SeverityTarget
from triaged.core.time.durations import SECOND
from triaged.http.routes import Call, Scope, route


class SeverityDocument(msgspec.Struct, frozen=True):
    """A severity: the impact that calls for it, and what follows from it."""

    severity: Severity
    impact: str
    examples: str
    respond_within_s: int | None
    """Seconds; null: by the end of the next business day."""
    urgency: Literal["page", "notify"]
    roles: Literal["required", "optional"]
    update_every_s: int | None
    """Seconds between two internal updates; null: none are promised."""


class SeverityList(msgspec.Struct, frozen=True):
    """The severities, the worst first."""

    severities: list[SeverityDocument]
    next_cursor: str | None = None


@route("GET", "/api/v1/severities", Scope.READ)
async def index(call: Call) -> SeverityList:
    """Severities with impact, examples and response target, the worst first."""
    targets = call.context.configuration.settings.severities
    return SeverityList([_document(severity, targets[severity]) for severity in sorted(targets)])


def _document(severity: Severity, target: SeverityTarget) -> SeverityDocument:
    within, every = target.respond_within, target.update_every
    return SeverityDocument(
        severity=severity,
        impact=target.impact,
        examples=target.examples,
        respond_within_s=None if isinstance(within, NextBusinessDay) else within // SECOND,
        urgency=target.urgency,
        roles=target.roles,
        update_every_s=None if every is None else every // SECOND,
    )
