"""A change as seen from an incident; the rest of hints is tested through the API."""

import pytest

from triaged.core.records.changes import Change
from triaged.core.time.durations import MINUTE
from triaged.http.shared.hints import change_hint

OPENED = 1_800_000_000_000_000


@pytest.mark.parametrize(
    ("at", "ended_at", "when"),
    [
        (OPENED - 6 * MINUTE, None, "6m before"),
        (OPENED - 6 * MINUTE, OPENED - 2 * MINUTE, "2m before"),
        (OPENED - MINUTE, OPENED + MINUTE, "under way"),
        (OPENED + 2 * MINUTE, None, "2m after"),
    ],
)
def test_a_change_says_how_far_it_is_from_the_opening(
    at: int, ended_at: int | None, when: str
) -> None:
    change = Change("deploys", "1", "checkout", at, at, "1.4.2", ended_at)

    assert change_hint(change, 0, OPENED).when == when
