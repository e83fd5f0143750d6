"""When a postmortem is due, and who is reminded how often."""

from msgspec.structs import replace

from tests.core.practice.learning_world import Learning, learning, moment
from tests.core.world import World
from triaged.core.records.answers import Conflict
from triaged.core.records.events import Closed, Declared, Reopened, Resolved
from triaged.core.records.model import Severity, State
from triaged.core.records.timers import PostmortemDue
from triaged.core.time.durations import DAY, HOUR


def test_severe_one_is_due_after_three_days_with_reminders_on_the_way() -> None:
    world = Learning()
    resolved, since = world.incident.resolved_at or 0, world.now
    assert world.postmortem.due_at == resolved + 3 * DAY

    world.run_until(since + 40 * DAY)

    times = [moment(entry.at) for entry in world.said("postmortem.reminded")]
    assert times[:4] == [
        "2026-03-31 22:01",  # half
        "2026-04-02 10:01",  # due
        "2026-04-03 09:00",  # then each working day
        "2026-04-06 09:00",
    ]
    assert len(times) == 2 + 10 + 1
    assert world.told("alice", since)[0] == "the postmortem of INC-1 is due Thu 02 Apr 10:01 UTC"
    assert world.told("alice", since)[1].startswith("the postmortem of INC-1 was due")
    assert (1, PostmortemDue) not in world.timers


def test_reminder_says_how_to_go_on() -> None:
    world = Learning()
    world.settings = replace(world.settings, public_url="https://triaged.example.org")

    world.run_until(world.now + 2 * DAY)

    texts = [page.text for _, page in world.sent if page.subject.startswith("the postmortem of")]
    assert texts[0] == (
        "Write it: triaged postmortem edit INC-1\n"
        "Publish it: triaged postmortem publish INC-1\n"
        "Read it: https://triaged.example.org/postmortems/INC-1"
    )


def test_after_the_last_reminder_the_lead_of_the_team_hears_of_it() -> None:
    world = World(learning())
    world.handle(Declared("carol", "checkout fails", Severity.SEV1, team="payments"))
    world.handle(Resolved(1, "carol"))

    world.run_until(world.now + 40 * DAY)

    reminded = [one.data["to"] for one in world.entries[1] if one.kind == "postmortem.reminded"]
    assert reminded == ["carol"] * 12 + ["alice"]


def test_less_severe_one_is_due_after_five_working_days() -> None:
    world = Learning("SEV-2")

    assert moment(world.postmortem.due_at or 0) == "2026-04-06 17:30"


def test_nobody_is_reminded_of_what_came_and_went_by_itself() -> None:
    world = World(learning())
    world.fires(severity="SEV-1")
    world.ends(severity="SEV-1")
    assert world.state() is State.RESOLVED

    world.run_until(world.now + 10 * DAY)

    assert (1, PostmortemDue) not in world.timers
    assert "postmortem.reminded" not in world.kinds()
    assert isinstance(world.handle(Closed(1, "alice")), Conflict)


def test_settled_postmortem_is_not_asked_for() -> None:
    world = Learning()
    world.save("text")
    world.publish()
    said = len(world.said("postmortem.reminded"))

    world.run_until(world.now + 20 * DAY)

    assert len(world.said("postmortem.reminded")) == said
    assert world.postmortem.due_at is None


def test_reopened_incident_is_asked_again_when_it_is_over() -> None:
    world = Learning()
    world.now += HOUR
    world.handle(Reopened(1, "alice"))
    assert (1, PostmortemDue) not in world.timers

    world.now += HOUR
    world.handle(Resolved(1, "alice"))
    world.deliver()

    assert world.postmortem.due_at == world.now + 3 * DAY


def test_of_reminders_that_were_missed_only_the_last_is_sent() -> None:
    world = Learning()
    world.now += 5 * DAY

    world.deliver()

    (entry,) = world.said("postmortem.reminded")
    assert entry.data["step"] == 3
