"""Facts that are read from the store just before a message about an incident is made."""

from collections.abc import Sequence

import structlog
from msgspec.structs import replace

from triaged.core.records.answers import Send
from triaged.core.records.model import PageKind
from triaged.core.two_way.posts import destination_of
from triaged.delivery.render import Telling
from triaged.engine.engine import Engine
from triaged.errors import StoreUnavailable
from triaged.store.database.base import Reader
from triaged.store.database.connect import Database
from triaged.store.queries import evidence
from triaged.store.tables.own import moved_addresses
from triaged.store.tables.practice_rows import messages

log = structlog.get_logger()


async def told_of(
    sends: Sequence[Send], telling: Telling, engine: Engine, database: Database
) -> Telling:
    """With what alerts say, who was paged, and what an update answers to; without the store, less.

    The first of `sends` is the page that the message is about; it stands for the others, too.
    """
    first = sends[0]
    telling = replace(telling, also=tuple(other.incident for other in sends[1:]))
    try:
        async with database.reading(urgent=True) as tx:
            duty = engine.duty_facts.facts  # the page was decided on them
            given = await evidence.of_incident(tx, first.incident.number, duty)
            thread = await _thread(tx, first, telling)
            to = destination_of(telling.settings, first.page.recipient)
            moved = await moved_addresses.moved_to(tx, first.page.channel, to) if to else ""
            return replace(telling, evidence=given, thread=thread, moved=moved)
    except StoreUnavailable as error:
        log.warning("page.evidence_missing", page=first.page.id, error=str(error))
        return telling


async def _thread(tx: Reader, send: Send, telling: Telling) -> str:
    """The newest page to where an update goes, by its provider's name for it."""
    page, settings = send.page, telling.settings
    if page.kind is PageKind.PAGE or page.channel not in settings.edited:
        return ""
    to = destination_of(settings, page.recipient)
    found = await messages.of_channel(tx, page.incident, page.channel)
    return next((one.ref for one in found if one.edited and one.destination == to), "")
