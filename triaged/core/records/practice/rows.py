"""The base of every record of the practice that has a table of its own."""

import msgspec


class PracticeRow(msgspec.Struct, frozen=True, gc=False):
    """A record with a table of its own; `SaveRow` writes it whole.

    Rows of an incident are protected by the lock on its key. Who changes one that belongs to no
    incident names a lock for it (`store/needs`).
    """

    id: str
    """Derived, or given by the shell: a decision that is made twice writes the same row."""
    incident: int | None
    """The number of the incident that it belongs to; None: to none."""
