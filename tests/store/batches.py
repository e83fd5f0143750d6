"""Batches of events, made for a desk when they are wanted."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from tests.store.desk import Desk
from triaged.core.records.events import AlertReceived, Event

Batch = Callable[[Desk], Awaitable[list[Event]]]


def events(*those: Event) -> Batch:
    """A batch of these."""

    async def batch(desk: Desk) -> list[Event]:
        return list(those)

    return batch


def firing(*names: str, **labels: str) -> Batch:
    """Alerts of these names fire."""

    async def batch(desk: Desk) -> list[Event]:
        return [desk.fires(alertname=name, **labels) for name in names]

    return batch


def of_another_source(batch: Batch) -> Batch:
    """The alerts of a batch, sent by another source."""

    async def sent(desk: Desk) -> list[Event]:
        received = [event for event in await batch(desk) if isinstance(event, AlertReceived)]
        return [replace(event, alert=replace(event.alert, source="b")) for event in received]

    return sent


def ending(*pods: str) -> Batch:
    """Alerts of incident 1 end."""

    async def batch(desk: Desk) -> list[Event]:
        return [desk.ends(pod=pod) for pod in pods]

    return batch
