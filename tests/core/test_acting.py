import pytest

from tests.core.world import MONDAY, ByLabels, World, settings
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import (
    Acknowledged,
    Action,
    Assigned,
    Closed,
    Declared,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import Phase, ResolvePolicy, ResolveWhen, Severity, State
from triaged.core.settings import Service
from triaged.core.time.durations import HOUR, MINUTE


def opened(severity: str = "SEV-2") -> World:
    """A world with INC-1, whose first pages have gone out to alice."""
    world = World()
    world.fires(severity=severity)
    world.deliver()
    return world


def test_everybody_who_was_paged_hears_of_acknowledgement_and_resolve() -> None:
    world = opened()

    world.handle(Acknowledged(1, "bob"))
    world.deliver()
    world.handle(Resolved(1, "bob"))
    world.deliver()

    assert world.updates() == [
        ("alice/desk", "acknowledged by bob"),
        ("alice/mail", "acknowledged by bob"),
        ("alice/desk", "resolved by bob"),
        ("alice/mail", "resolved by bob"),
    ]


@pytest.mark.parametrize(
    "action",
    [Acknowledged(1, "bob"), Resolved(1, "bob"), NoteAdded(1, "bob", "looking")],
    ids=lambda action: type(action).__name__,
)
def test_acting_twice_is_no_error(action: Action) -> None:
    world = opened()

    answers = [world.handle(action), world.handle(action)]

    assert answers == [Acted(1), Acted(1)]


@pytest.mark.parametrize("action", [Acknowledged(1, "bob"), PhaseChanged(1, "bob", Phase.TRIAGE)])
def test_what_only_prolongs_an_acknowledgement_is_on_the_timeline(action: Action) -> None:
    world = opened()
    world.handle(Acknowledged(1, "bob"))

    world.handle(action)

    entry = world.entries[1][-1]
    assert (entry.kind, entry.text) == ("incident.confirmed", "bob is still at it")


@pytest.mark.parametrize(
    "action",
    [
        Acknowledged(1, "bob"),
        Unacknowledged(1, "bob"),
        Escalated(1, "bob"),
        Snoozed(1, "bob", 2**60),
        SeverityChosen(1, "bob", Severity.SEV1),
        PhaseChanged(1, "bob", Phase.TRIAGE),
        Assigned(1, "bob", "carol"),
    ],
    ids=lambda action: type(action).__name__,
)
def test_what_is_over_refuses_and_changes_nothing(action: Action) -> None:
    world = opened()
    world.handle(Resolved(1, "bob"))
    before = world.incident

    answer = world.handle(action)

    assert isinstance(answer, Conflict)
    assert world.incident == before


def test_an_incident_that_does_not_exist_is_unknown() -> None:
    assert World().handle(Acknowledged(7, "bob")) == Unknown("there is no INC-7")


def test_an_acknowledgement_without_activity_ends_and_pages_again() -> None:
    world = opened()
    world.handle(Acknowledged(1, "bob"))

    world.run(60 * 60 + 1)

    assert world.state() is State.OPEN
    assert world.incident.escalation.epoch == 2
    assert world.pages()[-1] == (3600, "alice/mail")


def test_activity_keeps_the_acknowledgement() -> None:
    world = opened()
    world.handle(Acknowledged(1, "bob"))
    world.run(59 * 60)

    world.handle(NoteAdded(1, "bob", "still on it"))
    world.run(59 * 60)
    assert world.state() is State.ACKNOWLEDGED
    world.run(2 * 60)

    assert world.state() is State.OPEN


def test_a_severity_without_unacknowledge_after_keeps_it_for_ever() -> None:
    world = opened("SEV-3")
    world.handle(Acknowledged(1, "bob"))

    world.run(24 * 3600)

    assert world.state() is State.ACKNOWLEDGED


def test_acknowledging_moves_detection_to_triage() -> None:
    world = opened()

    world.handle(Acknowledged(1, "bob"))

    assert world.incident.phase is Phase.TRIAGE


def test_a_snooze_is_an_acknowledgement_that_ends_at_its_instant() -> None:
    world = opened()

    world.handle(Snoozed(1, "bob", world.now + 2 * HOUR))
    world.run(2 * 3600 - 1)
    assert (world.incident.state, len(world.pages())) == (State.ACKNOWLEDGED, 2)
    world.run(1)

    assert world.state() is State.OPEN
    assert world.incident.snoozed_until is None
    assert len(world.pages()) == 4


def test_a_snooze_into_the_past_is_refused() -> None:
    world = opened()

    assert isinstance(world.handle(Snoozed(1, "bob", world.now)), Conflict)


@pytest.mark.parametrize("verb", [Acknowledged(1, "bob"), Snoozed(1, "bob", MONDAY + HOUR)])
def test_an_acknowledgement_leaves_the_hold_after_which_it_resolves(verb: Action) -> None:
    world = World(settings(rules=ByLabels(ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE))))
    world.fires(severity="SEV-3")
    world.ends()

    world.handle(verb)
    world.run(120)

    assert world.state() is State.RESOLVED


def test_escalating_fires_the_next_step_now() -> None:
    world = opened()
    world.run(10)

    world.handle(Escalated(1, "alice"))
    world.deliver()
    world.handle(Escalated(1, "alice"))
    world.deliver()

    assert world.pages()[-2:] == [(10, "bob/desk"), (10, "bob/mail")]


def test_escalating_what_is_acknowledged_gives_it_back_and_goes_on() -> None:
    world = opened()
    world.run(500)
    world.handle(Acknowledged(1, "alice"))

    world.handle(Escalated(1, "alice", "I need a second pair of eyes"))
    world.deliver()

    assert world.state() is State.OPEN
    assert world.pages()[-1] == (500, "bob/mail")


def test_a_declared_incident_pages_and_resolves_by_hand_only() -> None:
    world = World(settings(services={"shop": Service("shop", team="payments")}))

    answer = world.handle(Declared("bob", "Shop is slow", Severity.SEV1, "shop", text="since 9"))
    world.deliver()

    assert answer == Acted(1)
    assert world.incident.team == "payments"
    assert world.incident.severity_by == "person:bob"
    assert world.pages()[0] == (0, "alice/desk")
    assert world.kinds()[:2] == ["incident.opened", "note"]


def test_re_opening_by_hand_is_refused_while_its_key_is_open() -> None:
    world = opened()
    world.ends()
    world.handle(Closed(1, "bob"))
    world.fires(severity="SEV-2")
    world.handle(Resolved(2, "bob"))
    world.handle(Reopened(2, "bob"))

    answer = world.handle(Reopened(1, "bob"))

    assert isinstance(answer, Conflict)


def test_re_opening_by_hand_arms_again() -> None:
    world = opened()
    world.handle(Resolved(1, "bob"))

    world.handle(Reopened(1, "bob", "not fixed"))

    assert world.state() is State.OPEN
    assert world.incident.respond_by == world.now + 15 * MINUTE
    assert world.kinds()[-1] == "note"


def test_nobody_is_handed_an_incident_who_does_not_exist() -> None:
    assert isinstance(opened().handle(Assigned(1, "alice", "nobody")), Unknown)


def test_a_note_may_tell_of_an_earlier_instant() -> None:
    world = opened()

    world.handle(NoteAdded(1, "bob", "disk was full", at=world.now - HOUR))

    assert world.entries[1][-1].at == world.now - HOUR


def test_only_what_is_resolved_can_be_closed() -> None:
    world = opened()

    assert isinstance(world.handle(Closed(1, "bob")), Conflict)


def test_a_severity_that_somebody_has_changed_since_is_not_overwritten() -> None:
    world = opened()
    world.handle(SeverityChosen(1, "bob", Severity.SEV1))

    late = SeverityChosen(1, "alice", Severity.SEV3, expected=Severity.SEV2)
    answer = world.handle(late)

    assert answer == Conflict("INC-1: its severity is SEV-1, no longer SEV-2")
    assert world.incident.severity is Severity.SEV1


def test_an_incident_that_somebody_has_taken_since_is_not_handed_over() -> None:
    world = opened()
    world.handle(Acknowledged(1, "bob"))

    answer = world.handle(Assigned(1, "carol", "alice", expected=""))

    assert answer == Conflict("INC-1: bob holds it, no longer nobody")
    assert world.handle(Assigned(1, "carol", "alice", expected="bob")) != answer
