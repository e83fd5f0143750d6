import pytest
from msgspec.structs import replace

from tests.core.world import ByLabels, settings
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.muting.mute_hold import mute_of
from triaged.core.muting.muters import LOOK_EVERY_US, Maintenance, Muters, Suppressor
from triaged.core.records.answers import Hold
from triaged.core.records.events import PageDue, SilenceExpired, SilenceSet, TimerFired
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert, Outcome, Page, ResolvePolicy, ResolveWhen
from triaged.core.records.timers import MuteDue, StepDue
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.time.durations import SECOND
from triaged.store.database.connect import Database
from triaged.store.tables import muting, pages, silences, timers
from triaged.store.tables.silences import SilenceFilter

POD_A = (Matcher("pod", "=", "a"),)
NODE = Suppressor("node", (Matcher("alertname", "=", "Node"),), (Matcher("pod", "=~", ".+"),))


def muted_by(muters: Muters) -> Settings:
    return settings(muters=muters, rules=ByLabels(inhibits=frozenset({"Node"})))


class Laying(ByLabels):
    """Rules that lay `pod="a"` over everything, and take a label away."""

    def __init__(self, without: str = "") -> None:
        super().__init__()
        self._without = without

    def classify(self, alert: Alert, now: int) -> Outcome:
        """As the labels spell it out, and the pod."""
        outcome = super().classify(alert, now)
        labels = {**outcome.labels, "pod": "a"}
        labels.pop(self._without, None)
        return replace(outcome, labels=labels)


@pytest.fixture
def desk(database: Database, clock: StillClock) -> Desk:
    window = Maintenance("work", POD_A, start=0, end=clock.at + 600 * SECOND)
    return Desk(database, clock, muted_by(Muters((NODE,), (window,))))


async def claimed(desk: Desk) -> Page:
    async with desk.database.transaction() as tx:
        return (await pages.claim(tx, "desk", desk.clock.now(), 15 * SECOND, pages.Room(1)))[0]


async def looks(desk: Desk) -> list[MuteDue]:
    async with desk.database.reading() as tx:
        found = await timers.due(tx, desk.clock.now() + LOOK_EVERY_US, 100)
    return [timer for timer in found if isinstance(timer, MuteDue)]


async def test_a_page_in_a_window_is_held_and_looked_at_again(desk: Desk) -> None:
    await desk.handle(desk.fires(pod="a", severity="SEV-1"))

    (answer,) = await desk.handle(PageDue(await claimed(desk)))

    assert isinstance(answer, Hold)
    incident = await desk.incident()
    assert incident.held_by == ("maintenance:work",)
    assert incident.escalation.next_at is None
    (timer,) = await looks(desk)
    desk.clock.at += 600 * SECOND
    await desk.handle(TimerFired(timer))
    incident = await desk.incident()
    assert (incident.held_by, incident.escalation.epoch) == ((), 2)
    assert {p.epoch: p.state for p in await desk.pages()} == {1: "superseded", 2: "due"}


async def test_a_step_is_not_fired_while_an_alert_suppresses(desk: Desk) -> None:
    await desk.handle(desk.fires(alertname="Node", severity="SEV-4", incident="no"))
    await desk.handle(desk.fires(pod="b", severity="SEV-1"))
    before = await desk.incident()
    place = before.escalation
    step = StepDue(1, place.next_at or 0, place.epoch, place.round, place.step)

    await desk.handle(TimerFired(step))

    assert (await desk.incident()).held_by == ("suppress:node",)
    await desk.handle(
        desk.ends(alertname="Node", incident="no"), TimerFired((await looks(desk))[0])
    )
    after = await desk.incident()
    assert (after.held_by, after.escalation.epoch) == ((), place.epoch + 1)


async def test_labels_are_those_that_the_rules_laid_over(desk: Desk) -> None:
    desk.engine.settings = replace(desk.engine.settings, rules=Laying())
    await desk.handle(desk.fires(pod="b", severity="SEV-1"))
    chosen, now = desk.engine.settings, desk.clock.now()

    async with desk.database.reading() as tx:
        view = await muting.standing(tx, [await desk.incident()], chosen.muters, now)

    muted = mute_of(Situation(view, chosen, now), await desk.incident())
    assert muted is not None
    assert muted.by == ("maintenance:work",)


async def test_a_label_that_the_rules_took_away_is_gone(desk: Desk) -> None:
    desk.engine.settings = replace(desk.engine.settings, rules=Laying("pod"))
    await desk.handle(desk.fires(pod="a", severity="SEV-1"))

    async with desk.database.reading() as tx:
        found = await muting.overlaid(tx, [("am", "alertname=Down/pod=a")])

    (labels,) = found.values()
    assert labels == {"alertname": "Down", "severity": "SEV-1"}


async def test_without_anything_that_mutes_no_labels_are_read(desk: Desk) -> None:
    await desk.handle(desk.fires(pod="a", severity="SEV-1"))

    async with desk.database.reading() as tx:
        view = await muting.standing(tx, [await desk.incident()], Muters(), desk.clock.now())

    assert (view.labels, view.tracks) == ({}, False)


async def test_a_silence_is_looked_at_by_every_live_incident(desk: Desk) -> None:
    desk.engine.settings = settings()
    await desk.handle(
        desk.fires(alertname="A", pod="b", severity="SEV-1"),
        desk.fires(alertname="B", severity="SEV-1"),
        desk.fires(alertname="C", severity="SEV-1"),
    )
    await desk.handle(desk.ends(alertname="C"))
    now = desk.clock.now()
    pod_b = (Matcher("pod", "=", "b"),)

    await desk.handle(SilenceSet("s1", pod_b, now, now + 600 * SECOND, "bob", "why"))
    found = await looks(desk)
    await desk.handle(*map(TimerFired, found))

    assert [timer.incident for timer in found] == [1, 2]
    assert (await desk.incident(1)).held_by == ("silence:s1",)
    assert (await desk.incident(2)).held_by == ()
    await desk.handle(SilenceExpired("s1", "bob"))
    await desk.handle(*map(TimerFired, await looks(desk)))
    incident = await desk.incident(1)
    assert (incident.held_by, incident.escalation.epoch) == ((), 1)  # nothing was due
    async with desk.database.reading() as tx:
        assert [each.ends_at for each in (await silences.find(tx, SilenceFilter(now)))[0]] == [now]
        assert await silences.extent(tx, now) == (0, 0)


async def test_an_alert_that_nothing_mutes_ends_the_muting_in_the_batch_that_brings_it(
    desk: Desk,
) -> None:
    await desk.handle(desk.fires(pod="a", severity="SEV-1"))
    await desk.handle(PageDue(await claimed(desk)))

    await desk.handle(desk.fires(pod="b", severity="SEV-1"))

    incident = await desk.incident()
    assert (incident.held_by, incident.escalation.epoch) == ((), 2)
    assert {p.epoch: p.state for p in await desk.pages()} == {1: "superseded", 2: "due"}


async def test_an_alert_that_is_muted_too_joins_what_is_muted(desk: Desk) -> None:
    await desk.handle(desk.fires(alertname="Down", pod="a", severity="SEV-1"))
    await desk.handle(PageDue(await claimed(desk)))

    await desk.handle(desk.fires(alertname="Down", pod="a", zone="z", severity="SEV-1"))

    incident = await desk.incident()
    assert (incident.held_by, incident.escalation.epoch) == (("maintenance:work",), 1)


async def test_what_waits_to_resolve_is_muted_by_its_last_alert(desk: Desk) -> None:
    rules = ByLabels(ResolvePolicy(ResolveWhen.ALL, 60 * SECOND))
    desk.engine.settings = replace(desk.engine.settings, rules=rules)
    await desk.handle(desk.fires(pod="a", severity="SEV-1"))
    await desk.handle(desk.ends(pod="a"))

    (answer,) = await desk.handle(PageDue(await claimed(desk)))

    assert isinstance(answer, Hold)
    assert (await desk.incident()).held_by == ("maintenance:work",)
