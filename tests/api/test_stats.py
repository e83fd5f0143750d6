"""Figures by HTTP: the period is checked, a team chosen, drills counted apart."""

import pytest

from tests.api.site import Site
from triaged.core.time.durations import HOUR


async def test_figures_name_anchors_and_leave_out_drills(site: Site) -> None:
    await site.fire("Down", severity="critical")
    await site.declare(team="payments")
    await site.post("/api/v1/oncall/test", {"person": "alice"})

    answer = await site.get("/api/v1/stats?from=1h", "read")

    assert answer["incidents"] == 2
    assert answer["excluded"] == {"drills": 1, "notices": 0, "merged": 0}
    (acknowledge, *_) = answer["spans"]
    assert acknowledge["anchors"] == "first page → first acknowledgement"
    assert acknowledge["text"].endswith("1 drill excluded")
    assert (acknowledge["n"], acknowledge["p50_s"]) == (0, None)
    assert answer["night"] == "22:00–07:00"
    assert sum(bar["incidents"] for bar in answer["series"]) == 2


async def test_a_team_has_its_own_figures(site: Site) -> None:
    await site.declare(team="payments")
    await site.declare()

    answer = await site.get("/api/v1/stats?team=payments")

    assert answer["incidents"] == 1
    assert [(one["severity"], one["team"]) for one in answer["targets"]] == [("SEV-2", "payments")]


async def test_what_opened_after_the_period_is_not_in_it(site: Site) -> None:
    await site.declare()
    site.clock.ahead_us += 3 * HOUR

    answer = await site.get("/api/v1/stats?from=2h")

    assert answer["incidents"] == 0


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("from=1h&to=2h", "begins before it ends"),
        ("from=1h&to=1h", "begins before it ends"),
        ("from=3y", "at most two years"),
        ("from=yesterday", "?from"),
        ("to=2026-13-01", "?to"),
        ("team=paymnts", "no team"),
    ],
)
async def test_a_wrong_question_is_refused_by_name(site: Site, query: str, about: str) -> None:
    response = await site.ask("GET", f"/api/v1/stats?{query}")

    assert response.status == 400
    assert about in await response.text()


async def test_figures_need_a_token_that_may_read(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/stats", "ingest")).status == 403
    assert (await site.ask("GET", "/api/v1/stats", None)).status == 401
