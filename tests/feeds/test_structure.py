"""Structure of a body, before anything in it is parsed."""

from tests.feeds.bodies import calendar, event
from triaged.feeds.structure import Structure, structure_of


def test_lines_of_alarms_belong_to_no_event() -> None:
    alarm = "\nBEGIN:VALARM\nSUMMARY:wake up\nTRIGGER:-PT5M\nEND:VALARM"

    found = structure_of(calendar(event("DTSTART:20260301T090000Z") + alarm))

    assert isinstance(found, Structure)
    assert found.events[0].lines == ("UID:shift-1", "SUMMARY:alice", "DTSTART:20260301T090000Z")


def test_value_is_found_without_case_and_parameters() -> None:
    found = structure_of(calendar(event("dtstart;TZID=Europe/Berlin:20260301T090000")))

    assert isinstance(found, Structure)
    assert found.events[0].value("DTSTART") == "20260301T090000"
    assert found.events[0].value("DTEND") == ""
