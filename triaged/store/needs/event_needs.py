"""The rows that one event is decided on, besides the states of alerts."""

import msgspec

from triaged.core.records.practice.rows import PracticeRow
from triaged.core.view import AlertId

Kinds = type[PracticeRow]


class EventNeeds(msgspec.Struct, frozen=True):
    """Incidents, keys, and rows of the practice by kind."""

    numbers: frozenset[int] = frozenset()
    """Numbers of incidents."""
    rows: dict[Kinds, set[int]] = {}
    """Kinds of records of the practice, and the incidents whose records are needed."""
    row_ids: dict[Kinds, set[str]] = {}
    """The same by identity."""
    locks: frozenset[str] = frozenset()
    """Names of what the event may change that belongs to no incident."""
    keys: frozenset[str] = frozenset()
    """Keys of incidents that the event may open or change, as texts."""
    openings: bool = False
    """True if it may open an incident."""
    split: frozenset[AlertId] = frozenset()
    """Alerts that it moves: their labels and incidents are needed."""
    pages_of: frozenset[int] = frozenset()
    """Incidents whose pages are needed."""
    duty: bool = False
    """True if it changes who is on call: numbers, keys and holders are needed."""
    made_keys: frozenset[str] = frozenset()
    """Idempotency keys under which overrides or swaps may have been made."""
    muted: frozenset[int] = frozenset()
    """Incidents of which something is due that is put off while they are muted."""


def of_incident(number: int, *kinds: Kinds) -> EventNeeds:
    """An incident, and all its records of these kinds."""
    return EventNeeds(frozenset({number}), {kind: {number} for kind in kinds})
