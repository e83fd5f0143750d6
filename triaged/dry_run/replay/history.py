"""A period of history as lines of JSON: a head, silences, incidents, then episodes in order."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from triaged.core.records.duty.overrides import FeedShifts, Override
from triaged.core.records.history import Episode, PastIncident, PastSilence
from triaged.errors import Malformed

VERSION = 1


class Head(msgspec.Struct, frozen=True, tag="history"):
    """The first line."""

    since: int
    until: int
    episodes: int = 0
    """The number of episodes; 0 where it was not known."""
    version: int = VERSION
    overrides: tuple[Override, ...] = ()
    """Those that were in force in the period, or later."""
    feeds: tuple[FeedShifts, ...] = ()
    """Calendar feeds as they were read last: not as they were in the period."""


Record = Head | PastSilence | PastIncident | Episode
_decode = msgspec.json.Decoder(Record).decode


class History(msgspec.Struct, frozen=True):
    """A period of history; `episodes` can be iterated once, and need not be in memory."""

    head: Head
    silences: tuple[PastSilence, ...]
    incidents: tuple[PastIncident, ...]
    episodes: Iterable[Episode]


def read(lines: Iterable[bytes]) -> History:
    """The history in `lines`, whose episodes are read as they are asked for.

    Malformed: a line is none that `triaged replay --save` writes, or the order is another.
    """
    records = _records(lines)
    head = next(records, None)
    if not isinstance(head, Head) or head.version != VERSION:
        wanted = f"the first line is no head of version {VERSION} (see `triaged replay --save`)"
        raise Malformed("wrong_shape", wanted)
    silences: list[PastSilence] = []
    incidents: list[PastIncident] = []
    for record in records:
        match record:
            case PastSilence():
                silences.append(record)
            case PastIncident():
                incidents.append(record)
            case Episode():
                rest = _episodes(chain((record,), records))
                return History(head, tuple(silences), tuple(incidents), rest)
            case Head():
                raise Malformed("wrong_shape", "a second head")
    return History(head, tuple(silences), tuple(incidents), ())


def _records(lines: Iterable[bytes]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        try:
            yield _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed("wrong_shape", f"line {number}: {error}") from None


def _episodes(records: Iterable[Record]) -> Iterator[Episode]:
    before = 0
    for record in records:
        if not isinstance(record, Episode):
            raise Malformed("wrong_shape", "something else follows the first episode")
        # reception is stamped before the queue: two bodies may be decided in the other order
        before = max(record.received_at, before)
        yield msgspec.structs.replace(record, received_at=before)
