"""The corpus of broken and hostile bodies, through the real application.

Each gets the right answer, is kept where it cannot be used, can be sent again, and none gives 5xx.
"""

import json
from io import BytesIO
from typing import Any

import pytest

from tests.api.site import Site
from tests.conftest import ROOT

BAD = ROOT / "tests" / "payloads" / "bad"
CASES = sorted(path.name for path in BAD.glob("*.json"))

USABLE = """
    alerts-empty-list annotations-null content-type-text-plain csv-formula-injection
    duplicate-keys html-script-annotation label-emoji-rtl label-newline-log-injection label-nul
    label-value-null slack-mrkdwn-injection status-missing status-unknown-value
    template-injection-jinja time-empty-string time-nanoseconds time-no-zone time-offset-0545
    time-year-0001
    url-javascript-scheme
""".split()
"""Bodies that are accepted whole; the others are 400, or partly set aside."""


@pytest.mark.parametrize("name", CASES)
async def test_a_bad_body_gets_the_right_answer(site: Site, name: str) -> None:
    body = (BAD / name).read_bytes()

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=body)

    kept = await site.quarantined()
    if name.removesuffix(".json") in USABLE:
        assert (response.status, kept) == (200, [])
    else:
        answer = await response.json()
        assert response.status == 400 or answer["quarantined"], answer
        assert len(kept) == 1
        await check_kept(site, kept[0], body, whole=response.status == 400)


async def check_kept(site: Site, row: dict[str, Any], body: bytes, *, whole: bool) -> None:
    """It is kept verbatim; sent again it is refused with the same reason and stays."""
    kept = await site.get(f"/api/v1/quarantine/{row['id']}")
    if whole and kept["encoding"] == "utf-8":
        assert kept["body"].encode() == body
    response = await site.ask("POST", f"/api/v1/quarantine/{row['id']}/resubmit")
    assert response.status == 400
    assert [one["id"] for one in await site.quarantined()] == [row["id"]]


@pytest.mark.parametrize("name", CASES)
async def test_no_bad_body_is_a_5xx_for_any_source(site: Site, name: str) -> None:
    body = (BAD / name).read_bytes()

    for source in ("generic", "grafana", "prometheus"):
        response = await site.ask("POST", f"/webhooks/{source}", "ingest", data=body)
        assert response.status in {200, 400}, source
        await response.json()


async def test_hostile_text_comes_back_as_it_was(site: Site) -> None:
    for name in (
        "html-script-annotation",
        "template-injection-jinja",
        "label-newline-log-injection",
    ):
        body = (BAD / f"{name}.json").read_bytes()
        await site.ask("POST", "/webhooks/alertmanager", "ingest", data=body)
        sent = json.loads(body)["alerts"][0]

        rows = (await site.get("/api/v1/alerts"))["alerts"]

        assert sent["labels"] in [row["labels"] for row in rows]
        assert sent["annotations"] in [row["annotations"] for row in rows]


async def test_a_batch_of_5000_is_accepted_whole(site: Site) -> None:
    batch = [{"labels": {"alertname": "B", "i": str(number)}} for number in range(5000)]

    answer = await site.post("/api/v2/alerts", batch)

    assert answer == {"accepted": 5000, "incidents": ["INC-1"]}


async def test_a_body_of_10_mb_is_413_and_harms_nobody(site: Site) -> None:
    body = b'{"alerts":[{"annotations":{"description":"' + b"x" * 10_000_000 + b'"}}]}'

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=BytesIO(body))

    assert response.status == 413
    assert (await site.fire("NodeDown"))["accepted"] == 1


@pytest.mark.parametrize("depth", [65, 1_000, 200_000])
async def test_deep_nesting_is_kept_and_never_a_fault(site: Site, depth: int) -> None:
    body = b'{"alerts":' + b"[" * depth + b"]" * depth + b"}"

    response = await site.ask("POST", "/webhooks/alertmanager", "ingest", data=body)

    assert response.status == 400
    assert len(await site.quarantined()) == 1
