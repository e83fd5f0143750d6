from msgspec.structs import replace

from tests.core.response.test_delivering import first_page
from tests.core.response.test_escalation import at, office_hours
from tests.core.world import ByLabels, World, settings
from triaged.core.muting.muters import Maintenance, Muters, Suppressor
from triaged.core.records.effects import ArmTimer
from triaged.core.records.events import (
    Acknowledged,
    Delivered,
    Escalated,
    PageDue,
    Resolved,
    TryAgain,
)
from triaged.core.records.matching import Matcher
from triaged.core.records.model import (
    Page,
    PageKind,
    PageState,
    Reason,
    ResolvePolicy,
    ResolveWhen,
    Response,
    State,
)
from triaged.core.records.timers import MuteDue
from triaged.core.settings import Settings
from triaged.core.time.durations import MINUTE, SECOND


def window(seconds: float, start: float = 0, **labels: str) -> Settings:
    """Settings with maintenance for so many seconds of alerts with these labels."""
    begin = World().now + int(start * SECOND)
    matchers = tuple(Matcher(name, "=", value) for name, value in labels.items())
    end = begin + int(seconds * SECOND)
    return settings(muters=Muters((), (Maintenance("work", matchers, start=begin, end=end),)))


SUPPRESSED = settings(
    muters=Muters(
        (Suppressor("node", (Matcher("alertname", "=", "Node"),), (Matcher("pod", "=~", ".+"),)),)
    ),
    rules=ByLabels(inhibits=frozenset({"Node"})),
)


def test_an_incident_that_opens_muted_is_there_and_pages_nobody() -> None:
    world = World(window(600, pod="a"))

    world.fires(pod="a", severity="SEV-1")
    world.run(599)

    assert world.pages() == []
    assert world.state() is State.OPEN
    assert world.incident.held_by == ("maintenance:work",)
    assert world.incident.respond_by is None
    assert world.incident.escalation.next_at is None
    assert world.incident.response is Response.ON_TRACK
    assert world.kinds().count("page.held") == 1
    assert world.kinds().count("incident.muted") == 1
    assert "target.missed" not in world.kinds()


def test_when_muting_ends_what_is_open_is_armed_once() -> None:
    world = World(window(600, pod="a"))

    world.fires(pod="a", severity="SEV-1")
    world.run(600)

    assert world.pages() == [(600, "alice/desk"), (600, "alice/mail")]
    assert world.incident.armed_at == world.now
    assert world.incident.respond_by == world.now + 5 * MINUTE
    assert world.incident.escalation.epoch == 2
    assert world.incident.held_by == ()
    assert world.kinds().count("incident.unmuted") == 1
    states = {page.state for page in world.view.pages.values()}
    assert states == {PageState.SENT, PageState.SUPERSEDED}


def test_an_incident_with_an_alert_that_is_not_muted_pages() -> None:
    world = World(window(600, pod="a"))

    world.fires(pod="a", severity="SEV-1")
    world.deliver()
    world.run(7)
    world.fires(pod="b", severity="SEV-1")
    world.deliver()

    assert world.pages() == [(7, "alice/desk"), (7, "alice/mail")]


def test_a_step_that_is_due_in_a_window_does_not_fire() -> None:
    world = World(window(120, start=100, pod="a"))

    world.fires(pod="a", severity="SEV-1")
    world.run(219)

    assert [at for at, _ in world.pages()] == [0, 0]
    assert world.incident.respond_by is None
    world.run(1)
    assert [at for at, _ in world.pages()] == [0, 0, 220, 220]


def test_the_target_of_a_muted_incident_is_not_missed() -> None:
    world = World(window(400, start=200, pod="a"))

    world.fires(pod="a", severity="SEV-1")
    world.run(590)

    assert world.incident.response is not Response.MISSED
    assert "target.missed" not in world.kinds()


def test_a_source_that_ends_is_noticed_within_a_look() -> None:
    world = World(SUPPRESSED)
    world.fires(alertname="Node", severity="SEV-3")
    world.fires(pod="a", severity="SEV-1")
    world.run(100)
    assert world.view.incidents[2].held_by == ("suppress:node",)

    world.ends(alertname="Node")
    world.run(15)

    assert world.incident.held_by == ()
    assert 100 <= world.pages()[-1][0] <= 115
    assert world.incident.escalation.epoch == 2


def test_what_waits_to_resolve_in_a_window_pages_nobody() -> None:
    rules = ByLabels(ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE))
    world = World(replace(window(3600, pod="a"), rules=rules))
    world.fires(pod="a", severity="SEV-1")
    world.run(60)

    world.ends(pod="a")
    world.run(121)

    assert world.state() is State.RESOLVED
    assert world.pages() == []
    assert "incident.unmuted" not in world.kinds()


def test_what_fires_again_before_it_resolves_pages_when_the_muting_ends() -> None:
    rules = ByLabels(ResolvePolicy(ResolveWhen.ALL, 2 * MINUTE))
    world = World(replace(window(60, pod="a"), rules=rules))
    world.fires(pod="a", severity="SEV-1")
    world.run(30)
    world.ends(pod="a")
    world.run(20)

    world.fires(pod="a", severity="SEV-1")
    world.run(15)

    assert world.pages() == [(60, "alice/desk"), (60, "alice/mail")]


def test_a_muted_incident_can_be_acknowledged_and_resolved() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.deliver()

    world.handle(Acknowledged(1, "bob"))
    world.run(60)
    assert world.state() is State.ACKNOWLEDGED
    world.handle(Resolved(1, "bob"))
    world.run(1200)

    assert world.state() is State.RESOLVED
    assert world.pages() == []
    assert all(page.state is not PageState.DUE for page in world.view.pages.values())


def test_news_is_held_while_muted_and_goes_out_afterwards() -> None:
    world = World(window(600, start=10, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.run(20)

    world.handle(Acknowledged(1, "bob"))
    world.run(580)
    assert world.updates() == []
    world.run(20)

    assert [whom for whom, _ in world.updates()] == ["alice/desk", "alice/mail"]


def test_when_an_acknowledged_incident_is_no_longer_muted_it_is_not_armed() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.deliver()
    world.handle(Acknowledged(1, "bob"))

    world.run(700)

    assert world.state() is State.ACKNOWLEDGED
    assert world.incident.held_by == ()
    assert world.pages() == []


def test_a_rise_while_muted_pages_nobody() -> None:
    world = World(window(600, alertname="Down"))
    world.fires(pod="a", severity="SEV-3")
    world.run(60)

    world.fires(pod="b", severity="SEV-1")
    world.run(500)

    assert world.pages() == []
    assert world.kinds().count("page.held") == 1
    world.run(60)
    assert [at for at, _ in world.pages()] == [600, 600]
    assert world.incident.respond_by == world.start + 15 * MINUTE


def test_escalating_by_hand_while_muted_pages_nobody() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.run(1)

    world.handle(Escalated(1, "bob"))
    world.run(590)

    assert world.pages() == []
    assert world.incident.escalation.next_at is None


def test_a_missed_target_stays_missed() -> None:
    world = World(window(100, start=400, pod="a"))
    world.fires(pod="a", severity="SEV-1")

    world.run(700)

    assert world.incident.response is Response.MISSED


def test_a_page_under_way_when_muting_ends_keeps_its_lease() -> None:
    def down(page: Page, now: int) -> TryAgain | Delivered:
        return TryAgain("down") if page.kind is PageKind.PAGE else Delivered()

    world = World(window(600, start=1, pod="a"), down)
    world.fires(pod="a", severity="SEV-1")

    world.run(660)

    epochs = {page.epoch for page in world.view.pages.values() if page.state is PageState.DUE}
    assert epochs == {2}


def test_a_look_at_what_is_not_muted_does_nothing() -> None:
    world = World()
    world.fires(pod="a", severity="SEV-1")
    before = world.incident

    world.keep([ArmTimer(MuteDue(1, world.now))])
    world.run(0)

    assert world.incident.escalation == before.escalation
    assert (1, MuteDue) not in world.timers


def test_suppressed_alerts_are_counted_when_muting_begins() -> None:
    world = World(window(600, alertname="Down"))
    world.fires(pod="a", severity="SEV-1")
    world.run(60)

    found = [(c.label, c.value) for c in world.counts if c.metric == "suppressed"]

    assert found == [("maintenance", 1)]


def test_what_held_a_page_is_in_its_entry() -> None:
    world = World(window(600, pod="a"))
    world.fires(pod="a", severity="SEV-1")
    world.deliver()

    (entry,) = [each for each in world.entries[1] if each.kind == "page.held"]

    assert entry.data["reason"] is Reason.MUTED
    assert entry.data["by"] == ["maintenance:work"]
    assert entry.data["until"] == world.start + 600 * SECOND


def test_a_doubtful_page_that_is_held_stays_doubtful() -> None:
    world = office_hours()
    world.fires(severity="SEV-4")
    world.claim(first_page(world))  # and its end is never known
    claimed = world.claim(first_page(world))
    world.now = at(27, 20)

    world.handle(PageDue(claimed))

    assert first_page(world).possible_duplicate
