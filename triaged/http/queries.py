"""Values in a query string: read leniently where the meaning is plain, else refused by name."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from multidict import MultiMapping

from triaged.core.time.durations import DURATION_WANTED, parse_duration
from triaged.errors import Problem
from triaged.wire import instant

LIMIT = 100
LIMIT_MAX = 1000
TEXT_MAX = 500

YEARS = (1970, 9000)
"""Years that calendars can be asked about: a week after any instant of these exists, too."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a route's query, for the reference."""

    name: str
    about: str


PAGE_OF_LIST = (
    Parameter("cursor", "`next_cursor` of the page before"),
    Parameter("limit", f"1 to {LIMIT_MAX}; {LIMIT} unless given"),
)
"""Parameters that select a page of a list."""


class Query:
    """Reads the values of a query and collects the problems with them in `errors`."""

    def __init__(self, values: MultiMapping[str]) -> None:
        self._values = values
        self.errors: list[Problem] = []

    def text(self, name: str) -> str | None:
        """The value as it stands; None if it is absent or empty."""
        value = self._values.get(name) or None
        if value is not None and len(value) > TEXT_MAX:
            self._wrong(name, f"at most {TEXT_MAX} characters")
        if value is not None and "\0" in value:
            self._wrong(name, "a text without the character U+0000")
        return value

    def choices(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Values with commas, each one of `allowed`; empty if it is absent."""
        parts = [part.strip() for part in (self._values.get(name) or "").split(",")]
        found = tuple(dict.fromkeys(part for part in parts if part))
        for wrong in [part for part in found if part not in allowed]:
            self._wrong(name, f"{wrong!r} is none of {', '.join(allowed)}")
        return found

    def limit(self) -> int:
        """The number of rows: 100 unless `limit` says otherwise, at most 1000."""
        value = self._values.get("limit")
        if not value:
            return LIMIT
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= LIMIT_MAX):
            self._wrong("limit", f"a whole number from 1 to {LIMIT_MAX}")
            return LIMIT
        return int(value)

    def whole(self, name: str) -> int | None:
        """A whole number that is not negative."""
        value = self._values.get(name)
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 19):
            self._wrong(name, "a whole number")
            return None
        return int(value)

    def since(self, name: str, now: int) -> int | None:
        """An instant (RFC 3339), or how long ago (`24h`), as µs."""
        value = self._values.get(name)
        if not value:
            return None
        try:
            return now - parse_duration(value)
        except ValueError:
            return self.instant(name, f"an RFC 3339 instant, or {DURATION_WANTED}")

    def instant(self, name: str, wanted: str = "an RFC 3339 instant with its zone") -> int | None:
        """An instant as µs."""
        value = self._values.get(name)
        if not value:
            return None
        try:
            # the + of an offset that nobody encoded has become a space
            found = msgspec.convert(value.replace(" ", "+"), datetime)
        except msgspec.ValidationError:
            found = None
        if found is None or found.tzinfo is None:
            self._wrong(name, wanted)
            return None
        if not YEARS[0] <= found.year <= YEARS[1]:
            self._wrong(name, f"a year from {YEARS[0]} to {YEARS[1]}")
            return None
        return instant(found)

    def _wrong(self, name: str, wanted: str) -> None:
        self.errors.append(Problem(f"?{name}", wanted))
