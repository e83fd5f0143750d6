import pytest

from tests.core.response.test_escalation import OFFICE, at
from triaged.core.records.model import Alert
from triaged.core.time.durations import MINUTE
from triaged.rules.conditions import Condition, During, FromSource, Outside, StartsWithin, holds

NOON, NIGHT = at(30, 10), at(30, 1)


@pytest.mark.parametrize(
    ("condition", "now", "expected"),
    [
        (FromSource(frozenset({"am", "prom"})), NOON, True),
        (FromSource(frozenset({"grafana"})), NOON, False),
        (During(OFFICE), NOON, True),
        (During(OFFICE), NIGHT, False),
        (Outside(OFFICE), NOON, False),
        (Outside(OFFICE), NIGHT, True),
        (StartsWithin(10 * MINUTE), NOON, True),
        (StartsWithin(4 * MINUTE), NOON, False),
    ],
)
def test_what_a_condition_asks(condition: Condition, now: int, *, expected: bool) -> None:
    alert = Alert("am", "f", True, {}, {}, starts_at=now - 5 * MINUTE)

    assert holds(condition, alert, now) is expected


def test_an_alert_that_does_not_say_when_has_just_begun() -> None:
    assert holds(StartsWithin(MINUTE), Alert("am", "f", True, {}, {}), NOON)
