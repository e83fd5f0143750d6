"""`/report`: the form by which a customer tells what does not work. No script, no cookie.

The answer is always the same: a stranger learns neither whether the report was kept nor how many
may be sent.
"""

from urllib.parse import parse_qs

import structlog
from aiohttp import web

from triaged.access.tokens import new_identity
from triaged.core.practice.reports import CONTACT_MAX, TEXT_MAX, TITLE_MAX
from triaged.core.records.practice.reports import ReportFiled
from triaged.http import origins
from triaged.http.bodies import read_body
from triaged.http.guards import unread
from triaged.http.routes import Call, Scope, route
from triaged.intake.reports import STRANGER, is_full, report_id
from triaged.web._page import page

BYTES_MAX = 32 * 1024
FIELDS_MAX = 8

log = structlog.get_logger()


@route("GET", "/report", Scope.FORM)
async def show(call: Call) -> web.Response:
    """The form for customers; `?service=` says what it is about."""
    service = _service(call, call.request.query.get("service", ""))
    return page("report.html", service=service, sent=False)


@route("POST", "/report", Scope.FORM)
async def send(call: Call) -> web.Response:
    """Keep what a customer reports; the answer is always the same."""
    body = await read_body(call.request, BYTES_MAX, call.context.stop)
    if not isinstance(body, bytes):
        return unread(call, body)
    event = _event(call, body)
    if event is not None and await _allows(call):
        await call.context.engine.submit([event], urgent=True)
    return page("report.html", service="", sent=True)


def _event(call: Call, body: bytes) -> ReportFiled | None:
    """The report in an encoded form; None: there is none."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=FIELDS_MAX, errors="strict")
    except ValueError:  # no UTF-8, or too many fields
        return None
    first = {name: values[0].replace("\0", "").strip() for name, values in fields.items()}
    title = first.get("title", "")[:TITLE_MAX]
    if not title:
        return None
    return ReportFiled(
        id=report_id(new_identity()),
        by=STRANGER,
        title=title,
        text=first.get("text", "")[:TEXT_MAX],
        service=_service(call, first.get("service", "")),
        contact=first.get("contact", "")[:CONTACT_MAX],
    )


def _service(call: Call, name: str) -> str:
    """The name of a service of the configuration; any other is none."""
    return name if name in call.context.configuration.settings.services else ""


async def _allows(call: Call) -> bool:
    """True if this network may send another report, and there is room for it."""
    now, configuration = call.context.clock.now(), call.context.configuration
    client = origins.client_address(call.request, configuration.trusted_proxies)
    if not call.context.report_forms.allows(client, now):
        call.context.metrics.limits_hit.labels("reports", "form").inc()
        log.warning("report.refused", reason="too_many", client=client)
        return False
    if await is_full(call.context.database):
        call.context.metrics.limits_hit.labels("reports", "form").inc()
        log.error("report.refused", reason="too_many_wait")
        return False
    return True
