"""Promised posts that do not come, and components that nobody sets."""

from msgspec.structs import replace

from tests.core.practice.status_desk import OUT, PAGE, PARTLY, UP, Desk
from triaged.core.records.events import Acknowledged, Resolved, SeverityChosen
from triaged.core.records.model import PageKind, Severity
from triaged.core.records.practice.events import Merged, RoleAssigned
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status import Component, PostStatus
from triaged.core.records.practice.status_events import ComponentSet
from triaged.core.time.durations import HOUR, MINUTE

AUTO = replace(PAGE, auto=True)


def told(desk: Desk, person: str) -> list[str]:
    """What a person was told of public posts."""
    return [
        page.subject
        for _, page in desk.sent
        if page.recipient.person == person
        and page.kind is PageKind.UPDATE
        and page.subject.startswith("the public update")
    ]


def test_a_promised_post_that_does_not_come_is_told_to_the_communications_lead() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.run_until(desk.now + 30 * MINUTE - 1)
    before = told(desk, "carol")

    desk.run_until(desk.now + MINUTE)

    assert before == []
    assert len(told(desk, "carol")) == 1
    assert "status.late" in [entry.kind for entry in desk.entries[1]]


def test_it_is_told_four_times_at_most() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()

    desk.run_until(desk.now + 12 * HOUR)

    assert len(told(desk, "carol")) == 4


def test_a_post_in_between_moves_the_reminder() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.run_until(desk.now + 20 * MINUTE)
    desk.posts(next_update_at=desk.now + HOUR)

    desk.run_until(desk.now + 59 * MINUTE)

    assert told(desk, "carol") == []


def test_nothing_is_due_after_the_last_post() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.posts(PostStatus.RESOLVED)

    desk.run_until(desk.now + HOUR)

    assert told(desk, "carol") == []


def test_without_auto_nothing_public_changes_by_itself() -> None:
    desk = Desk()

    desk.run_until(desk.now + HOUR)

    assert desk.every(Component) == {}


def test_auto_sets_the_component_after_five_minutes_without_a_human() -> None:
    desk = Desk(AUTO)
    desk.run_until(desk.start + 5 * MINUTE - 1)
    before = desk.status()

    desk.run_until(desk.start + 5 * MINUTE)

    last = desk.row(Component, "checkout").now
    assert before is UP
    assert last is not None
    assert (last.status, last.automatic, last.incident) == (OUT, True, 1)
    assert desk.page().components[0].automatic
    assert "status.automatic" in [entry.kind for entry in desk.entries[1]]
    assert desk.page().incidents == ()


def test_auto_takes_back_what_it_set_when_the_incident_ends() -> None:
    desk = Desk(AUTO)
    desk.run_until(desk.start + 6 * MINUTE)

    desk.handle(Acknowledged(1, "alice"))
    desk.handle(Resolved(1, "alice"))
    desk.run_until(desk.now + MINUTE)

    assert desk.status() is UP


def test_auto_leaves_alone_what_a_human_has_said() -> None:
    by_post, by_hand = Desk(AUTO), Desk(AUTO)
    by_post.lead()
    by_post.posts(components={})
    by_hand.handle(ComponentSet("carol", "checkout", PARTLY))
    for desk in (by_post, by_hand):
        desk.run_until(desk.start + HOUR)

    assert (by_post.status(), by_hand.status()) == (UP, PARTLY)
    by_hand.handle(Resolved(1, "alice"))
    by_hand.run_until(by_hand.now + MINUTE)
    assert by_hand.status() is PARTLY


def test_auto_does_nothing_for_less_than_sev_2_until_it_rises() -> None:
    desk = Desk(AUTO, severity="SEV-3")
    desk.run_until(desk.start + HOUR)
    before = desk.status()

    desk.handle(SeverityChosen(1, "alice", Severity.SEV2))
    desk.run_until(desk.now + 5 * MINUTE)

    assert (before, desk.status()) == (UP, PARTLY)


def test_auto_does_nothing_for_a_drill() -> None:
    desk = Desk(AUTO)
    desk.view.add_incident(replace(desk.view.incidents[1], kind="drill"))

    desk.run_until(desk.start + HOUR)

    assert desk.every(Component) == {}


def test_promised_post_of_a_merged_incident_is_asked_of_whoever_posts_for_the_survivor() -> None:
    desk = Desk()
    desk.lead()
    desk.posts()
    desk.fires(alertname="Other", severity="SEV-1")
    survivor = desk.incident.number
    desk.handle(RoleAssigned(survivor, "bob", Role.COMMUNICATIONS_LEAD, "bob"))
    desk.handle(Merged(1, "bob", survivor))

    desk.run_until(desk.now + 31 * MINUTE)

    assert (len(told(desk, "bob")), told(desk, "carol")) == (1, [])


def test_auto_takes_nothing_back_when_the_incident_goes_on_in_another() -> None:
    desk = Desk(AUTO)
    desk.run_until(desk.now + 6 * MINUTE)
    desk.fires(alertname="Other", severity="SEV-1")
    desk.handle(Merged(1, "bob", desk.incident.number))

    desk.run_until(desk.now + HOUR)

    assert desk.status() is OUT
