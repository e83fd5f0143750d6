"""The review by HTTP: all sections, a time that is checked, and the Markdown of the mail."""

import pytest

from tests.api.site import Site


async def test_a_quiet_week_says_so_in_each_section(site: Site) -> None:
    answer = await site.get("/api/v1/review", "read")

    assert len(answer["sections"]) == 10
    assert all(one["findings"] == [] for one in answer["sections"])
    assert answer["markdown"].count(": all is well, ") == 10


async def test_an_unclassified_alert_is_found_with_consequence_and_fix(site: Site) -> None:
    await site.fire("Down", "Down2")

    answer = await site.get("/api/v1/review?since=1h")

    first = answer["sections"][0]
    assert (first["topic"], first["consequence"]) == (
        "unclassified",
        "Every incident is a fire drill",
    )
    assert [one["text"] for one in first["findings"]] == [
        "Down: 1 time without a severity",
        "Down2: 1 time without a severity",
    ]


@pytest.mark.parametrize("since", ["0s", "94d", "later", "2999-01-01T00:00:00Z"])
async def test_a_wrong_time_is_refused(site: Site, since: str) -> None:
    response = await site.ask("GET", f"/api/v1/review?since={since}")

    assert response.status == 400
    assert "?since" in await response.text()


async def test_the_review_needs_a_token_that_may_read(site: Site) -> None:
    assert (await site.ask("GET", "/api/v1/review", "ingest")).status == 403
