"""`/history`: what a replay needs, page by page."""

import msgspec

from tests.api.site import Site
from triaged.api.history import EpisodeHistory, IncidentHistory, SilenceHistory


async def test_alerts_and_what_people_did_are_told(site: Site) -> None:
    await site.fire("Down", pod="a")
    await site.fire("Full", pod="b")
    await site.post("/api/v1/incidents/INC-1/acknowledge")

    first = await site.get("/api/v1/history/episodes?limit=1&since=1h")
    cursor = first["next_cursor"]
    rest = await site.get(f"/api/v1/history/episodes?limit=1&since=1h&cursor={cursor}")
    answer = await site.get("/api/v1/history/incidents?since=1h")

    names = [
        episode.labels["alertname"]
        for page in (first, rest)
        for episode in msgspec.convert(page, EpisodeHistory).episodes
    ]
    incidents = msgspec.convert(answer, IncidentHistory).incidents
    assert names == ["Down", "Full"]
    assert rest["next_cursor"] is None
    assert [one.number for one in incidents] == [1, 2]
    assert [act.what for act in incidents[0].acts] == ["acknowledge"]


async def test_what_is_outside_of_the_period_is_left_out(site: Site) -> None:
    await site.fire("Down", pod="a")

    path = "/api/v1/history/episodes?since=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z"
    assert (await site.get(path))["episodes"] == []
    assert (await site.ask("GET", "/api/v1/history/incidents?since=soon")).status == 400


async def test_silences_are_told(site: Site) -> None:
    answer = await site.get("/api/v1/history/silences")

    assert msgspec.convert(answer, SilenceHistory).silences == []
