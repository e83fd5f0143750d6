"""`/episodes`: when each alert of an incident began and ended."""

from tests.api.site import Site


async def test_episodes_are_told_page_by_page(site: Site) -> None:
    await site.fire("Down", pod="a", cluster="c")
    await site.fire("Down", pod="b", cluster="c")

    first = await site.get("/api/v1/incidents/INC-1/episodes?limit=1")
    rest = await site.get(f"/api/v1/incidents/INC-1/episodes?limit=1&cursor={first['next_cursor']}")

    assert [row["labels"]["pod"] for row in (*first["episodes"], *rest["episodes"])] == ["a", "b"]
    assert first["episodes"][0]["annotations"] == {"summary": "Down fires"}
    assert rest["next_cursor"] is None


async def test_an_incident_that_is_not_there_has_none(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/incidents/INC-9/episodes")).status == 404
    await site.declare()
    response = await site.ask("GET", "/api/v1/incidents/INC-1/episodes?limit=x")
    assert response.status == 400
    assert (await site.get("/api/v1/incidents/INC-1/episodes"))["episodes"] == []
