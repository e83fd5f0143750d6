from pathlib import Path

from tests.api.status_site import BASE, status_serving

MAINTENANCE = f"{BASE}/maintenance"
PLAN = {
    "title": "Database upgrade",
    "body": "Search is read-only.",
    "components": ["search"],
    "starts_at": "2098-01-01T02:00:00Z",
    "ends_at": "2098-01-01T03:00:00Z",
}


async def test_maintenance_is_announced_moved_and_called_off(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        made = await desk.site.post(MAINTENANCE, PLAN, "respond")
        path = f"{MAINTENANCE}/{made['id']}"
        moved = await desk.site.post(path, {"verb": "move", "ends_at": "2098-01-01T04:00:00Z"})
        early = await desk.site.ask("POST", path, json={"verb": "verify"})
        await desk.site.post(path, {"verb": "cancel"})
        listed = (await desk.site.get(MAINTENANCE, "read"))["maintenance"]

    assert (made["status"], made["window"]) == ("scheduled", None)
    assert moved["ends_at"] == "2098-01-01T04:00:00.000000Z"
    assert early.status == 409
    assert [(one["id"], one["status"]) for one in listed] == [(made["id"], "completed")]


async def test_maintenance_that_cannot_be_is_refused(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        past = await desk.site.ask("POST", MAINTENANCE, json={**PLAN, "ends_at": PLAN["starts_at"]})
        missing = await desk.site.ask("POST", f"{MAINTENANCE}/x", json={"verb": "complete"})
        no_words = await desk.site.ask("POST", MAINTENANCE, json={"title": "x"})

    assert [past.status, missing.status, no_words.status] == [409, 404, 400]
