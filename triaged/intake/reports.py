"""What the ways of customers' reports share: the API, the form, mail."""

from triaged.store.database.base import Database
from triaged.store.tables.practice_rows import customer_reports

UNSEEN_MAX = 500
"""Reports that nobody has looked at: more say no more, and somebody has been paged long before."""

DIGITS = 12
"""Of a random identity: 48 bits tell all reports apart, and can be read out on the phone."""

STRANGER = "customer"
"""Who files a report of whom nothing is known."""


def report_id(identity: str) -> str:
    """`REP-5f2e8a91c0d4`: the identity of a report, from a random one or a digest."""
    return f"REP-{identity.replace('-', '')[:DIGITS]}"


async def is_full(database: Database) -> bool:
    """Whether so many reports wait for somebody to look that no more are kept."""
    async with database.reading() as tx:
        return await customer_reports.unseen(tx) >= UNSEEN_MAX
