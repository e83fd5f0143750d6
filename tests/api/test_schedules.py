from itertools import pairwise

from tests.api.site import Site
from triaged.core.time.durations import DAY, HOUR
from triaged.wire import instant_text


async def test_shifts_touch_and_name_their_sources(site: Site) -> None:
    start = site.clock.now()
    window = f"from={instant_text(start)}&to={instant_text(start + 21 * DAY)}"
    await site.post("/api/v1/schedules/primary/overrides", {"person": "nobody", "duration": "1h"})

    answer = await site.get(f"/api/v1/schedules?{window}")

    (primary,) = answer["schedules"]
    shifts = primary["shifts"]
    assert (primary["schedule"], primary["timezone"]) == ("primary", "UTC")
    assert (shifts[0]["start"], shifts[-1]["end"]) == (answer["from"], answer["to"])
    assert all(one["end"] == other["start"] for one, other in pairwise(shifts))
    assert {one["source"] for one in shifts} == {"gap", "rotation:1"}
    assert await site.get(f"/api/v1/schedules/primary?{window}") == answer


async def test_a_person_sees_when_it_is_their_turn(site: Site) -> None:
    answer = await site.get(f"/api/v1/people/bob/shifts?to={_in_weeks(site, 4)}")

    assert answer["person"] == "bob"
    assert len(answer["shifts"]) in (2, 3)
    assert {one["schedule"] for one in answer["shifts"]} == {"primary"}
    assert {one["source"] for one in answer["shifts"]} == {"rotation:1"}


def _in_weeks(site: Site, weeks: int) -> str:
    return instant_text(site.clock.now() + weeks * 7 * DAY)


async def test_unknown_names_and_impossible_windows_are_refused(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/schedules/primry")).status == 404
    assert (await site.ask("GET", "/api/v1/people/carl/shifts")).status == 404
    for window in (f"to={_in_weeks(site, 80)}", f"to={_in_weeks(site, -1)}", "from=soon"):
        assert (await site.ask("GET", f"/api/v1/schedules?{window}")).status == 400


async def test_the_facts_are_there_for_programs_that_compute(site: Site) -> None:
    await site.post("/api/v1/schedules/primary/overrides", {"person": "nobody", "duration": "1h"})

    facts = await site.get("/api/v1/duty")

    (one,) = facts["overrides"]
    assert (one["id"], one["person"], one["end_at"] - one["start_at"]) == ("1", "nobody", HOUR)
    assert (facts["feeds"], facts["version"]) == ([], 2)
