"""The status page through the golden run of the founding document, under a virtual clock."""

from datetime import UTC, datetime

from tests.conftest import ROOT
from tests.core.practice.status_desk import BODY, PAGE, PARTLY, Desk
from triaged.core.practice.status.status_lints import Facts, lints
from triaged.core.records.events import Acknowledged, SeverityChosen
from triaged.core.records.model import Severity
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.roles import Role
from triaged.core.records.practice.status import Component, Post, PostStatus, PublicIncident
from triaged.core.text.public_post import PageClock, post_text
from triaged.wire import instant

GOLDEN = ROOT / "tests" / "core" / "text" / "golden" / "status_post.txt"
ROLES = {
    Role.INCIDENT_COMMANDER: "alice",
    Role.TECHNICAL_LEAD: "bob",
    Role.COMMUNICATIONS_LEAD: "carol",
}


def at(hour: int, minute: int) -> int:
    """A time of 2026-06-04 in New York, which has EDT then."""
    return instant(datetime(2026, 6, 4, hour + 4, minute, tzinfo=UTC))


def found(desk: Desk) -> list[str]:
    """The rules of the lints that find something."""
    facts = Facts(
        page=PAGE,
        now=desk.now,
        components=desk.every(Component),
        public=tuple(desk.every(PublicIncident).values()),
        incidents=tuple(desk.view.incidents.values()),
    )
    return [one.rule for one in lints(facts)]


def test_the_post_is_that_of_the_document_and_the_missed_one_is_told() -> None:
    desk = Desk(severity="SEV-2", start=at(15, 23))
    desk.run_until(at(15, 25))
    desk.handle(Acknowledged(1, "alice"))
    desk.run_until(at(15, 30))
    desk.handle(SeverityChosen(1, "alice", Severity.SEV1))
    for role, person in ROLES.items():
        desk.handle(RoleAssigned(1, "alice", role, person))
    desk.run_until(at(15, 45))
    desk.posts(body=BODY, components={"checkout": PARTLY}, next_update_at=at(16, 15))
    post = desk.row(Post, "post1")
    desk.run_until(at(16, 14))
    before = found(desk)
    desk.run_until(at(16, 15))

    assert f"{post_text(post, PageClock('America/New_York'), desk.now)}\n" == GOLDEN.read_text()
    assert (before, found(desk)) == ([], ["next_update_passed"])
    told = [
        (page.recipient.person, page.subject)
        for when, page in desk.sent
        if when == at(16, 15) and "public update" in page.subject
    ]
    assert told == [
        ("carol", "the public update that was promised for 4:15 PM EDT is due"),
    ]
    desk.posts(PostStatus.RESOLVED, body="Checkout works again. No order was lost.")
    assert "next_update_passed" not in found(desk)
