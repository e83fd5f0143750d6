"""The page for what does not exist, where there is nothing at all."""

from tests.api.site import Site


async def test_without_any_incident_it_says_so(site: Site) -> None:
    answer = await site.ask("GET", "/incidents/INC-1")

    assert answer.status == 404
    assert "There has been no incident yet." in await answer.text()
