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
