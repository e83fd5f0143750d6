"""Rows that cannot be read (a damaged disk, a later version's) are in the way of no other row."""

import zlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import structlog

from triaged.store.database.base import Row

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, zlib.error, ValueError, LookupError, TypeError)
"""Exceptions that decoding raises when a row is not one that triaged wrote."""

log = structlog.get_logger()


def readable(
    table: str, rows: Sequence[Row], read: Callable[[Row], T]
) -> tuple[list[T], list[Row]]:
    """(what `read` makes of the rows, those that it cannot read); the latter are logged.

    The first column is what a row is known by. One by one they are read only when that of all at
    once has failed, for this is done for every page and every timer.
    """
    try:
        return [read(row) for row in rows], []
    except UNREADABLE:
        pass  # one of them at least
    found: list[T] = []
    torn: list[Row] = []
    for row in rows:
        try:
            found.append(read(row))
        except UNREADABLE:
            log.exception("row.unreadable", table=table, row=row[0])
            torn.append(row)
    return found, torn
