"""Who is on call."""

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from triaged.core.time.durations import SECOND


async def test_who_is_on_call_at_an_instant_and_until_when(site: Site) -> None:
    answer = await site.get("/api/v1/oncall?at=2026-01-07T00:00:00Z")

    assert answer == {
        "at": "2026-01-07T00:00:00.000000Z",
        "oncall": [
            {"schedule": "primary", "people": ["alice"], "until": "2026-01-12T09:00:00.000000Z"}
        ],
    }


async def test_nobody_is_on_call_before_the_first_turn(site: Site) -> None:
    answer = await site.get("/api/v1/oncall?at=2026-01-01T00:00:00Z")

    assert answer["oncall"] == [
        {"schedule": "primary", "people": [], "until": "2026-01-05T09:00:00.000000Z"}
    ]


async def test_now_is_meant_unless_an_instant_is_given(site: Site) -> None:
    (row,) = (await site.get("/api/v1/oncall"))["oncall"]

    assert row["people"] in (["alice"], ["bob"])


@pytest.mark.parametrize("at", ["tomorrow", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
async def test_a_wrong_instant_is_400(site: Site, at: str) -> None:
    response = await site.ask("GET", f"/api/v1/oncall?at={at}")

    assert response.status == 400


async def test_a_test_pages_each_contact_and_is_recorded_as_a_drill(site: Site) -> None:
    answer = await site.post("/api/v1/oncall/test", {"person": "alice"}, "respond")

    drill = await site.get(f"/api/v1/incidents/{answer['incident']}")
    assert (drill["kind"], drill["state"], drill["title"][:6]) == ("drill", "closed", "[TEST]")
    (page,) = answer["pages"]
    assert (page["person"], page["contact"], page["state"]) == ("alice", "desk", "due")
    opened = "triaged_incidents_opened_total"
    exposition = (await (await site.ask("GET", "/metrics")).text()).splitlines()
    assert {line.split()[1] for line in exposition if line.startswith(opened)} == {"0.0"}


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"person": "alcie"}, 404, "no person 'alcie' in the configuration (did you mean alice?)"),
        ({"person": "alice", "contact": "sms"}, 404, "no contact 'sms'; there is desk"),
        ({"person": ""}, 400, ""),
    ],
)
async def test_what_cannot_be_tested_says_why(
    site: Site, body: object, status: int, detail: str
) -> None:
    response = await site.ask("POST", "/api/v1/oncall/test", json=body)

    assert response.status == status
    assert detail in (await response.json())["detail"]


async def test_who_has_no_contact_is_a_conflict(site: Site) -> None:
    settings = site.context.engine.settings
    bob = replace(settings.people["bob"], contacts={}, page=(), notify=())
    site.context.engine.settings = replace(settings, people={**settings.people, "bob": bob})

    response = await site.ask("POST", "/api/v1/oncall/test", json={"person": "bob"})

    assert response.status == 409


async def test_tests_of_a_person_are_limited(site: Site) -> None:
    await site.post("/api/v1/oncall/test", {"person": "alice"})

    soon = await site.ask("POST", "/api/v1/oncall/test", json={"person": "alice"})
    site.clock.ahead_us += 15 * SECOND
    later = await site.ask("POST", "/api/v1/oncall/test", json={"person": "alice"})

    assert (soon.status, later.status) == (429, 201)
    assert 1 <= int(soon.headers["Retry-After"]) <= 15


async def test_to_test_is_for_those_who_respond(site: Site) -> None:
    response = await site.ask("POST", "/api/v1/oncall/test", "read", json={"person": "alice"})

    assert response.status == 403
