"""What every subject of requests must do, found by its file."""

from typing import Any

import pytest

from triaged.delivery.request_kinds import Pace, Tools
from triaged.delivery.request_kinds.contract import REQUEST_KINDS, RequestKind, subject_of
from triaged.wire import Secret

KINDS = pytest.mark.parametrize("subject", REQUEST_KINDS.kinds)


def tools(**given: Any) -> Tools:
    """Tools without an engine, for what only looks at the configuration."""
    return Tools(None, None, None, None, Secret(""), **given)  # type: ignore[arg-type]  # not used


@KINDS
def test_every_subject_has_a_pace_also_for_a_lane_that_is_gone(subject: str) -> None:
    kind: RequestKind = REQUEST_KINDS.load(subject)

    found = kind.pace("integration/gone", tools())

    assert isinstance(found, Pace)
    assert found.width >= 1


def test_subject_is_the_first_word_of_a_kind() -> None:
    assert subject_of("tracker.issue") == "tracker"
