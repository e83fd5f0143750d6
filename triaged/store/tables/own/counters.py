"""Numbers that are handed out once, without gaps unless a decision throws one away."""

from collections.abc import Iterable, Mapping

from triaged.store.database.base import Ask, Bulk, Row, Writer

NEXT = Bulk(
    """WITH v (name) AS ({rows}) SELECT {columns} FROM v CROSS JOIN counters c
       WHERE c.name = v.name""",
    ("text",),
    ("c.name", "c.next"),
    locks="c",
    order="c.name",
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

    def leave(self, used: "Numbers") -> None:
        """Begin behind the numbers that `used` has given."""
        self.first = self.next = max(self.next, used.next)

    def __iter__(self) -> "Numbers":
        return self

    def __next__(self) -> int:
        self.next += 1
        return self.next - 1


def ask(*names: str) -> Ask:
    """The query for the numbers of these counters."""
    return NEXT, [(name,) for name in sorted(names)]


def numbers(found: Iterable[Row]) -> dict[str, Numbers]:
    """By name, the numbers of the counters that were found."""
    return {name: Numbers(first) for name, first in found}


async def take(tx: Writer, used: Mapping[str, Numbers]) -> None:
    """Let nobody else have those that were used."""
    rows = [(name, numbers.next) for name, numbers in used.items() if numbers.next > numbers.first]
    await tx.write(TAKE, sorted(rows))
