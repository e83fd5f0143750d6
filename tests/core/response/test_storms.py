from msgspec import UNSET
from msgspec.structs import replace

from tests.core.text.letters import text
from tests.core.world import MONDAY, World, person, settings, step
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.events import Acknowledged
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Incident, PageKind, Plan, Response, Severity, State
from triaged.core.records.storms import Storm, StormOwner
from triaged.core.response.storms import SHOWN, blows, with_opening
from triaged.core.settings import StormLimit, Team
from triaged.core.text.document import incident_document
from triaged.core.text.wording import Reading
from triaged.core.time.durations import HOUR, MINUTE

LIMIT = StormLimit(3, 5 * MINUTE)


def stormy() -> World:
    return World(settings(storm=LIMIT))


def trouble(world: World, count: int, severity: str = "SEV-3", team: str = "payments") -> None:
    """So many new incidents."""
    start = len(world.view.incidents)
    for number in range(start, start + count):
        world.fires(alertname=f"A{number}", severity=severity, team=team)


def umbrella(world: World, team: str = "payments", policy: str = "default") -> Incident:
    found = world.view.latest_incident(StormOwner(team, policy, "am").key)
    assert found is not None
    return found


def paged(world: World) -> set[int]:
    """The incidents that anybody was paged for."""
    world.deliver()
    return {page.incident for _, page in world.sent if page.kind is PageKind.PAGE}


def test_up_to_the_limit_every_incident_pages() -> None:
    world = stormy()

    trouble(world, 3)

    assert paged(world) == {1, 2, 3}


def test_over_the_limit_one_umbrella_pages_and_the_incidents_open_singly() -> None:
    world = stormy()

    trouble(world, 10)

    top = umbrella(world)
    assert paged(world) == {1, 2, 3, top.number}
    bundled = [each for each in world.view.incidents.values() if each.storm == top.number]
    assert len(bundled) == 7
    assert {each.state for each in bundled} == {State.OPEN}
    assert incident_document(bundled[0], "").storm == top.id
    assert world.kinds(bundled[0].number)[-1] == "incident.bundled"


def test_the_umbrella_says_how_many_there_are_and_names_the_first() -> None:
    world = stormy()
    trouble(world, 40)
    top = umbrella(world)
    page = next(page for page in world.view.pages.values() if page.incident == top.number)

    words = text(page, top, Reading(world.now))

    assert top.title == "Storm: over 3 new incidents of payments within 5m"
    assert "It pages for 37 incidents; the first 20:" in words
    assert words.count("  INC-") == SHOWN
    shown = incident_document(top, "").bundle
    assert shown is not None
    assert shown.incidents == 37


def test_sev_1_always_pages_by_itself() -> None:
    world = stormy()
    trouble(world, 5)

    trouble(world, 1, "SEV-1")

    assert world.incident.number in paged(world)
    assert world.incident.storm is None


def test_what_gets_worse_under_an_umbrella_pages_by_itself() -> None:
    world = stormy()
    trouble(world, 5)
    number, name = world.incident.number, world.incident.title
    assert number not in paged(world)

    world.fires(alertname=name, severity="SEV-1", team="payments", pod="b")

    assert number in paged(world)
    assert world.view.incidents[number].bundled_at is None


def test_the_umbrella_rises_with_what_is_under_it() -> None:
    world = stormy()
    trouble(world, 5, "SEV-3")
    before = umbrella(world)

    trouble(world, 1, "SEV-2")

    after = umbrella(world)
    assert (before.severity, after.severity) == (Severity.SEV3, Severity.SEV2)
    assert after.escalation.epoch == before.escalation.epoch + 1


def test_teams_have_storms_of_their_own_and_the_umbrella_their_policy() -> None:
    own = Plan("own", (step(0, "person:bob"),))
    world = World(
        settings(
            storm=LIMIT,
            people={name: person(name) for name in ("alice", "bob", "carol")},
            teams={"payments": Team("payments", (), "own")},
            policies={**settings().policies, "own": own},
        )
    )
    trouble(world, 3, team="search")
    trouble(world, 5)

    assert world.view.latest_incident(StormOwner("search", "default", "am").key) is None
    assert umbrella(world, policy="own").plan == own


DBA = Plan("dba", (step(0, "person:bob"),))
"""Bob alone."""


def two_policies() -> World:
    return World(settings(storm=LIMIT, policies={**settings().policies, "dba": DBA}))


def test_an_incident_of_another_policy_pages_its_own_people() -> None:
    world = two_policies()
    trouble(world, 5)

    world.fires(alertname="DbDown", severity="SEV-2", team="payments", policy="dba")

    found = world.incident
    assert (found.title, found.storm, found.bundled_at) == ("DbDown", None, None)
    assert found.number in paged(world)
    assert (0, "bob/mail") in world.pages()


def test_each_policy_has_an_umbrella_that_pages_by_it() -> None:
    world = two_policies()
    trouble(world, 5)

    for number in range(5):
        world.fires(alertname=f"Db{number}", severity="SEV-3", team="payments", policy="dba")

    assert umbrella(world).plan.policy == "default"
    assert umbrella(world, policy="dba").plan == DBA
    number = umbrella(world, policy="dba").number
    bundled = [one.title for one in world.view.incidents.values() if one.storm == number]
    assert bundled == ["Db3", "Db4"]


def test_incidents_without_a_team_are_bundled_by_policy() -> None:
    world = two_policies()
    for number in range(5):
        world.fires(alertname=f"A{number}", severity="SEV-3")

    world.fires(alertname="DbDown", severity="SEV-3", policy="dba")

    assert world.incident.bundled_at is None
    assert umbrella(world, team="").bundle != UNSET


def test_who_has_the_umbrella_hears_of_further_incidents_and_is_not_paged() -> None:
    world = stormy()
    trouble(world, 5)
    top = umbrella(world)
    world.handle(Acknowledged(top.number, "alice"))
    world.deliver()
    before = len([page for _, page in world.sent if page.kind is PageKind.PAGE])

    trouble(world, 5)
    world.deliver()

    assert ("alice/mail", "another incident of the storm") in world.updates()
    assert len([page for _, page in world.sent if page.kind is PageKind.PAGE]) == before


def test_what_re_opens_in_a_storm_waits_too_and_is_not_counted() -> None:
    world = stormy()
    trouble(world, 6)
    world.ends(alertname="A0", team="payments")
    opened = world.view.storms[StormOwner("payments", "default", "am").group].opened

    world.fires(alertname="A0", severity="SEV-3", team="payments")

    assert world.view.incidents[1].bundled_at == world.now
    assert world.view.storms[StormOwner("payments", "default", "am").group].opened == opened


def test_who_was_paged_hears_of_each_resolve_also_of_what_waited() -> None:
    world = stormy()
    trouble(world, 1)
    world.deliver()
    world.ends(alertname="A0", team="payments")
    trouble(world, 4)
    world.fires(alertname="A0", severity="SEV-3", team="payments")
    assert world.view.incidents[1].bundled_at is not None
    assert world.view.incidents[1].response is Response.ON_TRACK

    world.ends(alertname="A0", team="payments")
    world.deliver()

    told = [page.recipient.contact for _, page in world.sent if page.target == "resolved"]
    assert sorted(told) == ["desk", "desk", "mail", "mail"]


def test_what_is_counted_is_never_more_than_a_storm_needs() -> None:
    storm = Storm("a")

    for at in range(100):
        storm = with_opening(storm, LIMIT, at)

    assert storm == Storm("a", (96, 97, 98, 99), 99)
    assert blows(storm, LIMIT, 99 + LIMIT.within_us - 1)
    assert not blows(storm, LIMIT, 99 + LIMIT.within_us)


def test_what_is_muted_comes_under_no_umbrella() -> None:
    window = Maintenance("work", (Matcher("env", "=", "staging"),), start=0, end=MONDAY + HOUR)
    world = World(settings(storm=LIMIT, muters=Muters(maintenance=(window,))))

    for number in range(9):
        world.fires(alertname=f"A{number}", severity="SEV-3", team="payments", env="staging")

    assert world.view.latest_incident(StormOwner("payments", "default", "am").key) is None
    assert paged(world) == set()


def test_without_a_limit_every_incident_pages() -> None:
    world = World(settings(storm=None))

    trouble(world, 20)

    assert paged(world) == set(range(1, 21))
    assert world.view.storms == {}


def test_a_source_that_floods_is_no_storm_of_the_others() -> None:
    world = stormy()
    trouble(world, 6)

    world.fires("b", alertname="Other", severity="SEV-3", team="payments")

    assert world.incident.bundled_at is None
    assert world.incident.number in paged(world)
    assert umbrella(world).text == "All of them are of the source am."


def test_incidents_of_all_sources_count_together_where_the_limit_says_so() -> None:
    world = World(settings(storm=replace(LIMIT, across_sources=True)))
    trouble(world, 3)

    world.fires("b", alertname="Other", severity="SEV-3", team="payments")

    top = world.view.latest_incident(StormOwner("payments", "default").key)
    assert top is not None
    assert world.view.incidents[4].storm == top.number
    assert top.text == ""


def test_the_umbrella_takes_over_steps_that_name_others_and_pages_them() -> None:
    world = stormy()
    trouble(world, 5)
    top = umbrella(world)
    world.handle(Acknowledged(top.number, "alice"))
    today = Plan("default", (step(0, "person:bob"),))
    world.settings = replace(world.settings, policies={"default": today})

    trouble(world, 1)

    assert world.incident.storm == top.number
    assert (umbrella(world).plan, umbrella(world).state) == (today, State.OPEN)
    world.deliver()
    assert (0, "bob/mail") in world.pages()
    assert "incident.replanned" in world.kinds(top.number)
    assert ("alice/mail", "un-acknowledged: it pages by the steps that policy default has now") in (
        world.updates()
    )


def test_what_would_page_others_by_older_steps_comes_under_no_umbrella() -> None:
    world = stormy()
    trouble(world, 1)
    world.ends(alertname="A0", team="payments")
    today = Plan("default", (step(0, "person:bob"),))
    world.settings = replace(world.settings, policies={"default": today})
    trouble(world, 5)
    assert umbrella(world).plan == today

    world.fires(alertname="A0", severity="SEV-3", team="payments")

    assert world.view.incidents[1].bundled_at is None
    assert umbrella(world).plan == today
