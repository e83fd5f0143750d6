"""Feeds as people's calendars write them: what is read, what is refused, and what that costs."""

import time

import pytest

from tests.feeds.bodies import calendar, event, outcome, people, reading, times
from triaged.core.records.duty.feeds import UnreadableFeed

WEEKLY = "DTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260323T170000\n"
GOOD = event("DTSTART:20260310T080000Z\nDTEND:20260310T160000Z", summary="bob", uid="good")

READ = {
    "weekly, over the change of clocks": (
        calendar(event(WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=2")),
        ["2026-03-23T08:00Z/2026-03-23T16:00Z", "2026-03-30T07:00Z/2026-03-30T15:00Z"],
    ),
    "floating: the schedule's zone": (
        calendar(event("DTSTART:20260310T090000\nDTEND:20260310T170000")),
        ["2026-03-10T08:00Z/2026-03-10T16:00Z"],
    ),
    "floating: the calendar's zone": (
        calendar(
            event("DTSTART:20260310T090000\nDTEND:20260310T170000"),
            head="X-WR-TIMEZONE:America/New_York",
        ),
        ["2026-03-10T13:00Z/2026-03-10T21:00Z"],
    ),
    "UTC with the calendar's zone and a rule": (
        calendar(
            event("DTSTART:20260323T090000Z\nDTEND:20260323T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2"),
            head="X-WR-TIMEZONE:Europe/Berlin",
        ),
        ["2026-03-23T09:00Z/2026-03-23T10:00Z", "2026-03-30T08:00Z/2026-03-30T09:00Z"],
    ),
    "whole days, EXDATE as DATE-TIME with a Windows zone": (
        calendar(
            event(
                "DTSTART;VALUE=DATE:20260327\nDTEND;VALUE=DATE:20260328\n"
                "RRULE:FREQ=DAILY;COUNT=3\n"
                "EXDATE;TZID=W. Europe Standard Time:20260328T000000"
            )
        ),
        ["2026-03-26T23:00Z/2026-03-27T23:00Z", "2026-03-28T23:00Z/2026-03-29T22:00Z"],
    ),
    "whole days, RECURRENCE-ID as DATE-TIME": (
        calendar(
            event(
                "DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260310\nRRULE:FREQ=DAILY;COUNT=2"
            ),
            event(
                "RECURRENCE-ID;TZID=W. Europe Standard Time:20260310T000000\n"
                "DTSTART;VALUE=DATE:20260312\nDTEND;VALUE=DATE:20260313"
            ),
        ),
        ["2026-03-08T23:00Z/2026-03-09T23:00Z", "2026-03-11T23:00Z/2026-03-12T23:00Z"],
    ),
    "this and future": (
        calendar(
            event(WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=3"),
            event(
                "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T090000\n"
                "DTSTART;TZID=Europe/Berlin:20260330T100000\n"
                "DTEND;TZID=Europe/Berlin:20260330T180000"
            ),
        ),
        [
            "2026-03-23T08:00Z/2026-03-23T16:00Z",
            "2026-03-30T08:00Z/2026-03-30T16:00Z",
            "2026-04-06T08:00Z/2026-04-06T16:00Z",
        ],
    ),
    "cancelled: not on call": (
        calendar(event(WEEKLY + "STATUS:CANCELLED"), GOOD),
        ["2026-03-10T08:00Z/2026-03-10T16:00Z"],
    ),
    "one instance cancelled": (
        calendar(
            event(WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=2"),
            event(
                "RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\nSTATUS:CANCELLED\n"
                "DTSTART;TZID=Europe/Berlin:20260330T090000\n"
                "DTEND;TZID=Europe/Berlin:20260330T170000"
            ),
        ),
        ["2026-03-23T08:00Z/2026-03-23T16:00Z"],
    ),
    "a duration in hours over skipped time is exact": (
        calendar(
            event(
                "DTSTART;TZID=Europe/Berlin:20260322T023000\nDURATION:PT1H\n"
                "RRULE:FREQ=WEEKLY;COUNT=2"
            )
        ),
        ["2026-03-22T01:30Z/2026-03-22T02:30Z", "2026-03-29T01:30Z/2026-03-29T02:30Z"],
    ),
    "a duration of a day over skipped time follows the wall": (
        calendar(event("DTSTART;TZID=Europe/Berlin:20260328T090000\nDURATION:P1D")),
        ["2026-03-28T08:00Z/2026-03-29T07:00Z"],
    ),
    "a duration of 24 hours does not": (
        calendar(event("DTSTART;TZID=Europe/Berlin:20260328T090000\nDURATION:PT24H")),
        ["2026-03-28T08:00Z/2026-03-29T08:00Z"],
    ),
    "a whole day of 23 hours without an end": (
        calendar(event("DTSTART;VALUE=DATE:20260329")),
        ["2026-03-28T23:00Z/2026-03-29T22:00Z"],
    ),
    "the higher SEQUENCE of two events with one UID": (
        calendar(
            event("DTSTART:20260310T080000Z\nDTEND:20260310T160000Z\nSEQUENCE:2"),
            event("DTSTART:20260311T080000Z\nDTEND:20260311T160000Z\nSEQUENCE:1"),
        ),
        ["2026-03-10T08:00Z/2026-03-10T16:00Z"],
    ),
    "a zone of the calendar's own": (
        calendar(
            event("DTSTART;TZID=Head office:20260310T090000\nDURATION:PT1H"),
            head=(
                "BEGIN:VTIMEZONE\nTZID:Head office\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
                "TZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE"
            ),
        ),
        ["2026-03-10T06:00Z/2026-03-10T07:00Z"],
    ),
    "an own zone that has an IANA name is that zone": (
        calendar(
            event("DTSTART;TZID=Europe/Berlin:20260310T090000\nDURATION:PT1H"),
            head=(
                "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
                "TZOFFSETFROM:+0900\nTZOFFSETTO:+0900\nEND:STANDARD\nEND:VTIMEZONE"
            ),
        ),
        ["2026-03-10T08:00Z/2026-03-10T09:00Z"],
    ),
    "every third week since 2010": (
        calendar(
            event(
                "DTSTART;TZID=Europe/Berlin:20100104T090000\nDURATION:P1W\n"
                "RRULE:FREQ=WEEKLY;INTERVAL=3;UNTIL=20260401T000000Z"
            )
        ),
        [
            "2026-01-19T08:00Z/2026-01-26T08:00Z",
            "2026-02-09T08:00Z/2026-02-16T08:00Z",
            "2026-03-02T08:00Z/2026-03-09T08:00Z",
            "2026-03-23T08:00Z/2026-03-30T07:00Z",
        ],
    ),
    "folded lines, LF and a byte order mark": (
        b"\xef\xbb\xbf"
        + calendar(event("DTSTART:2026\n 0310T080000Z\nDTEND:20260310T160000Z")).replace(
            b"\r\n", b"\n"
        ),
        ["2026-03-10T08:00Z/2026-03-10T16:00Z"],
    ),
}

REFUSED = {
    "unknown zone": ("DTSTART;TZID=Mars/Olympus:20260310T090000\nDURATION:PT1H", "Mars/Olympus"),
    "unknown zone of an exception": (
        WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;TZID=Mars/Olympus:20260330T090000",
        "Mars/Olympus",
    ),
    "end before start": ("DTSTART:20260310T090000Z\nDTEND:20260310T080000Z", "not after DTSTART"),
    "end at start": ("DTSTART:20260310T090000Z\nDTEND:20260310T090000Z", "not after DTSTART"),
    "no end": ("DTSTART:20260310T090000Z", "a shift needs a length"),
    "no duration": ("DTSTART:20260310T090000Z\nDURATION:PT0S", "not above zero"),
    "an end and a duration": (
        "DTSTART:20260310T090000Z\nDTEND:20260310T100000Z\nDURATION:PT1H",
        "both DTEND and",
    ),
    "unknown frequency": (WEEKLY + "RRULE:FREQ=FORTNIGHTLY", "RRULE cannot be parsed"),
    "hourly since 1970": (
        "DTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY",
        "daily at most",
    ),
    "minutely since 1970": (
        "DTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=MINUTELY",
        "daily at most",
    ),
    "secondly since 1970": (
        "DTSTART:19700101T000000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY",
        "daily at most",
    ),
    "24 x 16 times a day": (
        "DTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR="
        + ",".join(map(str, range(24)))
        + ";BYMINUTE="
        + ",".join(map(str, range(0, 48, 3))),
        "BYHOUR, BYMINUTE and BYSECOND",
    ),
    "a count beyond all need": (WEEKLY + "RRULE:FREQ=DAILY;COUNT=10001", "COUNT=10001"),
    "an interval of nothing": (WEEKLY + "RRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
    "a day that never comes": (
        WEEKLY + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "never takes place",
    ),
    "a position that never comes": (WEEKLY + "RRULE:FREQ=DAILY;BYSETPOS=5", "never takes place"),
    "a start twice": (WEEKLY + "DTSTART:20260310T090000Z", "DTSTART twice"),
    "no start": ("DTEND:20260310T090000Z", "no DTSTART"),
    "a start that is none": ("DTSTART:tomorrow\nDURATION:PT1H", "DTSTART cannot be parsed"),
    "types that differ": (
        "DTSTART;VALUE=DATE:20260310\nDTEND:20260311T000000Z",
        "of different types",
    ),
    "a zone at one end only": (
        "DTSTART:20260310T090000Z\nDTEND:20260310T100000",
        "has a time zone",
    ),
    "a rule that excludes": (WEEKLY + "EXRULE:FREQ=WEEKLY", "EXRULE is not read"),
    "periods": (WEEKLY + "RDATE;VALUE=PERIOD:20260311T090000Z/PT1H", "periods"),
    "dates without end": (
        WEEKLY + "EXDATE:" + ",".join(["20260330T070000Z"] * 1001),
        "more than 1,000",
    ),
}

NOTED = {
    "UNTIL of another type": (
        "DTSTART;TZID=Europe/Berlin:20260302T230000\nDURATION:PT1H\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20260323",
        "UNTIL is of another type than DTSTART",
        3,
    ),
    "two rules": (WEEKLY + "RRULE:FREQ=WEEKLY;COUNT=2\nRRULE:FREQ=DAILY;COUNT=2", "has 2 rules", 3),
    "a floating time": ("DTSTART:20260310T090000\nDURATION:PT1H", "read in Europe/Berlin", 1),
}

NO_CALENDAR = {
    "a login page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "it looks like a web"),
    "nothing": (b"", "the body is empty"),
    "something else": (b'{"error": "gone"}', "this is not a calendar"),
    "cut off": (calendar(GOOD)[:-30], "cut off"),
    "a stray end": (calendar(GOOD, head="END:VEVENT"), "damaged"),
    "too large": (b"BEGIN:VCALENDAR\r\n" + b"X" * 2 * 1024**2, "more than 2 MiB"),
    "too many events": (calendar(*[GOOD] * 5001), "more than 5,000 events"),
    "nested": (calendar(GOOD, head="BEGIN:X\n" * 9 + "END:X\n" * 9), "nested"),
}


@pytest.mark.parametrize("case", READ)
def test_shifts_of_a_feed(case: str) -> None:
    body, expected = READ[case]

    found = reading(body)

    assert times(found) == expected
    assert found.refused == ()


@pytest.mark.parametrize("case", REFUSED)
def test_bad_event_costs_itself_only_and_is_named(case: str) -> None:
    lines, why = REFUSED[case]
    body = calendar(event(lines, summary="Alice's shift"), GOOD)

    began = time.process_time()
    found = reading(body)
    took = time.process_time() - began

    assert [(one.uid, one.summary) for one in found.refused] == [("shift-1", "Alice's shift")]
    assert why in found.refused[0].why
    assert people(found) == [("bob",)]
    assert took < 0.1


@pytest.mark.parametrize("case", NOTED)
def test_doubtful_event_is_read_with_a_warning(case: str) -> None:
    lines, warning, number = NOTED[case]

    found = reading(calendar(event(lines)))

    assert any(warning in note for note in found.notes), found.notes
    assert len(found.shifts) == number


@pytest.mark.parametrize("case", NO_CALENDAR)
def test_what_is_no_calendar_is_refused_whole(case: str) -> None:
    body, why = NO_CALENDAR[case]

    found = outcome(body)

    assert isinstance(found, UnreadableFeed)
    assert why in found.why


def test_more_shifts_than_fit_name_the_event() -> None:
    daily = "DTSTART:20260301T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=0,1,2,3"
    body = calendar(*(event(daily, uid=f"daily-{number}") for number in range(14)))

    found = outcome(body)

    assert isinstance(found, UnreadableFeed)
    assert "more than 20,000 shifts" in found.why
    assert "daily-12" in found.why


def test_unknown_calendar_zone_costs_what_depends_on_it() -> None:
    recurring = event("DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY", uid="recurring")
    floating = event("DTSTART:20260302T090000\nDURATION:PT1H", uid="floating")

    found = reading(calendar(recurring, floating, GOOD, head="X-WR-TIMEZONE:Mars/Olympus"))

    assert {one.uid for one in found.refused} == {"recurring", "floating"}
    assert people(found) == [("bob",)]


def test_own_zone_with_a_rule_by_the_second_is_not_followed() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Slow\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE"
    )

    found = reading(calendar(event("DTSTART;TZID=Slow:20260310T090000\nDURATION:PT1H"), head=zone))

    assert "nobody knows the time zone 'Slow'" in found.refused[0].why


def test_title_names_a_person_by_key_name_or_address() -> None:
    titles = ("ALICE", "alice  Adams", "[L2] bob", "mailto:bob@example.org", "alice, bob", "Carol")
    lines = "DTSTART:20260310T080000Z\nDTEND:20260310T160000Z"
    body = calendar(*(event(lines, title, f"u{n}") for n, title in enumerate(titles)))

    found = reading(body)

    assert people(found) == [("alice",), ("alice",), ("bob",), ("bob",), ("alice", "bob"), ()]
    assert [one.level for one in found.shifts] == [0, 0, 2, 0, 0, 0]
    assert found.shifts[-1].unknown == "Carol"


def test_attendee_names_the_person_where_the_title_does_not() -> None:
    body = calendar(
        event(
            "DTSTART:20260310T080000Z\nDTEND:20260310T160000Z\n"
            "ATTENDEE;CN=Bob:mailto:BOB@example.org",
            summary="On call",
        )
    )

    assert people(reading(body)) == [("bob",)]
