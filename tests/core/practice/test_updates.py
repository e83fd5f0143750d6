import pytest
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, COMMUNICATIONS, TECHNICAL, Practice
from triaged.core.practice.updates import prefilled
from triaged.core.practice.work import work_of
from triaged.core.records.answers import Acted, Conflict
from triaged.core.records.effects import Count, SavePage
from triaged.core.records.events import (
    Delivered,
    DeliveryEnded,
    Reopened,
    Resolved,
    SeverityChosen,
    TimerFired,
)
from triaged.core.records.model import PageKind, PageState, Phase, Severity
from triaged.core.records.practice.drills import Drilled
from triaged.core.records.practice.events import UpdatePosted, UpdateSnoozed
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.records.timers import UpdateDue
from triaged.core.text.wording import subject
from triaged.core.time.durations import DAY, MINUTE

PLAIN = UpdatePosted(1, "carol", "checkout fails", "", "restart the pods")


def update(world: Practice, theory: str = "the pool is exhausted", **more: object) -> object:
    return world.handle(replace(PLAIN, theory=theory, **more))


def deadline(world: Practice) -> int | None:
    return work_of(world.view.incidents[1]).next_update_at


def test_command_sets_the_first_deadline() -> None:
    world = Practice()
    assert deadline(world) is None, "nobody has promised anything"

    world.give(COMMANDER, "alice")

    assert deadline(world) == world.now + 15 * MINUTE


def test_update_sets_the_next_deadline_from_its_own_instant() -> None:
    world = Practice()
    world.staff()
    world.run_until(world.now + 4 * MINUTE)
    update(world)

    assert deadline(world) == world.now + 15 * MINUTE
    (sent,) = world.view.rows_of(IncidentUpdate, 1)
    assert (sent.number, sent.at, sent.next_update_at) == (1, world.now, world.now + 15 * MINUTE)


def test_promise_of_an_update_holds_for_that_one_alone() -> None:
    world = Practice()
    world.staff()
    update(world, next_update_at=world.now + 90 * MINUTE)
    assert deadline(world) == world.now + 90 * MINUTE

    world.run_until(world.now + 80 * MINUTE)
    update(world, theory="no news, still the pool")

    assert deadline(world) == world.now + 15 * MINUTE


def test_deadline_passes_from_reminder_to_late_to_pages_which_end() -> None:
    world = Practice()
    world.staff()
    due, since = deadline(world) or 0, world.now
    world.run_until(due - 5 * MINUTE)
    assert world.told("carol", since)[-1] == "the next update is due in 5 minutes"

    world.run_until(due)
    (late,) = world.said("update.late")
    assert late.at == due
    assert Count("update_missed", "SEV-1") in world.counts
    assert "is late" in world.told("alice", since)[-1], "the commander hears of it"

    assert world.paged(since) == []
    world.run_until(due + 5 * DAY)
    escalated = [(entry.at - due) // MINUTE for entry in world.said("update.escalated")]
    assert escalated == [5, 15, 45, 75, 105]
    assert world.counts.count(Count("update_missed", "SEV-1")) == 1
    assert {person for person, _ in world.paged(since)} == {"alice", "bob", "carol"}


def test_update_in_between_cancels_what_was_due() -> None:
    world = Practice()
    world.staff()
    due, since = deadline(world) or 0, world.now
    world.run_until(due + MINUTE)
    update(world)
    world.run_until(due + 14 * MINUTE)

    assert world.said("update.escalated") == []
    assert world.paged(since) == []
    (entry,) = world.said("update.posted")
    assert entry.data["late_us"] == MINUTE
    assert entry.text == "update 1: Investigating (1 minute late)"


def test_page_for_an_update_is_not_needed_once_it_was_posted() -> None:
    world = Practice()
    world.staff()
    world.now = (deadline(world) or 0) + 5 * MINUTE
    world.handle(TimerFired(update_timer(world)))
    waiting = [page for page in world.view.pages.values() if page.wanted is not UNSET]
    assert [page.state for page in waiting] == [PageState.DUE] * len(waiting)
    since = world.now

    update(world)
    world.run_until(world.now)

    assert waiting, "pages were under way"
    assert world.paged(since) == []
    states = {world.view.pages[page.id].state for page in waiting}
    assert states == {PageState.SUPERSEDED}


def update_timer(world: Practice) -> UpdateDue:
    (timer,) = [timer for timer in world.timers.values() if isinstance(timer, UpdateDue)]
    return timer


def test_outage_tells_the_last_stage_alone_and_counts_the_missed_update() -> None:
    world = Practice()
    world.staff()
    due = deadline(world) or 0
    world.now = due + 50 * MINUTE
    world.handle(TimerFired(update_timer(world)))

    assert len(world.said("update.late")) == 1
    assert len(world.said("update.escalated")) == 1


def test_snooze_moves_one_deadline() -> None:
    world = Practice()
    world.staff()
    world.handle(UpdateSnoozed(1, "carol", world.now + 60 * MINUTE))
    assert deadline(world) == world.now + 60 * MINUTE

    world.run_until(world.now + 50 * MINUTE)
    assert world.said("update.late") == []
    update(world)
    assert deadline(world) == world.now + 15 * MINUTE


@pytest.mark.parametrize("ahead", [0, -MINUTE, DAY + MINUTE])
def test_deadline_is_in_the_next_day(ahead: int) -> None:
    world = Practice()
    world.staff()

    assert isinstance(update(world, next_update_at=world.now + ahead), Conflict)
    assert isinstance(world.handle(UpdateSnoozed(1, "carol", world.now + ahead)), Conflict)


def test_the_same_update_again_is_refused_until_it_says_so() -> None:
    world = Practice()
    world.staff()
    update(world)

    answer = update(world)

    assert isinstance(answer, Conflict)
    assert "no news, still" in answer.detail
    assert isinstance(update(world, theory="no news, still the pool"), Acted)


def test_no_update_after_the_resolve_and_no_deadline() -> None:
    world = Practice()
    world.staff()
    world.handle(Resolved(1, "alice"))

    assert deadline(world) is None
    assert isinstance(update(world), Conflict)
    world.run_until(world.now + DAY)
    assert world.said("update.late") == []


def test_lesser_severity_keeps_the_deadline_that_was_promised() -> None:
    world = Practice()
    world.staff()
    due = deadline(world)
    world.handle(SeverityChosen(1, "alice", Severity.SEV2))

    assert deadline(world) == due


def test_worse_severity_brings_the_deadline_forward() -> None:
    world = Practice("SEV-2")
    world.staff()
    assert deadline(world) == world.now + 30 * MINUTE

    world.handle(SeverityChosen(1, "alice", Severity.SEV1))

    assert deadline(world) == world.now + 15 * MINUTE


def test_update_goes_to_the_team_to_those_who_were_paged_and_to_whoever_wants_them() -> None:
    world = Practice()
    world.staff()
    update(world)
    world.run_until(world.now)

    sent = [page.recipient for _, page in world.sent if page.subject.startswith("update: ")]
    people = {recipient.person for recipient in sent if recipient.person}
    assert people == {"alice", "bob"}, "carol wrote it"
    assert "hook" in {recipient.contact for recipient in sent if not recipient.person}
    texts = {page.text for at, page in world.sent if page.subject.startswith("update")}
    assert texts == {world.view.rows_of(IncidentUpdate, 1)[0].text}


def test_theory_begins_the_investigation() -> None:
    world = Practice()
    world.staff()
    update(world)

    assert world.view.incidents[1].phase is Phase.INVESTIGATION


def test_form_is_filled_in_with_what_was_said_last() -> None:
    world = Practice()
    world.give(TECHNICAL, "bob")
    world.give(COMMUNICATIONS, "carol")
    incident = world.view.incidents[1]
    assert prefilled(incident, None)["theory"] == ""

    update(world)

    last = world.view.rows_of(IncidentUpdate, 1)[-1]
    assert prefilled(incident, last)["theory"] == "the pool is exhausted"


def test_drill_counts_no_missed_update() -> None:
    world = Practice()
    world.staff()
    world.view.incidents[1] = replace(world.view.incidents[1], drill=Drilled("d1", None))
    world.run_until((deadline(world) or 0) + MINUTE)

    assert len(world.said("update.late")) == 1
    assert Count("update_missed", "SEV-1") not in world.counts


def test_page_for_a_late_update_says_so_and_who_has_the_incident_does_not_matter_to_it() -> None:
    world = Practice()
    world.staff()
    due = deadline(world) or 0
    world.run_until(due + 6 * MINUTE)

    (page,) = [page for at, page in world.sent if page.wanted is not UNSET and at >= due][:1]
    assert "has not come: Down" in subject(page, world.view.incidents[1])
    assert page.text == "Write it: triaged incident update INC-1"
    told = [page.subject for _, page in world.sent if page.kind is PageKind.UPDATE]
    assert not any("on its way" in said for said in told)


def test_whoever_gets_the_page_of_an_update_that_came_meanwhile_hears_of_it() -> None:
    world = Practice()
    world.staff()
    world.now = (deadline(world) or 0) + 5 * MINUTE
    world.handle(TimerFired(update_timer(world)))
    page = next(page for page in world.view.pages.values() if page.wanted is not UNSET)
    claimed = replace(page, attempts=1, token=1)
    world.keep([SavePage(claimed)])
    update(world)

    world.handle(DeliveryEnded(page.id, 1, Delivered(), 1))

    told = [one.subject for one in world.view.pages.values() if one.kind is PageKind.UPDATE]
    assert "what it asks for was done while this page was on its way" in told


def test_who_waits_for_updates_hears_of_the_end_and_of_a_return() -> None:
    world = Practice()
    world.staff()
    update(world)
    for event in (Resolved(1, "alice"), Reopened(1, "alice")):
        world.run_until(world.now + MINUTE)
        world.handle(event)
    world.run_until(world.now)

    said = [page.subject for _, page in world.sent if not page.recipient.person]
    assert said == ["update: Investigating", "resolved by alice", "it is open again"]


def test_whoever_has_a_role_hears_of_the_resolve() -> None:
    world = Practice()
    world.staff()
    since = world.now
    world.handle(Resolved(1, "alice"))
    world.run_until(world.now)

    told = [world.told(name, since) for name in ("bob", "carol")]
    assert all("resolved by alice" in said for said in told)
