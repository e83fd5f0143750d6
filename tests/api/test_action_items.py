"""Action items through HTTP: never without an owner and a due date, listed, changed, pasted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.api.site import Site
from triaged.clock import SystemClock

BASE = "/api/v1/actions"
TODAY = datetime.fromtimestamp(SystemClock().now() // 1_000_000, UTC).date()


def working_day(days: int) -> str:
    """An ISO date that is so many days away, or on the Monday after."""
    day = TODAY + timedelta(days=days)
    return (
        day + timedelta(days=max(7 - day.weekday(), 0) % 7 if day.weekday() > 4 else 0)
    ).isoformat()


def wish(incident: str, **more: object) -> dict[str, object]:
    """A request for an action item."""
    item = {"incident": incident, "kind": "fix", "priority": "P1", "text": "Upgrade ORM"}
    return {**item, "owner": "bob", "due": working_day(30), **more}


async def add(site: Site, incident: str, **more: object) -> Any:
    return await site.post(BASE, wish(incident, **more))


async def test_item_is_added_and_shown(site: Site) -> None:
    incident = await site.declare()

    response = await site.ask("POST", BASE, "respond", json=wish(incident))
    item = await response.json()

    assert response.status == 201
    assert response.headers["Location"].endswith(f"{BASE}/{item['id']}")
    assert (item["incident"], item["owner"], item["state"]) == (incident, "bob", "open")
    assert (item["due"], item["overdue"], item["due_note"]) == (working_day(30), False, None)
    assert await site.get(f"{BASE}/{item['id']}") == item
    entries = (await site.get(f"/api/v1/incidents/{incident}/timeline"))["entries"]
    assert entries[-1]["kind"] == "action.added"
    assert entries[-1]["data"]["id"] == item["id"]


@pytest.mark.parametrize("lacks", ["incident", "kind", "priority", "text", "owner"])
async def test_item_without_something_is_refused(site: Site, lacks: str) -> None:
    incident = await site.declare()
    body = {name: value for name, value in wish(incident).items() if name != lacks}

    response = await site.ask("POST", BASE, json=body)

    assert response.status == 400
    assert (await site.get(BASE))["actions"] == []


@pytest.mark.parametrize(
    ("field", "value", "path", "message"),
    [
        ("owner", "bbo", "$.owner", "did you mean bob?"),
        ("owner", "", "$.owner", ""),
        ("incident", "INC-99", "$.incident", "there is no incident"),
        ("incident", "../x", "$.incident", "there is no incident"),
        ("due", "tomorrow", "$.due", ""),
        ("text", "x" * 301, "$.text", ""),
        ("priority", "P9", "$.priority", ""),
    ],
)
async def test_wrong_value_is_named(
    site: Site, field: str, value: str, path: str, message: str
) -> None:
    incident = await site.declare()

    response = await site.ask("POST", BASE, json={**wish(incident), field: value})
    (error,) = (await response.json())["errors"]

    assert response.status == 400
    assert error["path"] == path
    assert message in error["message"]


async def test_due_in_the_past_is_409(site: Site) -> None:
    incident = await site.declare()

    response = await site.ask("POST", BASE, json=wish(incident, due="2020-01-01"))

    assert response.status == 409
    assert "in the past" in (await response.json())["detail"]


async def test_due_date_on_a_weekend_is_moved_and_said(site: Site) -> None:
    incident = await site.declare()
    today = TODAY
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 7)

    item = await add(site, incident, due=saturday.isoformat())

    assert item["due"] == (saturday + timedelta(days=2)).isoformat()
    assert "is no working day of the calendar office: moved to" in item["due_note"]


async def test_without_a_date_it_is_due_by_its_priority(site: Site) -> None:
    incident = await site.declare()
    body = {name: value for name, value in wish(incident).items() if name != "due"}

    item = await site.post(BASE, {**body, "priority": "P0"})

    days = (datetime.fromisoformat(item["due"]).date() - TODAY).days
    assert 2 <= days <= 4


async def test_list_is_filtered(site: Site) -> None:
    one, other = await site.declare(), await site.declare()
    first = await add(site, one)
    second = await add(site, other, owner="alice")
    await site.ask("PATCH", f"{BASE}/{first['id']}", json={"state": "done"})

    async def ids(query: str) -> list[str]:
        return [row["id"] for row in (await site.get(f"{BASE}?{query}"))["actions"]]

    assert await ids("") == [second["id"], first["id"]]
    assert await ids("owner=alice") == [second["id"]]
    assert await ids("state=done,cancelled") == [first["id"]]
    assert await ids(f"incident={one}") == [first["id"]]
    assert await ids("overdue=true") == []
    site.clock.ahead_us += 60 * 86_400_000_000
    assert await ids("overdue=true") == [second["id"]]
    metrics = await (await site.ask("GET", "/metrics")).text()
    assert "triaged_actions_overdue 1.0" in metrics


@pytest.mark.parametrize("query", ["state=late", "overdue=maybe", "incident=x", "limit=0"])
async def test_wrong_filter_is_400(site: Site, query: str) -> None:
    assert (await site.ask("GET", f"{BASE}?{query}")).status == 400


async def test_list_goes_on_behind_its_cursor(site: Site) -> None:
    incident = await site.declare()
    added = [(await add(site, incident))["id"] for _ in range(3)]

    first = await site.get(f"{BASE}?limit=2")
    rest = await site.get(f"{BASE}?limit=2&cursor={first['next_cursor']}")

    assert [row["id"] for row in first["actions"] + rest["actions"]] == added[::-1]
    assert rest["next_cursor"] is None


async def test_item_is_changed(site: Site) -> None:
    item = await add(site, await site.declare())
    path = f"{BASE}/{item['id']}"

    async def patch(**change: object) -> tuple[int, Any]:
        response = await site.ask("PATCH", path, "respond", json=change)
        return response.status, await response.json()

    started = await patch(state="in_progress")
    moved = await patch(owner="alice", due=working_day(60))
    unreasoned = await patch(state="cancelled")
    unknown = await patch(owner="alicia")
    cancelled = await patch(state="cancelled", reason="the ORM goes")

    assert started[1]["state"] == "in_progress"
    assert (moved[1]["owner"], moved[1]["due"]) == ("alice", working_day(60))
    assert (unreasoned[0], unknown[0]) == (409, 400)
    assert "did you mean alice" in unknown[1]["errors"][0]["message"]
    assert (cancelled[1]["state"], cancelled[1]["reason"]) == ("cancelled", "the ORM goes")


async def test_pasted_lines_become_items_once(site: Site) -> None:
    incident = await site.declare()
    due = datetime.fromisoformat(working_day(40))
    text = (
        "## Action Items\n"
        f"- [ ] Fix: Upgrade ORM (P0, @bob, by {due:%m/%d})\n"
        "- [x] Detect: Add an alert (P1, @alice, by 2020-01-02)\n"
        "- [ ] Prevent: Nobody's (P1, @nobody, by 2040-01-02)\n"
        "- [ ] Process: No owner (P1)\n"
        "## Figures\n- not an item\n"
    )

    first = await site.post(f"{BASE}/import", {"incident": incident, "text": text})
    again = await site.post(f"{BASE}/import", {"incident": incident, "text": text})

    assert [(row["text"], row["state"]) for row in first["actions"]] == [
        ("Upgrade ORM", "open"),
        ("Add an alert", "done"),
    ]
    assert len(first["problems"]) == 2
    assert again["actions"] == []


async def test_item_that_there_is_not_is_404(site: Site) -> None:
    assert (await site.ask("GET", f"{BASE}/zzz")).status == 404
    assert (await site.ask("PATCH", f"{BASE}/zzz", json={"state": "done"})).status == 404


async def test_readers_change_nothing(site: Site) -> None:
    incident = await site.declare()

    assert (await site.ask("POST", BASE, "read", json=wish(incident))).status == 403
    assert (await site.ask("POST", f"{BASE}/import", "read", json={})).status == 403
