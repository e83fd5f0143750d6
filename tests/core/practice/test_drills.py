"""A drill is a real incident to its participants, and nothing at all to everybody else."""

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from tests.core.practice.drills import CHECKOUT, DOWN, SLOW, Drilling, drilled
from triaged.core.practice.drills import drill_key, schedule_of
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import Acknowledged, Closed, Resolved, TimerFired
from triaged.core.records.model import PageKind, Severity, State
from triaged.core.records.practice.drills import (
    DESK,
    DrillAborted,
    DrillAnswered,
    DrillStarted,
    DrillState,
    Injection,
    Prompt,
)
from triaged.core.records.practice.events import RoleAssigned
from triaged.core.records.practice.requests import Request
from triaged.core.records.practice.roles import Role
from triaged.core.records.timers import DrillDue
from triaged.core.settings import FlapLimit, Integrations, StormLimit
from triaged.core.time.durations import HOUR, MINUTE


@pytest.fixture
def world() -> Drilling:
    return Drilling()


def test_drill_opens_an_incident_by_the_rules_in_force(world: Drilling) -> None:
    number = world.begin()

    incident = world.view.incidents[number]
    assert (incident.kind, incident.title) == ("drill", "[DRILL] Down")
    assert (incident.severity, incident.severity_by) == (Severity.SEV2, "rule:label-SEV-2")
    assert incident.firing == {"SEV-2": 1}
    assert incident.escalation.next_at is not None


def test_starting_twice_is_one_drill(world: Drilling) -> None:
    first = world.begin()

    assert world.begin() == first
    assert len(world.view.incidents) == 1


def test_real_alert_of_the_drilled_service_opens_a_real_incident(world: Drilling) -> None:
    world.begin()

    world.fires(alertname="Down", service="checkout", severity="SEV-2")

    assert [one.kind for one in world.view.incidents.values()] == ["drill", "incident"]
    assert world.incident.title == "Down"
    assert world.view.incidents[1].firing == {"SEV-2": 1}


def test_no_key_of_labels_is_that_of_a_drill(world: Drilling) -> None:
    assert drill_key("d1") != tuple(sorted(drill_key("d1")))


def test_injections_come_at_their_times_and_each_once(world: Drilling) -> None:
    world.begin()
    world.run_until(world.now + 5 * MINUTE)
    before = world.incident.firing

    world.run_until(world.now + MINUTE)

    assert (before, world.incident.firing) == ({"SEV-2": 1}, {"SEV-2": 1, "SEV-1": 1})
    assert world.incident.severity is Severity.SEV1
    assert world.drill().done == 2


def test_clock_that_runs_sixty_times_as_fast_compresses_the_scenario(world: Drilling) -> None:
    world.begin(speed=60)

    world.run(6)

    assert world.incident.severity is Severity.SEV1


def test_drill_pages_participants_on_the_console_and_nobody_else(world: Drilling) -> None:
    world.begin()

    world.run_until(world.now + 14 * MINUTE)

    pages = [page for _, page in world.sent]
    assert {page.recipient.person for page in pages} == {"alice", "bob"}
    assert {(page.recipient.contact, page.channel) for page in pages} == {(DESK, "desk")}
    assert all(page.drill for page in pages)


def test_message_to_anybody_stays_on_the_console(world: Drilling) -> None:
    number = world.begin()
    world.handle(Acknowledged(number, "alice"))

    world.handle(RoleAssigned(number, "alice", Role.INCIDENT_COMMANDER, "carol"))
    world.deliver()

    assert world.sent[-1][1].recipient.person == "carol"
    assert {page.channel for _, page in world.sent} == {"desk"}


def test_drill_that_pages_people_uses_their_contacts_and_the_policy(world: Drilling) -> None:
    world.begin(pages=True)

    world.run_until(world.now + 20 * MINUTE)

    pages = [page for _, page in world.sent if page.kind is PageKind.PAGE]
    assert {page.channel for page in pages} == {"desk", "mail"}
    assert {page.recipient.contact for page in pages} == {"desk", "mail"}
    assert all(page.drill for page in pages)


def test_every_entry_of_the_timeline_says_that_it_is_a_drill(world: Drilling) -> None:
    number = world.begin()
    world.handle(Acknowledged(number, "alice", "a note"))
    world.run_until(world.now + 2 * HOUR)

    assert all(entry.text.startswith("[DRILL] ") for entry in world.entries[number])


def test_drill_counts_for_nothing(world: Drilling) -> None:
    number = world.begin()
    world.run_until(world.now + 30 * MINUTE)
    world.handle(Acknowledged(number, "alice"))
    world.run_until(world.now + 2 * HOUR)

    assert world.counts == []


def test_drill_is_no_part_of_a_storm_and_causes_none() -> None:
    world = Drilling(drilled(storm=StormLimit(1, HOUR)))

    world.begin()
    world.fires(alertname="Other", severity="SEV-2")

    assert world.incident.bundled_at is None
    assert all(storm.opened == (world.now,) for storm in world.view.storms.values())


def test_drill_does_not_flap() -> None:
    world = Drilling(drilled(flapping=FlapLimit(1, HOUR)))
    back = tuple(
        replace(Injection(0, DOWN), at=minute * MINUTE, ends=bool(minute % 2))
        for minute in range(7)
    )

    world.begin(replace(CHECKOUT, inject=back))
    world.run_until(world.now + 8 * MINUTE)

    assert world.incident.reopens == 3
    assert world.incident.flapping is UNSET


def test_question_goes_to_the_holder_of_the_role(world: Drilling) -> None:
    number = world.begin()
    world.handle(Acknowledged(number, "alice"))
    world.handle(RoleAssigned(number, "alice", Role.COMMUNICATIONS_LEAD, "bob"))

    world.run_until(world.now + 10 * MINUTE)

    asked = [page for _, page in world.sent if page.subject.startswith("question 1")]
    assert [page.recipient.person for page in asked] == ["bob"]
    (entry,) = world.said("drill.asked")
    assert entry.data["people"] == ["bob"]


def test_question_without_a_holder_goes_to_all_participants(world: Drilling) -> None:
    world.begin()

    world.run_until(world.now + 20 * MINUTE)

    asked = [page.recipient.person for _, page in world.sent if "question 2" in page.subject]
    assert asked == ["alice", "bob"]


def test_answer_goes_on_the_timeline(world: Drilling) -> None:
    number = world.begin()
    world.run_until(world.now + 10 * MINUTE)

    world.handle(DrillAnswered(number, "bob", "that we look into it"))

    (entry,) = world.said("drill.answered")
    assert entry.data == {"prompt": 1, "answer": "that we look into it"}


@pytest.mark.parametrize("prompt", [None, 2])
def test_question_that_was_not_asked_takes_no_answer(world: Drilling, prompt: int | None) -> None:
    number = world.begin()

    answer = world.handle(DrillAnswered(number, "bob", "too early", prompt))

    assert isinstance(answer, Conflict)


def test_drill_ends_when_its_incident_is_resolved_and_nothing_more_comes(world: Drilling) -> None:
    number = world.begin()
    world.run_until(world.now + 7 * MINUTE)

    world.handle(Resolved(number, "alice"))
    world.deliver()

    assert world.drill().state is DrillState.ENDED
    assert world.incident.state is State.CLOSED
    assert not world.timers


def test_incident_that_is_resolved_too_early_opens_again(world: Drilling) -> None:
    number = world.begin()
    world.handle(Resolved(number, "alice"))

    world.run_until(world.now + 6 * MINUTE)

    assert world.drill().state is DrillState.RUNNING
    assert (world.incident.state, world.incident.reopens) == (State.OPEN, 1)


def test_incident_that_is_closed_ends_the_drill(world: Drilling) -> None:
    number = world.begin()
    world.handle(Resolved(number, "alice"))
    world.handle(Closed(number, "alice"))

    world.run_until(world.now + 6 * MINUTE)

    assert world.drill().state is DrillState.ENDED


def test_what_fires_in_a_resolved_drill_opens_nothing(world: Drilling) -> None:
    number = world.begin()
    world.handle(Resolved(number, "alice"))

    world.run_until(world.now + 3 * HOUR)

    assert [*world.view.incidents] == [number]


def test_drill_ends_at_its_length(world: Drilling) -> None:
    world.begin()

    world.run_until(world.now + HOUR)

    assert world.drill().state is DrillState.ENDED
    assert world.incident.state is State.CLOSED


def test_alerts_that_are_over_resolve_the_drill(world: Drilling) -> None:
    end = Injection(3 * MINUTE, DOWN, ends=True)
    world.begin(replace(CHECKOUT, inject=(Injection(0, DOWN), end), prompts=()))

    world.run_until(world.now + 3 * MINUTE)

    assert world.incident.resolved_by == "alerts"
    assert world.drill().state is DrillState.ENDED


def test_repeated_label_makes_an_alert_of_each_value(world: Drilling) -> None:
    storm = Injection(0, SLOW, repeat={"pod": 10})

    world.begin(replace(CHECKOUT, inject=(storm,)))

    assert world.incident.firing == {"SEV-1": 10}


def test_abort_ends_everything_and_tells_the_participants(world: Drilling) -> None:
    number = world.begin()

    world.handle(DrillAborted(number, "carol", "a real incident"))
    world.deliver()

    told = [page for _, page in world.sent if "aborted by carol: a real incident" in page.subject]
    assert [page.recipient.person for page in told] == ["alice", "bob"]
    assert world.drill().state is DrillState.ABORTED
    assert world.incident.state is State.CLOSED
    assert not world.timers


def test_aborting_twice_is_no_error(world: Drilling) -> None:
    number = world.begin()
    world.handle(DrillAborted(number, "carol"))

    assert isinstance(world.handle(DrillAborted(number, "carol")), Acted)


def test_drill_that_is_over_is_not_aborted(world: Drilling) -> None:
    number = world.begin()
    world.run_until(world.now + HOUR)

    assert isinstance(world.handle(DrillAborted(number, "carol")), Conflict)


def test_incident_that_is_no_drill_has_no_questions(world: Drilling) -> None:
    world.fires()

    assert isinstance(world.handle(DrillAnswered(1, "bob", "what?")), Unknown)


def test_drill_without_a_console_must_page() -> None:
    world = Drilling(drilled(console=""))
    started = DrillStarted("carol", "d1", CHECKOUT)

    assert isinstance(world.handle(started), Conflict)
    assert isinstance(world.handle(replace(started, pages=True)), Acted)


def test_alert_that_opens_nothing_starts_no_drill(world: Drilling) -> None:
    quiet = Injection(0, {"alertname": "Down", "incident": "no"})

    answer = world.handle(DrillStarted("carol", "d1", replace(CHECKOUT, inject=(quiet,))))

    assert isinstance(answer, Conflict)


def test_schedule_has_alerts_before_questions_of_the_same_time() -> None:
    question, alert = Prompt(0, "what is it?"), Injection(0, DOWN)

    assert schedule_of(replace(CHECKOUT, inject=(alert,), prompts=(question,))) == [alert, question]


def test_stale_timer_of_a_drill_that_is_over_does_nothing(world: Drilling) -> None:
    number = world.begin()
    timer = world.timers[number, DrillDue]
    world.handle(DrillAborted(number, "carol"))
    entries = len(world.entries[number])

    world.handle(TimerFired(timer))

    assert len(world.entries[number]) == entries


def test_drill_that_opens_again_in_a_storm_pages_by_itself() -> None:
    world = Drilling(drilled(storm=StormLimit(1, HOUR, across_sources=True)))
    for name in ("One", "Two", "Three"):
        world.fires(alertname=name, severity="SEV-2")
    back = (Injection(0, DOWN), Injection(MINUTE, DOWN, ends=True), Injection(2 * MINUTE, DOWN))

    number = world.begin(replace(CHECKOUT, inject=back), pages=True)
    world.run_until(world.now + 2 * MINUTE)

    assert world.view.incidents[number].reopens == 1
    assert world.view.incidents[number].bundled_at is None


def test_no_room_is_made_for_a_drill() -> None:
    world = Drilling(drilled(integrations=Integrations(rooms=("chat",))))
    number = world.begin()
    world.handle(Acknowledged(number, "alice"))

    world.handle(RoleAssigned(number, "alice", Role.INCIDENT_COMMANDER, "alice"))

    assert world.view.rows_of(Request, number) == []
