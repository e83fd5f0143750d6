from msgspec.structs import replace

from triaged.core.records.practice.rows import PracticeRow
from triaged.core.records.practice.status import (
    Component,
    Impact,
    Mailing,
    Maintenance,
    Post,
    PostState,
    PostStatus,
    PublicIncident,
    Subscriber,
    SubscriberState,
)
from triaged.store.database.connect import Database
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import status

POST = Post(
    id="p1",
    incident=7,
    thread="t1",
    status=PostStatus.INVESTIGATING,
    title="Checkout Issues",
    body="It fails.",
    drafted_at=10,
    drafted_by="carol",
    state=PostState.PUBLISHED,
    published_at=11,
)
PUBLIC = PublicIncident(
    id="t1",
    incident=7,
    title="Checkout Issues",
    status=PostStatus.INVESTIGATING,
    impact=Impact.MAJOR,
    created_at=11,
    updated_at=11,
    posts=("p1",),
)
WORK = Maintenance(
    id="m1",
    incident=None,
    title="Upgrade",
    body="Slow.",
    components=("search",),
    starts_at=100,
    ends_at=200,
    by="carol",
    created_at=1,
    updated_at=1,
    due_at=90,
)
ANN = Subscriber(
    id="ann",
    incident=None,
    kind="mail",
    address="ann@example.org",
    domain="example.org",
    created_at=1,
    state=SubscriberState.ACTIVE,
    token="digest-ann",
)


async def saved(database: Database, *rows: PracticeRow) -> None:
    """Write rows."""
    async with database.transaction() as tx:
        await practice.save(tx, rows)


async def test_the_page_is_read_with_its_published_posts(database: Database) -> None:
    draft = replace(POST, id="p2", state=PostState.DRAFT)
    await saved(database, POST, draft, PUBLIC, WORK, Component("checkout", 0, 5))

    async with database.reading() as tx:
        found = await status.page_rows(tx)
        of_incident = await status.open_thread_of(tx, 7)
        threads = [await status.thread(tx, one) for one in ("t1", "m1", "x")]

    assert (found.incidents, found.maintenance) == ({"t1": PUBLIC}, {"m1": WORK})
    assert found.posts == {"p1": POST}
    assert found.components == {"checkout": Component("checkout", 0, 5)}
    assert (of_incident, threads) == (PUBLIC, [PUBLIC, WORK, None])


async def test_posts_are_listed_newest_first(database: Database) -> None:
    posts = [replace(POST, id=f"p{n}", drafted_at=n, state=PostState.DRAFT) for n in range(3)]
    await saved(database, *posts, replace(POST, id="p9"))

    async with database.reading() as tx:
        first, cursor = await status.posts(tx, "draft", None, 2)
        second, end = await status.posts(tx, "draft", cursor, 2)
        one, none = await status.post(tx, "p9"), await status.post(tx, "x")

    assert [post.id for post in (*first, *second)] == ["p2", "p1", "p0"]
    assert (end, one, none) == (None, replace(POST, id="p9"), None)


async def test_maintenance_comes_due(database: Database) -> None:
    await saved(database, WORK, replace(WORK, id="m2", due_at=None))

    async with database.reading() as tx:
        found = [await status.maintenance_due(tx, at, 10) for at in (89, 90)]

    assert found == [[], [WORK]]


async def test_mailings_are_carried_on_in_the_order_of_their_subscribers(
    database: Database,
) -> None:
    ben = replace(ANN, id="ben", token="digest-ben")
    cyd = replace(ANN, id="cyd", token="digest-cyd", state=SubscriberState.UNCONFIRMED)
    under_way = Mailing("p1", 7, "t1", "p1", 5)
    await saved(database, ANN, ben, cyd, under_way, replace(under_way, id="p2", ended_at=6))

    async with database.reading() as tx:
        found = await status.mailings(tx, 10)
        ids = [await status.active_after(tx, after, 10) for after in ("", "ann", "ben")]

    assert found == [under_way]
    assert ids == [["ann", "ben"], ["ben"], []]


async def test_subscribers_are_found_counted_and_listed(database: Database) -> None:
    ben = replace(ANN, id="ben", token="digest-ben", created_at=2, state=SubscriberState.BOUNCED)
    await saved(database, ANN, ben)

    async with database.reading() as tx:
        by_token = await status.subscriber_of_token(tx, "digest-ann")
        nobody = await status.subscriber_of_token(tx, "x")
        one, counts = await status.subscriber(tx, "ben"), await status.counts(tx)
        listed, _ = await status.subscribers(tx, "active", None, 10)

    assert (by_token, nobody, one) == (ANN, None, ben)
    assert (counts, listed) == ({"active": 1, "bounced": 1}, [ANN])


async def test_bounces_of_a_domain_count_where_nobody_there_has_confirmed(
    database: Database,
) -> None:
    bounced = [
        replace(ANN, id=f"b{n}", token=f"d{n}", domain="bad.org", state=SubscriberState.BOUNCED)
        for n in range(2)
    ]
    known = replace(bounced[0], id="b9", token="d9", domain="example.org")
    await saved(database, ANN, *bounced, known)

    async with database.reading() as tx:
        found = [await status.domain_bounces(tx, name) for name in ("bad.org", "example.org", "x")]

    assert found == [2, 0, 0]


async def test_what_is_kept_no_longer_is_deleted(database: Database) -> None:
    gone = replace(ANN, id="gone", token="digest-gone", delete_at=50)
    later = replace(ANN, id="later", token="digest-later", delete_at=51)
    dropped = replace(POST, id="p2", state=PostState.DISCARDED, drafted_at=10)
    await saved(
        database, ANN, gone, later, POST, dropped, Mailing("p1", 7, "t1", "p1", 5, ended_at=6)
    )

    async with database.transaction() as tx:
        count = await status.forget(tx, 50, 10)
        await status.forget_old(tx, 20)

    async with database.reading() as tx:
        left = [await status.subscriber(tx, one) for one in ("ann", "gone", "later")]
        posts = [await status.post(tx, one) for one in ("p1", "p2")]
    assert (count, left, posts) == (1, [ANN, None, later], [POST, None])


async def test_what_belongs_to_no_incident_goes_with_its_posts(database: Database) -> None:
    alone = replace(PUBLIC, id="t2", incident=None, created_at=10, posts=("p2",))
    over = replace(WORK, due_at=None, starts_at=10)
    later = replace(WORK, id="m2", starts_at=10)
    posts = [
        replace(POST, id=f"p-{thread}", thread=thread, incident=None)
        for thread in ("t2", "m1", "m2")
    ]
    await saved(database, PUBLIC, POST, alone, over, later, *posts)

    async with database.transaction() as tx:
        await status.forget_threads(tx, 12)

    async with database.reading() as tx:
        threads = [await status.thread(tx, one) for one in ("t1", "t2", "m1", "m2")]
        left = [await status.post(tx, one) for one in ("p1", "p-t2", "p-m1", "p-m2")]
    assert threads == [PUBLIC, None, None, later]
    assert left == [POST, None, None, posts[2]]
