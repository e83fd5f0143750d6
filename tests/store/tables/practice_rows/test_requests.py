"""The outbox of requests: claimed once, in topics one after the other, fenced by tokens."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from tests.core.world import MONDAY
from triaged.core.records.practice.requests import Earlier, Request, RequestState
from triaged.core.time.durations import DAY, MINUTE, SECOND
from triaged.core.view import View
from triaged.store.database.connect import Database
from triaged.store.retention import prune
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import requests
from triaged.store.tables.practice_rows.requests import Claimed, Filter

LEASE_US = 2 * MINUTE


def request(identity: str, **changes: object) -> Request:
    """A request that is due on Monday."""
    plain = Request(
        id=identity,
        incident=None,
        kind="room.create",
        lane="integration/rooms",
        created_at=MONDAY,
        due_at=MONDAY,
        gives_up_at=MONDAY + DAY,
    )
    return replace(plain, **changes)


async def put(database: Database, *rows: Request) -> None:
    async with database.transaction() as tx:
        await practice.save(tx, rows)


async def claim(
    database: Database, now: int = MONDAY, most: int = 10, lane: str = "integration/rooms"
) -> list[Claimed]:
    async with database.transaction() as tx:
        return await requests.claim(tx, lane, now, LEASE_US, most)


async def stored(database: Database, identity: str) -> Request:
    view = View()
    async with database.reading() as tx:
        await practice.load(tx, view, {}, {Request: {identity}})
    found = view.row(Request, identity)
    assert found is not None
    return found


def ids(claimed: Sequence[Claimed]) -> list[str]:
    return [one.request.id for one in claimed]


async def test_longest_due_is_claimed_first_and_only_what_is_due_in_this_lane(
    database: Database,
) -> None:
    await put(
        database,
        request("b", due_at=MONDAY - 1),
        request("a"),
        request("later", due_at=MONDAY + 1),
        request("other", lane="subscriber.mail"),
        request("over", state=RequestState.SENT),
    )

    claimed = await claim(database)

    assert ids(claimed) == ["b", "a"]
    assert claimed[0].request.token == 1
    assert claimed[0].request.attempts == 1


async def test_claimed_request_is_hidden_until_its_lease_ends(database: Database) -> None:
    await put(database, request("a"))
    await claim(database)

    during = await claim(database, MONDAY + LEASE_US - 1)
    after = await claim(database, MONDAY + LEASE_US)

    assert during == []
    assert [(one.request.id, one.request.token, one.request.attempts) for one in after] == [
        ("a", 2, 2)
    ]


async def test_lease_that_was_prolonged_hides_for_longer(database: Database) -> None:
    await put(database, request("a"))
    await claim(database)
    async with database.transaction() as tx:
        await requests.renew(tx, [("a", 1)], MONDAY + 2 * LEASE_US)

    assert await claim(database, MONDAY + LEASE_US) == []
    assert ids(await claim(database, MONDAY + 2 * LEASE_US)) == ["a"]


async def test_lease_is_prolonged_only_by_who_holds_it(database: Database) -> None:
    await put(database, request("a"))
    await claim(database)
    async with database.transaction() as tx:
        await requests.renew(tx, [("a", 7)], MONDAY + 2 * LEASE_US)

    assert ids(await claim(database, MONDAY + LEASE_US)) == ["a"]


async def test_row_of_an_old_token_changes_nothing(database: Database) -> None:
    await put(database, request("a"))
    (first,) = await claim(database)
    await claim(database, MONDAY + LEASE_US)

    await put(database, replace(first.request, state=RequestState.SENT, lease_until=0))

    assert (await stored(database, "a")).state is RequestState.DUE


async def test_request_that_is_asked_for_again_stays_as_it_is(database: Database) -> None:
    await put(database, request("a"))
    (one,) = await claim(database)
    sent = replace(one.request, state=RequestState.SENT, lease_until=0, ended_at=MONDAY)
    await put(database, sent)

    await put(database, request("a"))

    assert await stored(database, "a") == sent


async def test_row_written_during_an_attempt_keeps_the_lease_that_was_prolonged(
    database: Database,
) -> None:
    await put(database, request("a"))
    (one,) = await claim(database)
    async with database.transaction() as tx:
        await requests.renew(tx, [("a", 1)], MONDAY + 2 * LEASE_US)

    await put(database, replace(one.request, maybe_since=MONDAY))

    assert await claim(database, MONDAY + LEASE_US) == []


async def test_of_one_topic_one_is_under_way(database: Database) -> None:
    first = request("1", topic="t", due_at=MONDAY - 2)
    second = request("2", topic="t", due_at=MONDAY - 1, created_at=MONDAY + 1)
    await put(database, first, second, request("3", topic="u"))

    together = await claim(database)
    during = await claim(database)

    assert ids(together) == ["1", "3"]
    assert together[0].newer
    assert not together[1].newer
    assert during == []


async def test_newer_request_of_a_topic_sees_what_earlier_ones_came_to(database: Database) -> None:
    sent = RequestState.SENT
    await put(
        database,
        request("1", topic="t", state=sent, result={"ref": "7", "url": "old"}),
        request("2", topic="t", state=sent, result={"url": "new"}, created_at=MONDAY + 1),
        request("3", topic="t", state=RequestState.FAILED, maybe_since=5, created_at=MONDAY + 2),
        request("4", topic="t", created_at=MONDAY + 3),
    )

    (one,) = await claim(database)

    assert one.request.id == "4"
    assert not one.newer
    assert one.earlier == Earlier({"ref": "7", "url": "new"}, 5)


async def test_request_is_superseded_by_a_newer_one_that_was_sent_but_not_by_a_failed_one(
    database: Database,
) -> None:
    await put(
        database,
        request("1", topic="t"),
        request("2", topic="t", state=RequestState.SENT, created_at=MONDAY + 1),
        request("3", topic="u"),
        request("4", topic="u", state=RequestState.FAILED, created_at=MONDAY + 1),
    )

    assert [one.newer for one in await claim(database)] == [True, False]


async def test_what_cannot_be_read_has_failed_and_the_others_go(database: Database) -> None:
    await put(database, request("a"), request("b"))
    async with database.transaction() as tx:
        await tx.execute("UPDATE requests SET body = '{}' WHERE id = $1", "a")

    assert ids(await claim(database)) == ["b"]
    async with database.reading() as tx:
        assert await tx.fetch("SELECT state FROM requests WHERE id = 'a'") == [("failed",)]


async def test_next_due_is_the_earliest_instant_at_which_one_can_be_claimed(
    database: Database,
) -> None:
    async def next_due() -> int | None:
        async with database.reading() as tx:
            return await requests.next_due(tx, "integration/rooms")

    assert await next_due() is None
    await put(database, request("a"), request("b", due_at=MONDAY + DAY))
    assert await next_due() == MONDAY
    await claim(database)
    assert await next_due() == MONDAY + LEASE_US


async def test_lanes_with_requests_are_found_with_a_kind_of_theirs(database: Database) -> None:
    await put(
        database,
        request("a"),
        request("b", lane="subscriber.mail", kind="subscriber.mail"),
        request("c", lane="gone", state=RequestState.FAILED),
    )

    async with database.reading() as tx:
        assert await requests.lanes_due(tx) == [
            ("integration/rooms", "room.create"),
            ("subscriber.mail", "subscriber.mail"),
        ]
        assert await requests.pending(tx) == 2


async def test_requests_are_found_by_what_they_led_to(database: Database) -> None:
    sent = RequestState.SENT
    await put(
        database,
        request("old", state=sent, result={"ref": "7"}),
        request("new", state=sent, result={"ref": "7"}, created_at=MONDAY + 1),
        request("other", lane="integration/b", state=sent, result={"ref": "7"}),
    )

    async with database.reading() as tx:
        found = await requests.of_refs(tx, "integration/rooms", ["7", "8", ""])

    assert {ref: each.id for ref, each in found.items()} == {"7": "new"}


async def test_list_is_newest_first_filtered_and_in_pages(database: Database) -> None:
    failed = RequestState.FAILED
    await put(
        database,
        request("a", state=failed),
        request("b", created_at=MONDAY + 1),
        request("c", created_at=MONDAY + 1, state=failed, kind="tracker.issue"),
    )

    async with database.reading() as tx:
        every = await requests.listing(tx, Filter(), None, 10)
        rest = await requests.listing(tx, Filter(), (MONDAY + 1, "c"), 10)
        broken = await requests.listing(tx, Filter("failed"), None, 10)
        kind = await requests.listing(tx, Filter("failed", "tracker.issue"), None, 10)
        none = await requests.listing(tx, Filter(incident=7), None, 10)

    assert [one.id for one in every] == ["c", "b", "a"]
    assert [one.id for one in rest] == ["b", "a"]
    assert [one.id for one in broken] == ["c", "a"]
    assert [one.id for one in kind] == ["c"]
    assert none == []


class Kept:
    """A day of everything."""

    alerts = observations = deliveries = incidents = quarantine = silences = changes = DAY


async def test_what_ended_is_deleted_after_its_time(database: Database) -> None:
    await put(
        database,
        request("old", state=RequestState.SENT, ended_at=MONDAY),
        request("new", state=RequestState.SENT, ended_at=MONDAY + DAY),
        request("waits"),
    )

    removed = await prune(database, Kept(), MONDAY + DAY + SECOND)

    assert removed == {"requests": 1}
    assert await stored(database, "new")
    assert await stored(database, "waits")


async def test_two_processes_at_once_take_each_request_once_and_each_topic_once(
    database: Database,
) -> None:
    rows = [request(f"r{number}", topic=f"t{number % 3}") for number in range(9)]
    await put(database, *rows, *(request(f"s{number}") for number in range(9)))

    one, two = await asyncio.gather(claim(database, most=12), claim(database, most=12))

    taken = [each.request for each in (*one, *two)]
    topics = [each.topic for each in taken if each.topic]
    assert len({each.id for each in taken}) == len(taken)
    assert sorted(set(topics)) == sorted(topics), "one of a topic is under way"
    assert {each.token for each in taken} == {1}


async def test_claim_waits_for_one_of_its_topic_that_is_being_claimed(database: Database) -> None:
    await put(database, request("r1", topic="t"))

    async def later() -> list[Claimed]:
        await put(database, request("r0", topic="t", due_at=MONDAY - 1))
        return await claim(database)

    async with asyncio.TaskGroup() as group, database.transaction() as tx:
        first = await requests.claim(tx, "integration/rooms", MONDAY, LEASE_US, 10)
        second = group.create_task(later())
        for _ in range(30):  # meanwhile the other one comes as far as it can
            async with database.reading() as other:
                await other.fetch("SELECT 1")

    assert ids(first) == ["r1"]
    assert second.result() == []
