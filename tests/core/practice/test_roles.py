import pytest
from msgspec.structs import replace

from tests.core.practice.world import COMMANDER, COMMUNICATIONS, TECHNICAL, Practice
from triaged.core.practice.roles import missing, suggestions
from triaged.core.practice.work import holder_of, work_of
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import PhaseChanged, Resolved, SettingsChanged, SeverityChosen
from triaged.core.records.model import Phase, Severity
from triaged.core.records.practice.events import RoleReleased, UpdatePosted
from triaged.core.records.practice.roles import Role, RolePeriod
from triaged.core.records.timers import RoleDue
from triaged.core.response.rearming import moves
from triaged.core.time.durations import MINUTE


def test_role_is_held_until_somebody_else_takes_it() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.run_until(world.now + 3 * MINUTE)
    world.give(COMMANDER, "bob", note="the pool is drained")

    periods = sorted(world.view.rows_of(RolePeriod, 1), key=lambda period: period.begins_at)
    assert holder_of(world.view.incidents[1], COMMANDER) == "bob"
    assert [(p.person, p.ends_at) for p in periods] == [("alice", world.now), ("bob", None)]
    assert world.said("role.changed")[-1].data == {
        "role": "incident_commander",
        "from": "alice",
        "to": "bob",
        "note": "the pool is drained",
        "override": "",
    }


def test_person_hears_what_the_role_is_responsible_for_and_what_not() -> None:
    world = Practice()
    world.give(COMMANDER, "bob", note="drain first")
    world.run_until(world.now)

    page = next(page for _, page in world.sent if page.recipient.person == "bob")
    assert page.subject == "you are incident commander: drain first"
    assert "(you do not debug)" in str(page.text)
    assert "You are not responsible for:\n- writing code" in str(page.text)


def test_nobody_hears_of_taking_a_role_themselves() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.run_until(world.now)

    assert world.told("alice") == []


def test_handing_over_tells_both() -> None:
    world = Practice()
    world.give(COMMANDER, "bob")
    world.give(COMMANDER, "carol")
    world.run_until(world.now)

    assert world.told("bob") == ["carol is incident commander now", "you are incident commander"]
    assert world.told("carol") == ["you are incident commander"]


@pytest.mark.parametrize(("first", "second"), [(COMMANDER, TECHNICAL), (TECHNICAL, COMMANDER)])
@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2"])
def test_commander_does_not_lead_the_investigation(
    severity: str, first: Role, second: Role
) -> None:
    world = Practice(severity)
    world.give(first, "bob")

    answer = world.give(second, "bob")

    assert isinstance(answer, Conflict)
    assert "override" in answer.detail
    assert holder_of(world.view.incidents[1], second) is None


def test_override_is_on_the_timeline_and_in_the_period() -> None:
    world = Practice()
    world.give(COMMANDER, "bob")

    answer = world.give(TECHNICAL, "bob", override="only two people awake")

    assert isinstance(answer, Acted)
    (entry,) = world.said("role.changed")[1:]
    assert entry.data["override"] == "only two people awake"
    assert "only two people awake" in entry.text
    (period,) = [p for p in world.view.rows_of(RolePeriod, 1) if p.role is TECHNICAL]
    assert period.override == "only two people awake"


def test_commander_of_a_lesser_incident_may_debug() -> None:
    world = Practice("SEV-3")
    world.give(COMMANDER, "bob")

    assert isinstance(world.give(TECHNICAL, "bob"), Acted)


def test_same_role_twice_is_no_error_and_says_nothing() -> None:
    world = Practice()
    world.give(COMMANDER, "bob")
    said = len(world.entries[1])

    assert isinstance(world.give(COMMANDER, "bob"), Acted)
    assert len(world.entries[1]) == said


def test_unknown_people_are_refused() -> None:
    world = Practice()

    assert isinstance(world.give(COMMANDER, "eve"), Unknown)


def test_roles_do_not_change_once_it_is_over() -> None:
    world = Practice()
    world.handle(Resolved(1, "alice"))

    assert isinstance(world.give(COMMANDER, "bob"), Conflict)
    assert isinstance(world.handle(RoleReleased(1, "alice", COMMANDER)), Conflict)


def test_several_experts_can_help() -> None:
    world = Practice()
    expert = Role.SUBJECT_MATTER_EXPERT
    world.give(expert, "bob")
    world.give(expert, "carol")

    assert isinstance(world.handle(RoleReleased(1, "alice", expert)), Conflict)
    assert isinstance(world.handle(RoleReleased(1, "alice", expert, "bob")), Acted)
    (held,) = work_of(world.view.incidents[1]).roles
    assert held.person == "carol"


def test_empty_role_pages_the_policy_after_triage() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    since = world.now
    world.run_until(world.start + 15 * MINUTE)

    assert world.paged(since) == [
        ("alice", "nobody is technical lead, communications lead"),
        ("alice", "nobody is technical lead, communications lead"),
    ], "the policy's next step, by desk and mail"
    (entry,) = world.said("role.empty")
    assert entry.data == {"roles": ["technical_lead", "communications_lead"]}


def test_page_of_an_empty_role_is_not_needed_once_it_is_held() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.give(TECHNICAL, "bob")
    page = world.start + 15 * MINUTE
    world.run_until(page - 1)
    world.give(COMMUNICATIONS, "carol", by="carol")
    world.run_until(page + MINUTE)

    assert world.said("role.empty") == []


def test_reminders_of_an_empty_role_end() -> None:
    world = Practice()
    world.give(COMMANDER, "alice")
    world.give(TECHNICAL, "bob")
    world.run_until(world.start + 5 * 60 * MINUTE)

    reminders = [text for text in world.told("alice") if text.startswith("nobody is comm")]
    assert len(reminders) == 5
    assert len(world.said("role.empty")) == 1


def test_nobody_is_asked_for_roles_before_somebody_has_it_in_hand() -> None:
    world = Practice()
    since = world.now
    world.run_until(world.start + 3 * 60 * MINUTE)

    assert world.paged(since) == [], "it is acknowledged, and nobody has declared it"


def test_investigation_wants_the_roles() -> None:
    world = Practice()
    world.handle(PhaseChanged(1, "alice", Phase.INVESTIGATION))
    world.run_until(world.start + 15 * MINUTE)

    (entry,) = world.said("role.empty")
    assert entry.data["roles"] == ["incident_commander", "technical_lead", "communications_lead"]


def test_release_is_asked_for_again_soon() -> None:
    world = Practice()
    world.staff()
    world.run_until(world.start + 30 * MINUTE)
    world.handle(RoleReleased(1, "carol", COMMUNICATIONS))
    since = world.now
    world.run_until(since + 5 * MINUTE)

    assert [entry.at for entry in world.said("role.empty")] == [since + 5 * MINUTE]


def test_severity_that_rises_wants_roles() -> None:
    world = Practice("SEV-3")
    world.give(COMMANDER, "bob")
    assert missing(world.settings, world.view.incidents[1]) == []

    world.handle(SeverityChosen(1, "alice", Severity.SEV1))
    world.run_until(world.start + 15 * MINUTE)

    assert len(world.said("role.empty")) == 1


def test_suggestions_are_people_on_call_without_a_role() -> None:
    world = Practice()
    incident = world.view.incidents[1]

    assert suggestions(world.situation(), incident) == {TECHNICAL: "alice", COMMANDER: "bob"}

    world.give(TECHNICAL, "alice")
    assert suggestions(world.situation(), world.view.incidents[1]) == {COMMANDER: "bob"}


def test_rise_that_makes_one_person_both_is_said_and_asked_about() -> None:
    world = Practice("SEV-3")
    world.give(COMMANDER, "bob")
    world.give(TECHNICAL, "bob")
    since = world.now
    world.handle(SeverityChosen(1, "alice", Severity.SEV1))
    world.run_until(world.now)

    (entry,) = world.said("role.combined")
    assert entry.text == "bob commands what is a SEV-1 now, and leads its investigation"
    assert "you command a SEV-1 now and lead its investigation: hand over one" in world.told(
        "bob", since
    )


def test_rise_from_sev2_asks_nobody_again() -> None:
    world = Practice("SEV-2")
    world.give(COMMANDER, "bob")
    world.give(TECHNICAL, "bob", override="only two people awake")
    world.handle(SeverityChosen(1, "alice", Severity.SEV1))

    assert world.said("role.combined") == []


def test_role_of_whom_a_reload_has_removed_ends_and_is_asked_for() -> None:
    world = Practice()
    world.staff()
    assert not moves(world.view.incidents[1], {}, world.settings)
    people = {name: one for name, one in world.settings.people.items() if name != "carol"}
    world.settings = replace(world.settings, people=people)
    assert moves(world.view.incidents[1], {}, world.settings)

    world.handle(SettingsChanged(1))

    assert missing(world.settings, world.view.incidents[1]) == [COMMUNICATIONS]
    (period,) = [one for one in world.view.rows_of(RolePeriod, 1) if one.person == "carol"]
    assert (period.ends_at, period.ended_by) == (world.now, "triaged")
    said = world.said("role.changed")[-1].text
    assert said == "carol is no longer communications lead: is not in the configuration"
    assert (1, RoleDue) in world.timers


def test_update_that_declares_has_the_roles_watched() -> None:
    world = Practice()
    world.handle(UpdatePosted(1, "alice", "checkout fails", "", "restart the pods"))

    assert (1, RoleDue) in world.timers
