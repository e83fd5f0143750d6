"""What is of urgency `notify` waits for the end of quiet hours, and comes as one digest."""

from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.world import MONDAY, World, person, settings
from triaged.core.oncall.quiet_hours import LINES_MAX, is_quiet
from triaged.core.records.duty.held import HeldMessage, HeldState, QuietHoursOver
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import Page, PageKind, PageState
from triaged.core.response.retrying import gives_up
from triaged.core.settings import Settings
from triaged.core.time.durations import HOUR, MINUTE, SECOND
from triaged.core.time.recurring import parse

MORNING = MONDAY + 21 * HOUR
"""Tuesday 07:00 UTC, which is 09:00 in Berlin: the end of these quiet hours."""


def quiet(hours: str = "daily 11:00-09:00") -> Settings:
    """Alice, in Berlin, is left alone from 11:00 to 09:00; every world begins at noon there."""
    base = settings()
    alice = replace(person("alice"), quiet_hours=parse(hours))
    return replace(base, people={**base.people, "alice": alice})


def held(world: World) -> list[HeldMessage]:
    rows = [world.view.rows_of(HeldMessage, number) for number in sorted(world.view.incidents)]
    return [row for every in rows for row in every]


def over(world: World) -> None:
    """The quiet hours end, and it is seen."""
    world.run_until(max(world.now, MORNING))
    ids = tuple(row.id for row in held(world))
    world.handle(QuietHoursOver("alice", ids))
    world.deliver()


def digests(world: World) -> list[Page]:
    return [page for _, page in world.sent if page.target == "digest"]


def test_what_only_notifies_waits_and_is_shown_to_wait() -> None:
    world = World(quiet())
    world.fires(severity="SEV-4")
    world.run(60)

    assert world.pages() == []
    (row,) = held(world)
    assert (row.person, row.contact, row.incident, row.state) == (
        "alice",
        "mail",
        1,
        HeldState.HELD,
    )
    assert row.until == MORNING
    (entry,) = [entry for entry in world.entries[1] if entry.kind == "page.held"]
    assert entry.text == "held for alice by mail until Tue 31 Mar 07:00 UTC: quiet hours"
    (page,) = world.view.pages.values()
    assert (page.state, page.error) == (PageState.SUPERSEDED, "quiet_hours")


def test_pages_never_wait_nor_does_news_of_what_pages() -> None:
    world = World(quiet())
    world.fires(severity="SEV-1")
    world.run(1)
    world.handle(Acknowledged(1, "bob"))
    world.run(1)

    assert (0, "alice/mail") in world.pages()
    assert ("alice/mail", "acknowledged by bob") in world.updates()
    assert held(world) == []


def test_whoever_holds_an_incident_hears_of_it_at_once() -> None:
    world = World(quiet())
    world.fires(severity="SEV-4")
    world.run(60)
    world.handle(Acknowledged(1, "alice"))
    world.resolve()
    world.run(60)

    assert all(row.said == "" for row in held(world))


def test_other_people_and_other_hours_are_not_held() -> None:
    world = World(quiet("daily 22:00-06:00"))
    world.fires(severity="SEV-4")
    world.run(1)

    assert world.pages() == [(0, "alice/mail")]


def test_digest_tells_all_the_worst_first_then_the_newest_once() -> None:
    world = World(quiet())
    for name in ("Old", "New"):
        world.fires(severity="SEV-4", alertname=name)
        world.run(60)
    assert len(held(world)) == 2
    assert [row.state for row in held(world)] == [HeldState.HELD] * 2

    over(world)
    over(world)

    (digest,) = digests(world)
    assert digest.subject == "2 messages waited for the end of your quiet hours"
    lines = str(digest.text).splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "SEV-4 New (INC-2), open now: somebody is wanted",
        "SEV-4 Old (INC-1), open now: somebody is wanted",
    ]
    assert {row.state for row in held(world)} == {HeldState.TOLD}


def test_digest_is_of_the_state_in_the_morning_and_its_reader_hears_the_rest() -> None:
    world = World(quiet())
    world.fires(severity="SEV-4", alertname="Over")
    world.fires(severity="SEV-4", alertname="Goes")
    world.run(60)
    world.ends(alertname="Over")

    over(world)

    (digest,) = digests(world)
    assert "(INC-1), resolved now" in str(digest.text)
    told = [[one.person for one in world.view.incidents[number].told] for number in (1, 2)]
    assert ["alice" in people for people in told] == [False, True]


def test_long_digest_says_how_many_more_there_are() -> None:
    world = World(quiet())
    for number in range(LINES_MAX + 3):
        world.fires(severity="SEV-4", alertname=f"Disk{number}")
    world.run(1)

    over(world)

    (digest,) = digests(world)
    lines = str(digest.text).splitlines()
    assert (len(lines), lines[-1]) == (LINES_MAX + 1, "and 3 more: triaged oncall held alice")
    assert {row.state for row in held(world)} == {HeldState.TOLD}, "the list has them all"


def test_messages_of_somebody_who_is_gone_are_dropped_and_it_is_said() -> None:
    world = World(quiet())
    world.fires(severity="SEV-4")
    world.run(60)
    people = {name: one for name, one in world.settings.people.items() if name != "alice"}
    world.settings = replace(world.settings, people=people)

    over(world)

    assert digests(world) == []
    assert [row.state for row in held(world)] == [HeldState.DROPPED]
    texts = [entry.text for entry in world.entries[2]]
    assert texts == ["digest of 1 held messages for alice, whom no contact reaches"]


def test_a_digest_is_tried_for_a_day() -> None:
    world = World(quiet())
    world.fires(severity="SEV-4")
    world.run(60)
    over(world)
    digest = next(page for page in world.view.pages.values() if page.target == "digest")

    later = digest.created_at + 23 * HOUR
    assert not gives_up(digest, later)
    assert gives_up(replace(digest, target="resolved"), later)
    assert gives_up(digest, later + 2 * HOUR)


def test_quiet_hours_are_those_of_the_persons_zone() -> None:
    alice = quiet("daily 22:00-06:00").people["alice"]
    at_ten = MONDAY + 10 * HOUR  # 22:00 in Berlin

    assert not is_quiet(alice, at_ten - MINUTE)
    assert is_quiet(alice, at_ten)
    assert not is_quiet(alice, at_ten + 8 * HOUR + SECOND)
    assert not is_quiet(replace(alice, quiet_hours=None), at_ten)


def test_updates_of_notify_incidents_wait_too() -> None:
    world = World(quiet())
    world.settings = replace(
        world.settings, people={**world.settings.people, "alice": person("alice")}
    )
    world.fires(severity="SEV-4")
    world.run(1)
    world.settings = quiet()
    world.handle(Acknowledged(1, "bob"))
    world.run(1)

    assert [(row.said, row.state) for row in held(world)] == [
        ("acknowledged by bob", HeldState.HELD)
    ]
    assert not [page for _, page in world.sent if page.kind is PageKind.UPDATE]


@given(st.lists(st.integers(0, 30 * 60), min_size=1, max_size=8))
@settings_of(max_examples=25, deadline=None)
def test_every_incident_is_told_by_its_page_or_by_a_digest(minutes: list[int]) -> None:
    world = World(quiet())
    for number, minute in enumerate(sorted(minutes)):
        world.run_until(MONDAY + minute * MINUTE)
        waiting = [row for row in held(world) if row.state is HeldState.HELD]
        if waiting and not is_quiet(world.settings.people["alice"], world.now):
            world.handle(QuietHoursOver("alice", tuple(row.id for row in waiting)))
        world.fires(severity="SEV-4", alertname=f"Disk{number}")
        world.deliver()
    world.run_until(MONDAY + 46 * HOUR)  # past both mornings
    world.handle(QuietHoursOver("alice", tuple(row.id for row in held(world))))
    world.deliver()

    said = " ".join(str(page.text) for page in digests(world))
    paged = {page.incident for _, page in world.sent if page.recipient.person == "alice"}
    for number in range(1, len(minutes) + 1):
        incident = next(
            one for one in world.view.incidents.values() if one.title == f"Disk{number - 1}"
        )
        assert incident.number in paged or f"({incident.id})" in said
    assert all(row.state is HeldState.TOLD for row in held(world))
