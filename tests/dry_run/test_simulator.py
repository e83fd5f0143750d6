"""The simulator does what the daemon's loops do, at the instants at which they would."""

from tests.core.world import MONDAY, settings
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Delivered,
    TryAgain,
    Verdict,
)
from triaged.core.records.model import Alert, Page, PageKind, State
from triaged.core.time.durations import MINUTE, SECOND
from triaged.dry_run.simulator import Simulator


def alert(severity: str = "SEV-1", name: str = "Down", *, ends_at: int | None = None) -> Alert:
    """A firing alert."""
    labels = {"alertname": name, "severity": severity}
    return Alert("am", name, firing=True, labels=labels, annotations={}, ends_at=ends_at)


def paged(simulator: Simulator) -> list[tuple[int, str]]:
    """(minutes since the start, person) of every page."""
    return [
        ((at - simulator.start) // MINUTE, page.recipient.person)
        for at, page in simulator.sent
        if page.kind is PageKind.PAGE and page.recipient.contact == "desk"
    ]


def test_time_passes_only_when_told() -> None:
    simulator = Simulator(settings(), MONDAY)
    simulator.handle(AlertReceived(alert(), MONDAY))

    assert simulator.sent == []
    simulator.run_until(MONDAY)

    assert paged(simulator) == [(0, "alice")]


def test_steps_fire_at_their_instants_however_far_time_jumps() -> None:
    simulator = Simulator(settings(), MONDAY)
    simulator.handle(AlertReceived(alert(), MONDAY))

    simulator.run_until(MONDAY + 60 * MINUTE)

    assert paged(simulator) == [(0, "alice"), (2, "alice"), (5, "bob")]
    assert simulator.now == MONDAY + 60 * MINUTE


def test_a_stale_due_time_does_nothing() -> None:
    simulator = Simulator(settings(), MONDAY)
    simulator.handle(AlertReceived(alert(), MONDAY))
    simulator.run_until(MONDAY)

    simulator.handle(Acknowledged(1, "alice"))
    simulator.run_until(MONDAY + 20 * MINUTE)

    assert paged(simulator) == [(0, "alice")]


def test_the_worst_goes_first_of_what_is_due_at_one_instant() -> None:
    simulator = Simulator(settings(), MONDAY)
    simulator.handle(AlertReceived(alert("SEV-3", "Slow"), MONDAY))
    simulator.handle(AlertReceived(alert("SEV-1", "Down"), MONDAY))

    simulator.run_until(MONDAY)

    assert [page.severity for _, page in simulator.sent] == ["SEV-1", "SEV-1", "SEV-3", "SEV-3"]


def test_a_page_that_the_provider_puts_off_goes_again() -> None:
    results: list[Verdict] = [TryAgain("busy"), Delivered()]

    def provider(page: Page, _now: int) -> Verdict:
        return results.pop(0) if page.recipient.contact == "desk" and results else Delivered()

    simulator = Simulator(settings(), MONDAY, provider)
    simulator.handle(AlertReceived(alert(), MONDAY))

    simulator.run_until(MONDAY + MINUTE)

    assert [page.attempts for _, page in simulator.sent if page.recipient.contact == "desk"] == [
        1,
        2,
    ]


def test_an_alert_lapses_when_its_source_was_heard_since() -> None:
    simulator = Simulator(settings(), MONDAY)
    simulator.handle(AlertReceived(alert(ends_at=MONDAY + 5 * SECOND), MONDAY))
    simulator.run_until(MONDAY + 6 * SECOND)
    simulator.handle(AlertReceived(alert(name="Other"), simulator.now))

    simulator.run_until(MONDAY + 3 * MINUTE)

    assert simulator.view.incidents[1].state is State.RESOLVED
