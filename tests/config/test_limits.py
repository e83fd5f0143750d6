from pathlib import Path

import pytest

from tests.config.samples import configured, is_only, wrong
from triaged.core.settings import FlapLimit, StormLimit
from triaged.core.time.durations import MINUTE


def test_what_flaps_is_known_unless_somebody_says_never(tmp_path: Path) -> None:
    limits = [configured(tmp_path).settings.flapping]
    limits += [
        configured(tmp_path, flapping=text).settings.flapping for text in ("{within: 1h}", "never")
    ]

    assert limits == [FlapLimit(3, 30 * MINUTE), FlapLimit(3, 60 * MINUTE), None]


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("{reopens: 1}", "1}", "expected a number from 2 to"),
        ("{reopens: 99}", "99}", "expected a number from 2 to"),
        ("{within: 0s}", "0s}", "expected some time"),
    ],
)
def test_limits_that_cannot_be_are_wrong(tmp_path: Path, text: str, at: str, message: str) -> None:
    found = wrong(tmp_path, flapping=text)

    assert is_only(found, at, message), found


def test_storms_are_only_where_somebody_says_so(tmp_path: Path) -> None:
    limits = [configured(tmp_path).settings.storm]
    limits += [configured(tmp_path, storm="{incidents: 50, within: 5m}").settings.storm]

    assert limits == [None, StormLimit(50, 5 * MINUTE)]


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("{incidents: 0, within: 5m}", "0,", "expected a number from 1 to"),
        ("{incidents: 5000, within: 5m}", "5000", "expected a number from 1 to"),
        ("{incidents: 5, within: 0s}", "0s", "expected some time"),
        ("{incidents: 5}", "{inc", "within is missing"),
    ],
)
def test_storms_that_cannot_be_are_wrong(tmp_path: Path, text: str, at: str, message: str) -> None:
    found = wrong(tmp_path, storm=text)

    assert is_only(found, at, message), found
