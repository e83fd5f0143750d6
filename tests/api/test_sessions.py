"""Links that begin sessions; what sessions may do is in tests/http/test_sessions.py."""

import pytest

from tests.api.site import Site


async def test_an_administrator_makes_a_link_for_a_person(site: Site) -> None:
    answer = await site.post("/api/v1/sign-in-links", {"person": "alice", "scopes": ["admin"]})

    assert answer["link"].startswith("http://triaged.example.org/login/")
    assert answer["person"] == "alice"


@pytest.mark.parametrize("body", [{"person": "mallory"}, {"person": "alice", "scopes": ["ingest"]}])
async def test_a_link_is_for_somebody_we_know(site: Site, body: dict[str, object]) -> None:
    assert (await site.ask("POST", "/api/v1/sign-in-links", json=body)).status == 400


async def test_too_many_links_are_refused(site: Site) -> None:
    for _ in range(100):
        await site.post("/api/v1/sign-in-links", {"person": "alice"})

    answer = await site.ask("POST", "/api/v1/sign-in-links", json={"person": "alice"})

    assert (answer.status, answer.headers["Retry-After"]) == (429, "600")
