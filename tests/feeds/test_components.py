"""Parsed components as the room relies on them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from triaged.feeds.components import Refusal, local_until, moment, parsed, rules


def component(*lines: str) -> list[str]:
    return ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""]


def test_property_that_is_missing_has_no_time() -> None:
    assert moment(parsed(component("DTSTART:20260301T090000Z")), "DTEND") is None


def test_length_in_place_of_a_date_is_refused() -> None:
    with pytest.raises(Refusal, match="DTSTART is no date"):
        moment(parsed(component("DTSTART:PT1H")), "DTSTART")


def test_until_of_whole_days_is_the_day_in_the_zone() -> None:
    rule = "RRULE:FREQ=DAILY;UNTIL=20260330T220000Z"
    found = parsed(component("DTSTART;VALUE=DATE:20260301", rule))

    local_until(found, ZoneInfo("Europe/Berlin"))

    assert rules(found)[0]["UNTIL"] == [date(2026, 3, 31)]
