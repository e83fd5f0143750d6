"""What a sign-in link may be for, and until when a session lasts."""

import pytest

from triaged.access.sessions import LinkRequest, ends_at, link_of
from triaged.core.time.durations import DAY, HOUR
from triaged.errors import Malformed
from triaged.store.tables.own.sessions import Session


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        (LinkRequest("alic"), "$.person"),
        (LinkRequest("alice", ("ingest:*",)), "$.scopes[0]"),
        (LinkRequest("alice", ()), "$.scopes"),
    ],
)
def test_a_link_is_for_a_person_and_a_role(wish: LinkRequest, where: str) -> None:
    with pytest.raises(Malformed) as caught:
        wish.check(["alice"])

    assert caught.value.problem.where == where


@pytest.mark.parametrize(("seen_at", "end"), [(0, 12 * HOUR), (13 * DAY + 20 * HOUR, 14 * DAY)])
def test_a_session_ends_twelve_hours_after_its_use_and_after_two_weeks(
    seen_at: int, end: int
) -> None:
    assert ends_at(Session("d", "alice", (), "", "", 0, seen_at)) == end


def test_a_link_leads_to_us() -> None:
    assert link_of("https://t.example", "abc") == "https://t.example/login/abc"
