"""Holidays, closed and open days of calendars in config.yaml."""

from datetime import date
from pathlib import Path

from triaged.config.holidays import holidays_of
from triaged.config.read import Loaded, load
from triaged.core.time.calendars import Calendar, is_open
from triaged.core.time.recurring import edge, zone_of

BASE = """
rules: []
allow_empty: true
channels: {con: {kind: console}}
people: {alice: {contacts: {c: {channel: con}}}}
policies: {default: {steps: [{notify: ["person:alice"]}]}}
timezone: Europe/Berlin
calendars:
  office: {open: "mon-fri 09:00-17:30", %s}
"""


def loaded(tmp_path: Path, lines: str) -> Loaded:
    path = tmp_path / "config.yaml"
    path.write_text(BASE % lines)
    return load(path, {})


def calendar(tmp_path: Path, lines: str) -> Calendar:
    configuration = loaded(tmp_path, lines).configuration
    assert configuration is not None
    return configuration.settings.working_days


def noon_is_open(found: Calendar, day: str) -> bool:
    return is_open(found, edge(date.fromisoformat(day), 12 * 60, zone_of("Europe/Berlin")))


def problem(tmp_path: Path, lines: str) -> str:
    (found,) = loaded(tmp_path, lines).problems
    return found.message


def test_public_holidays_of_a_place_are_closed(tmp_path: Path) -> None:
    found = calendar(tmp_path, "holidays: DE-BE")

    assert not noon_is_open(found, "2027-03-08")  # Women's Day, in Berlin alone
    assert noon_is_open(calendar(tmp_path, "holidays: DE-BY"), "2027-03-08")
    assert noon_is_open(found, "2027-03-09")


def test_holidays_of_several_places_are_closed(tmp_path: Path) -> None:
    found = calendar(tmp_path, "holidays: [DE, US-CA]")

    assert not noon_is_open(found, "2026-11-26")  # Thanksgiving
    assert not noon_is_open(found, "2026-12-25")


def test_own_days_win(tmp_path: Path) -> None:
    lines = 'holidays: DE-BE, closed: ["2026-12-24"], open_on: ["2026-12-25", "2026-12-26"]'
    found = calendar(tmp_path, lines)

    assert not noon_is_open(found, "2026-12-24")
    assert noon_is_open(found, "2026-12-25")
    assert noon_is_open(found, "2026-12-26")  # a Saturday, with the hours of Monday


def test_unknown_places_are_errors_with_the_nearest_names(tmp_path: Path) -> None:
    assert "'GR-BE' is none of" not in problem(tmp_path, "holidays: DX")
    assert "wanted" in problem(tmp_path, "holidays: DX")
    assert "did you mean" in problem(tmp_path, "holidays: [DE-BEE]")


def test_day_that_is_none_is_an_error(tmp_path: Path) -> None:
    assert "2026-02-30" in problem(tmp_path, 'closed: ["2026-02-30"]')


def test_calendar_without_a_working_day_for_a_month_is_an_error(tmp_path: Path) -> None:
    days = ", ".join(f'"2026-{month:02}-{day:02}"' for month in (7, 8) for day in range(1, 32))

    assert "has no working day within 31 days" in problem(tmp_path, f"closed: [{days}]")


def test_estimated_days_say_so() -> None:
    names = [name for day, name in holidays_of("AE").items() if day.year == 2028]

    assert any("estimated" in name for name in names)
