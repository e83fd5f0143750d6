"""Absences over HTTP."""

from datetime import UTC, datetime

import pytest

from tests.api.site import Site
from triaged.core.time.durations import DAY, HOUR, SECOND


def days(site: Site, first: float, last: float) -> dict[str, object]:
    """The body of a request for these days from now."""

    def text(days_ahead: float) -> str:
        at = site.clock.now() + int(days_ahead * DAY)
        return datetime.fromtimestamp(at // SECOND, UTC).isoformat()

    return {"start": text(first), "end": text(last), "reason": "holiday"}


async def test_absence_is_a_gap_until_it_is_confirmed_and_ends(site: Site) -> None:
    on_call = (await site.get("/api/v1/oncall"))["oncall"][0]["people"][0]
    other = "bob" if on_call == "alice" else "alice"
    made = await site.post(f"/api/v1/people/{on_call}/away", days(site, 0.01, 1))
    first = made["shifts"][0]
    gaps = (await site.get("/api/v1/oncall/gaps"))["gaps"]

    assert (made["state"], first["schedule"], first["person"]) == ("planned", "primary", other)
    assert any(gap["why"] == f"{on_call} is away" for gap in gaps)

    done = await site.post(f"/api/v1/away/{made['id']}/confirm")
    assert done["away"]["state"] == "confirmed"
    assert done["overrides"]
    at = f"/api/v1/oncall?at={first['start']}"
    assert (await site.get(at))["oncall"][0]["people"] == [other]
    assert (await site.get("/api/v1/oncall/gaps"))["gaps"] == []

    ended = await site.ask("DELETE", f"/api/v1/away/{made['id']}")
    assert (await ended.json())["state"] == "ended"
    site.clock.ahead_us += HOUR
    assert (await site.get(at))["oncall"][0]["people"] == [on_call]
    assert (await site.get("/api/v1/away"))["away"] == []


@pytest.mark.parametrize(
    ("path", "first", "last", "status"),
    [
        ("/api/v1/people/alcie/away", 1, 2, 404),
        ("/api/v1/people/alice/away", 2, 1, 409),
        ("/api/v1/people/alice/away", 1, 100, 409),
        ("/api/v1/people/alice/away", -2, -1, 409),
    ],
)
async def test_wrong_absences_are_refused(
    site: Site, path: str, first: float, last: float, status: int
) -> None:
    response = await site.ask("POST", path, json=days(site, first, last))

    assert response.status == status
    assert (await response.json())["detail"]


async def test_unknown_absences_are_404(site: Site) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/confirm")):
        assert (await site.ask(method, f"/api/v1/away/nothing{path}")).status == 404


async def test_times_need_a_zone(site: Site) -> None:
    body = {"start": "2026-12-24T10:00:00", "end": "2026-12-25T10:00:00"}

    assert (await site.ask("POST", "/api/v1/people/alice/away", json=body)).status == 400
