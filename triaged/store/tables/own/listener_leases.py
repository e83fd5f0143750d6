"""Who listens to a provider that tells one listener alone, and from where it goes on."""

from triaged.store.database.base import Reader, Transaction


async def take(tx: Transaction, name: str, holder: str, now: int, until: int) -> str | None:
    """Have the lease until then, or keep it; the cursor, None: somebody else has it."""
    await tx.execute(
        """INSERT INTO listener_leases (name, holder, until, cursor) VALUES ($1, $2, $4, '')
           ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
           WHERE listener_leases.until <= $3 OR listener_leases.holder = excluded.holder""",
        name,
        holder,
        now,
        until,
    )
    return await cursor_of(tx, name, holder)


async def cursor_of(tx: Reader, name: str, holder: str) -> str | None:
    """The cursor of a lease that `holder` has; None: somebody else has it."""
    row = await tx.fetch_one(
        "SELECT cursor FROM listener_leases WHERE name = $1 AND holder = $2", name, holder
    )
    return None if row is None else str(row[0])


async def move_on(tx: Transaction, name: str, holder: str, cursor: str) -> None:
    """Go on from `cursor`, if the lease is still ours."""
    await tx.execute(
        "UPDATE listener_leases SET cursor = $3 WHERE name = $1 AND holder = $2",
        name,
        holder,
        cursor,
    )


async def give_back(tx: Transaction, name: str, holder: str) -> None:
    """Let another daemon listen at once."""
    await tx.execute(
        "UPDATE listener_leases SET until = 0 WHERE name = $1 AND holder = $2", name, holder
    )
