import pytest

from triaged.core.records.model import Severity
from triaged.rules.schema import RAISE_COUNT_MAX, RAISES_MAX, Raise, RaiseWhen, Set


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"alerts": 2, "reopens": 2, "within": 1},
        {"alerts": 2},
        {"alerts": 2, "within": 0},
        {"reopens": 2, "within": 5},
        {"distinct": "pod", "within": 5},
        {"alerts": 2, "count": 2, "within": 5},
        {"distinct": "", "count": 2, "within": 5},
        {"alerts": 1, "within": 5},
        {"alerts": RAISE_COUNT_MAX + 1, "within": 5},
        {"reopens": 0},
        {"firing_for": 0},
    ],
)
def test_a_raise_that_says_nothing_or_two_things_is_refused(when: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|need|go together|a time"):
        RaiseWhen(**when)  # type: ignore[arg-type]  # the cases are wrong on purpose


def test_each_kind_of_raise_stands_alone() -> None:
    RaiseWhen(alerts=2, within=5)
    RaiseWhen(distinct="pod", count=2, within=5)
    RaiseWhen(firing_for=1)
    RaiseWhen(reopens=1)


def test_raises_are_few() -> None:
    one = Raise(Severity.SEV1, RaiseWhen(reopens=1))

    with pytest.raises(ValueError, match="more than"):
        Set(raises=(one,) * (RAISES_MAX + 1))
