"""What a change of a request is counted as."""

import pytest
from msgspec.structs import replace

from triaged.core.records.practice.requests import Request, RequestState

NEW = Request("a", None, kind="room.create", lane="l", created_at=1, due_at=1, gives_up_at=9)


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (NEW, None),
        (replace(NEW, attempts=1, maybe_since=1), None),
        (replace(NEW, attempts=1, answered=1, error="busy"), "retried"),
        (replace(NEW, ended_at=5), "sent"),
        (replace(NEW, state=RequestState.SENT, ended_at=5), "sent"),
        (replace(NEW, state=RequestState.FAILED), "failed"),
        (replace(NEW, state=RequestState.SUPERSEDED), "superseded"),
    ],
)
def test_change_is_counted_by_what_came_of_it(request_: Request, outcome: str | None) -> None:
    assert request_.outcome == outcome


def test_request_waits_until_it_has_ended() -> None:
    assert NEW.waits
    assert not replace(NEW, state=RequestState.SENT).waits
