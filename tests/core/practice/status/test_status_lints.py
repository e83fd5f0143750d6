from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.practice.status_desk import OUT, PAGE, UP, Desk
from triaged.core.practice.status.status_lints import Facts, lints
from triaged.core.records.events import Resolved
from triaged.core.records.practice.status import (
    Component,
    Maintenance,
    PostStatus,
    PublicIncident,
)
from triaged.core.records.practice.status_events import ComponentSet
from triaged.core.time.durations import DAY, HOUR, MINUTE


def rules(desk: Desk) -> list[str]:
    """The rules that find something on the page of a desk."""
    found = lints(
        Facts(
            page=PAGE,
            now=desk.now,
            components=desk.every(Component),
            public=tuple(desk.every(PublicIncident).values()),
            maintenance=tuple(desk.every(Maintenance).values()),
            incidents=tuple(one for one in desk.view.incidents.values() if one.live),
        )
    )
    assert all(one.text and one.fix for one in found)
    return [one.rule for one in found]


def posted(**more: Any) -> Desk:
    """A page with a post about the SEV-1."""
    desk = Desk()
    desk.lead()
    desk.posts(**more)
    return desk


def test_a_page_that_is_true_has_no_lint() -> None:
    assert rules(posted()) == []
    assert rules(Desk()) == []


def test_a_component_that_is_down_needs_an_incident() -> None:
    desk = Desk()
    desk.handle(ComponentSet("carol", "search", OUT))

    assert rules(desk) == ["component_down_without_incident"]


def test_an_open_incident_while_all_is_green() -> None:
    desk = posted(components={})

    assert rules(desk) == ["open_incident_while_green"]


@pytest.mark.parametrize(("after", "found"), [(DAY, []), (DAY + 1, ["maintenance_over"])])
def test_maintenance_is_forgotten_a_day_after_its_end(after: int, found: list[str]) -> None:
    desk = Desk()
    work = Maintenance(
        id="m1",
        incident=None,
        title="Upgrade",
        body="x",
        components=(),
        starts_at=desk.now - after - HOUR,
        ends_at=desk.now - after,
        by="carol",
        created_at=0,
        updated_at=0,
        status=PostStatus.VERIFYING,
    )
    desk.view.add_row(work)

    assert rules(desk) == found


def test_investigating_in_silence_for_half_an_hour() -> None:
    desk = posted(next_update_at=Desk().now + 2 * HOUR)
    desk.run_until(desk.now + 31 * MINUTE)

    assert rules(desk) == ["investigating_silent"]


def test_a_promise_that_has_passed() -> None:
    desk = posted(status=PostStatus.IDENTIFIED)
    desk.run_until(desk.now + 30 * MINUTE)

    assert rules(desk) == ["next_update_passed"]


def test_resolved_in_public_while_alerts_fire() -> None:
    desk = posted()
    desk.posts(PostStatus.RESOLVED)

    assert desk.status() is UP
    assert rules(desk) == ["resolved_while_firing"]
    drill = replace(desk.view.incidents[1], kind="drill")
    desk.view.add_incident(drill)
    assert rules(desk) == []


def test_resolved_in_public_and_in_truth() -> None:
    desk = posted()
    desk.posts(PostStatus.RESOLVED)
    desk.handle(Resolved(1, "alice"))

    assert rules(desk) == []
