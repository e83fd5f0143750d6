"""Lists in pages: newest first, with a cursor that says where the last one ended."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from triaged.errors import Malformed

T = TypeVar("T")
Place = tuple[Any, ...]


class Where:
    """Conditions with their arguments, and the order of a list: `by` falling, then `ties`."""

    def __init__(self, by: str, ties: Sequence[str], cursor: str | None, limit: int) -> None:
        self._columns = (by, *ties)
        self._limit = limit
        self._conditions: list[str] = []
        self.arguments: list[Any] = []
        if cursor is not None:
            self._after(place_of(cursor, len(self._columns)))

    def add(self, condition: str, *value: object) -> None:
        """Ask for `condition`, in which each `{}` is the value, if it has one."""
        for each in value:
            condition = condition.replace("{}", self._bound(each))
        self._conditions.append(condition)

    def add_any(self, condition: str, values: Sequence[object]) -> None:
        """Ask for `condition` with any of the values."""
        found = [condition.replace("{}", self._bound(value)) for value in values]
        self._conditions.append(f"({' OR '.join(found)})")

    def _bound(self, value: object) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def _after(self, place: Place) -> None:
        names = ", ".join(self._columns)
        values = ", ".join(self._bound(value) for value in place)
        self._conditions.append(f"({names}) < ({values})")

    def sql(self) -> str:
        """The end of the query; one row more than asked tells whether more follow."""
        where = f"WHERE {' AND '.join(self._conditions)} " if self._conditions else ""
        order = ", ".join(f"{column} DESC" for column in self._columns)
        return f"{where}ORDER BY {order} LIMIT {self._limit + 1}"

    def page(self, rows: list[T], place: Callable[[T], Place]) -> tuple[list[T], str | None]:
        """The rows asked for, and the cursor of the page that follows, if there is one."""
        if len(rows) <= self._limit:
            return rows, None
        rows = rows[: self._limit]
        return rows, cursor_of(place(rows[-1]))


def cursor_of(place: Place) -> str:
    """Opaque text for a place in a list."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(cursor: str, length: int) -> Place:
    """The place that a cursor means; `Malformed` when it is none of ours."""
    try:
        place = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, msgspec.DecodeError):
        place = None
    if not isinstance(place, list) or len(place) != length or not _is_place(*place):
        raise Malformed("wrong_shape", "not a `next_cursor` of this list", "?cursor")
    return tuple(place)


def _is_place(by: object, *ties: object) -> bool:
    """True if a cursor of ours can hold these values: a number of the column, then texts."""
    return isinstance(by, int) and abs(by) < 1 << 63 and all(isinstance(tie, str) for tie in ties)
