"""The rows that an event of a request to an outsider is decided on."""

from collections.abc import Iterator
from typing import assert_never

from triaged.core.practice.tracker_rows import ISSUE, changes_id
from triaged.core.records.practice.action_items import ActionItem
from triaged.core.records.practice.request_events import (
    RequestDue,
    RequestEnded,
    RequestEvent,
    RequestRetried,
)
from triaged.core.records.practice.requests import Request
from triaged.store.needs.event_needs import EventNeeds
from triaged.store.needs.status import subscriber_needs


def request_needs(event: RequestEvent) -> Iterator[EventNeeds]:
    """The request, its incident, and what follows from its end."""
    match event:
        case RequestRetried(id=identity, incident=number):
            pass
        case RequestDue(request=request):
            identity, number = request.id, request.incident
        case RequestEnded(request=request):
            identity, number = request.id, request.incident
            yield from _follow(request)
        case _:
            assert_never(event)
    numbers = frozenset(() if number is None else (number,))
    yield EventNeeds(numbers, row_ids={Request: {identity}})


def _follow(request: Request) -> Iterator[EventNeeds]:
    """The rows of what follows from its end: see `FOLLOWS` in `core/practice/requests.py`."""
    if whom := request.body.get("subscriber"):
        yield subscriber_needs(whom)
    if request.kind == ISSUE and request.incident is not None:
        changes = {changes_id(request.lane)}
        yield EventNeeds(rows={ActionItem: {request.incident}}, row_ids={Request: changes})
