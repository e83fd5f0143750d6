"""What every subject of requests must do, found by its file."""

from typing import Any

import pytest

from triaged.core.practice.rooms import CREATE
from triaged.core.practice.status.statuspage_pushes import PUSH
from triaged.core.practice.status.subscribers import CONFIRM, HOOK, MAIL
from triaged.core.practice.tracker_rows import CHANGES, ISSUE
from triaged.core.records.practice.requests import CONFIRM as CONFIRM_MESSAGE
from triaged.core.records.practice.requests import EDIT
from triaged.core.records.practice.requests import KINDS as KINDS_OF_REQUESTS
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


def test_every_kind_belongs_to_a_subject_and_every_subject_has_one() -> None:
    assert {subject_of(kind) for kind in KINDS_OF_REQUESTS} == set(REQUEST_KINDS.kinds)
    named = {EDIT, CONFIRM_MESSAGE, PUSH, CREATE, ISSUE, CHANGES, MAIL, HOOK, CONFIRM}
    assert named == set(KINDS_OF_REQUESTS)
