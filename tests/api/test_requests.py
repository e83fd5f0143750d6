"""Requests to third parties over HTTP: listed, shown without what they say, tried again."""

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from triaged.core.records.practice.requests import Request, RequestState
from triaged.core.time.durations import DAY
from triaged.store.tables import practice

BASE = "/api/v1/requests"


async def put(site: Site, identity: str, **changes: object) -> Request:
    """Put a request in the outbox."""
    at = site.context.clock.now()
    row = Request(
        id=identity,
        incident=None,
        kind="room.create",
        lane="integration/bot",
        created_at=at,
        due_at=at,
        gives_up_at=at + DAY,
        body={"secret": "canary-of-the-body"},
    )
    row = replace(row, **changes)
    async with site.context.database.transaction() as tx:
        await practice.save(tx, [row])
    return row


async def test_list_is_filtered_and_holds_nothing_of_what_is_sent(site: Site) -> None:
    await put(site, "INC-1/room/bot", state=RequestState.FAILED, error="HTTP 500")
    await put(site, "b", kind="tracker.issue")

    every = await site.get(BASE)
    failed = await site.get(f"{BASE}?state=failed")
    kind = await site.get(f"{BASE}?kind=tracker.issue")
    none = await site.get(f"{BASE}?incident=INC-7")

    assert len(every["requests"]) == 2
    assert "canary" not in str(every)
    assert [(each["id"], each["error"]) for each in failed["requests"]] == [
        ("INC-1/room/bot", "HTTP 500")
    ]
    assert [each["id"] for each in kind["requests"]] == ["b"]
    assert none["requests"] == []


async def test_list_comes_in_pages(site: Site) -> None:
    at = site.context.clock.now()
    for number in range(5):
        await put(site, f"r{number}", created_at=at + number)

    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await site.get(f"{BASE}?limit=2&cursor={cursor}")
        seen += [each["id"] for each in page["requests"]]
        cursor = page["next_cursor"] or ""

    assert seen == ["r4", "r3", "r2", "r1", "r0"]
    assert cursor == ""


@pytest.mark.parametrize(
    "query", ["state=lost", "state=due,sent", "incident=x", "cursor=x", "cursor=-1:a", "limit=0"]
)
async def test_query_that_cannot_be_meant_is_refused(site: Site, query: str) -> None:
    assert (await site.ask("GET", f"{BASE}?{query}")).status == 400


async def test_failed_request_is_tried_again(site: Site) -> None:
    await put(site, "INC-1/room/bot", state=RequestState.FAILED, error="HTTP 500")

    answer = await site.post(f"{BASE}/INC-1%2Froom%2Fbot/retry")

    assert (answer["id"], answer["state"], answer["error"]) == ("INC-1/room/bot", "due", None)
    assert (await site.get(f"{BASE}/INC-1%2Froom%2Fbot"))["state"] == "due"


async def test_what_was_sent_is_not_tried_again(site: Site) -> None:
    await put(site, "a", state=RequestState.SENT, result={"url": "https://chat/c1"})

    assert (await site.ask("POST", f"{BASE}/a/retry")).status == 409
    assert (await site.get(f"{BASE}/a"))["url"] == "https://chat/c1"


async def test_request_that_does_not_exist_is_404(site: Site) -> None:
    assert (await site.ask("GET", f"{BASE}/none")).status == 404
    assert (await site.ask("POST", f"{BASE}/none/retry")).status == 404
