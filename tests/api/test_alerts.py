"""The state of every alert."""

from tests.api.site import Site, alert
from triaged.core.time.durations import MINUTE
from triaged.wire import instant_text


async def test_alerts_are_listed_with_their_incident(site: Site) -> None:
    await site.fire("NodeDown", instance="a")

    answer = await site.get("/api/v1/alerts")

    (row,) = answer["alerts"]
    assert (row["source"], row["state"], row["incident"]) == ("prometheus", "firing", "INC-1")
    assert row["labels"] == {"alertname": "NodeDown", "instance": "a"}


async def test_alerts_are_filtered_by_state_source_and_incident(site: Site) -> None:
    await site.fire("NodeDown")
    over = {**alert("NodeDown"), "endsAt": instant_text(site.clock.now() - MINUTE)}
    await site.fire("DiskFull")
    await site.post("/api/v2/alerts", [over])

    async def names(query: str) -> list[str]:
        rows = (await site.get(f"/api/v1/alerts?{query}"))["alerts"]
        return sorted(row["labels"]["alertname"] for row in rows)

    assert await names("") == ["DiskFull", "NodeDown"]
    assert await names("state=firing") == ["DiskFull"]
    assert await names("state=resolved") == ["NodeDown"]
    assert await names("source=grafana") == []
    assert await names("incident=INC-1") == ["NodeDown"]


async def test_the_list_goes_on_at_its_cursor(site: Site) -> None:
    await site.fire("A", "B", "C")

    first = await site.get("/api/v1/alerts?limit=2")
    rest = await site.get(f"/api/v1/alerts?limit=2&cursor={first['next_cursor']}")

    names = {row["labels"]["alertname"] for row in first["alerts"] + rest["alerts"]}
    assert (names, rest["next_cursor"]) == ({"A", "B", "C"}, None)


async def test_a_wrong_filter_is_400(site: Site) -> None:
    response = await site.ask("GET", "/api/v1/alerts?state=burning&incident=x")

    errors = (await response.json())["errors"]
    assert [error["path"] for error in errors] == ["?state", "?incident"]
