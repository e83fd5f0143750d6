from itertools import pairwise
from random import Random

import msgspec

from tests.api.site import Site
from triaged.core.oncall.duty import duty_of, on_call
from triaged.core.oncall.facts import indexed
from triaged.core.records.duty.overrides import Override
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


async def test_everything_that_shows_duty_shows_the_same(site: Site) -> None:
    start = site.clock.now() + HOUR
    dice = Random(7)
    for _ in range(12):
        first = start + dice.randrange(20 * DAY)
        wish = {
            "start": instant_text(first),
            "end": instant_text(first + dice.randrange(1, 4 * DAY)),
            "person": dice.choice(["alice", "bob", "nobody"]),
        }
        await site.ask("POST", "/api/v1/schedules/primary/overrides", json=wish)
    until = instant_text(start + 25 * DAY)
    (primary,) = (await site.get(f"/api/v1/schedules?to={until}"))["schedules"]
    own = {
        person: (await site.get(f"/api/v1/people/{person}/shifts?to={until}"))["shifts"]
        for person in ("alice", "bob")
    }
    facts = await site.get("/api/v1/duty")
    overrides = msgspec.convert(facts["overrides"], list[Override])
    offline = duty_of(site.context.configuration.settings, indexed(overrides))

    for _ in range(40):
        at = start + dice.randrange(24 * DAY)
        text = instant_text(at)
        (row,) = (await site.get(f"/api/v1/oncall?at={text}"))["oncall"]
        (piece,) = [one for one in primary["shifts"] if one["start"] <= text < one["end"]]
        by_person = [
            person
            for person, shifts in own.items()
            if any(one["start"] <= text < one["end"] for one in shifts)
        ]
        assert row["people"] == piece["people"] == by_person
        assert tuple(row["people"]) == on_call(offline, "primary", at)
