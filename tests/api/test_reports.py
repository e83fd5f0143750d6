import pytest

from tests.api.site import Site

REPORTS = "/api/v1/reports"
FILED = {"title": "Cannot pay", "text": "it fails", "service": "checkout", "contact": "x@y.z"}


async def filed(site: Site, **more: object) -> str:
    """The id of a new report."""
    return str((await site.post(REPORTS, FILED | more))["id"])


async def test_report_is_filed_listed_and_shown(site: Site) -> None:
    first, second = await filed(site), await filed(site, title="Another")

    found = (await site.get(f"{REPORTS}?state=new"))["reports"]
    page = await site.get(f"{REPORTS}?limit=1")
    rest = await site.get(f"{REPORTS}?limit=1&cursor={page['next_cursor']}")
    one = await site.get(f"{REPORTS}/{first}")

    assert {row["id"] for row in found} == {first, second}
    assert len({page["reports"][0]["id"], rest["reports"][0]["id"]}) == 2
    assert (one["state"], one["title"], one["service"]) == ("new", "Cannot pay", "checkout")
    assert (await site.get(f"{REPORTS}?state=dismissed"))["reports"] == []


async def test_scope_report_files_and_sees_nothing(site: Site) -> None:
    token = await site.post("/api/v1/tokens", {"name": "desk", "scopes": ["report"]})

    sent = await site.ask("POST", REPORTS, token["token"], json=FILED)
    listed = await site.ask("GET", REPORTS, token["token"])
    ingest = await site.ask("POST", REPORTS, "ingest", json=FILED)
    nobody = await site.ask("POST", REPORTS, None, json=FILED)

    assert [sent.status, listed.status, ingest.status, nobody.status] == [201, 403, 403, 401]
    assert (await sent.json())["by"] == "token:desk"


async def test_report_is_attached_declared_or_dismissed(site: Site) -> None:
    incident = await site.declare(service="checkout")
    one, two, three = await filed(site), await filed(site), await filed(site)

    attached = await site.post(f"{REPORTS}/{one}/attach", {"incident": incident})
    declared = await site.post(f"{REPORTS}/{two}/declare", {"severity": "SEV-2"})
    dismissed = await site.post(f"{REPORTS}/{three}/dismiss", {"reason": "works for us"})
    again = await site.ask("POST", f"{REPORTS}/{three}/attach", "admin", json={"incident": "1"})

    assert (attached["state"], attached["incident"]) == ("attached", incident)
    assert (declared["state"], declared["handled_by"]) == ("declared", "alice")
    assert (await site.get(f"/api/v1/incidents/{declared['incident']}"))["title"] == "Cannot pay"
    assert (dismissed["state"], dismissed["reason"], again.status) == (
        "dismissed",
        "works for us",
        409,
    )


@pytest.mark.parametrize(
    "body",
    [{}, {"title": ""}, {"title": "x" * 201}, FILED | {"service": "none"}, FILED | {"more": 1}],
)
async def test_wrong_report_is_400(site: Site, body: object) -> None:
    assert (await site.ask("POST", REPORTS, "admin", json=body)).status == 400


async def test_unknown_report_is_404(site: Site) -> None:
    assert (await site.ask("GET", f"{REPORTS}/REP-1", "read")).status == 404
    answer = await site.ask("POST", f"{REPORTS}/REP-1/declare", "admin", json={"severity": "SEV-1"})
    assert answer.status == 404
    wrong = await site.ask("POST", f"{REPORTS}/REP-1/attach", "admin", json={"incident": "x"})
    assert wrong.status == 400


async def test_token_has_a_budget(site: Site) -> None:
    for _ in range(60):
        await filed(site)

    answer = await site.ask("POST", REPORTS, "admin", json=FILED)

    assert answer.status == 429
    assert answer.headers["Retry-After"] == "600"
