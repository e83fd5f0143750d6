"""The request to read a body; this module imports none of the libraries that read it."""

from collections.abc import Mapping

import msgspec


class Request(msgspec.Struct, frozen=True):
    """A body, and what its events are read with."""

    body: bytes
    zone: str
    """Time zone of whole days and of times without a zone: the schedule's."""
    known: Mapping[str, str]
    """By folded name, the person (`names.directory`)."""
    now: int
