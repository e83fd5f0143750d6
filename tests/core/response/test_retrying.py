from msgspec.structs import replace

from tests.core.world import World
from triaged.core.records.events import TryAgain
from triaged.core.records.model import Page, PageKind
from triaged.core.response.retrying import gives_up, retry_at, wants_fallback
from triaged.core.time.durations import HOUR, SECOND


def page(attempts: int) -> Page:
    """A page that has been tried so often."""
    world = World()
    world.fires(severity="SEV-2")
    return replace(next(iter(world.view.pages.values())), attempts=attempts, created_at=0)


def test_waits_double_up_to_a_minute() -> None:
    waits = [retry_at(page(n), TryAgain("down"), 0) / SECOND for n in range(1, 10)]

    assert all(
        0.75 * base <= wait <= base
        for wait, base in zip(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True)
    )


def test_the_same_decision_gives_the_same_instant() -> None:
    assert retry_at(page(3), TryAgain("down"), 5) == retry_at(page(3), TryAgain("down"), 5)


def test_the_providers_wish_is_honoured_up_to_a_minute() -> None:
    assert retry_at(page(1), TryAgain("busy", 30 * SECOND), 0) == 30 * SECOND
    assert retry_at(page(1), TryAgain("busy", 10**15), 0) == 60 * SECOND


def test_a_fallback_starts_once() -> None:
    quick, slow = TryAgain("down"), TryAgain("slow", maybe_accepted=True)

    assert [wants_fallback(page(n), quick) for n in (1, 2, 3)] == [False, True, True]
    assert [wants_fallback(page(n), slow) for n in (1, 2, 3)] == [True, True, True]
    for verdict in (quick, slow):
        assert not wants_fallback(replace(page(2), passed_on=True), verdict)


def test_only_updates_are_given_up() -> None:
    update = replace(page(5), kind=PageKind.UPDATE)

    assert [gives_up(update, HOUR), gives_up(update, HOUR + 1)] == [False, True]
    assert not gives_up(page(5), 100 * HOUR)
