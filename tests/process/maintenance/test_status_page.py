import json
from pathlib import Path

from msgspec.structs import replace

from tests.api.status_site import BASE, PAGE, status_serving
from triaged.core.records.effects import SaveRow
from triaged.core.records.practice.status import Component, Mailing
from triaged.core.time.durations import HOUR, MINUTE
from triaged.process.maintenance.status_page import CHECKED_EVERY_US
from triaged.wire import instant_text


async def test_a_change_is_shown_at_the_next_turn(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        await desk.site.post(f"{BASE}/components/search", {"status": "major_outage"})
        before = (await desk.site.get("/status.json", None))["description"]
        desk.keeper.committed([SaveRow(Component("search", 0))])
        await desk.keeper.once()
        after = (await desk.site.get("/status.json", None))["description"]

    assert (before, after) == ("All Systems Operational", "Major System Outage")


async def test_what_is_not_shown_renders_nothing(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        before = desk.site.context.published.files
        desk.keeper.committed([SaveRow(Mailing("m", None, "t", "p", 0))])
        await desk.keeper.once()
        same = desk.site.context.published.files
        desk.site.clock.ahead_us += CHECKED_EVERY_US
        await desk.keeper.once()
        later = desk.site.context.published.files

    assert same is before
    assert later is not before, "the page says when it was checked"


async def test_components_have_a_beginning(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        found = (await desk.site.get("/status/api/v2/components.json", None))["components"]

        assert [one["name"] for one in found] == ["Checkout", "Search"]
        assert all(one["created_at"] <= instant_text(desk.site.clock.now()) for one in found)


async def test_maintenance_begins_and_ends_by_the_clock(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        now = desk.site.clock.now()
        plan = {
            "title": "Upgrade",
            "body": "Slow.",
            "components": ["search"],
            "starts_at": instant_text(now + 10 * MINUTE),
            "ends_at": instant_text(now + HOUR),
        }
        await desk.site.post(f"{BASE}/maintenance", plan)
        found = []
        for ahead in (0, 10 * MINUTE, HOUR):
            desk.site.clock.ahead_us += ahead
            await desk.turn()
            found.append((await desk.site.get("/status.json", None))["description"])

    assert found == [
        "All Systems Operational",
        "Service Under Maintenance",
        "All Systems Operational",
    ]


async def test_a_reload_can_take_the_page_away(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        context = desk.site.context
        settings = replace(context.configuration.settings, status_page=None)
        context.configuration = replace(context.configuration, settings=settings)
        await desk.keeper.once()
        answer = await desk.site.ask("GET", "/status", None)

    assert answer.status == 404


async def test_the_static_copy_follows_every_change(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    async with status_serving(tmp_path, replace(PAGE, export=str(folder))) as desk:
        before = json.loads((folder / "status.json").read_bytes())
        await desk.post()
        await desk.turn()
        after = json.loads((folder / "status.json").read_bytes())
        pages = list(folder.rglob("incidents/*/index.html"))

    assert (before["incidents"], len(after["incidents"]), len(pages)) == ([], 1, 1)


async def test_a_copy_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "precious").write_text("x")
    async with status_serving(tmp_path, replace(PAGE, export=str(folder))) as desk:
        page = await desk.site.ask("GET", "/status", None)
        (folder / "precious").unlink()
        desk.site.clock.ahead_us += 2 * MINUTE
        await desk.keeper.once()

        assert page.status == 200
        assert (folder / "index.html").is_file()
