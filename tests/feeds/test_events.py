"""Checks of single events; those that a whole feed shows are in test_reading."""

import pytest

from triaged.feeds.components import Refusal
from triaged.feeds.events import event_of, identity
from triaged.feeds.structure import Block

TIMES = ("DTSTART:20260301T090000Z", "DTEND:20260301T100000Z")


def test_event_without_uid_gets_one_that_stays() -> None:
    first = identity(Block(TIMES))

    assert first == identity(Block(TIMES))
    assert first[0].startswith("none-")


def test_long_uid_is_kept_short_and_distinct() -> None:
    uids = {identity(Block((f"UID:{'x' * 10_000}{end}",)))[0] for end in "ab"}

    assert len(uids) == 2
    assert all(len(uid) < 40 for uid in uids)


def test_shift_of_more_than_a_year_is_refused() -> None:
    lines = ("DTSTART:20260301T090000Z", "DTEND:20280301T090000Z")

    with pytest.raises(Refusal, match="longer than a year"):
        event_of(Block(lines), {}, {})


def test_titles_and_attendees_are_bounded() -> None:
    attendees = tuple(f"ATTENDEE:mailto:{number}@example.org" for number in range(80))
    found = event_of(Block((*TIMES, "SUMMARY:" + "x" * 900, *attendees)), {}, {})

    assert (len(found.title), len(found.attendees)) == (200, 50)
