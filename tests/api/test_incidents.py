"""Incidents: the list and its filters, one and its parts, declaring."""

import pytest

from tests.api.site import Site
from triaged.core.time.durations import HOUR


async def test_a_declared_incident_is_shown_whole(site: Site) -> None:
    response = await site.ask(
        "POST",
        "/api/v1/incidents",
        json={"title": "Checkout is down", "severity": "SEV-1", "service": "checkout", "text": "x"},
    )

    shown = await response.json()
    assert response.status == 201
    assert response.headers["Location"] == "http://triaged.example.org/api/v1/incidents/INC-1"
    assert (shown["id"], shown["severity_by"], shown["team"]) == (
        "INC-1",
        "person:alice",
        "payments",
    )
    assert await site.get("/api/v1/incidents/INC-1") == shown
    assert await site.get("/api/v1/incidents/1") == shown
    assert await site.get("/api/v1/incidents/inc-1") == shown


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "$"),
        ({"title": "", "severity": "SEV-1"}, "$.title"),
        ({"title": "x" * 501, "severity": "SEV-1"}, "$.title"),
        ({"title": "A", "severity": "SEV-9"}, "$.severity"),
        ({"title": "A", "severity": "SEV-1", "servise": "checkout"}, "$"),
        ({"title": "A", "severity": "SEV-1", "service": "nothing"}, "$.service"),
        ({"title": "A", "severity": "SEV-1", "team": "nobody"}, "$.team"),
        ({"title": ["A"], "severity": "SEV-1"}, "$.title"),
    ],
)
async def test_a_wrong_declaration_says_where(site: Site, body: object, path: str) -> None:
    response = await site.ask("POST", "/api/v1/incidents", json=body)

    assert response.status == 400
    assert [error["path"] for error in (await response.json())["errors"]] == [path]


@pytest.mark.parametrize(
    "body", [b"{", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"title":1e999}']
)
async def test_a_body_that_is_no_declaration_is_400(site: Site, body: bytes) -> None:
    response = await site.ask("POST", "/api/v1/incidents", data=body)

    assert (response.status, response.content_type) == (400, "application/problem+json")


async def test_the_list_is_newest_first_and_filtered(site: Site) -> None:
    for number, severity in enumerate(("SEV-1", "SEV-2", "SEV-3")):
        await site.declare(f"Trouble {number}", severity=severity)
    await site.declare("Checkout", service="checkout")
    await site.post("/api/v1/incidents/INC-2/acknowledge")

    async def ids(query: str) -> list[str]:
        answer = await site.get(f"/api/v1/incidents?{query}")
        return [incident["id"] for incident in answer["incidents"]]

    assert await ids("") == ["INC-4", "INC-3", "INC-2", "INC-1"]
    assert await ids("state=acknowledged") == ["INC-2"]
    assert await ids("state=open,acknowledged&severity=SEV-1,SEV-2") == ["INC-4", "INC-2", "INC-1"]
    assert await ids("service=checkout") == ["INC-4"]
    assert await ids("team=payments") == ["INC-4"]
    assert await ids("q=trouble 2") == ["INC-3"]
    assert await ids("since=1h") == ["INC-4", "INC-3", "INC-2", "INC-1"]
    site.clock.ahead_us = 2 * HOUR
    assert await ids("since=1h") == []


async def test_the_list_is_of_a_kind(site: Site) -> None:
    await site.declare("by hand")
    await site.ask("POST", "/api/v1/reports", json={"title": "Cannot pay"})

    kinds = {
        kind: [
            one["kind"] for one in (await site.get(f"/api/v1/incidents?kind={kind}"))["incidents"]
        ]
        for kind in ("incident", "notice", "drill", "incident,notice")
    }

    assert kinds == {
        "incident": ["incident"],
        "notice": ["notice"],
        "drill": [],
        "incident,notice": ["notice", "incident"],
    }
    assert (await site.ask("GET", "/api/v1/incidents?kind=page")).status == 400


async def test_the_list_goes_on_at_its_cursor(site: Site) -> None:
    for number in range(5):
        await site.declare(f"Trouble {number}")

    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = await site.get(f"/api/v1/incidents?limit=2&cursor={cursor}")
        seen += [incident["id"] for incident in answer["incidents"]]
        cursor = answer["next_cursor"]

    assert seen == ["INC-5", "INC-4", "INC-3", "INC-2", "INC-1"]
    assert cursor is None


@pytest.mark.parametrize(
    "query",
    [
        "state=opne",
        "severity=SEV-9",
        "limit=0",
        "limit=1001",
        "since=soon",
        "cursor=x'--",
        "cursor=W3t9XQ",
    ],
)
async def test_a_wrong_filter_is_400_with_its_place(site: Site, query: str) -> None:
    response = await site.ask("GET", f"/api/v1/incidents?{query}")

    assert response.status == 400
    name = query.partition("=")[0]
    assert [error["path"] for error in (await response.json())["errors"]] == [f"?{name}"]


@pytest.mark.parametrize("number", ["INC-999", "INC-", "x", "INC--1", "9" * 40, "INC-1%00"])
@pytest.mark.parametrize("part", ["", "/timeline", "/alerts", "/pages"])
async def test_an_unknown_incident_is_404(site: Site, number: str, part: str) -> None:
    response = await site.ask("GET", f"/api/v1/incidents/{number}{part}")

    assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_the_timeline_is_in_order_and_goes_on(site: Site) -> None:
    number = await site.declare(text="seen by a customer")
    for text in ("one", "two", "three"):
        await site.post(f"/api/v1/incidents/{number}/notes", {"text": text})

    whole = await site.get(f"/api/v1/incidents/{number}/timeline")
    first = await site.get(f"/api/v1/incidents/{number}/timeline?limit=2")
    rest = await site.get(f"/api/v1/incidents/{number}/timeline?cursor={first['next_cursor']}")

    assert whole["next_cursor"] is None
    assert first["entries"] + rest["entries"] == whole["entries"]
    assert [entry["seq"] for entry in whole["entries"]] == list(range(1, len(whole["entries"]) + 1))
    assert whole["entries"][0]["kind"] == "incident.opened"
    assert [entry["text"] for entry in whole["entries"][-3:]] == ["one", "two", "three"]


async def test_the_pages_of_an_incident_are_shown(site: Site) -> None:
    number = await site.declare()

    answer = await site.get(f"/api/v1/incidents/{number}/pages")

    assert [(page["channel"], page["state"]) for page in answer["pages"]] == [("console", "due")]


async def test_the_alerts_of_an_incident_are_shown(site: Site) -> None:
    await site.fire("NodeDown", instance="a")
    await site.fire("NodeDown", instance="b")
    await site.fire("Other")

    answer = await site.get("/api/v1/incidents/INC-1/alerts")

    assert {row["labels"]["instance"] for row in answer["alerts"]} == {"a", "b"}
