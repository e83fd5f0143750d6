"""A night begins in the evening of a day, on the clock of whoever is woken."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from triaged.core.time.nights import night_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("wall", "night"),
    [
        ("2026-03-30T21:59:59", None),
        ("2026-03-30T22:00:00", date(2026, 3, 30)),
        ("2026-03-31T06:59:59", date(2026, 3, 30)),
        ("2026-03-31T07:00:00", None),
        ("2026-10-25T02:30:00", date(2026, 10, 24)),  # the hour that comes twice
    ],
)
def test_a_night_is_from_ten_to_seven(wall: str, night: date | None) -> None:
    at = datetime.fromisoformat(wall).replace(tzinfo=BERLIN)

    assert night_of(int(at.timestamp()) * 1_000_000, BERLIN) == night


def test_it_is_night_where_the_person_is() -> None:
    noon = int(datetime(2026, 3, 30, 14, 0, tzinfo=ZoneInfo("UTC")).timestamp()) * 1_000_000

    assert night_of(noon, BERLIN) is None
    assert night_of(noon, ZoneInfo("Asia/Tokyo")) == date(2026, 3, 30)
