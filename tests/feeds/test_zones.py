"""Names of time zones in calendars."""

import pytest

from triaged.feeds.zones import mapped, names_in, zone_named


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        '"Europe/Berlin"',
        "W. Europe Standard Time",
        "/mozilla.org/20050126_1/Europe/Berlin",
        "/freeassociation.sourceforge.net/Europe/Berlin",
    ],
)
def test_names_that_map_to_a_zone(name: str) -> None:
    zone = zone_named(name)

    assert zone is not None
    assert zone.key == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Mars/Olympus", "Head office", "", "/", "../../etc/passwd"])
def test_names_that_map_to_none(name: str) -> None:
    assert zone_named(name) is None


def test_mapped_lines_name_the_zone() -> None:
    lines = ["DTSTART;TZID=W. Europe Standard Time:20260301T090000", "SUMMARY:a"]

    assert mapped(lines) == ["DTSTART;TZID=Europe/Berlin:20260301T090000", "SUMMARY:a"]
    assert names_in(lines) == {"W. Europe Standard Time"}
