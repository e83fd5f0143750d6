"""States of contacts, and when each was last reached.

The second is a table of its own: deliveries end often, and what they write waits for no lock that
protects a state.
"""

from collections.abc import Iterable, Mapping

from triaged.core.oncall.people import Address, KnownContacts, Reached, known_contacts
from triaged.core.records.duty.contacts import ContactDelivery, ContactState
from triaged.core.time.durations import MINUTE
from triaged.store.database.base import Ask, Bulk, Reader, Writer
from triaged.store.tables.practice_rows.row_table import Column, RowTable

WRITTEN_EVERY_US = MINUTE
"""A contact that is reached again and again costs one write a minute."""

TABLE = RowTable(
    ContactState,
    "contact_states",
    Column("off_since", "bigint", lambda row: row.off_since),
    Column("verified_at", "bigint", lambda row: row.verified_at),
)
OFF = Bulk(
    """WITH v (since) AS ({rows}) SELECT {columns} FROM v CROSS JOIN contact_states r
       WHERE r.off_since >= v.since""",
    ("bigint",),
    ("r.body",),
)
NOTE = Bulk(
    f"""INSERT INTO contact_deliveries
           (person, contact, address, reached_at, failed_at, error) {{rows}}
       ON CONFLICT (person, contact, address) DO UPDATE SET
           reached_at = CASE WHEN excluded.reached_at > contact_deliveries.reached_at
               THEN excluded.reached_at ELSE contact_deliveries.reached_at END,
           error = CASE WHEN excluded.failed_at > contact_deliveries.failed_at
               THEN excluded.error ELSE contact_deliveries.error END,
           failed_at = CASE WHEN excluded.failed_at > contact_deliveries.failed_at
               THEN excluded.failed_at ELSE contact_deliveries.failed_at END
       WHERE excluded.reached_at >= contact_deliveries.reached_at + {WRITTEN_EVERY_US}
           OR excluded.failed_at >= contact_deliveries.failed_at + {WRITTEN_EVERY_US}""",
    ("text", "text", "text", "bigint", "bigint", "text"),
)


def ask_off(*, pages_somebody: bool) -> Ask:
    """The query for the contacts that are passed over, for a batch that may page somebody."""
    return OFF, [(0,)] if pages_somebody else []


async def note(tx: Writer, deliveries: Iterable[ContactDelivery]) -> None:
    """Keep when contacts were reached, or were not."""
    latest: dict[Address, tuple[int, int, str]] = {}
    for one in deliveries:
        whose = (one.person, one.contact, one.address)
        reached, failed, error = latest.get(whose, (0, 0, ""))
        if one.error:
            latest[whose] = reached, one.at, one.error
        else:
            latest[whose] = one.at, failed, error
    await tx.write(NOTE, sorted((*whose, *values) for whose, values in latest.items()))


async def every(tx: Reader) -> list[ContactState]:
    """The states of all contacts, also of those that the configuration no longer has."""
    return TABLE.decoded(await tx.fetch("SELECT body FROM contact_states ORDER BY id"))


async def known(tx: Reader) -> KnownContacts:
    """All that is known of contacts."""
    return known_contacts(await every(tx), await reached(tx))


async def reached(tx: Reader) -> Mapping[Address, Reached]:
    """When each address was reached last."""
    rows = await tx.fetch(
        "SELECT person, contact, address, reached_at, failed_at, error FROM contact_deliveries"
    )
    return {
        (row[0], row[1], row[2]): Reached(row[3] or None, row[4] or None, row[5]) for row in rows
    }
