"""The state of a store in which two engines decide at once."""

from collections.abc import Sequence

from tests.core.world import ByLabels, settings, target
from tests.store.contacts import ASKED, HELD
from tests.store.desk import Desk
from tests.store.learning import action
from tests.store.on_duty import ROTA
from tests.store.on_duty import SCENE as ON_DUTY
from tests.store.practising import SCENE
from tests.store.public import PAGE, published
from tests.store.talking import TALKED
from triaged.core.records.answers import Attached
from triaged.core.records.events import (
    Acknowledged,
    Delivered,
    DeliveryEnded,
    Resolved,
    SelfAlertFired,
    SettingsLoaded,
    SilenceSet,
    TimerFired,
)
from triaged.core.records.expectations import Expectation, with_values
from triaged.core.records.matching import Matcher
from triaged.core.records.model import Alert
from triaged.core.records.practice.events import Merged
from triaged.core.records.practice.learning_events import PostmortemSaved
from triaged.core.records.timers import IncidentTimer, MuteDue
from triaged.core.settings import FlapLimit, StormLimit, WeeklyReview
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.time.weekly import WeekTime
from triaged.store.tables import pages, practice, timers

WATCHDOG = Expectation("rule:Watchdog", 5 * MINUTE)
CHAINS = Expectation("rule:chains", 5 * MINUTE, by=("pod",))
LINKS = Expectation("rule:links", 5 * MINUTE, by=("pod",))


class Expected:
    """Alerts called Watchdog are expected, and those called Chain or Link by pod."""

    def met_by(self, alert: Alert) -> Sequence[str]:
        """The one expectation that the alert meets."""
        for name, expectation in (("Chain", CHAINS), ("Link", LINKS)):
            if alert.labels["alertname"] == name:
                return [with_values(expectation.name, [("pod", alert.labels["pod"])])]
        return [WATCHDOG.name] if alert.labels["alertname"] == "Watchdog" else []


SETTINGS = settings(
    storm=StormLimit(3, HOUR),
    flapping=FlapLimit(3, HOUR),
    expectations={each.name: each for each in (WATCHDOG, CHAINS, LINKS)},
    expected=Expected(),
    stale_after={"am": 5 * MINUTE, "b": 5 * MINUTE},
    rules=ByLabels(),
    console="desk",
    edited=frozenset({"mail"}),
    heard=frozenset({"mail"}),
    schedules={"primary": ROTA},
    status_page=PAGE,
    weekly_review=WeeklyReview((target("person:alice"),), WeekTime(0, 540)),
)
LATER_US = 16 * MINUTE
"""After the scene was set: response targets are missed, alerts may lapse, and so on."""


async def scene(desk: Desk) -> None:
    """Incident 1 fires, 2 is over, 3 was resolved by a person and fires, 4 is acknowledged.

    Others were merged into 2 and 4, a drill goes on, and two reports wait.
    """
    await desk.handle(SettingsLoaded(started=False))
    await desk.handle(desk.fires(severity="SEV-2", pod="1"), desk.fires(severity="SEV-2", pod="2"))
    await desk.handle(desk.fires(alertname="Over"), desk.fires(alertname="Held"))
    await desk.handle(desk.fires(alertname="Mine"), Acknowledged(4, "bob"))
    await merge(desk, "Bit", 2)
    await desk.handle(desk.ends(alertname="Over"), desk.ends(alertname="Bit"), Resolved(3, "bob"))
    now = desk.clock.at
    await desk.handle(SilenceSet("old", (Matcher("pod", "=", "8"),), now, now + HOUR, "bob", "why"))
    await desk.handle(SelfAlertFired("room", "no room", "make some", found_at=0))
    await desk.handle(PostmortemSaved(2, "bob", "text", 0, "facts"), action("a", "bob"))
    await desk.handle(*published())
    kept = MuteDue  # every live incident is to be checked because of the silence
    await desk.handle(*[TimerFired(one) for one in await due(desk) if not isinstance(one, kept)])
    async with desk.database.transaction() as tx:
        claimed = await pages.claim(tx, "mail", now, HOUR, pages.Room(10))
    await desk.handle(
        *(
            DeliveryEnded(page.id, page.token, Delivered("ref"), 1)
            for page in claimed
            if page.incident == TALKED
        )
    )
    await desk.handle(desk.fires(alertname="Link", pod="1", incident="no"))
    await merge(desk, "Part", 4)
    await desk.handle(*SCENE)
    desk.clock.at += LATER_US
    await desk.handle(ASKED, *ON_DUTY)
    async with desk.database.transaction() as tx:
        await practice.save(tx, [HELD])


async def merge(desk: Desk, alertname: str, into: int) -> None:
    """Merge a new incident into another."""
    (answer,) = await desk.handle(desk.fires(alertname=alertname, severity="SEV-2"))
    assert isinstance(answer, Attached)
    assert answer.incident is not None
    await desk.handle(Merged(answer.incident, "bob", into))


async def due(desk: Desk) -> list[IncidentTimer]:
    async with desk.database.reading() as tx:
        found = await timers.due(tx, desk.clock.at, 100)
    return [timer for timer in found if not isinstance(timer, timers.Unknown)]
