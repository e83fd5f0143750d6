import time
from typing import Any

from tests.api.site import Site
from triaged.core.records.events import TimerFired
from triaged.core.records.expectations import Watch
from triaged.core.records.timers import MuteDue
from triaged.core.time.durations import HOUR, MINUTE
from triaged.store.tables import alerts, watches

PATH = "/api/v1/silences"
WISH: dict[str, object] = {"matchers": ['service="shop"'], "comment": "moving", "duration": "1h"}


async def test_a_silence_is_set_shown_listed_and_ended(site: Site) -> None:
    made = await site.post(PATH, WISH)

    shown = await site.get(f"{PATH}/{made['id']}")
    listed = await site.get(f"{PATH}?state=active")
    ended = await (await site.ask("DELETE", f"{PATH}/{made['id']}")).json()

    assert shown == made
    assert (made["state"], made["created_by"], made["matchers"]) == (
        "active",
        "alice",
        ['service="shop"'],
    )
    assert listed == {"silences": [made], "next_cursor": None}
    assert ended["state"] == "expired"
    assert (await site.get(f"{PATH}?state=active"))["silences"] == []


async def test_a_silenced_incident_says_so_while_it_lasts(site: Site) -> None:
    await site.fire("Down", service="shop")
    made = await site.post(PATH, WISH)

    during = await site.get("/api/v1/incidents/INC-1")
    listed = await site.get("/api/v1/incidents")
    site.clock.ahead_us += HOUR
    after = await site.get("/api/v1/incidents/INC-1")

    assert during["muted_by"] == [f"silence:{made['id']}"]
    assert listed["incidents"][0]["muted_by"] == during["muted_by"]
    assert after["muted_by"] is None


async def test_it_is_announced_on_the_timeline(site: Site) -> None:
    await site.fire("Down", service="shop")
    made = await site.post(PATH, WISH)
    look = TimerFired(MuteDue(1, site.clock.now()))
    await site.context.engine.submit([look], urgent=True)
    await site.ask("DELETE", f"{PATH}/{made['id']}")

    await site.context.engine.submit([look], urgent=True)

    entries = (await site.get("/api/v1/incidents/INC-1/timeline"))["entries"]
    told = [entry for entry in entries if entry["kind"].startswith("incident.")]
    assert [entry["kind"] for entry in told] == [
        "incident.opened",
        "incident.muted",
        "incident.unmuted",
    ]
    assert told[1]["data"]["by"] == [f"silence:{made['id']}"]


async def test_a_preview_shows_what_would_be_muted(site: Site) -> None:
    await site.fire("Down", service="shop", pod="a")
    await site.fire("Down", service="shop", pod="b")
    await site.fire("Slow", service="other")

    some = await site.post(f"{PATH}/preview", {"matchers": ['pod="a"']})
    whole = await site.post(f"{PATH}/preview", {"matchers": ['service="shop"']})

    assert (some["alerts"], some["incidents"][0]["muted"]) == (1, False)
    assert (whole["alerts"], whole["incidents_total"]) == (2, 1)
    assert whole["incidents"][0]["muted"]
    assert (await site.get(PATH))["silences"] == []


async def test_a_preview_names_what_is_expected_and_would_be_muted(site: Site) -> None:
    await site.fire("Watchdog", cluster="a")
    async with site.context.database.transaction() as tx:
        (alert,) = (await alerts.find(tx, alerts.AlertFilter(firing=True)))[0]
        seen = Watch("rule:watchdog", 1, 2, 1, alert.source, alert.fingerprint)
        await watches.save(tx, [seen, Watch("rule:never-seen", 1, 2)], [])
        by_cluster = Watch('rule:dog{cluster="a"}', 1, 2, 1, alert.source, alert.fingerprint)
        await watches.save(tx, [by_cluster], [])

    of_it = await site.post(f"{PATH}/preview", {"matchers": ['cluster="a"']})
    of_other = await site.post(f"{PATH}/preview", {"matchers": ['cluster="b"']})

    assert of_it["expectations"] == ['dog{cluster="a"}', "watchdog"]
    assert of_other["expectations"] == []


async def test_a_preview_shows_what_negative_matchers_mute(site: Site) -> None:
    await site.fire("Down", env="prod")
    await site.fire("Slow", env="staging")

    preview = await site.post(f"{PATH}/preview", {"matchers": ['env!="prod"']})

    assert [one["title"] for one in preview["incidents"]] == ["Slow fires"]


async def test_matchers_may_come_in_pieces(site: Site) -> None:
    pieces = [{"name": "a", "value": "b.*", "isRegex": True, "isEqual": False}, 'c="d"']

    made = await site.post(PATH, {**WISH, "matchers": pieces})

    assert made["matchers"] == ['a!~"b.*"', 'c="d"']


async def refused(site: Site, **changes: object) -> Any:
    response = await site.ask("POST", PATH, json={**WISH, **changes})
    assert response.status in {400, 404}, await response.text()
    return await response.json()


async def test_what_would_silence_everything_is_refused(site: Site) -> None:
    answer = await refused(site, matchers=['a=~".*"'])

    assert "silence everything" in answer["errors"][0]["message"]
    preview = await site.ask("POST", f"{PATH}/preview", json={"matchers": ['a=~".*"']})
    assert preview.status == 400


async def test_every_mistake_is_said_at_once(site: Site) -> None:
    answer = await refused(site, comment=" ", matchers=[], duration="60d")

    assert [error["path"] for error in answer["errors"]] == ["$.matchers", "$.ends_at", "$.comment"]
    syntax = await refused(site, matchers=["a=1", 'b=~"("'], duration="soon")
    assert [error["path"] for error in syntax["errors"]] == ["$.matchers[1]", "$.duration"]


async def test_an_end_beyond_the_last_year_is_refused(site: Site) -> None:
    answer = await refused(site, starts_at="9999-12-31T23:59:59Z")

    assert [error["path"] for error in answer["errors"]] == ["$.starts_at"]


async def test_a_silence_is_changed_by_its_id(site: Site) -> None:
    made = await site.post(PATH, WISH)

    longer = {key: made[key] for key in ("id", "starts_at", "matchers")}
    changed = await site.post(PATH, {**longer, "comment": "slow", "duration": "2h"})

    assert (changed["id"], changed["comment"]) == (made["id"], "slow")
    unknown = await refused(site, id="none")
    assert "there is no silence" in unknown["detail"]


async def test_without_an_end_a_silence_lasts_two_hours(site: Site) -> None:
    made = await site.post(PATH, {"matchers": ["a=1"], "comment": "x", "expire_when_clear": True})

    assert made["expire_when_clear"]
    site.clock.ahead_us += 2 * HOUR - MINUTE
    assert (await site.get(f"{PATH}/{made['id']}"))["state"] == "active"
    site.clock.ahead_us += MINUTE
    assert (await site.get(f"{PATH}/{made['id']}"))["state"] == "expired"


async def test_who_may_only_read_sets_no_silence(site: Site) -> None:
    assert (await site.ask("POST", PATH, "read", json=WISH)).status == 403
    assert (await site.ask("DELETE", f"{PATH}/x", "read")).status == 403
    assert (await site.ask("GET", f"{PATH}/x", "read")).status == 404
    assert (await site.ask("DELETE", f"{PATH}/x")).status == 404


HEAVY = "[^a]{0,99}.{0,99}\\PN{0,99}"
"""A pattern that takes RE2 15 ms to compile."""


async def test_patterns_that_are_too_large_together_are_refused_at_once(site: Site) -> None:
    many = [f'a{n}=~"{HEAVY}s{n}"' for n in range(60)]
    pieces = [{"name": "a", "value": f"{HEAVY}s{n}", "isRegex": True} for n in range(60)]

    began = time.thread_time()
    texts, in_pieces = await refused(site, matchers=many), await refused(site, matchers=pieces)
    previewed = await site.ask("POST", f"{PATH}/preview", json={"matchers": many})
    listed = await site.ask("GET", "/api/v2/alerts", params=[("filter", one) for one in many])

    text = await (await site.ask("GET", "/metrics")).text()
    for answer in (texts, in_pieces):
        [error] = answer["errors"]
        assert "too large together" in error["message"]
    assert (previewed.status, listed.status) == (400, 400)
    assert 'triaged_limits_hit_total{limit="patterns",source="api"} 4.0' in text
    assert time.thread_time() - began < 1.5  # each of the 120 patterns alone: 2 s


async def test_patterns_of_all_silences_are_bounded(site: Site) -> None:
    statuses = [
        (
            await site.ask("POST", PATH, json={**WISH, "matchers": [f'a{n}=~"\\PN{{0,15}}s{n}"']})
        ).status
        for n in range(20)
    ]

    assert statuses[0] == 201
    assert statuses[-1] == 400
    assert (await site.post(PATH, WISH))["state"] == "active"
