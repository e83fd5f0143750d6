"""A history as lines of JSON."""

from collections.abc import Iterator

import pytest

from tests.core.world import MONDAY, settings
from tests.dry_run.past import RecordedPast
from triaged.dry_run.replay.history import Head, History, read
from triaged.errors import Malformed
from triaged.wire import encode


def lines(history: History) -> Iterator[bytes]:
    """As `--save` writes it."""
    yield encode(history.head)
    yield from map(encode, history.incidents)
    yield from map(encode, history.episodes)


def test_what_is_written_is_read() -> None:
    past = RecordedPast(settings())
    past.fire("Down/1")
    past.act("acknowledge", 1)
    history = past.history()

    found = read(lines(history))

    assert (found.head, found.incidents) == (history.head, history.incidents)
    assert tuple(found.episodes) == history.episodes


@pytest.mark.parametrize(
    "text",
    [
        [],
        [b"{}"],
        [b"no JSON"],
        [b'{"type":"history","since":0,"until":1,"version":9}'],
        [encode(Head(MONDAY, MONDAY)), encode(Head(MONDAY, MONDAY))],
    ],
)
def test_other_lines_are_refused(text: list[bytes]) -> None:
    with pytest.raises(Malformed):
        read(text)
