from datetime import UTC, datetime

from msgspec.structs import replace

from tests.core.world import DEFAULT_PLAN, World, plan, settings, step, target
from triaged.core.records.events import Acknowledged, Resolved, Unacknowledged
from triaged.core.records.model import Response, Severity, Share, Span, State, Step
from triaged.core.settings import NextBusinessDay, SeverityTarget
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE, SECOND
from triaged.core.time.oncall import Rotation, Schedule
from triaged.core.time.recurring import parse

OFFICE = Calendar("office", "Europe/Berlin", parse("mon-fri 09:00-17:30"))


def at(day: int, hour: int, minute: int = 0) -> int:
    """An instant of March 2026, UTC."""
    return int(datetime(2026, 3, day, hour, minute, tzinfo=UTC).timestamp()) * SECOND


def office_hours() -> World:
    """SEV-4 is the next business day in Berlin; it is Friday 16:00 there."""
    severities = dict(settings().severities)
    severities[Severity.SEV4] = SeverityTarget(NextBusinessDay(OFFICE), "notify")
    return World(settings(severities=severities, stale_after={}), start=at(27, 15))


def test_steps_fire_at_their_shares_of_the_target() -> None:
    world = World()

    world.fires(severity="SEV-2")
    world.run(3600)

    assert world.pages() == [
        (0, "alice/desk"),
        (0, "alice/mail"),
        (450, "alice/desk"),
        (450, "alice/mail"),
        (900, "bob/desk"),
        (900, "bob/mail"),
    ]


def test_a_step_after_a_time_fires_at_that_time_whatever_the_target() -> None:
    world = World(plan(step(0, "person:alice"), Step((target("person:bob"),), Span(3 * MINUTE))))

    world.fires(severity="SEV-3")
    world.run(3600)

    assert world.pages()[-1] == (180, "bob/mail")


def test_acknowledged_incident_is_not_escalated() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(60)

    world.handle(Acknowledged(1, "alice"))
    world.run(1800)

    assert [seconds for seconds, _ in world.pages()] == [0, 0]


def test_the_target_runs_from_on_track_over_at_risk_to_missed() -> None:
    world = World()
    world.fires(severity="SEV-2")
    seen = [world.incident.response]

    for minutes in (12, 3):
        world.run(minutes * 60)
        seen.append(world.incident.response)

    assert seen == [Response.ON_TRACK, Response.AT_RISK, Response.MISSED]
    assert [entry for entry in world.kinds() if entry.startswith("target")] == [
        "target.at_risk",
        "target.missed",
    ]


def test_an_answer_in_time_meets_the_target() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(899)

    world.handle(Acknowledged(1, "alice"))

    assert world.incident.response is Response.MET


def test_an_answer_after_the_target_says_that_it_was_missed() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.now += 16 * MINUTE

    world.handle(Acknowledged(1, "bob"))

    assert world.incident.response is Response.MISSED
    assert world.kinds().count("target.missed") == 1


def test_a_missed_target_stays_missed() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(901)

    world.handle(Acknowledged(1, "alice"))
    world.handle(Unacknowledged(1, "alice"))
    world.handle(Resolved(1, "alice"))

    assert world.incident.response is Response.MISSED
    outcomes = [count.outcome for count in world.counts if count.metric == "target"]
    assert outcomes == ["missed"]


def test_each_arming_is_an_epoch_with_steps_from_the_first() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.run(500)
    world.handle(Acknowledged(1, "alice"))

    world.handle(Unacknowledged(1, "alice"))

    place = world.incident.escalation
    assert (place.epoch, place.round, place.step) == (2, 1, 2)
    assert world.incident.respond_by == world.now + 15 * MINUTE


def test_rounds_start_every_after_the_last_step_of_the_one_before() -> None:
    world = World(
        plan(
            step(0, "person:alice"),
            step(1, "person:bob"),
            repeat_times=2,
            repeat_every=Span(10 * MINUTE),
        )
    )

    world.fires(severity="SEV-1")
    world.run(4 * 3600)

    seconds = sorted({seconds for seconds, _ in world.pages()})
    assert seconds == [0, 300, 900, 1200, 1800, 2100]


def test_no_rounds_follow_the_configured_ones() -> None:
    world = World(plan(step(0, "person:alice"), repeat_times=1, repeat_every=Share(1.0)))

    world.fires(severity="SEV-1")
    world.run(3600)

    assert [seconds for seconds, who in world.pages() if who == "alice/desk"] == [0, 300]
    assert world.incident.escalation.next_at is None


def test_a_step_that_reaches_nobody_pages_the_catch_all_and_the_next_step_now() -> None:
    world = World(plan(step(0, "schedule:empty"), step(0.5, "person:bob")))

    world.fires(severity="SEV-2")
    world.deliver()

    assert world.pages() == [
        (0, "carol/desk"),
        (0, "carol/mail"),
        (0, "bob/desk"),
        (0, "bob/mail"),
    ]
    assert world.kinds().count("page.skipped") == 2


def test_the_catch_all_is_paged_once_a_round() -> None:
    nobody = step(0, "schedule:a"), step(0.5, "schedule:b")
    world = World(plan(*nobody, repeat_times=1, repeat_every=Share(1.0)))

    world.fires(severity="SEV-2")
    world.run(3 * 3600)

    assert [s for s, who in world.pages() if who == "carol/desk"] == [0, 900]


def test_late_steps_fire_together_with_one_page_a_recipient() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()

    world.now += 2 * HOUR  # nobody was running
    world.run(0)

    assert world.pages()[2:] == [
        (7200, "alice/desk"),
        (7200, "alice/mail"),
        (7200, "bob/desk"),
        (7200, "bob/mail"),
    ]


def test_late_rounds_do_not_collapse() -> None:
    world = World(plan(step(0, "person:alice"), repeat_times=2, repeat_every=Share(1.0)))
    world.fires(severity="SEV-1")
    world.deliver()

    world.now += 2 * HOUR
    world.run(600)

    seconds = [seconds for seconds, who in world.pages() if who == "alice/desk"]
    assert seconds == [0, 7200, 7500]


def test_a_next_business_day_incident_counts_open_time_only() -> None:
    world = office_hours()

    world.fires(severity="SEV-4")

    assert world.incident.respond_by == at(30, 15, 30)  # Monday 17:30 in Berlin, summer time
    assert world.incident.at_risk_at is not None
    assert at(30, 7) < world.incident.at_risk_at < at(30, 15, 30)


def test_nothing_goes_out_while_the_calendar_is_closed() -> None:
    world = office_hours()
    world.now = world.start = at(28, 1)  # Saturday night

    world.fires(severity="SEV-4")
    world.run(3 * 24 * 3600)

    first_at = min(at for at, _ in world.sent)
    assert first_at == at(30, 7)  # Monday 09:00 in Berlin


def test_the_plan_names_who_is_caught() -> None:
    assert str(DEFAULT_PLAN.catch_all) == "person:carol"


def test_resolving_stops_every_step() -> None:
    world = World()
    world.fires(severity="SEV-2")
    world.deliver()

    world.ends()
    world.run(7200)

    assert world.state() is State.RESOLVED
    assert len(world.pages()) == 2


def test_a_step_due_at_closing_pages_who_is_on_call_at_the_next_opening() -> None:
    severities = dict(office_hours().settings.severities)
    weekly = Rotation(("alice", "bob"), 7 * DAY, "2026-03-23T09:00")
    later = plan(step(0, "person:carol"), step(1, "schedule:primary"))
    schedules = {"primary": Schedule("primary", "Europe/Berlin", (weekly,))}
    chosen = replace(later, severities=severities, schedules=schedules)
    world = World(chosen, start=at(26, 15))  # Thursday: due on Friday at closing
    world.fires("generic", severity="SEV-4")  # it never lapses

    world.run_until(at(30, 6, 59))
    assert {whom for _, whom in world.pages()} == {"carol/mail"}
    assert world.incident.escalation.next_at == at(30, 7)
    world.run_until(at(30, 7))

    assert world.pages()[-1] == ((at(30, 7) - at(26, 15)) // SECOND, "bob/mail")
    assert world.incident.response is Response.MISSED


def test_a_step_after_a_time_that_fills_up_at_closing_fires_at_the_next_opening() -> None:
    severities = dict(office_hours().settings.severities)
    steps = plan(step(0, "person:carol"), Step((target("person:bob"),), Span(30 * MINUTE)))
    world = World(replace(steps, severities=severities), start=at(27, 16))  # 17:00 in Berlin

    world.fires(severity="SEV-4")

    assert world.incident.escalation.next_at == at(30, 7)
