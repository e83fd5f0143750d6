"""The world does what the daemon's loops do, at the instants at which they would."""

from tests.core.world import MONDAY, settings
from triaged.core.durations import MINUTE, SECOND
from triaged.core.events import Acknowledged, AlertReceived, Delivered, TryAgain, Verdict
from triaged.core.model import Alert, Page, PageKind, State
from triaged.rehearsal.world import World


def alert(severity: str = "SEV-1", name: str = "Down", *, ends_at: int | None = None) -> Alert:
    """A firing alert."""
    labels = {"alertname": name, "severity": severity}
    return Alert("am", name, firing=True, labels=labels, annotations={}, ends_at=ends_at)


def paged(world: World) -> list[tuple[int, str]]:
    """(minutes since the start, person) of every page."""
    return [
        ((at - world.start) // MINUTE, page.recipient.person)
        for at, page in world.sent
        if page.kind is PageKind.PAGE and page.recipient.contact == "desk"
    ]


def test_time_passes_only_when_told() -> None:
    world = World(settings(), MONDAY)
    world.handle(AlertReceived(alert(), MONDAY))

    assert world.sent == []
    world.run_until(MONDAY)

    assert paged(world) == [(0, "alice")]


def test_steps_fire_at_their_instants_however_far_time_jumps() -> None:
    world = World(settings(), MONDAY)
    world.handle(AlertReceived(alert(), MONDAY))

    world.run_until(MONDAY + 60 * MINUTE)

    assert paged(world) == [(0, "alice"), (2, "alice"), (5, "bob")]
    assert world.now == MONDAY + 60 * MINUTE


def test_a_stale_due_time_does_nothing() -> None:
    world = World(settings(), MONDAY)
    world.handle(AlertReceived(alert(), MONDAY))
    world.run_until(MONDAY)

    world.handle(Acknowledged(1, "alice"))
    world.run_until(MONDAY + 20 * MINUTE)

    assert paged(world) == [(0, "alice")]


def test_the_worst_goes_first_of_what_is_due_at_one_instant() -> None:
    world = World(settings(), MONDAY)
    world.handle(AlertReceived(alert("SEV-3", "Slow"), MONDAY))
    world.handle(AlertReceived(alert("SEV-1", "Down"), MONDAY))

    world.run_until(MONDAY)

    assert [page.severity for _, page in world.sent] == ["SEV-1", "SEV-1", "SEV-3", "SEV-3"]


def test_a_page_that_the_provider_puts_off_goes_again() -> None:
    verdicts: list[Verdict] = [TryAgain("busy"), Delivered()]

    def provider(page: Page, _now: int) -> Verdict:
        return verdicts.pop(0) if page.recipient.contact == "desk" and verdicts else Delivered()

    world = World(settings(), MONDAY, provider)
    world.handle(AlertReceived(alert(), MONDAY))

    world.run_until(MONDAY + MINUTE)

    assert [page.attempts for _, page in world.sent if page.recipient.contact == "desk"] == [1, 2]


def test_an_alert_lapses_when_its_source_was_heard_since() -> None:
    world = World(settings(), MONDAY)
    world.handle(AlertReceived(alert(ends_at=MONDAY + 5 * SECOND), MONDAY))
    world.run_until(MONDAY + 6 * SECOND)
    world.handle(AlertReceived(alert(name="Other"), world.now))

    world.run_until(MONDAY + 3 * MINUTE)

    assert world.view.incidents[1].state is State.RESOLVED
