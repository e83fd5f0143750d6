"""Action items: owner and due date always, reminders until they are done."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.practice.learning_world import Learning, moment
from tests.core.world import person
from triaged.core.practice.learning.action_items import ITEMS_MAX
from triaged.core.practice.work import work_of
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import Reopened
from triaged.core.records.model import Entry, State
from triaged.core.records.practice.action_items import ActionItem, ActionState, Priority
from triaged.core.records.practice.learning_events import ActionItemTracked
from triaged.core.records.timers import ActionItemsDue
from triaged.core.settings import Team
from triaged.core.time.durations import DAY, HOUR
from triaged.core.time.recurring import parse


def test_item_is_added_and_its_owner_hears_of_it() -> None:
    world = Learning()
    since = world.now

    assert world.add("bob", "2026-04-08") == Acted(1)
    world.deliver()

    item = world.item()
    assert (item.owner, item.due, item.state) == ("bob", "2026-04-08", ActionState.OPEN)
    assert world.told("bob", since)[-1] == "you own an action item of INC-1, due 2026-04-08"
    assert work_of(world.incident).action_items == 1
    (entry,) = world.said("action.added")
    assert entry.data == {
        "id": "a",
        "kind": "fix",
        "priority": "P1",
        "text": "Upgrade ORM",
        "owner": "bob",
        "due": "2026-04-08",
        "state": "open",
    }


def test_adding_it_twice_is_no_error() -> None:
    world = Learning()

    assert [world.add(), world.add()] == [Acted(1), Acted(1)]
    assert len(world.said("action.added")) == 1


@pytest.mark.parametrize(
    ("priority", "due"),
    [("P0", "2026-04-01"), ("P1", "2026-04-08"), ("P2", "2026-05-11"), ("P3", "2026-08-03")],
)
def test_due_date_follows_from_the_priority_in_working_days(priority: str, due: str) -> None:
    world = Learning()

    world.add(priority=Priority(priority))

    assert world.item().due == due


def test_due_date_on_which_nobody_works_is_moved_forward_and_said() -> None:
    world = Learning()

    world.add(due="2026-04-04")

    item = world.item()
    note = "2026-04-04 is no working day of the calendar office: moved to 2026-04-06"
    assert (item.due, item.due_note) == ("2026-04-06", note)
    assert world.said("action.added")[0].text.endswith(note)


def test_unknown_owner_is_refused_with_the_nearest_name() -> None:
    world = Learning()

    answer = world.add("bbo")

    assert answer == Unknown("there is no person 'bbo' in the configuration (did you mean bob?)")
    assert isinstance(world.add(""), Unknown)
    assert world.view.rows_of(ActionItem, 1) == []


@pytest.mark.parametrize("due", ["2026-03-29", "2036-01-01"])
def test_date_in_the_past_or_far_off_is_refused(due: str) -> None:
    world = Learning()
    world.add()

    assert isinstance(world.add(due=due, new_id="b"), Conflict)
    assert isinstance(world.change(due=date.fromisoformat(due)), Conflict)


def test_what_is_done_already_may_have_been_due_in_the_past() -> None:
    world = Learning()

    assert world.add(due="2026-03-10", done=True) == Acted(1)
    assert world.item().state is ActionState.DONE
    assert (1, ActionItemsDue) not in world.timers


@pytest.mark.parametrize("text", ["", " \n ", "x" * 301])
def test_text_is_a_sentence(text: str) -> None:
    assert isinstance(Learning().add(text=text), Conflict)


def test_text_is_one_line() -> None:
    world = Learning()

    world.add(text="Upgrade\n  ORM\t now")

    assert world.item().text == "Upgrade ORM now"


def test_items_have_a_limit() -> None:
    world = Learning()
    for number in range(ITEMS_MAX):
        world.add(new_id=str(number))

    assert isinstance(world.add(new_id="more"), Conflict)


def test_item_of_no_incident_is_unknown() -> None:
    world = Learning()
    world.add()

    assert isinstance(world.add(incident=7, new_id="b"), Unknown)
    assert isinstance(world.change("zzz", state=ActionState.DONE), Unknown)
    assert isinstance(world.change(incident=7, state=ActionState.DONE), Unknown)


def test_cancelling_takes_a_reason() -> None:
    world = Learning()
    world.add()

    assert isinstance(world.change(state=ActionState.CANCELLED, reason="  "), Conflict)
    assert world.change(state=ActionState.CANCELLED, reason="the ORM goes") == Acted(1)
    assert (world.item().state, world.item().reason) == (ActionState.CANCELLED, "the ORM goes")
    assert work_of(world.incident).action_items == 0


def test_change_is_on_the_timeline_with_both_values_and_the_new_owner_hears_of_it() -> None:
    world = Learning()
    world.add(due="2026-04-08")
    since = world.now

    world.change(owner="carol", due=date(2026, 4, 9))
    world.deliver()

    (entry,) = world.said("action.changed")
    assert entry.data == {
        "id": "a",
        "owner": {"from": "bob", "to": "carol"},
        "due": {"from": "2026-04-08", "to": "2026-04-09"},
        "reason": "",
    }
    assert world.told("carol", since) == ["you own an action item of INC-1 now, due 2026-04-09"]


def test_same_again_is_no_change() -> None:
    world = Learning()
    world.add(due="2026-04-08")
    world.change(state=ActionState.IN_PROGRESS)

    world.change(state=ActionState.IN_PROGRESS, owner="bob", due=date(2026, 4, 8))

    assert len(world.said("action.changed")) == 1


def reminders(world: Learning) -> list[str]:
    return [moment(entry.at) for entry in world.said("action.reminded")]


def test_reminders_go_on_after_the_incident_is_closed_until_it_is_done() -> None:
    world = Learning("SEV-3")
    world.add(due="2026-04-02")
    assert world.close() == Acted(1)
    since = world.now

    world.run_until(since + 10 * DAY)
    assert reminders(world)[:3] == ["2026-04-02 09:00", "2026-04-03 09:00", "2026-04-06 09:00"]
    assert world.told("bob", since)[:3] == [
        "you own an action item of INC-1, due 2026-04-02",
        "an action item of INC-1 is due",
        "an action item of INC-1 is overdue",
    ]
    assert world.state() is State.CLOSED

    said = len(reminders(world))
    world.change(state=ActionState.DONE)
    world.run_until(world.now + 10 * DAY)
    assert len(reminders(world)) == said


def test_after_ten_working_days_reminders_come_once_a_week_and_never_end() -> None:
    world = Learning()
    world.waive()
    world.add(due="2026-04-02")

    world.run_until(world.now + 60 * DAY)

    assert reminders(world)[10:14] == [
        "2026-04-16 09:00",
        "2026-04-23 09:00",
        "2026-04-30 09:00",
        "2026-05-07 09:00",
    ]


def test_items_of_one_person_are_one_message() -> None:
    world = Learning()
    world.waive()
    world.add(due="2026-04-02")
    world.add(due="2026-04-02", new_id="b")
    since = world.now

    world.run_until(since + 3 * DAY)

    assert world.told("bob", since)[2:] == ["2 action items of INC-1 are due"]


def test_item_of_somebody_who_is_gone_goes_to_the_team_then_to_the_commander() -> None:
    team, alone = Learning(), Learning()
    for world in (team, alone):
        world.waive()
        world.add("bob", "2026-04-02")
        people = {name: person(name) for name in ("alice", "carol")}
        teams = {"payments": Team("payments", ("carol",))}
        world.settings = replace(world.settings, people=people, teams=teams)
    team.view.incidents[1] = replace(team.incident, team="payments")

    for world in (team, alone):
        world.run_until(world.now + 4 * DAY)

    assert [world.said("action.reminded")[0].data["to"] for world in (team, alone)] == [
        ["carol"],
        ["alice"],
    ]


def test_reminders_of_a_time_without_triaged_come_once() -> None:
    world = Learning()
    world.waive()
    world.add(due="2026-04-02")
    world.now += 20 * DAY

    world.deliver()

    assert len(reminders(world)) == 1


def test_new_date_begins_its_reminders_anew() -> None:
    world = Learning()
    world.waive()
    world.add(due="2026-04-02")
    world.run_until(world.now + 5 * DAY)

    world.change(due=date(2026, 4, 20))

    assert moment(world.timers[1, ActionItemsDue].due_at) == "2026-04-20 09:00"


def tracked(world: Learning, at: int, state: ActionState | None = None) -> object:
    return world.handle(
        ActionItemTracked("a", 1, "github", "o/r#7", "https://example.org/7", state, at)
    )


def test_tracker_tells_its_reference_and_newer_states() -> None:
    world = Learning()
    world.add()
    assert tracked(world, world.now) == Acted(1)
    assert (world.item().tracker_ref, world.item().state) == ("o/r#7", ActionState.OPEN)

    world.now += HOUR
    assert tracked(world, world.now, ActionState.DONE) == Acted(1)

    assert world.item().state is ActionState.DONE
    assert [entry.kind for entry in world.entries[1]][-2:] == ["action.tracked", "action.changed"]


def test_older_state_of_a_tracker_never_overwrites_a_newer_one() -> None:
    world = Learning()
    world.add()
    read_at = world.now
    world.now += HOUR
    world.change(state=ActionState.DONE)

    tracked(world, read_at, ActionState.OPEN)
    assert world.item().state is ActionState.DONE
    world.now += HOUR
    tracked(world, world.now, ActionState.CANCELLED)
    tracked(world, world.now - HOUR // 2, ActionState.OPEN)
    assert (world.item().state, world.item().reason) == (
        ActionState.CANCELLED,
        "closed in github",
    )


def test_working_days_are_those_of_the_calendar() -> None:
    world = Learning()
    calendar = replace(world.settings.working_days, open=parse("daily 00:00-24:00"))
    world.settings = replace(world.settings, working_days=calendar)

    world.add(due="2026-04-04")

    assert (world.item().due, world.item().due_note) == ("2026-04-04", "")


ACTS = st.lists(
    st.tuples(
        st.sampled_from("add change own move cancel done track reopen wait".split()),
        st.sampled_from(["alice", "bob", "", "nobody"]),
        st.sampled_from([None, "2026-03-01", "2026-04-04", "2026-04-06", "2041-01-01"]),
        st.sampled_from(["a", "b"]),
    ),
    min_size=20,
    max_size=60,
)


@given(ACTS)
@settings(max_examples=25, deadline=None)
def test_no_history_stores_an_item_without_owner_and_due_date(
    acts: list[tuple[str, str, str | None, str]],
) -> None:
    world = Learning()
    world.ends(severity="SEV-1")
    world.waive()
    for act, owner, due, item in acts:
        day = None if due is None else date.fromisoformat(due)
        match act:
            case "add":
                world.add(owner, due, item)
            case "change":
                world.change(item, state=ActionState.IN_PROGRESS)
            case "own":
                world.change(item, owner=owner)
            case "move":
                world.change(item, due=day)
            case "cancel":
                world.change(item, state=ActionState.CANCELLED, reason=owner)
            case "done":
                world.change(item, state=ActionState.DONE)
            case "track":
                state = ActionState.OPEN if owner else ActionState.DONE
                world.handle(ActionItemTracked(item, 1, "github", "r", "u", state, world.now))
            case "reopen":
                world.handle(Reopened(1, "alice"))
            case _:
                world.run_until(world.now + DAY)
        check(world)


def check(world: Learning) -> None:
    """What holds of all items after every step."""
    items = world.view.rows_of(ActionItem, 1)
    for item in items:
        assert item.owner in world.settings.people
        assert date.fromisoformat(item.due).weekday() < 5
        assert item.state is not ActionState.CANCELLED or item.reason
    unfinished = [item for item in items if item.is_unfinished]
    assert work_of(world.incident).action_items == len(unfinished)
    assert ((1, ActionItemsDue) in world.timers) == bool(unfinished)
    assert all(isinstance(entry, Entry) for entry in world.said("action.added"))
