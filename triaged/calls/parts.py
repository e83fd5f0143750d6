"""What the handling of calls needs, and where an incident is found that a call does not name."""

from typing import Protocol

import msgspec

from triaged.channels import Message, Result
from triaged.clock import Clock
from triaged.core.records.model import Incident
from triaged.core.settings import Person, Settings
from triaged.core.text.wording import Reading
from triaged.engine.engine import Engine
from triaged.store.database.base import Reader
from triaged.store.database.connect import Database
from triaged.store.tables import incidents
from triaged.store.tables.incidents import IncidentFilter
from triaged.store.tables.practice_rows import messages, requests
from triaged.wire import Secret

OPEN_MAX = 200
"""Open incidents that are looked through for those of a person: the newest."""


class Sender(Protocol):
    """Takes messages to providers."""

    async def send(self, message: Message) -> Result:
        """The outcome of sending `message`."""


class Parts(msgspec.Struct, frozen=True):
    """The parts of the daemon; `engine.settings` are the present settings."""

    engine: Engine
    database: Database
    clock: Clock
    action_key: Secret
    """Signs the values of buttons."""
    sender: Sender

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.engine.settings

    def reading(self, person: Person | None) -> Reading:
        """The circumstances of whoever reads an answer."""
        zone = person.timezone if person is not None else self.settings.timezone
        return Reading(self.clock.now(), zone)


async def incident_of(parts: Parts, number: int) -> Incident | None:
    """The incident as it is now."""
    async with parts.database.reading(urgent=True) as tx:
        return await incidents.fetch(tx, number)


async def of_ref(tx: Reader, channel: str, ref: str) -> int | None:
    """The incident that a message is about."""
    found = await messages.of_ref(tx, channel, ref) if ref else []
    return found[-1].incident if found else None


async def of_room(tx: Reader, settings: Settings, room: str) -> int | None:
    """The incident that a room was made for."""
    for name in settings.integrations.rooms if room else ():
        found = await requests.of_refs(tx, f"integration/{name}", [room])
        if room in found:
            return found[room].incident
    return None


async def open_incidents(tx: Reader, *states: str) -> list[Incident]:
    """Incidents in these states, the worst first, then the newest; no drills and notices."""
    found, _ = await incidents.find(tx, IncidentFilter(states=states, limit=OPEN_MAX))
    real = [one for one in found if one.kind == "incident"]
    return sorted(real, key=lambda one: (one.severity, -one.number))
