"""What senders do wrong, as a human hears of it."""

from tests.api.site import Site
from triaged.core.time.durations import SECOND
from triaged.wire import instant_text

FIRING = {
    "status": "firing",
    "labels": {"alertname": "NodeDown", "instance": "a"},
    "startsAt": "2026-08-20T10:00:00Z",
    "fingerprint": "a1",
}
GROUP = {"version": "4", "status": "firing", "alerts": [FIRING]}


async def test_a_slow_clock_and_a_contradiction_are_remarked_upon_once(site: Site) -> None:
    now = site.clock.now()
    slow = {"labels": {"alertname": "Slow"}, "startsAt": instant_text(now - 7200 * SECOND)}
    for moved in range(3):
        ends_at = instant_text(now - (7200 - 240 - moved) * SECOND)
        await site.post("/api/v2/alerts", [{**slow, "endsAt": ends_at}])
    paris, oslo = ({**GROUP, "externalURL": f"http://{place}:9093"} for place in ("paris", "oslo"))
    over = {**paris, "alerts": [{**FIRING, "status": "resolved"}]}
    for body in (paris, oslo, over, oslo, over, oslo):
        await site.post("/webhooks/alertmanager", body)

    titles = [one["title"] for one in (await site.get("/api/v1/incidents"))["incidents"]]

    assert [title for title in titles if "clock" in title or "contradict" in title] == [
        "alertmanager: two senders contradict each other",
        "prometheus: the clock of alice is slow",
    ]
