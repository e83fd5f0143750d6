"""Who is on call."""

import pytest

from tests.api.site import Site


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
