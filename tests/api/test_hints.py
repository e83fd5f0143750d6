"""Hints: computed when asked, from what is near."""

import msgspec

from tests.api.site import Site
from triaged.core.settings import Service
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.queries import similar_incidents
from triaged.wire import instant_text


def needs_postgres(site: Site) -> None:
    """The checkout needs PostgreSQL."""
    configuration = site.context.configuration
    services = {"checkout": Service("checkout", "payments", ("postgres",))}
    settings = msgspec.structs.replace(configuration.settings, services=services)
    site.context.configuration = msgspec.structs.replace(configuration, settings=settings)
    site.context.engine.settings = settings


async def test_changes_near_the_start_of_a_service_and_what_it_needs(site: Site) -> None:
    needs_postgres(site)
    now = site.clock.now()
    ago = {"now": 0, "minutes": 6 * MINUTE, "hour": HOUR, "hours": 3 * HOUR}
    at = {name: instant_text(now - us) for name, us in ago.items()}
    body = [
        {"service": "checkout", "id": "1", "title": "1.4.2", "at": at["minutes"], "by": "alice"},
        {"service": "postgres", "id": "2", "title": "bigger", "at": at["hour"], "type": "config"},
        {"service": "cart", "id": "3", "title": "other", "at": at["now"]},
        {"service": "checkout", "id": "4", "title": "long ago", "at": at["hours"]},
    ]
    await site.post("/webhooks/deploys", body, "ingest")
    await site.fire("Down", service="checkout")

    hints = await site.get("/api/v1/incidents/INC-1/hints", token="read")

    assert [(c["title"], c["distance"], c["author"]) for c in hints["changes"]] == [
        ("1.4.2", 0, "alice"),
        ("bigger", 1, ""),
    ]
    assert hints["changes"][0]["when"].startswith("6m")
    assert hints["changes"][0]["when"].endswith("before")


async def test_a_change_reported_soon_after_is_shown_as_such(site: Site) -> None:
    await site.fire("Down", service="checkout")
    site.clock.ahead_us += 5 * MINUTE
    await site.post("/webhooks/deploys", {"service": "checkout", "version": "2"}, "ingest")

    hints = await site.get("/api/v1/incidents/INC-1/hints")

    assert [change["when"][-5:] for change in hints["changes"]] == ["after"]


async def test_similar_incidents_come_with_score_words_cause_and_fix(site: Site) -> None:
    first = await site.declare("DiskFull on the database", service="checkout")
    await site.post(f"/api/v1/incidents/{first}/notes", {"text": "cause: write-ahead logs"})
    await site.post(f"/api/v1/incidents/{first}/resolve", {"note": "fix: archive them"})
    other = await site.declare("Certificate ends")
    await site.post(f"/api/v1/incidents/{other}/resolve", {"note": "renewed"})
    await similar_incidents.read(site.context.database)
    number = await site.declare("DiskFull on the replica", service="checkout")

    (similar,) = (await site.get(f"/api/v1/incidents/{number}/hints"))["similar"]

    assert (similar["incident"], similar["cause"], similar["fix"], similar["note"]) == (
        first,
        "write-ahead logs",
        "archive them",
        "",
    )
    assert 0.3 <= similar["score"] <= 1
    assert set(similar["shared"]) == {"diskfull", "disk", "full", "checkout"}


async def test_what_else_fires_on_what_it_needs(site: Site) -> None:
    needs_postgres(site)
    await site.fire("ReplicationLags", service="postgres")
    await site.fire("Down", service="checkout")
    await site.fire("Elsewhere", service="cart")

    related = (await site.get("/api/v1/incidents/INC-2/hints"))["related"]

    assert [(one["incident"], one["service"], one["distance"]) for one in related] == [
        ("INC-1", "postgres", 1)
    ]


async def test_noise_counts_incidents_of_the_key_and_of_the_rule(site: Site) -> None:
    await site.fire("Down", service="checkout")
    await site.fire("Slow", service="checkout")
    await site.post("/api/v1/incidents/INC-2/acknowledge")

    noise = (await site.get("/api/v1/incidents/INC-1/hints"))["noise"]

    assert noise["severity_by"] == "unclassified"
    assert (noise["key"]["incidents"], noise["key"]["acted"]) == (1, 0)
    assert (noise["rule"]["incidents"], noise["rule"]["acted"]) == (2, 1)


async def test_an_incident_without_a_service_has_hints_too(site: Site) -> None:
    number = await site.declare("Something smells")

    hints = await site.get(f"/api/v1/incidents/{number}/hints")

    assert (hints["changes"], hints["similar"], hints["related"]) == ([], [], [])
    assert (await site.ask("GET", "/api/v1/incidents/INC-9/hints")).status == 404
