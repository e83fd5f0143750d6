"""The golden run of updates, with a second incident that is merged at 15:33."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests.core.practice.world import COMMANDER, COMMUNICATIONS, TECHNICAL, practised
from tests.core.world import World
from triaged.core.practice.work import work_of
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import PageKind, Response, State
from triaged.core.records.practice.events import Merged, RoleAssigned, UpdatePosted
from triaged.core.time.durations import MINUTE

ZONE = "America/New_York"
UPDATE = """\
🔴 SEV-1 Incident: order-service
Status: Investigating
Impact: ~30% of checkout attempts failing
Duration: 23 minutes so far
Team: @alice (IC), @bob (Tech Lead), @carol (Comms)
Current theory: Database connection pool exhaustion
Next action: Restarting order-service pods
ETA to next update: 15 minutes"""


def at(hour: int, minute: int) -> int:
    """An instant of that afternoon, in µs."""
    local = datetime(2026, 6, 4, hour, minute, tzinfo=ZoneInfo(ZONE))
    return int(local.timestamp()) * 1_000_000


def evening() -> World:
    """The run up to 15:33: INC-1 is commanded, INC-2 pages since 15:31."""
    world = World(practised(timezone=ZONE), start=at(15, 23))
    world.fires(alertname="order-service", severity="SEV-1")
    world.run_until(at(15, 25))
    world.handle(Acknowledged(1, "bob"))
    world.run_until(at(15, 30))
    for role, person in ((COMMANDER, "alice"), (TECHNICAL, "bob"), (COMMUNICATIONS, "carol")):
        world.handle(RoleAssigned(1, "alice", role, person))
    world.run_until(at(15, 31))
    world.fires(alertname="cart-service", severity="SEV-2")
    world.run_until(at(15, 33))
    return world


def test_merge_changes_neither_the_team_nor_the_deadline_of_the_update() -> None:
    world = evening()
    before = work_of(world.view.incidents[1])
    assert before.next_update_at == at(15, 45)

    world.handle(Merged(2, "alice", 1, "the same pool"))

    after = work_of(world.view.incidents[1])
    assert (after.roles, after.next_update_at) == (before.roles, at(15, 45))
    assert world.view.incidents[1].holder == "bob"


def test_update_after_the_merge_is_that_of_the_document_and_goes_to_everybody() -> None:
    world = evening()
    world.handle(Merged(2, "alice", 1))
    world.run_until(at(15, 46))
    update = UpdatePosted(
        1,
        "carol",
        impact="~30% of checkout attempts failing",
        theory="Database connection pool exhaustion",
        actions="Restarting order-service pods",
    )

    world.handle(update)
    world.deliver()

    sent = [page for _, page in world.sent if page.text == UPDATE]
    assert {page.incident for page in sent} == {1}
    assert "alice" in {page.recipient.person for page in sent}
    assert work_of(world.view.incidents[1]).next_update_at == at(16, 1)


def test_nobody_is_paged_for_the_merged_incident_and_its_alert_counts_with_the_first() -> None:
    world = evening()
    world.handle(Merged(2, "alice", 1))

    world.run_until(at(15, 33) + 60 * MINUTE)

    pages = [a for a, page in world.sent if page.incident == 2 and page.kind is PageKind.PAGE]
    assert max(pages) < at(15, 33)
    assert world.view.incidents[2].state is State.MERGED
    assert world.view.incidents[2].response is not Response.MISSED
    assert world.view.incidents[1].firing == {"SEV-1": 1, "SEV-2": 1}
