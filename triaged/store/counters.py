"""Numbers that are handed out once, without gaps unless a decision throws one away."""

from triaged.store.base import Ask, Bulk, Row, Transaction

NEXT = Bulk(
    """WITH v (name) AS ({rows}) SELECT {columns} FROM v CROSS JOIN counters c
       WHERE c.name = v.name""",
    ("text",),
    ("c.next",),
    locks="c",
)
TAKE = Bulk(
    """WITH v (name, next) AS ({rows}) UPDATE counters SET next = v.next
       FROM v WHERE counters.name = v.name""",
    ("text", "bigint"),
)


class Numbers:
    """Numbers that nobody else gets until the transaction ends; `next` is the first not used."""

    def __init__(self, first: int) -> None:
        self.first = self.next = first

    def __iter__(self) -> "Numbers":
        return self

    def __next__(self) -> int:
        self.next += 1
        return self.next - 1


def ask(name: str) -> Ask:
    """What to fetch for `numbers`."""
    return NEXT, [(name,)]


def numbers(found: list[Row]) -> Numbers:
    """The numbers of the counter that was found."""
    return Numbers(found[0][0])


async def take(tx: Transaction, name: str, numbers: Numbers) -> None:
    """Let nobody else have those that were used."""
    if numbers.next > numbers.first:
        await tx.write(TAKE, [(name, numbers.next)])
