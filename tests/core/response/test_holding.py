"""The holder of an incident: hand-over, take-over, the end of an acknowledgement, own acts."""

import pytest
from msgspec.structs import replace

from tests.core.text.letters import text
from tests.core.world import MONDAY, World, plan, settings, step
from triaged.core.records.answers import Acted, Conflict
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Delivered,
    DeliveryEnded,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import PageKind, Phase, Severity, State
from triaged.core.response.holding import WARNING_MAX_US
from triaged.core.settings import Person
from triaged.core.text.wording import Reading
from triaged.core.time.durations import HOUR, MINUTE


def held(by: str = "alice", severity: str = "SEV-2") -> World:
    """A world with INC-1, of which alice was paged, and which this person acknowledged."""
    world = World()
    world.fires(severity=severity, pod="a")
    world.deliver()
    world.handle(Acknowledged(1, by))
    world.deliver()
    return world


def heard(world: World, name: str) -> list[str]:
    """The subjects of the updates that a person got, each once."""
    found = [subject for whom, subject in world.updates() if whom.startswith(f"{name}/")]
    return list(dict.fromkeys(found))


def test_a_hand_over_pages_the_assignee_and_tells_the_old_holder() -> None:
    world = held("alice")
    world.run(60)

    world.handle(Assigned(1, "carol", "bob"))
    world.deliver()

    assert world.pages()[2:] == [(60, "bob/desk"), (60, "bob/mail")]
    assert heard(world, "alice") == ["handed over to bob by carol"]
    incident = world.incident
    assert (incident.state, incident.holder, incident.assigned_to) == (State.OPEN, None, "bob")
    assert incident.escalation.epoch == 2
    assert incident.respond_by == world.now + 15 * MINUTE


def test_after_the_assignee_the_policy_goes_on_as_it_stands() -> None:
    world = held("alice")
    world.handle(Assigned(1, "alice", "carol"))

    world.run(15 * 60)

    later = [(at, whom) for at, whom in world.pages() if whom.endswith("/desk")]
    assert later[1:] == [(0, "carol/desk"), (450, "alice/desk"), (900, "bob/desk")]


def test_a_policy_of_one_step_waits_half_of_the_target_for_the_assignee() -> None:
    world = World(plan(step(0, "person:alice")))
    world.fires(severity="SEV-2")
    world.handle(Acknowledged(1, "alice"))
    world.handle(Assigned(1, "alice", "bob"))

    world.run(900)

    assert world.pages()[-2:] == [(450, "alice/desk"), (450, "alice/mail")]


def test_an_assignee_whom_nothing_reaches_is_no_end_of_the_policy() -> None:
    chosen = settings()
    people = {**chosen.people, "dave": person_without_contacts()}
    world = World(settings(people=people))
    world.fires(severity="SEV-2")
    world.handle(Assigned(1, "alice", "dave"))
    world.deliver()

    assert {whom for _, whom in world.pages()} >= {"carol/desk", "alice/desk"}


def person_without_contacts() -> Person:
    """Somebody whose contacts were removed."""
    return replace(settings().people["alice"], id="dave", page=(), notify=())


@pytest.mark.parametrize("severity", ["SEV-1", "SEV-2", "SEV-3"])
def test_whoever_acknowledges_a_hand_over_hears_all_that_follows(severity: str) -> None:
    world = held("alice", severity)
    world.handle(Assigned(1, "alice", "bob"))
    world.deliver()
    world.handle(Acknowledged(1, "bob"))

    world.fires(severity="SEV-4", pod="b")
    world.run(70)

    assert world.incident.holder == "bob"
    assert any("joined" in subject for subject in heard(world, "bob"))
    assert not any("joined" in subject for subject in heard(world, "alice"))


def test_assigning_twice_pages_once() -> None:
    world = held("alice")
    world.handle(Assigned(1, "alice", "bob"))
    world.deliver()
    epoch = world.incident.escalation.epoch

    assert world.handle(Assigned(1, "alice", "bob")) == Acted(1)

    assert world.incident.escalation.epoch == epoch


def test_assigning_to_the_holder_changes_nothing() -> None:
    world = held("alice")

    world.handle(Assigned(1, "bob", "alice"))

    assert (world.incident.state, world.incident.holder) == (State.ACKNOWLEDGED, "alice")


def test_whoever_assigns_an_incident_to_themselves_has_it() -> None:
    world = held("alice")

    world.handle(Assigned(1, "bob", "bob"))
    world.deliver()

    assert world.incident.holder == "bob"
    assert heard(world, "alice") == ["taken over from alice by bob"]


def test_an_open_or_snoozed_incident_can_be_handed_over() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.handle(Assigned(1, "alice", "bob"))
    world.deliver()
    assert (0, "bob/desk") in world.pages()

    world.handle(Snoozed(1, "bob", world.now + HOUR))
    world.handle(Assigned(1, "bob", "carol"))
    world.deliver()

    assert world.incident.snoozed_until is None
    assert (0, "carol/mail") in world.pages()


@pytest.mark.parametrize("snoozed", [False, True])
def test_what_somebody_holds_is_taken_over_only_if_that_is_said(snoozed: bool) -> None:
    world = held("alice")
    if snoozed:
        world.handle(Snoozed(1, "alice", world.now + HOUR))
    before = (world.incident, len(world.entries[1]))

    answer = world.handle(Acknowledged(1, "bob", "mine"))

    assert isinstance(answer, Conflict)
    assert answer.holder == "alice"
    assert "alice holds INC-1" in answer.detail
    assert (world.incident, len(world.entries[1])) == before


def test_a_take_over_is_told_to_the_old_holder_and_not_to_the_new_one() -> None:
    world = held("alice")
    world.handle(Snoozed(1, "alice", world.now + HOUR))
    world.run(60)

    world.handle(Acknowledged(1, "bob", take_over=True))
    world.deliver()

    assert (world.incident.holder, world.incident.snoozed_until) == ("bob", None)
    assert world.incident.acknowledged_until == world.now + HOUR
    assert heard(world, "alice") == ["taken over from alice by bob"]
    assert heard(world, "bob") == []
    texts = [entry.text for entry in world.entries[1] if entry.kind == "incident.acknowledged"]
    assert texts == [
        "acknowledged by alice, until 11:00 UTC without activity",
        "taken over from alice by bob, until 11:01 UTC without activity",
    ]


def test_a_holder_who_was_never_paged_hears_of_a_take_over_too() -> None:
    world = held("carol")

    world.handle(Acknowledged(1, "bob", take_over=True))
    world.deliver()

    assert heard(world, "carol") == ["taken over from carol by bob"]


@pytest.mark.parametrize(
    "action",
    [
        Acknowledged(1, "alice"),
        Resolved(1, "alice"),
        Snoozed(1, "alice", MONDAY + HOUR),
        SeverityChosen(1, "alice", Severity.SEV1),
        SeverityChosen(1, "alice", Severity.SEV4),
        Unacknowledged(1, "alice"),
    ],
    ids=lambda action: type(action).__name__,
)
def test_nobody_hears_of_the_own_act(action: Action) -> None:
    world = held("alice")
    world.run(1)

    world.handle(action)
    world.deliver()

    assert heard(world, "alice") == []


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        (Resolved(1, "bob"), "resolved by bob"),
        (Unacknowledged(1, "bob"), "un-acknowledged by bob"),
        (Snoozed(1, "bob", MONDAY + HOUR), "snoozed by bob until 11:00 UTC"),
        (SeverityChosen(1, "bob", Severity.SEV1), "un-acknowledged: severity rose"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_holder_hears_what_others_do(action: Action, subject: str) -> None:
    world = held("carol")

    world.handle(action)
    world.deliver()

    assert heard(world, "carol") == [subject]


def test_whoever_resolved_while_a_page_was_on_its_way_hears_nothing() -> None:
    world = World()
    world.fires(severity="SEV-2")
    pages = [world.claim(page) for page in world.view.pages.values()]
    world.handle(Resolved(1, "alice"))
    for page in pages:
        world.handle(DeliveryEnded(page.id, page.token, Delivered(), page.attempts))
    world.deliver()

    assert heard(world, "alice") == []


@pytest.mark.parametrize(("severity", "minutes", "lead"), [("SEV-1", 30, 5), ("SEV-2", 60, 5)])
def test_the_holder_is_warned_before_the_acknowledgement_ends(
    severity: str, minutes: int, lead: int
) -> None:
    world = held("alice", severity)
    assert world.incident.acknowledged_until == world.now + minutes * MINUTE

    world.run((minutes - lead) * 60 - 1)
    assert heard(world, "alice") == []
    world.run(1)

    hour, minute = divmod(12 * 60 + minutes, 60)
    ends = f"{hour}:{minute:02} CEST"
    assert heard(world, "alice") == [f"yours until {ends}; any note, update or action renews it"]
    assert all(page.kind is PageKind.UPDATE for at, page in world.sent if at > world.start)


def test_a_short_acknowledgement_warns_a_sixth_before() -> None:
    world = held("alice")
    world.handle(Snoozed(1, "alice", world.now + 6 * MINUTE))

    world.run(5 * 60)

    assert heard(world, "alice") == ["the snooze ends at 12:06 CEST: then it pages again"]


@pytest.mark.parametrize(
    "action",
    [
        NoteAdded(1, "bob", "on it"),
        PhaseChanged(1, "bob", Phase.MITIGATION),
        Acknowledged(1, "alice"),
    ],
    ids=lambda action: type(action).__name__,
)
def test_activity_renews_the_acknowledgement_and_puts_the_warning_off(action: Action) -> None:
    world = held("alice")
    world.run(54 * 60)

    world.handle(action)
    assert world.incident.acknowledged_until == world.now + HOUR
    world.run(54 * 60)
    assert heard(world, "alice") == []
    world.run(60)

    assert len(heard(world, "alice")) == 1


def test_the_end_of_an_acknowledgement_is_told_to_the_holder() -> None:
    world = held("carol")

    world.run(3600)

    assert heard(world, "carol")[-1] == "un-acknowledged: acknowledgement expired"
    assert world.incident.acknowledged_until is None


def test_who_is_paged_when_the_acknowledgement_expires_is_told_in_the_page() -> None:
    world = held("alice")
    world.run(3600)

    pages = [
        page for at, page in world.sent if at == world.now and page.recipient.person == "alice"
    ]

    assert {page.kind for page in pages} == {PageKind.PAGE}
    assert {page.subject for page in pages} == {"un-acknowledged: acknowledgement expired"}


def test_who_is_paged_for_a_rise_is_told_in_the_page_that_the_acknowledgement_ended() -> None:
    world = held("alice")
    world.run(60)

    world.handle(SeverityChosen(1, "bob", Severity.SEV1))
    world.deliver()

    assert heard(world, "alice") == []
    page = world.view.pages["INC-1/2/1/1/person:alice/alice/mail"]
    assert page.subject == "un-acknowledged: severity rose"
    assert "INC-1 un-acknowledged: severity rose" in text(page, world.incident, Reading(world.now))


def test_who_is_paged_by_a_step_that_somebody_fires_by_hand_is_told_in_the_page() -> None:
    world = held("alice")
    world.run(60)

    world.handle(Escalated(1, "bob"))
    world.deliver()

    assert heard(world, "alice") == []


def test_what_was_acknowledged_without_an_end_ends_five_minutes_after_it_was_due() -> None:
    world = held("alice")
    world.view.incidents[1] = replace(world.incident, acknowledged_until=None)

    world.run(3600)

    assert world.state() is State.ACKNOWLEDGED  # its holder is to hear of it before
    assert world.incident.acknowledged_until == world.now + WARNING_MAX_US
    world.run(300)
    assert world.state() is State.OPEN
