"""API v2: Prometheus posts to it, `amtool` reads from it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.site import Site, alert
from triaged.core.time.durations import MINUTE
from triaged.wire import instant_text


@pytest.mark.parametrize("path", ["/api/v2/alerts", "/api/v2/alerts/", "//api/v2/alerts"])
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
async def test_prometheus_posts_alerts(site: Site, path: str, content_type: str) -> None:
    response = await site.ask(
        "POST",
        path,
        "prometheus",
        data=json.dumps([alert("NodeDown")]),
        headers={"Content-Type": content_type},
    )

    assert response.status == 200
    assert await response.json() == {"accepted": 1, "incidents": ["INC-1"]}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_415(site: Site, content_type: str) -> None:
    response = await site.ask(
        "POST", "/api/v2/alerts", data=b"[]", headers={"Content-Type": content_type}
    )

    assert response.status == 415


@pytest.mark.parametrize(
    "body", [b"[null]", b"", b"{}", b'"x"', b"[1]", b"[" * 200_000, b"\xff\xfe"]
)
async def test_what_is_no_list_of_alerts_is_400_and_kept(site: Site, body: bytes) -> None:
    response = await site.ask(
        "POST", "/api/v2/alerts", data=body, headers={"Content-Type": "application/json"}
    )

    assert (response.status, response.content_type) == (400, "application/problem+json")
    assert len(await site.quarantined()) == 1


@pytest.mark.parametrize("body", ["[]", "null"])
async def test_no_alerts_are_fine(site: Site, body: str) -> None:
    response = await site.ask(
        "POST", "/api/v2/alerts", data=body, headers={"Content-Type": "application/json"}
    )

    assert await response.json() == {"accepted": 0, "incidents": []}


async def test_firing_alerts_are_listed_as_alertmanager_lists_them(site: Site) -> None:
    await site.fire("NodeDown", instance="a")
    ended = instant_text(site.clock.now() - MINUTE)
    await site.post("/api/v2/alerts", [{**alert("Over"), "endsAt": ended}])

    (found,) = await site.get("/api/v2/alerts")

    assert found["labels"] == {"alertname": "NodeDown", "instance": "a"}
    assert found["annotations"] == {"summary": "NodeDown fires"}
    assert found["status"] == {
        "state": "active",
        "silencedBy": [],
        "inhibitedBy": [],
        "mutedBy": [],
    }
    assert found["receivers"] == [{"name": "triaged"}]
    assert found["endsAt"] > found["startsAt"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"NodeDown", "DiskFull"}),
        ('filter=alertname="NodeDown"', {"NodeDown"}),
        ('filter=alertname!="NodeDown"', {"DiskFull"}),
        ('filter=alertname=~"Node.*"', {"NodeDown"}),
        ('filter={job="a",alertname=~".*Full"}', {"DiskFull"}),
        ('filter=job="a"&filter=alertname="NodeDown"', {"NodeDown"}),
        ("active=false", set()),
        ("active=No", set()),
        ("active=nonsense", set()),
        ("active=", {"NodeDown", "DiskFull"}),
        ("active=ON", {"NodeDown", "DiskFull"}),
        ("receiver=triaged", {"NodeDown", "DiskFull"}),
        ("receiver=other", set()),
    ],
)
async def test_alerts_are_filtered(site: Site, query: str, names: set[str]) -> None:
    await site.fire("NodeDown", "DiskFull", job="a")

    found = await site.get(f"/api/v2/alerts?{query}")

    assert {one["labels"]["alertname"] for one in found} == names


@pytest.mark.parametrize(
    "query", ["filter=%3D%3D", "filter=", "filter={}", "receiver=(", 'filter=a=~"("']
)
async def test_a_wrong_filter_is_400(site: Site, query: str) -> None:
    response = await site.ask("GET", f"/api/v2/alerts?{query}")

    assert (response.status, response.content_type) == (400, "application/problem+json")


async def test_groups_are_incidents(site: Site) -> None:
    await site.fire("NodeDown", instance="a")
    await site.fire("NodeDown", instance="b")

    (group,) = await site.get("/api/v2/alerts/groups")

    assert group["labels"] == {"alertname": "NodeDown"}
    assert group["receiver"] == {"name": "triaged"}
    assert {one["labels"]["instance"] for one in group["alerts"]} == {"a", "b"}


async def test_there_is_one_receiver(site: Site) -> None:
    assert await site.get("/api/v2/receivers") == [{"name": "triaged"}]


async def test_a_muted_alert_says_by_what_and_can_be_left_out(site: Site) -> None:
    await site.fire("NodeDown", "DiskFull", job="a")
    wish = {"matchers": ["alertname=NodeDown"], "comment": "x"}
    made = await site.post("/api/v1/silences", wish)

    shown = await site.get("/api/v2/alerts")
    active = await site.get("/api/v2/alerts?silenced=false")
    silenced = await site.get("/api/v2/alerts?active=false")

    status = {one["labels"]["alertname"]: one["status"] for one in shown}
    assert status["NodeDown"]["state"] == "suppressed"
    assert status["NodeDown"]["silencedBy"] == [made["id"]]
    assert status["DiskFull"]["state"] == "active"
    assert [one["labels"]["alertname"] for one in active] == ["DiskFull"]
    assert [one["labels"]["alertname"] for one in silenced] == ["NodeDown"]


async def test_api_v1_is_gone_and_says_where_to_go(site: Site) -> None:
    response = await site.ask("POST", "/api/v1/alerts", "prometheus", json=[alert("A")])

    assert response.status == 410
    assert "/api/v2/alerts" in (await response.json())["detail"]


class Amtool:
    """Debian's amtool, pointed at a site under `auth: none`."""

    def __init__(self, path: str, site: Site) -> None:
        self._path = path
        self._url = str(site.client.make_url("/"))

    async def run(self, *arguments: str) -> str:
        """What it prints; it must succeed."""
        running = await asyncio.create_subprocess_exec(
            self._path,
            f"--alertmanager.url={self._url}",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, complaints = await running.communicate()
        assert running.returncode == 0, complaints.decode()
        return printed.decode()


async def test_amtool_lists_and_filters_alerts(
    open_site: Site, require: Callable[[str], str]
) -> None:
    amtool = Amtool(require("amtool"), open_site)
    await open_site.fire("NodeDown", "DiskFull", job="a")

    everything = await amtool.run("alert", "query")
    filtered: list[dict[str, Any]] = json.loads(
        await amtool.run("alert", "query", "-o", "json", "alertname=~Disk.*")
    )

    assert "NodeDown" in everything
    assert "DiskFull" in everything
    assert [one["labels"]["alertname"] for one in filtered] == ["DiskFull"]


async def test_amtool_adds_an_alert(open_site: Site, require: Callable[[str], str]) -> None:
    amtool = Amtool(require("amtool"), open_site)

    await amtool.run("alert", "add", "alertname=ByHand", "severity=critical")

    (incident,) = (await open_site.get("/api/v1/incidents"))["incidents"]
    assert incident["key"] == {"alertname": "ByHand"}


async def test_amtool_shows_status_receivers_and_silences(
    open_site: Site, require: Callable[[str], str]
) -> None:
    amtool = Amtool(require("amtool"), open_site)

    assert "receiver: triaged" in await amtool.run("config", "show")
    assert "disabled" in await amtool.run("cluster", "show")
    assert "triaged" in await amtool.run("config", "routes", "show")
    await amtool.run("silence", "query")
