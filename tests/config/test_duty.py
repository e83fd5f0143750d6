"""What a change of duties is called in a sentence."""

import pytest

from tests.core.time.test_recurring import berlin
from triaged.config.duty import duty_sentence, duty_warnings
from triaged.core.oncall.duty_changes import DutyChange, Serving
from triaged.yamlschema.document import parse

NOW = berlin("2026-11-18T12:00")
MONDAY, TODAY = berlin("2026-11-23T09:00"), berlin("2026-11-18T17:00")


def change(before: Serving, after: Serving, later_shifts: int, weeks: int = 12) -> DutyChange:
    """A change of the schedule `primary`."""
    return DutyChange("primary", "Europe/Berlin", before, after, later_shifts, weeks)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            change(Serving(("carol",), MONDAY), Serving(("dave",), MONDAY), 11),
            "primary now: carol → dave, until Mon 23 Nov 09:00 CET; "
            "11 later shifts of the next 12 weeks move",
        ),
        (
            change(Serving(("carol",), MONDAY), Serving((), None), 0),
            "primary now: carol → nobody, for more than 12 weeks",
        ),
        (
            change(Serving(("carol",), MONDAY), Serving(("carol",), TODAY), 1),
            "primary now: carol as before, until 17:00 CET instead of until Mon 23 Nov 09:00 CET; "
            "1 later shift of the next 12 weeks moves",
        ),
        (
            change(Serving(("carol",), TODAY), Serving(("carol",), TODAY), 2, 1),
            "primary now: carol as before, until 17:00 CET; 2 later shifts of the next 1 week move",
        ),
    ],
)
def test_a_sentence_says_who_until_when_and_how_much_moves(
    changed: DutyChange, sentence: str
) -> None:
    assert duty_sentence(changed, NOW) == sentence


def test_only_what_changes_at_once_is_a_warning() -> None:
    document = parse("config.yaml", b"schedules:\n  primary: {timezone: UTC}\n")
    at_once = change(Serving(("carol",), MONDAY), Serving(("dave",), MONDAY), 0)
    later = change(Serving(("carol",), MONDAY), Serving(("carol",), MONDAY), 4)

    (warning,) = duty_warnings([later, at_once], document, NOW)

    assert warning.where == "config.yaml:2:12"
    assert warning.warning
