"""End incidents about people whom no contact reached, once the configuration gives them one."""

from collections.abc import Callable

from triaged.clock import Clock
from triaged.config.model import Configuration
from triaged.core.oncall.contacts import contacts_key
from triaged.core.oncall.people import standings
from triaged.core.records.duty.contacts import ContactOn
from triaged.core.time.durations import MINUTE
from triaged.core.view import key_text
from triaged.engine.engine import Engine
from triaged.store.database.connect import Database
from triaged.store.tables import incidents
from triaged.store.tables.practice_rows import contacts

REASON = "the configuration gives a contact that can be used"


class ContactEnds:
    """Asks once a minute. What switches a contact on ends the incident itself, no reload does."""

    name = "contact_ends"
    every_us = MINUTE

    def __init__(
        self,
        engine: Engine,
        database: Database,
        clock: Clock,
        configuration: Callable[[], Configuration],
    ) -> None:
        self._engine = engine
        self._database = database
        self._clock = clock
        self._configuration = configuration

    async def once(self) -> None:
        """Say of people who can be reached again that they can."""
        settings = self._configuration().settings
        async with self._database.reading() as tx:
            known = await contacts.known(tx)
            names = {row.person for row in known.states.values() if row.off_since is not None}
            keys = {key_text(contacts_key(name)): name for name in names}
            rows = await tx.fetch_bulk(*incidents.ask_keys(keys))
        waiting = [keys[key_text(one.key)] for one in incidents.decoded(rows) if one.live]
        events = []
        for name in waiting:
            person = settings.people.get(name)
            each = standings(person, settings, known) if person is not None else []
            usable = next((one.name for one in each if one.exists and not one.is_off), None)
            if usable is not None:
                events.append(ContactOn(name, usable, REASON))
        if events:
            await self._engine.submit(events, urgent=False)
