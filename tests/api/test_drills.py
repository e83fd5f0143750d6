import pytest

from tests.api.site import Site
from triaged.core.records.events import TimerFired
from triaged.core.records.timers import DrillDue

DRILLS = "/api/v1/drills"
SCENARIO = """
name: small
severity: SEV-1
clock: x60
length: 10m
inject:
  - {at: 0s, alert: {alertname: Down, service: checkout}, annotations: {summary: it is down}}
prompts:
  - {at: 0s, to: communications_lead, ask: "What would you tell customers?"}
participants: [alice]
"""


async def begun(site: Site, **more: object) -> str:
    """The id of a drill that goes on."""
    drill = await site.post(DRILLS, {"scenario": SCENARIO, **more})
    return str(drill["id"])


async def test_drill_of_a_shipped_scenario_opens_a_marked_incident(site: Site) -> None:
    drill = await site.post(DRILLS, {"name": "checkout-failures"})

    incident = await site.get(f"/api/v1/incidents/{drill['id']}")
    assert (drill["state"], drill["clock"], drill["page"]) == ("running", "real", False)
    assert (incident["kind"], incident["title"]) == (
        "drill",
        "[DRILL] order-service error rate > 5%",
    )
    entries = (await site.get(f"/api/v1/incidents/{drill['id']}/timeline"))["entries"]
    assert all(entry["text"].startswith("[DRILL] ") for entry in entries)
    assert {"drill.started", "alerts.joined"} <= {entry["kind"] for entry in entries}


async def test_list_has_drills_and_the_scenarios_that_are_shipped(site: Site) -> None:
    first, second = await begun(site), await begun(site)

    found = await site.get(DRILLS)
    page = await site.get(f"{DRILLS}?limit=1")

    assert [one["id"] for one in found["drills"]] == [second, first]
    assert found["scenarios"] == [
        "alert-storm",
        "certificate-expiry",
        "checkout-failures",
        "data-leak",
        "database-failover",
        "region-loss",
    ]
    assert page["next_cursor"]
    rest = await site.get(f"{DRILLS}?limit=1&cursor={page['next_cursor']}")
    assert [one["id"] for one in rest["drills"]] == [first]


async def test_questions_are_answered_and_reported(site: Site) -> None:
    drill = await begun(site)

    after = await site.post(f"{DRILLS}/{drill}/answers", {"text": "that we are on it"})
    await site.post(f"/api/v1/incidents/{drill}/acknowledge")
    report = await site.get(f"{DRILLS}/{drill}/report")

    assert after["asked"] == [1]
    assert report["questions"] == [
        {
            "number": 1,
            "to": "communications_lead",
            "ask": "What would you tell customers?",
            "answers": [{"by": "alice", "text": "that we are on it"}],
        }
    ]
    rows = {row["what"]: row for row in report["rows"]}
    assert rows["acknowledged"]["met"]
    assert rows["severity"]["expected"] == "SEV-1"
    assert report["markdown"].startswith("# [DRILL] small, 20")
    assert report["last"] is None


async def test_report_compares_with_the_last_drill_that_came_to_its_end(site: Site) -> None:
    first, aborted = await begun(site), await begun(site)
    await site.post(f"/api/v1/incidents/{first}/resolve")
    timer = DrillDue(int(first.removeprefix("INC-")), site.clock.now())
    await site.context.engine.submit([TimerFired(timer)], urgent=True)
    await site.post(f"{DRILLS}/{aborted}/abort", {})
    third = await begun(site)

    assert (await site.get(f"{DRILLS}/{third}/report"))["last"] == first


async def test_abort_ends_the_drill(site: Site) -> None:
    drill = await begun(site)

    after = await site.post(f"{DRILLS}/{drill}/abort", {"reason": "a real one"})
    again = await site.post(f"{DRILLS}/{drill}/abort", {})
    late = await site.ask("POST", f"{DRILLS}/{drill}/answers", "admin", json={"text": "late"})

    assert (after["state"], after["reason"], again["state"]) == ("aborted", "a real one", "aborted")
    assert (await site.get(f"/api/v1/incidents/{drill}"))["state"] == "closed"
    assert late.status == 409


async def test_every_error_of_a_scenario_has_its_position(site: Site) -> None:
    wrong = "name: ''\ninject:\n  - {at: 1m, alert: {}}\n"

    answer = await site.ask("POST", DRILLS, "admin", json={"scenario": wrong})

    assert answer.status == 400
    paths = [error["path"] for error in (await answer.json())["errors"]]
    assert paths == ["$.scenario:1:7", "$.scenario:3:10", "$.scenario:3:21"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "$.scenario"),
        ({"name": "checkout-failures", "scenario": SCENARIO}, "$.scenario"),
        ({"name": "chekout-failures"}, "$.name"),
        ({"name": "../__init__"}, "$.name"),
        ({"name": "checkout-failures", "clock": "x99"}, "$.clock"),
        ({"name": "checkout-failures", "participants": ["nobody"]}, "$.participants[0]"),
        ({"scenario": SCENARIO.replace("alice", "nobody")}, "$.participants[0]"),
    ],
)
async def test_wrong_wish_is_400_that_says_where(
    site: Site, body: dict[str, object], path: str
) -> None:
    answer = await site.ask("POST", DRILLS, "admin", json=body)

    assert answer.status == 400
    assert [error["path"] for error in (await answer.json())["errors"]] == [path]


async def test_only_so_many_drills_go_on_at_once(site: Site) -> None:
    for _ in range(10):
        await begun(site)

    answer = await site.ask("POST", DRILLS, "admin", json={"scenario": SCENARIO})

    assert answer.status == 409


async def test_unknown_drills_are_404(site: Site) -> None:
    await site.declare()

    for path in (f"{DRILLS}/INC-1", f"{DRILLS}/INC-9", f"{DRILLS}/x", f"{DRILLS}/INC-1/report"):
        assert (await site.ask("GET", path, "read")).status == 404
    assert (await site.ask("POST", f"{DRILLS}/INC-1/abort", "admin", json={})).status == 404


async def test_reader_starts_no_drill(site: Site) -> None:
    answer = await site.ask("POST", DRILLS, "read", json={"scenario": SCENARIO})

    assert answer.status == 403


async def test_drills_are_in_no_gauge(site: Site) -> None:
    await site.declare()
    site.clock.ahead_us += 6_000_000
    before = await gauges(site)

    await begun(site)
    site.clock.ahead_us += 6_000_000

    assert before == await gauges(site)


async def gauges(site: Site) -> list[str]:
    """The numbers of incidents in a scrape."""
    text = await (await site.ask("GET", "/metrics")).text()
    return [line for line in text.splitlines() if line.startswith("triaged_incidents_")]
