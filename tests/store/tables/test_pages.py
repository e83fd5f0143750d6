import pytest
from msgspec.structs import replace

from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.records.events import Delivered, DeliveryEnded, Event, PageDue, Refused
from triaged.core.records.model import Page, PageState
from triaged.core.time.durations import SECOND
from triaged.store.database.connect import Database
from triaged.store.tables import pages

LEASE_US = 15 * SECOND


@pytest.fixture
async def desk(database: Database, clock: StillClock) -> Desk:
    """Two incidents, whose pages to alice are due."""
    desk = Desk(database, clock)
    await desk.handle(desk.fires(alertname="Slow", severity="SEV-3"))
    await desk.handle(desk.fires(alertname="Down", severity="SEV-1"))
    return desk


async def claim(desk: Desk, channel: str = "mail", limit: int = 10) -> list[Page]:
    """Claim pages now."""
    async with desk.database.transaction() as tx:
        return await pages.claim(tx, channel, desk.clock.now(), LEASE_US, pages.Room(limit))


async def test_the_worst_is_claimed_first(desk: Desk) -> None:
    assert [page.severity for page in await claim(desk)] == ["SEV-1", "SEV-3"]


async def test_claims_go_down_the_severities_and_then_by_age(desk: Desk) -> None:
    desk.clock.at += SECOND
    await desk.handle(desk.fires(alertname="Late", severity="SEV-1"))

    order = [(page.severity, page.incident) for page in await claim(desk, limit=3)]
    rest = [(page.severity, page.incident) for page in await claim(desk)]

    assert (order, rest) == ([("SEV-1", 2), ("SEV-1", 3)], [("SEV-3", 1)])


async def test_a_page_that_cannot_be_read_has_failed_and_the_others_go_out(desk: Desk) -> None:
    (worst, *_) = [page for page in await desk.pages(2) if page.channel == "mail"]
    async with desk.database.transaction() as tx:
        await tx.execute("UPDATE pages SET body = '{}' WHERE id = $1", worst.id)

    claimed = await claim(desk)

    assert [page.severity for page in claimed] == ["SEV-3"]
    async with desk.database.reading() as tx:
        states = await tx.fetch("SELECT state FROM pages WHERE id = $1", worst.id)
    assert states == [("failed",)]
    assert worst.id not in [page.id for page in await desk.pages(2)]


async def test_a_claimed_page_is_hidden_until_its_lease_ends(desk: Desk) -> None:
    first = await claim(desk)

    assert await claim(desk) == []
    desk.clock.at += LEASE_US
    again = await claim(desk)

    assert [page.id for page in again] == [page.id for page in first]
    assert [page.token for page in again] == [2, 2]


async def test_a_page_that_was_claimed_since_it_was_found_is_not_claimed_again(desk: Desk) -> None:
    found = [(page.id, desk.clock.now()) for page in await claim(desk)]

    async with desk.database.transaction() as tx:
        assert await tx.fetch_bulk(pages.TAKEN, found) == []


async def test_lanes_do_not_see_each_others_pages(desk: Desk) -> None:
    assert {page.channel for page in await claim(desk, "desk")} == {"desk"}


async def test_a_verdict_with_an_old_token_is_not_written(desk: Desk) -> None:
    old = (await claim(desk, limit=1))[0]
    desk.clock.at += LEASE_US
    new = (await claim(desk, limit=1))[0]

    await desk.handle(DeliveryEnded(old.id, old.token, Delivered(), old.attempts))
    stored = {page.id: page for page in await desk.pages(old.incident)}[old.id]
    assert stored.state is PageState.DUE
    await desk.handle(DeliveryEnded(new.id, new.token, Delivered("ref"), new.attempts))

    stored = {page.id: page for page in await desk.pages(new.incident)}[new.id]
    assert (stored.state, stored.provider_ref) == (PageState.SENT, "ref")


async def test_a_fence_holds_against_a_row_that_was_claimed_since(desk: Desk) -> None:
    old = (await claim(desk, limit=1))[0]
    desk.clock.at += LEASE_US
    await claim(desk, limit=1)

    async with desk.database.transaction() as tx:
        await pages.save(tx, [replace(old, state=PageState.SENT)])

    states = {page.id: page.state for page in await desk.pages(old.incident)}
    assert states[old.id] is PageState.DUE


async def test_the_same_page_is_added_once(desk: Desk) -> None:
    (page, *_) = await desk.pages()

    async with desk.database.transaction() as tx:
        await pages.add(tx, [replace(page, subject="another")])

    assert page in await desk.pages()


async def test_a_refused_page_knows_its_siblings(desk: Desk) -> None:
    claimed = await claim(desk, "desk")
    verdicts: list[Event] = [PageDue(page) for page in claimed]
    verdicts += [DeliveryEnded(p.id, p.token, Refused("no"), p.attempts) for p in claimed]

    await desk.handle(*verdicts)

    by_contact = {page.recipient.contact: page.state for page in await desk.pages(2)}
    assert by_contact == {"desk": PageState.FAILED, "mail": PageState.DUE}


async def test_when_the_next_page_is_due_counts_leases(desk: Desk) -> None:
    async with desk.database.reading() as tx:
        assert await pages.next_due(tx, "mail") == desk.clock.now()
    await claim(desk)

    async with desk.database.reading() as tx:
        assert await pages.next_due(tx, "mail") == desk.clock.now() + LEASE_US
        assert await pages.next_due(tx, "pigeon") is None
        assert await pages.channels_due(tx) == ["desk", "mail"]
        assert await pages.pending(tx) == (4, desk.clock.now())


async def test_what_a_dead_process_had_claimed_is_due_at_once_and_marked(desk: Desk) -> None:
    (dead,) = await claim(desk, limit=1)

    async with desk.database.transaction() as tx:
        assert await pages.release_leases(tx) == 1
    await desk.handle(DeliveryEnded(dead.id, dead.token, Delivered("late"), dead.attempts))
    again = next(page for page in await claim(desk) if page.id == dead.id)
    await desk.handle(PageDue(again))

    sent = next(page for page in await desk.pages(dead.incident) if page.id == dead.id)
    assert (sent.state, sent.possible_duplicate) == (PageState.DUE, True)


async def test_a_page_that_nobody_claimed_keeps_its_time(desk: Desk) -> None:
    before = await desk.pages(1)

    async with desk.database.transaction() as tx:
        assert await pages.release_leases(tx) == 0

    assert await desk.pages(1) == before


async def test_recipient_takes_no_more_than_there_is_room_left_for_others(desk: Desk) -> None:
    for number in range(8):
        await desk.handle(desk.fires(alertname=f"More{number}", severity="SEV-1"))

    async with desk.database.transaction() as tx:
        half = await pages.claim(tx, "mail", desk.clock.now(), LEASE_US, pages.Room(8))
        (busy,) = {pages.recipient_of(page.id) for page in half}
        shares = {busy: len(half)}
        none = await pages.claim(
            tx, "mail", desk.clock.now(), LEASE_US, pages.Room(8 - len(half), shares)
        )
        over = frozenset({busy})
        passed = await pages.claim(
            tx, "mail", desk.clock.now(), LEASE_US, pages.Room(8, passed_over=over)
        )

    assert (len(half), none, passed) == (4, [], [])


async def test_lease_that_was_prolonged_is_not_shortened_by_what_was_read_before(
    desk: Desk,
) -> None:
    page, *_ = await claim(desk)
    until = desk.clock.now() + 3 * LEASE_US

    async with desk.database.transaction() as tx:
        await pages.renew(tx, [(page.id, page.token)], until)
        await pages.save(tx, [replace(page, passed_on=True)])
    desk.clock.at += LEASE_US
    early = await claim(desk)
    desk.clock.at += 2 * LEASE_US

    assert page.id not in [each.id for each in early]
    assert page.id in [each.id for each in await claim(desk)]


async def test_lease_of_somebody_else_is_not_prolonged(desk: Desk) -> None:
    page, *_ = await claim(desk)

    async with desk.database.transaction() as tx:
        await pages.renew(tx, [(page.id, page.token - 1)], desk.clock.now() + 3 * LEASE_US)
    desk.clock.at += LEASE_US

    assert page.id in [each.id for each in await claim(desk)]
