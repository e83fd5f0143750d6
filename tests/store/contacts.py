"""Batches about contacts, for a store in which two engines decide at once."""

from tests.store.batches import Batch, events
from tests.store.desk import Desk
from triaged.core.records.duty.contacts import (
    ContactCheckWanted,
    ContactCodeGiven,
    ContactConfirmed,
    ContactOff,
    ContactOn,
)
from triaged.core.records.duty.held import HeldMessage, QuietHoursOver
from triaged.core.records.duty.notices import GapNoticed, ShiftNoticed
from triaged.core.records.events import DeliveryEnded, Event, Refused
from triaged.core.records.severity import Severity
from triaged.store.tables import pages

ASKED = ContactCheckWanted("alice", "mail", "bob", "d0", "your code")
"""Of the scene: a code is under way to alice."""

HELD = HeldMessage("INC-1/x/alice/mail", 1, "alice", "mail", Severity.SEV4, "", 0, 1)
"""Of the scene: a message that waits for the end of alice's quiet hours."""


async def dead(desk: Desk) -> list[Event]:
    """The destinations of the pages that are under way are dead."""
    async with desk.database.reading() as tx:
        found = [page for page in await pages.of(tx, 1) if page.token]
    return [DeliveryEnded(page.id, page.token, Refused("gone", gone=True), 1) for page in found]


CONTACTS: dict[str, Batch] = {
    "contact off": events(ContactOff("alice", "mail", "STOP")),
    "other contact off": events(ContactOff("alice", "desk", "blocked")),
    "contact on": events(ContactOn("alice", "mail", "START")),
    "contact dead": dead,
    "code wanted": events(ContactCheckWanted("alice", "mail", "bob", "d1", "your code")),
    "code given": events(ContactCodeGiven("alice", "mail", "alice", "d0")),
    "shift": events(ShiftNoticed("primary", "alice", "begins", 9, 10, ("bob",))),
    "gap": events(GapNoticed("primary", "9", ("alice",), "nobody is on call by primary")),
    "digest": events(QuietHoursOver("alice", (HELD.id,))),
    "contact confirmed": events(ContactConfirmed("alice", "mail", "button", "alice")),
}
CONTACT_PAIRS = [
    ("contact off", "other contact off"),
    ("contact off", "contact on"),
    ("contact off", "new"),
    ("contact dead", "other contact off"),
    ("contact dead", "resolve"),
    ("digest", "contact off"),
    ("digest", "resolve"),
    ("code given", "contact off"),
    ("code wanted", "contact confirmed"),
]
