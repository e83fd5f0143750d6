from typing import Any

from msgspec.structs import replace

from tests.api.site import Site
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.wire import instant_text

PATH = "/api/v1/schedules/primary/overrides"
LIST = "/api/v1/overrides"


async def on_call(site: Site, ahead_us: int = 0) -> tuple[str, str]:
    """Who is on call at an instant, and the other of the two."""
    at = instant_text(site.clock.now() + ahead_us)
    ((who,),) = [row["people"] for row in (await site.get(f"/api/v1/oncall?at={at}"))["oncall"]]
    return who, {"alice": "bob", "bob": "alice"}[who]


def instant_in(site: Site, hours: float) -> str:
    """So many hours from now."""
    return instant_text(site.clock.now() + int(hours * HOUR))


async def make(site: Site, body: dict[str, object], status: int = 201, key: str = "") -> Any:
    """The answer to the wish for an override."""
    response = await site.ask("POST", PATH, json=body, headers={"Idempotency-Key": key})
    assert response.status == status, await response.text()
    return await response.json()


async def test_an_override_is_made_shown_listed_and_ended(site: Site) -> None:
    now, other = await on_call(site, HOUR)
    wish: dict[str, object] = {"start": instant_in(site, 0.5), "duration": "2h", "person": other}

    made = await make(site, wish | {"reason": "dentist"})

    during = await on_call(site, HOUR)
    shown = await site.get(f"{LIST}/{made['id']}")
    listed = await site.get(LIST)
    ended = await (await site.ask("DELETE", f"{LIST}/{made['id']}")).json()
    assert during == (other, now)
    assert listed == {"overrides": [shown], "next_cursor": None}
    assert (shown["by"], shown["reason"], shown["state"]) == ("alice", "dentist", "pending")
    assert (ended["state"], ended["ended_by"]) == ("ended", "alice")
    assert await on_call(site, HOUR) == (now, other)
    assert (await site.get(LIST))["overrides"] == []
    assert [one["state"] for one in (await site.get(f"{LIST}?state=all"))["overrides"]] == ["ended"]


async def test_the_answer_reports_overlaps_gaps_and_who_is_told(site: Site) -> None:
    _, other = await on_call(site, HOUR)
    span: dict[str, object] = {"start": instant_in(site, 1), "end": instant_in(site, 3)}
    first = await make(site, span | {"person": other})

    second = await make(site, span | {"person": "nobody"})

    assert [one["id"] for one in second["overlaps"]] == [first["id"]]
    assert len(second["gaps"]) == 1
    assert second["told"] == (["bob"] if other == "bob" else [])
    assert first["gaps"] == first["overlaps"] == []
    covered = await site.get(f"{LIST}/{first['id']}")
    assert covered["problem"] == "has no effect: later overrides cover it"


async def test_a_preview_says_the_same_and_does_nothing(site: Site) -> None:
    wish = {"start": instant_in(site, 1), "end": instant_in(site, 3), "person": "nobody"}

    response = await site.ask("POST", f"{PATH}/preview", json=wish)
    seen = await response.json()

    assert response.status == 200, seen
    assert len(seen["gaps"]) == 1
    assert (await site.get(f"{LIST}?state=all"))["overrides"] == []
    assert (await make(site, dict(wish)))["gaps"] == seen["gaps"]


async def test_a_request_can_be_repeated_with_its_key(site: Site) -> None:
    _, other = await on_call(site)
    wish: dict[str, object] = {
        "start": instant_in(site, 1),
        "end": instant_in(site, 3),
        "person": other,
    }

    first = await make(site, wish, key="k1")
    again = await make(site, wish, key="k1")

    assert first["overrides"] == again["overrides"]
    assert len((await site.get(LIST))["overrides"]) == 1


async def test_what_would_change_nothing_is_a_conflict(site: Site) -> None:
    now, _ = await on_call(site)

    refused = await make(site, {"duration": "1m", "person": now}, 409)

    assert refused["detail"].startswith(f"nothing would change: {now} is on call by primary")


async def test_a_wish_that_cannot_be_right_names_each_fault(site: Site) -> None:
    past = await make(
        site, {"start": instant_in(site, -1), "person": "alcie", "duration": "1h"}, 400
    )

    assert [error["path"] for error in past["errors"]] == ["$.start", "$.person"]
    assert "did you mean alice?" in past["errors"][1]["message"]


async def test_unknown_schedules_and_overrides_are_not_found(site: Site) -> None:
    wish = {"duration": "1h", "person": "bob"}

    assert (await site.ask("POST", "/api/v1/schedules/x/overrides", json=wish)).status == 404
    assert (await site.ask("DELETE", f"{LIST}/17")).status == 404
    assert (await site.ask("GET", f"{LIST}/17")).status == 404


async def test_a_reader_makes_and_ends_none(site: Site) -> None:
    wish = {"duration": "1h", "person": "bob"}

    assert (await site.ask("POST", PATH, "read", json=wish)).status == 403
    assert (await site.ask("DELETE", f"{LIST}/1", "read")).status == 403


async def test_a_cover_without_an_end_lasts_until_the_shift_ends(site: Site) -> None:
    _, other = await on_call(site)
    shifts = (await site.get("/api/v1/schedules/primary"))["schedules"][0]["shifts"]

    made = await make(site, {"person": other, "kind": "cover"})

    assert made["overrides"][0]["end"] == shifts[0]["end"]


async def test_a_caller_who_is_no_person_says_who(site: Site) -> None:
    response = await site.ask("POST", PATH, "respond", json={"duration": "1h"})

    assert response.status == 400
    assert "token:respond is no person" in (await response.json())["errors"][0]["message"]


async def test_a_plan_is_made_whole_and_ended_whole(site: Site) -> None:
    span = [
        {"start": instant_in(site, 24 * n), "end": instant_in(site, 24 * n + 1)} for n in (1, 2, 3)
    ]
    shifts = [one | {"person": person} for one in span for person in ("alice", "nobody")]

    made = await site.post(
        "/api/v1/schedules/primary/plans", {"shifts": shifts, "reason": "holidays"}
    )
    assert len(made["overrides"]) == 6
    assert len(made["gaps"]) == 3
    assert {one["kind"] for one in made["overrides"]} == {"fixed"}

    await site.ask("DELETE", f"{LIST}/{made['id']}?plan=true")

    assert (await site.get(LIST))["overrides"] == []


async def test_whoever_is_paged_is_by_the_override(site: Site) -> None:
    _, other = await on_call(site)
    await make(site, {"duration": "1h", "person": other})

    await site.fire("Down", service="checkout")

    incidents = (await site.get("/api/v1/incidents"))["incidents"]
    sent = (await site.get(f"/api/v1/incidents/{incidents[0]['id']}/pages"))["pages"]
    assert sent[0]["person"] == other


async def test_an_override_for_who_has_left_says_so(site: Site) -> None:
    _, other = await on_call(site)
    made = await make(site, {"duration": "1h", "person": other})
    settings = site.context.configuration.settings
    people = {name: one for name, one in settings.people.items() if name != other}
    changed = replace(settings, people=people)
    site.context.configuration = replace(site.context.configuration, settings=changed)

    shown = await site.get(f"{LIST}/{made['id']}")

    status = await site.get("/api/v1/status")
    assert shown["problem"] == f"{other} is not in the configuration: pages go to the catch-all"
    assert status["duty"] == [f"override 1 of primary by alice: {shown['problem']}"]


async def test_times_beyond_limits_are_refused(site: Site) -> None:
    _, other = await on_call(site)
    long = instant_text(site.clock.now() + 91 * DAY + MINUTE)

    refused = await make(site, {"end": long, "person": other}, 400)

    assert refused["errors"][0]["path"] == "$.end"


async def test_a_cover_is_undone_within_ten_minutes(site: Site) -> None:
    now, other = await on_call(site)
    await make(site, {"duration": "1h", "person": other})
    await make(site, {"duration": "2h", "person": now, "kind": "cover", "replaces": other})

    undone = await site.post(f"{LIST}/undo")
    again = await site.ask("POST", f"{LIST}/undo")
    await make(site, {"duration": "2h", "person": now, "kind": "cover", "replaces": other})
    site.clock.ahead_us += 11 * MINUTE
    late = await site.ask("POST", f"{LIST}/undo")

    assert (undone["id"], undone["state"]) == ("2", "ended")
    assert (again.status, late.status) == (404, 404)
