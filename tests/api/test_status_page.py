from pathlib import Path

from tests.api.status_site import BASE, status_serving


async def test_the_page_as_a_whole(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        await desk.site.declare(severity="SEV-3", service="checkout")
        before = await desk.site.get(BASE)
        await desk.post(components={"checkout": "partial_outage"})
        after = await desk.site.get(BASE)

    assert before["description"] == "All Systems Operational"
    proposed = {one["key"]: (one["proposed"], one["reason"]) for one in before["components"]}
    assert proposed == {
        "checkout": ("degraded_performance", "INC-1 (SEV-3) open"),
        "search": (None, None),
    }
    assert (after["description"], after["indicator"]) == ("Partial System Outage", "minor")
    assert [one["title"] for one in after["incidents"]] == ["Checkout Issues"]
    assert (after["lints"], after["subscribers"]) == ([], 0)


async def test_components_are_set_and_listed(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        path = f"{BASE}/components/search"
        answer = await desk.site.post(path, {"status": "major_outage"}, "respond")
        listed = await desk.site.get(f"{BASE}/components", "read")
        lints = await desk.site.get(f"{BASE}/lints", "read")
        missing = await desk.site.ask(
            "POST", f"{BASE}/components/x", json={"status": "operational"}
        )
        forbidden = await desk.site.ask("POST", path, "read", json={"status": "operational"})

    assert (answer["status"], answer["by"]) == ("major_outage", "token:respond")
    assert [one["status"] for one in listed["components"]] == ["operational", "major_outage"]
    assert [one["rule"] for one in lints["lints"]] == ["component_down_without_incident"]
    assert (missing.status, forbidden.status) == (404, 403)


async def test_public_incidents_name_the_incident_they_are_about(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        number = await desk.site.declare(severity="SEV-3", service="checkout")
        await desk.post(incident=number)
        found = (await desk.site.get(f"{BASE}/incidents"))["incidents"]

    assert [(one["incident"], one["posts"]) for one in found] == [("INC-1", 1)]
    assert found[0]["url"] == f"http://triaged.example.org/status/incidents/{found[0]['id']}"


async def test_without_a_page_everything_is_404(tmp_path: Path) -> None:
    async with status_serving(tmp_path, None) as desk:
        answers = [
            await desk.site.ask("GET", f"{BASE}{path}")
            for path in ("", "/components", "/incidents", "/lints", "/posts", "/maintenance")
        ]

    assert {answer.status for answer in answers} == {404}
