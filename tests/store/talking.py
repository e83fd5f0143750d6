"""Batches about what comes back from providers, for a store in which two engines decide at once."""

from tests.store.batches import Batch, events
from tests.store.desk import Desk
from triaged.core.records.events import Asked, Declared, Event, NoteAdded
from triaged.core.records.pages import PageState, ReceiptState, StepId
from triaged.core.records.severity import Severity
from triaged.core.records.two_way import Edit, MessagesEdited, Pressed, ReceiptTaken

TALKED = 7
"""The incident in the scene of which a provider has a message."""


async def sent(desk: Desk) -> str:
    """The page that the provider has."""
    return next(page.id for page in await desk.pages(TALKED) if page.state is PageState.SENT)


async def failed(desk: Desk) -> list[Event]:
    return [ReceiptTaken(TALKED, await sent(desk), ReceiptState.FAILED, "unreachable")]


async def received(desk: Desk) -> list[Event]:
    return [ReceiptTaken(TALKED, await sent(desk), ReceiptState.DELIVERED)]


async def edited(desk: Desk) -> list[Event]:
    return [MessagesEdited(TALKED, (Edit(await sent(desk), "other", "hash"),))]


TALK: dict[str, Batch] = {
    "press": events(Pressed(1, "bob", "acknowledge", StepId(1, 1, 1))),
    "other press": events(Pressed(1, "alice", "acknowledge", StepId(1, 1, 1))),
    "press there": events(Pressed(TALKED, "alice", "resolve", StepId(1, 1, 1))),
    "receipt": received,
    "failure receipt": failed,
    "edited": edited,
    "asked": events(Asked("slack/Ev1", NoteAdded(1, "bob", "hm"))),
    "asked to declare": events(Asked("slack/Ev2", Declared("bob", "slow", Severity.SEV2))),
}
TALK_PAIRS = [
    ("press", "other press"),
    ("press", "resolve"),
    ("asked", "resolve"),
    ("asked to declare", "new"),
    ("press", "delivered"),
    ("press", "timers"),
    ("press there", "edited"),
    ("failure receipt", "receipt"),
    ("failure receipt", "press there"),
    ("receipt", "trouble ends"),
    ("edited", "trouble ends"),
]
