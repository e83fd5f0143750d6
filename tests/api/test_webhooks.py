"""`/webhooks/{source}` accepts what senders send, by POST or PUT."""

import pytest

from tests.api.site import Site

GROUP = {"alerts": [{"status": "firing", "labels": {"alertname": "DiskFull"}}]}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_alerts_are_accepted_with_their_incidents(site: Site, method: str) -> None:
    response = await site.ask(method, "/webhooks/alertmanager", "ingest", json=GROUP)

    assert (response.status, await response.text()) == (
        200,
        '{"accepted":1,"incidents":["INC-1"]}',
    )


async def test_get_is_not_allowed(site: Site) -> None:
    response = await site.ask("GET", "/webhooks/alertmanager")

    assert (response.status, response.headers["Allow"]) == (405, "POST, PUT")


async def test_a_path_prefix_names_the_source_of_a_prometheus(site: Site) -> None:
    body = [{"labels": {"alertname": "DiskFull"}}]

    response = await site.ask("POST", "/webhooks/prometheus/api/v2/alerts", "prometheus", json=body)
    status = await site.ask("GET", "/webhooks/prometheus/api/v2/status")

    assert (response.status, (await response.json())["accepted"]) == (200, 1)
    assert (status.status, (await status.json())["cluster"]["status"]) == (200, "disabled")
    (alert,) = (await site.get("/api/v1/alerts"))["alerts"]
    assert alert["source"] == "prometheus"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/alertmanager/api/v2/alerts", "path_prefix"),
        ("/webhooks/nobody/api/v2/alerts", "no source of this name"),
        ("/webhooks/alertmanager/api/v2/alerts", "of kind prometheus"),
    ],
)
async def test_another_prefix_is_told_what_to_write(site: Site, path: str, text: str) -> None:
    response = await site.ask("POST", path, json=[{"labels": {"alertname": "DiskFull"}}])

    assert response.status == 404
    assert text in (await response.json())["detail"]


async def test_test_messages_are_shown_and_page_nobody(site: Site) -> None:
    test = {"status": "firing", "labels": {"alertname": "TestAlert", "instance": "Grafana"}}

    grafana = await site.post("/webhooks/grafana", {"status": "firing", "alerts": [test]})
    kuma = await site.post(
        "/webhooks/generic", {"heartbeat": None, "monitor": None, "msg": "Pager Testing"}
    )

    assert (grafana, kuma) == ({"accepted": 1, "incidents": []},) * 2
    assert len((await site.get("/api/v1/alerts"))["alerts"]) == 2
