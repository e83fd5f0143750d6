import pytest
from msgspec.structs import replace

from tests.core.world import ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.answers import Acted, Attached, Conflict, RateLimited
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Closed,
    ContactsTested,
    Declared,
    DutyMoved,
    Reopened,
    Resolved,
    TimerFired,
)
from triaged.core.records.model import Alert, Outcome, Severity, State
from triaged.core.records.timers import LapseDue, ReopenWindowDue
from triaged.core.response.contact_tests import TEST_EVERY_US
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.store.database.connect import Database
from triaged.store.queries import info
from triaged.store.tables import alert_states, alerts, incidents, timeline
from triaged.store.tables.alerts import AlertFilter


class Asked(ByLabels):
    """Remembers which alerts it was asked about, by their pod."""

    def __init__(self) -> None:
        super().__init__()
        self.pods: list[str] = []

    def classify(self, alert: Alert, now: int) -> Outcome:
        """As the labels say."""
        self.pods.append(alert.labels["pod"])
        return super().classify(alert, now)


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    return Desk(database, clock)


async def test_a_batch_opens_joins_and_numbers_incidents(desk: Desk) -> None:
    batch = [desk.fires(alertname=name, severity="SEV-2", pod=pod) for name in "AB" for pod in "xy"]

    answers = await desk.handle(*batch)

    assert answers == [Attached(1), Attached(1), Attached(2), Attached(2)]
    assert (await desk.incident(1)).firing == {"SEV-2": 2}


async def test_numbers_that_a_batch_does_not_use_are_not_lost(desk: Desk) -> None:
    await desk.handle(desk.fires(alertname="A", incident="no"), desk.fires(alertname="B"))
    await desk.handle(desk.fires(alertname="B", pod="2"))

    answers = await desk.handle(desk.fires(alertname="C"))

    assert answers == [Attached(2)]


async def test_an_alert_twice_in_a_batch_is_two_events(desk: Desk) -> None:
    answers = await desk.handle(
        desk.fires(severity="SEV-2"), desk.ends(severity="SEV-2"), desk.fires(severity="SEV-2")
    )

    assert answers == [Attached(1)] * 3
    incident = await desk.incident()
    assert (incident.state, incident.reopens, incident.firing) == (State.OPEN, 1, {"SEV-2": 1})
    async with desk.database.reading() as tx:
        found, _ = await alerts.find(tx, AlertFilter())
    assert [(alert.episode, alert.firing) for alert in found] == [(2, True)]


async def test_a_repeat_is_counted_and_brings_its_annotations(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    again = desk.fires(severity="SEV-2")
    again.alert.annotations["value"] = "42"
    desk.clock.at += MINUTE

    await desk.handle(again, again)

    async with desk.database.reading() as tx:
        (found,), _ = await alerts.find(tx, AlertFilter(firing=True))
    assert found.repeats == 2
    assert found.annotations == {"value": "42"}
    assert found.episode == 1


async def test_one_entry_tells_of_all_alerts_that_joined_in_a_commit(desk: Desk) -> None:
    await desk.handle(*[desk.fires(severity="SEV-2", pod=str(n)) for n in range(30)])

    async with desk.database.reading() as tx:
        entries = await timeline.of(tx, 1, 0, 100)
    joined = [entry for entry in entries if entry.kind == "alerts.joined"]
    assert [entry.data["count"] for entry in joined] == [30]
    named = joined[0].data["alerts"]
    assert isinstance(named, list)
    assert len(named) == 20


async def test_a_resolve_finds_the_incident_of_its_alert(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))

    await desk.handle(desk.ends())

    assert (await desk.incident()).state is State.RESOLVED


async def test_the_newest_incident_of_a_key_re_opens_or_is_linked(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.ends())
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.ends())
    desk.clock.at += HOUR

    answers = await desk.handle(desk.fires(severity="SEV-2"))

    assert answers == [Attached(2)]
    assert (await desk.incident(2)).previous == 1
    assert (await desk.incident(1)).reopens == 1


async def test_what_still_fires_moves_to_the_new_incident(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(Resolved(1, "bob"))
    desk.clock.at += HOUR

    await desk.handle(TimerFired(ReopenWindowDue(1, desk.clock.at, 0)))
    await desk.handle(desk.ends())

    assert (await desk.incident(2)).state is State.RESOLVED


async def test_what_still_fires_joins_what_is_open_for_its_key(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2", pod="a"))
    await desk.handle(Resolved(1, "bob"), Closed(1, "bob"))
    await desk.handle(desk.fires(severity="SEV-2", pod="b"))

    await desk.handle(TimerFired(ReopenWindowDue(1, desk.clock.at, 0)))

    assert (await desk.incident(2)).firing == {"SEV-2": 2}
    await desk.handle(desk.ends(pod="a"), desk.ends(pod="b"))
    assert (await desk.incident(2)).state is State.RESOLVED


async def test_re_opening_by_hand_sees_a_newer_incident_of_its_key(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.ends())
    desk.clock.at += HOUR
    await desk.handle(desk.fires(severity="SEV-2"))

    (answer,) = await desk.handle(Reopened(1, "bob"))

    assert isinstance(answer, Conflict)


async def test_what_was_known_when_an_episode_began_is_found_again(desk: Desk) -> None:
    began_at = desk.clock.at
    await desk.handle(desk.fires(severity="SEV-2", pod="a"))
    await desk.handle(desk.fires(severity="SEV-2", pod="b", _starts="0"))
    await desk.handle(desk.ends(pod="a"))
    desk.clock.at += MINUTE
    await desk.handle(desk.fires(severity="SEV-2", pod="a"))

    async with desk.database.reading() as tx:
        named = [("am", f"alertname=Down/pod={pod}") for pod in "ab"]
        found = await alert_states.states(tx, named)

    assert {state.fingerprint: (state.start_given, state.attached_at) for state in found} == {
        "alertname=Down/pod=a": (False, began_at),
        "alertname=Down/pod=b": (True, began_at),
    }


async def test_a_lapse_knows_when_its_source_was_heard(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    desk.clock.at += 26 * HOUR
    await desk.handle(desk.fires(alertname="Other"))

    await desk.handle(TimerFired(LapseDue("am", "alertname=Down", desk.clock.at)))

    assert (await desk.incident()).state is State.RESOLVED


async def test_a_declared_incident_has_a_number_and_no_key(desk: Desk) -> None:
    answers = await desk.handle(
        Declared("bob", "one", Severity.SEV1), Declared("bob", "two", Severity.SEV1)
    )

    assert answers == [Acted(1), Acted(2)]


async def test_acting_on_what_does_not_exist_changes_nothing(desk: Desk) -> None:
    await desk.handle(Acknowledged(9, "bob"))

    async with desk.database.reading() as tx:
        assert (await info.summary(tx))["incidents"] == 0


Observed = tuple[int, int | None, int | None, str | None, int]


async def observed(desk: Desk) -> list[Observed]:
    """(episode, incident, ended_at, ended_by, repeats) of each observation, in order."""
    async with desk.database.reading() as tx:
        rows = await tx.fetch(
            "SELECT episode, incident, ended_at, ended_by, repeats FROM observations ORDER BY id"
        )
    return [(*row,) for row in rows]


async def test_an_episode_is_observed_from_start_to_end(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    await desk.handle(desk.fires(severity="SEV-2"))
    desk.clock.at += MINUTE
    await desk.handle(desk.fires(severity="SEV-2"), desk.ends())

    assert await observed(desk) == [(1, 1, desk.clock.at, "resolved", 2)]


async def test_episodes_within_one_batch_are_observed_too(desk: Desk) -> None:
    again, now = desk.fires(severity="SEV-2"), desk.clock.at
    await desk.handle(again)
    await desk.handle(again, desk.ends(), again, again, again, desk.ends(), again)
    await desk.handle(again)

    assert await observed(desk) == [
        (1, 1, now, "resolved", 1),
        (2, 1, now, "resolved", 2),
        (3, 1, None, None, 0),
    ]
    async with desk.database.reading() as tx:
        (found,), _ = await alerts.find(tx, AlertFilter())
    assert (found.episode, found.repeats) == (3, 1)


async def test_an_episode_that_starts_anew_ends_the_one_before(desk: Desk) -> None:
    first = desk.fires(severity="SEV-2")
    copy = replace(first.alert, is_copy=True, starts_at=desk.clock.at, ends_at=desk.clock.at + HOUR)
    await desk.handle(replace(first, alert=copy))
    desk.clock.at += 2 * HOUR
    again = replace(copy, starts_at=desk.clock.at, ends_at=desk.clock.at + HOUR)

    await desk.handle(AlertReceived(again, desk.clock.at))

    assert await observed(desk) == [(1, 1, desk.clock.at, "restarted", 0), (2, 1, None, None, 0)]


async def test_an_alert_that_lapses_and_fires_in_one_batch_begins_anew(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2"))
    desk.clock.at += 26 * HOUR
    await desk.handle(desk.fires(alertname="Other"))

    lapse = TimerFired(LapseDue("am", "alertname=Down", desk.clock.at))
    answers = await desk.handle(lapse, desk.fires(severity="SEV-2"))

    assert answers[1:] == [Attached(1)]
    assert (await desk.incident(1)).reopens == 1


async def test_repeats_are_not_classified_whatever_else_is_in_the_batch(
    database: Database, clock: StillClock
) -> None:
    asked = Asked()
    desk = Desk(database, clock, settings(rules=asked))
    first = desk.fires(pod="a", _starts="0")
    await desk.handle(first, desk.fires(pod="b"))
    asked.pods.clear()

    late = (first.alert.starts_at or 0) + SECOND  # from the other peer of a pair
    again = AlertReceived(replace(first.alert, starts_at=late), clock.now())
    await desk.handle(again, desk.fires(pod="b"), *[desk.fires(pod="c")] * 2)

    assert asked.pods == ["c", "c"]


async def test_what_is_not_over_is_walked_through_by_number(desk: Desk, database: Database) -> None:
    await desk.handle(*[desk.fires(alertname=name, severity="SEV-2") for name in "ABCDE"])
    await desk.handle(Acknowledged(2, "alice"), Resolved(3, "alice"))

    async with database.reading() as tx:
        found = [await incidents.live_after(tx, number, 2) for number in (0, 2, 5)]

    numbers = [([one.number for one in part], last) for part, last in found]
    assert numbers == [([1, 2], 2), ([4, 5], 5), ([], 0)]


async def test_what_is_over_is_walked_through_by_its_last_change(
    desk: Desk, database: Database, clock: StillClock
) -> None:
    await desk.handle(*[desk.fires(alertname=name, severity="SEV-2") for name in "ABCD"])
    at = clock.at
    await desk.handle(Resolved(4, "alice"), Resolved(3, "alice"))
    clock.at += SECOND
    await desk.handle(Resolved(1, "alice"))

    async with database.reading() as tx:
        first, last = await incidents.ended_after(tx, (at, 0), 2)
        assert last is not None
        second, end = await incidents.ended_after(tx, last, 2)

    assert [one.number for one in (*first, *second)] == [3, 4, 1]
    assert (last, end) == ((at, 4), None)


async def test_an_incident_that_cannot_be_read_is_passed_by(desk: Desk, database: Database) -> None:
    await desk.handle(*[desk.fires(alertname=name, severity="SEV-2") for name in "AB"])
    async with database.transaction() as tx:
        await tx.execute("UPDATE incidents SET body = '{}' WHERE number = 1")

        found = [await incidents.live_after(tx, number, 1) for number in (0, 1, 2)]

    numbers = [([one.number for one in part], last) for part, last in found]
    assert numbers == [([], 1), ([2], 2), ([], 0)]


async def test_a_person_is_tested_once_by_whichever_daemon(desk: Desk) -> None:
    tested = ContactsTested("bob", "alice", received_at=desk.clock.at)
    other = Desk(desk.database, desk.clock)

    first = await desk.handle(tested, tested)
    second = await other.handle(tested)

    assert first == [Acted(1), RateLimited(TEST_EVERY_US)]
    assert second == [RateLimited(TEST_EVERY_US)]
    assert [page.test for page in await desk.pages()] == [True, True]


async def test_a_change_of_duty_is_told_once_by_whichever_daemon(desk: Desk) -> None:
    moved = DutyMoved("primary", ("alice",), ("bob",), "primary now: bob", "a1")
    other = Desk(desk.database, desk.clock)

    await desk.handle(moved, moved)
    await other.handle(moved)

    found = [page.recipient.person for number in (1, 2) for page in await desk.pages(number)]
    assert sorted(found) == ["alice", "bob"]


async def test_the_sentence_about_joins_names_what_sets_the_first_apart(desk: Desk) -> None:
    await desk.handle(desk.fires(severity="SEV-2", pod="p0", host="h"))
    for pods in (["p1"], ["p2", "p3", "p4"], ["p5", "p6", "p7", "p8"]):
        await desk.handle(*[desk.fires(severity="SEV-2", pod=pod, host="h") for pod in pods])

    async with desk.database.reading() as tx:
        entries = await timeline.of(tx, 1, 0, 100)
    assert [entry.text for entry in entries if entry.kind == "alerts.joined"] == [
        "joined: Down",
        "joined: Down pod=p1",
        "joined: 3 alerts: Down pod=p2; Down pod=p3; Down pod=p4",
        "joined: 4 alerts: Down pod=p5 and 3 more",
    ]
