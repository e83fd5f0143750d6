"""Ingest answers: 200 when on disk, 400 and kept, 503 and sent again, never a redirect."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO

import pytest
from msgspec.structs import replace

from tests.api.site import TOKENS, Away, Site
from triaged.intake.backlog import PROMPT_MAX
from triaged.intake.limits import REQUESTS_MAX
from triaged.store.database.sqlite import SqliteDatabase
from triaged.store.database.sqlite_threads import DiskFull

GROUP = {
    "version": "4",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "NodeDown", "instance": "a"},
            "annotations": {},
            "startsAt": "2026-08-20T10:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "a1",
        }
    ],
}


async def test_a_repeat_names_the_same_incident(site: Site) -> None:
    await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert await response.json() == {"accepted": 1, "incidents": ["INC-1"]}


async def test_in_a_storm_alerts_are_answered_before_they_are_decided(site: Site) -> None:
    bad = {**GROUP, "alerts": [*GROUP["alerts"], {"status": 7}]}
    site.context.engine.unfinished += PROMPT_MAX  # as while a storm is decided

    answers = [
        await (await site.ask("POST", path, "ingest", json=body)).json()
        for path, body in (
            ("/webhooks/alertmanager", GROUP),
            ("/webhooks/alertmanager", bad),
            ("/api/v2/alerts", [{"labels": {"alertname": "Other"}}]),
        )
    ]

    assert answers == [
        {"accepted": 1, "incidents": []},
        {"accepted": 1, "incidents": [], "quarantined": 1},
        {"accepted": 1, "incidents": []},
    ]
    while site.context.backlog.waits:
        await site.ask("GET", "/-/healthy")
    found = await (await site.ask("GET", "/api/v1/alerts")).json()
    assert {alert["labels"]["alertname"] for alert in found["alerts"]} == {"NodeDown", "Other"}
    kept = await (await site.ask("GET", "/api/v1/quarantine")).json()
    assert [one["reason"] for one in kept["quarantine"]] == ["wrong_shape"]


async def test_every_alert_that_is_set_aside_is_counted_in_the_answer(site: Site) -> None:
    bad = {**GROUP, "alerts": [*GROUP["alerts"], *[{"status": 7}] * 1_000]}

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=bad)

    assert (await response.json())["quarantined"] == 1_000


async def test_at_a_stop_alerts_are_not_accepted_but_sent_again(site: Site) -> None:
    site.context.stop.begin()

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert (response.status, response.headers["Retry-After"]) == (503, "5")
    assert (await response.json())["detail"] == "triaged is stopping"


async def test_a_storm_changes_nothing_for_what_can_never_be_right(site: Site) -> None:
    site.context.engine.unfinished += PROMPT_MAX

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=b"nothing")

    assert response.status == 400


async def test_a_fault_of_ours_costs_no_body(site: Site) -> None:
    configuration = site.context.configuration
    source = configuration.sources["alertmanager"]
    faulty = {source.name: replace(source, kind="generic", settings=None)}  # it stumbles on these
    site.context.configuration = replace(configuration, sources=faulty)

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert response.status == 503
    assert [one["reason"] for one in await site.quarantined()] == ["parser_failed"]


async def test_any_content_type_will_do(site: Site) -> None:
    response = await site.ask(
        "POST",
        "/webhooks/alertmanager",
        "ingest",
        data=json.dumps(GROUP),
        headers={"Content-Type": "text/plain"},
    )

    assert response.status == 200


async def test_a_resolve_of_what_we_never_saw_is_accepted(site: Site) -> None:
    group = json.loads(json.dumps(GROUP).replace("firing", "resolved"))

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=group)

    assert await response.json() == {"accepted": 1, "incidents": []}


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/alertmanager/",
        "//webhooks/alertmanager",
        "/webhooks//alertmanager///",
    ],
)
async def test_a_slash_too_many_never_redirects(site: Site, path: str) -> None:
    response = await site.ask("POST", path, "ingest", json=GROUP)

    assert (response.status, (await response.json())["accepted"]) == (200, 1)


async def test_an_unknown_source_is_404(site: Site) -> None:
    response = await site.ask("POST", "/webhooks/nagios", "ingest", json=GROUP)

    assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_a_compressed_body_is_415(site: Site) -> None:
    response = await site.ask(
        "POST",
        "/webhooks/alertmanager",
        "ingest",
        data=b"x",
        headers={"Content-Encoding": "gzip"},
    )

    assert response.status == 415


async def test_a_body_that_can_never_be_right_is_kept(site: Site) -> None:
    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=b'{"alerts": 1}')

    problem = await response.json()
    assert (response.status, response.content_type) == (400, "application/problem+json")
    assert problem["errors"][0]["path"].startswith("$")
    (kept,) = await site.quarantined()
    assert (kept["source"], kept["count"]) == ("alertmanager", 1)
    incidents = (await site.get("/api/v1/incidents"))["incidents"]
    assert [incident["key"]["quarantine"] for incident in incidents] == ["alertmanager"]


async def test_a_poison_body_is_kept_once_and_counted(site: Site) -> None:
    for _ in range(3):
        await site.ask("POST", "/webhooks/alertmanager", "ingest", data=b"{")

    (kept,) = await site.quarantined()
    assert kept["count"] == 3
    assert len((await site.get("/api/v1/incidents"))["incidents"]) == 1


async def test_one_bad_alert_does_not_cost_its_neighbours(site: Site) -> None:
    group = {**GROUP, "alerts": [*GROUP["alerts"], {"status": "firing", "labels": {"a": 1}}]}

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=group)

    assert response.status == 200
    assert await response.json() == {"accepted": 1, "incidents": ["INC-1"], "quarantined": 1}
    assert len(await site.quarantined()) == 1


async def test_what_was_kept_holds_no_secret(site: Site) -> None:
    headers = {"Authorization": f"Bearer {TOKENS['ingest']}", "X-Api-Key": "canary"}
    await site.ask("POST", "/webhooks/alertmanager", None, data=b"{", headers=headers)

    (kept,) = await site.quarantined()
    whole = json.dumps(await site.get(f"/api/v1/quarantine/{kept['id']}"))
    assert TOKENS["ingest"] not in whole
    assert "canary" not in whole


async def test_no_token_no_entry(site: Site) -> None:
    missing = await site.ask("POST", "/webhooks/alertmanager", None, json=GROUP)
    wrong = await site.ask("POST", "/webhooks/alertmanager", "trg_wrong", json=GROUP)
    other = await site.ask("POST", "/webhooks/alertmanager", "prometheus", json=GROUP)

    assert (missing.status, wrong.status, other.status) == (401, 401, 403)
    assert await missing.read() == await wrong.read()
    assert (await site.get("/api/v1/alerts"))["alerts"] == []


async def test_a_token_in_the_url_works_only_where_the_source_says_so(site: Site) -> None:
    body = {"title": "backup failed", "status": "firing"}
    query = f"?token={TOKENS['ingest']}"

    legacy = await site.ask("POST", f"/webhooks/legacy{query}", None, json=body)
    other = await site.ask("POST", f"/webhooks/generic{query}", None, json=body)

    assert (legacy.status, other.status) == (200, 401)


async def test_a_signature_stands_for_the_token(site: Site) -> None:
    body = json.dumps({**GROUP, "version": "1"}).encode()
    good = hmac.digest(b"s3cr3t-hmac", body, hashlib.sha256).hex()

    signed = await site.ask(
        "POST",
        "/webhooks/signed",
        None,
        data=body,
        headers={"X-Grafana-Alerting-Signature": good},
    )
    forged = await site.ask(
        "POST",
        "/webhooks/signed",
        None,
        data=body,
        headers={"X-Grafana-Alerting-Signature": "0" * 64},
    )
    token_only = await site.ask("POST", "/webhooks/signed", "admin", data=body)

    assert (signed.status, forged.status, token_only.status) == (200, 401, 401)


async def test_a_large_body_is_refused_by_its_length(site: Site) -> None:
    response = await site.ask(
        "POST", "/webhooks/alertmanager", "ingest", data=BytesIO(b"x" * (2 << 20))
    )

    assert response.status == 413


async def test_a_large_body_is_refused_while_it_is_read(site: Site) -> None:
    answered = asyncio.Event()

    async def unfinished() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 65_536
        await answered.wait()

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=unfinished())
    answered.set()

    assert response.status == 413


async def test_a_human_hears_once_of_bodies_that_are_too_large(site: Site) -> None:
    """The sender repeats them for ever, and all that is new in them is lost."""
    for size in (2 << 20, 3 << 20):
        body = BytesIO(b"x" * size)
        await site.ask("POST", "/webhooks/alertmanager", "ingest", data=body)
    await site.ask("POST", "/webhooks/grafana", "ingest", data=BytesIO(b"x" * (2 << 20)))

    (grafana, kept) = await site.quarantined()
    assert (kept["source"], kept["reason"], kept["count"]) == ("alertmanager", "too_large", 2)
    assert grafana["source"] == "grafana"
    titles = [one["title"] for one in (await site.get("/api/v1/incidents"))["incidents"]]
    assert titles == [
        "grafana sends what cannot be used: too large",
        "alertmanager sends what cannot be used: too large",
    ]
    metrics = await (await site.ask("GET", "/metrics")).text()
    counted = 'alerts_quarantined_total{reason="too_large",source="alertmanager"} 2.0'
    assert counted in metrics
    assert 'limits_hit_total{limit="max_body",source="alertmanager"} 2.0' in metrics


@pytest.mark.parametrize("path", ["/webhooks/signed", "/webhooks/alertmanager"])
async def test_a_large_body_of_nobody_known_pages_nobody(site: Site, path: str) -> None:
    """A signature cannot be checked over what was not read."""
    response = await site.ask("POST", path, None, data=BytesIO(b"x" * (2 << 20)))

    assert response.status in {401, 413}
    assert (await site.get("/api/v1/incidents"))["incidents"] == []


async def test_a_body_that_stops_halfway_harms_nobody(site: Site) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    head = (
        "POST /webhooks/alertmanager HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {TOKENS['ingest']}\r\n\r\n{{"
    )
    writer.write(head.encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert response.status == 200


async def test_overload_is_503_with_retry_after(site: Site) -> None:
    site.context.intake.requests = REQUESTS_MAX

    answer = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_a_disk_that_is_nearly_full_takes_no_alerts_but_everything_else(site: Site) -> None:
    await site.post("/webhooks/alertmanager", GROUP, "ingest")
    assert isinstance(site.context.database, SqliteDatabase)
    with suppress(DiskFull):
        async with site.context.database.transaction():
            raise DiskFull("no room")

    refused = [
        await site.ask("POST", path, "ingest", json=body)
        for path, body in (("/webhooks/alertmanager", GROUP), ("/api/v2/alerts", []))
    ]
    acknowledged = await site.post("/api/v1/incidents/INC-1/acknowledge")

    for answer in refused:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert "nearly full" in (await answer.json())["detail"]
    assert acknowledged["state"] == "acknowledged"


async def test_an_engine_that_stops_takes_nothing_more(site: Site) -> None:
    await site.context.engine.stop()

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=GROUP)

    assert (response.status, response.headers["Retry-After"]) == (503, "5")


async def test_an_empty_list_of_alerts_is_fine(site: Site) -> None:
    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", json={"alerts": []})

    assert await response.json() == {"accepted": 0, "incidents": []}


async def test_changes_are_accepted_stored_once_and_open_nothing(site: Site) -> None:
    body = [{"service": "octo/shop", "id": "1"}, {"service": "cart", "id": "2"}, {"title": "?"}]

    answers = [await site.post("/webhooks/deploys", body, "ingest") for _ in range(2)]

    assert answers[0] == {"accepted": 2, "incidents": answers[0]["incidents"], "quarantined": 1}
    async with site.context.database.reading() as tx:
        found = await tx.fetch("SELECT id, service FROM changes ORDER BY id")
    assert found == [("1", "checkout"), ("2", "cart")]
    assert (await site.get("/api/v1/alerts"))["alerts"] == []


async def test_changes_wait_for_a_store_that_is_away(site: Site) -> None:
    site.context.database = Away()

    response = await site.ask("POST", "/webhooks/deploys", "ingest", json={"service": "cart"})

    assert (response.status, response.headers["Retry-After"]) == (503, "5")


async def test_a_full_disk_is_told_to_come_again_and_recovers(site: Site) -> None:
    await site.post("/webhooks/alertmanager", GROUP, "ingest")
    many = {"alerts": [_long(number) for number in range(300)]}
    async with site.context.database.transaction() as tx:
        ((pages,),) = await tx.fetch("PRAGMA page_count")
        await tx.fetch(f"PRAGMA max_page_count = {pages}")

    full = await site.ask("POST", "/webhooks/alertmanager", "ingest", json=many)
    async with site.context.database.transaction() as tx:
        await tx.fetch("PRAGMA max_page_count = 1000000")
    await site.context.database.check_free_space()
    again = await site.post("/webhooks/alertmanager", many, "ingest")

    assert (full.status, full.headers["Retry-After"]) == (503, "5")
    assert again["accepted"] == 300


def _long(number: int) -> dict[str, object]:
    labels = {"alertname": "Long", "pod": str(number)}
    return {"status": "firing", "labels": labels, "annotations": {"summary": "x" * 400}}
