"""`statuspage`: the posts of our public page, repeated on a page at Atlassian Statuspage.

API: https://developer.statuspage.io/#tag/incidents
"""

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from triaged.core.records.events import Refused, TryAgain
from triaged.core.records.practice.requests import Done
from triaged.core.time.durations import MINUTE, SECOND
from triaged.integrations import PAGES_MAX, Exchange, PushIncident
from triaged.integrations.common.json_http import PER_PAGE, ask, checked_url, read
from triaged.integrations.common.tracking import Step
from triaged.wire import Secret, instant

EVERY_US = SECOND
"""Statuspage allows each token one request a second, and answers 420 or 429 above it."""

BODY_MAX = 25_000
"""Characters of a post; longer ones are refused."""

OVERLAP_US = 5 * MINUTE
"""Their clock is not ours."""

MARK = "triaged"
"""The key in an incident's metadata by which it is found again."""

_PAGE = re.compile(r"[A-Za-z0-9]+")


class Settings(msgspec.Struct, frozen=True):
    """Keys of an integration of kind `statuspage`."""

    page: str
    """Id of the page."""
    token: Secret
    """API key of a user or of the organization."""
    components: Mapping[str, str] = {}
    """Ids of components there by the names of our components. Others are not sent."""
    url: str = "https://api.statuspage.io/v1"
    """Address of the API."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be asked. Raises ValueError."""
        checked_url(self.url)
        if not _PAGE.fullmatch(self.page):
            raise ValueError("page must be the id of a page, letters and digits")


class Incident(msgspec.Struct, frozen=True):
    """An incident as the API shows it."""

    id: str
    created_at: datetime
    shortlink: str | None = None
    metadata: Mapping[str, object] | None = None


def push(order: PushIncident, settings: Settings, at: int) -> Exchange:  # noqa: ARG001 - contract
    """Have one public incident: found, made or changed."""
    ref = order.ref
    if not ref and order.maybe_since is not None:
        found = yield from _find(order, settings, order.maybe_since)
        if isinstance(found, TryAgain | Refused):
            return found
        ref = found
    if ref:
        return (yield from _write("PATCH", f"incidents/{ref}", order, settings))
    return (yield from _write("POST", "incidents", order, settings))


def _write(method: str, path: str, order: PushIncident, settings: Settings) -> Step[Done]:
    content = {"incident": _content(order, settings)}
    url = f"{_base(settings)}/{path}"
    found = read((yield ask(method, url, _headers(settings), content)), Incident)
    if not isinstance(found, Incident):
        return found
    return Done({"ref": found.id, "url": found.shortlink or ""})


def _find(order: PushIncident, settings: Settings, since: int) -> Step[str]:
    """The incident with our mark, among those that were made since then; newest first."""
    for page in range(1, PAGES_MAX + 1):
        url = f"{_base(settings)}/incidents?limit={PER_PAGE}&page={page}"
        answer = yield ask("GET", url, _headers(settings))
        found = read(answer, list[Incident], changes=False)
        if isinstance(found, TryAgain | Refused):
            return found
        for each in found:
            if (each.metadata or {}).get(MARK) == {"id": order.id}:
                return each.id
        if len(found) < PER_PAGE or instant(found[-1].created_at) < since - OVERLAP_US:
            break
    return ""


def _content(order: PushIncident, settings: Settings) -> dict[str, object]:
    content: dict[str, object] = {
        "name": order.name,
        "status": order.status,
        "body": order.body[:BODY_MAX],
        "deliver_notifications": order.notify,
        "metadata": {MARK: {"id": order.id}},
    }
    known = {
        settings.components[name]: status
        for name, status in order.components.items()
        if name in settings.components
    }
    if known:
        content |= {"components": known, "component_ids": sorted(known)}
    if order.impact:
        content["impact_override"] = order.impact
    return content


def _base(settings: Settings) -> str:
    return f"{checked_url(settings.url)}/pages/{settings.page}"


def _headers(settings: Settings) -> dict[str, str]:
    return {"authorization": f"OAuth {settings.token.reveal()}"}
