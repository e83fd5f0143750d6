"""Published calendars: made, fetched, listed and revoked; one's own shifts as a file."""

from pathlib import Path

from tests.api.site import Site, serving
from triaged.core.time.durations import HOUR, MINUTE

LINKS = "/api/v1/feed-links"


async def made(site: Site, **whose: str) -> tuple[str, str]:
    """The id and the path of a new link."""
    answer = await site.post(LINKS, whose)
    _, path = answer["url"].split("/feeds/")
    return answer["id"], f"/feeds/{path}"


async def test_calendar_is_served_to_whoever_has_the_address(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        _, path = await made(site, schedule="primary")
        response = await site.client.get(path, headers={"User-Agent": "Phone/1.0"})
        text = await response.text()

        assert response.status == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Cache-Control"] == "private, max-age=300"
        assert text.startswith("BEGIN:VCALENDAR\r\n")
        assert "X-WR-CALNAME:On call: primary" in text
        (link,) = (await site.get(LINKS))["links"]
        assert (link["kind"], link["target"], link["agent"]) == ("schedule", "primary", "Phone/1.0")
        assert link["used_at"] is not None
        token = path.removeprefix("/feeds/").removesuffix(".ics")
        assert len(token) == 22  # 128 bits
        assert token not in repr(link)


async def test_unchanged_calendar_is_not_sent_again_though_its_stamps_differ(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as site:
        _, path = await made(site, person="alice")
        first = await site.client.get(path)
        site.clock.ahead_us += HOUR
        second = await site.client.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert second.status == 304
        assert second.headers["ETag"] == first.headers["ETag"]


async def test_revoked_address_is_none(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        identity, path = await made(site, person="alice")
        await site.ask("DELETE", f"{LINKS}/{identity}")

        assert (await site.client.get(path)).status == 404
        assert (await site.get(LINKS))["links"] == []


async def test_what_is_no_address_is_none(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        _, path = await made(site, person="alice")

        for wrong in (path.removesuffix(".ics"), "/feeds/.ics", "/feeds/" + "x" * 500 + ".ics"):
            assert (await site.client.get(wrong)).status == 404


async def test_each_address_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        _, path = await made(site, person="alice")
        _, other = await made(site, person="bob")
        states = [(await site.client.get(path)).status for _ in range(61)]

        assert states == [200] * 60 + [429]
        assert (await site.client.get(other)).status == 200
        site.clock.ahead_us += HOUR + MINUTE
        assert (await site.client.get(path)).status == 200


async def test_unknown_schedules_and_people_have_no_calendar(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        unknown = await site.ask("POST", LINKS, json={"person": "alise"})
        whose = {"person": "alice", "schedule": "primary"}
        both = await site.ask("POST", LINKS, json=whose)

        assert unknown.status == 404
        assert "did you mean alice?" in await unknown.text()
        assert both.status == 400


async def test_shifts_of_a_person_are_a_file(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        response = await site.ask("GET", "/api/v1/people/alice/calendar")

        assert response.status == 200
        assert "SUMMARY:On call: primary" in await response.text()
