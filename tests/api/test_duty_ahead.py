"""Gaps ahead, and how duty was spread."""

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from triaged.core.time.recurring import parse


def only_by_day(site: Site, allowed: str | None = None) -> None:
    """Somebody is on call by day alone; perhaps nights are allowed to be gaps."""
    configuration = site.context.configuration
    primary = configuration.settings.schedules["primary"]
    rotation = replace(primary.rotations[0], only=parse("daily 08:00-20:00"))
    hours = None if allowed is None else parse(allowed)
    schedule = replace(primary, rotations=(rotation,), gaps_allowed=hours)
    settings = replace(configuration.settings, schedules={"primary": schedule})
    site.context.configuration = replace(configuration, settings=settings)


async def test_whole_schedule_has_no_gap(site: Site) -> None:
    answer = await site.get("/api/v1/oncall/gaps?weeks=53")

    assert answer["gaps"] == []
    assert answer["from"] < answer["to"]


async def test_nights_without_anybody_are_gaps_unless_they_are_allowed(site: Site) -> None:
    only_by_day(site)
    found = (await site.get("/api/v1/oncall/gaps?weeks=1"))["gaps"]
    only_by_day(site, "daily 20:00-08:00")
    allowed = (await site.get("/api/v1/oncall/gaps?weeks=1"))["gaps"]

    assert len(found) in (7, 8)
    assert (found[1]["schedule"], found[1]["seconds"]) == ("primary", 12 * 3600)
    assert (found[1]["policies"], found[1]["why"]) == (["default"], "")
    assert allowed == []


@pytest.mark.parametrize(
    "path",
    [
        "gaps?weeks=0",
        "gaps?weeks=54",
        "gaps?weeks=x",
        "fairness?since=never",
        "fairness?since=500d",
        "fairness?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "fairness?until=later",
    ],
)
async def test_bad_questions_are_400(site: Site, path: str) -> None:
    assert (await site.ask("GET", f"/api/v1/oncall/{path}")).status == 400


async def test_duty_is_spread_over_people(site: Site) -> None:
    window = "since=2026-01-05T09:00:00Z&until=2026-01-19T09:00:00Z"
    answer = await site.get(f"/api/v1/oncall/fairness?{window}")

    assert answer["complete"] is True
    alice, bob = answer["people"]
    assert (alice["person"], bob["person"]) == ("alice", "bob")
    assert (alice["shifts"], alice["on_call_hours"], alice["night_hours"]) == (1, 168.0, 63.0)
    assert (alice["weekend_hours"], alice["pages"]) == (48.0, 0)


async def test_gaps_and_figures_may_be_read_by_readers(site: Site) -> None:
    for path in ("gaps", "fairness"):
        assert (await site.ask("GET", f"/api/v1/oncall/{path}", "read")).status == 200
