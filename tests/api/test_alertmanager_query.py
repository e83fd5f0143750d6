"""What is wrong is said so that Alertmanager's clients can read it."""

from tests.api.site import Site


async def test_whoever_reads_json_alone_is_told_why_in_alertmanagers_words(site: Site) -> None:
    headers = {"Accept": "application/json"}
    asked = [
        await site.ask("POST", "/api/v2/silences", json={}, headers=headers),
        await site.ask("GET", "/api/v2/silences?filter=a", headers=headers),
        await site.ask("GET", "/api/v2/alerts?filter={}", headers=headers),
        await site.ask("GET", "/api/v2/alerts/groups?receiver=(", headers=headers),
    ]

    assert [response.status for response in asked] == [400] * 4
    assert all([isinstance(await response.json(), str) for response in asked])


async def test_whoever_reads_more_is_told_where(site: Site) -> None:
    response = await site.ask("GET", "/api/v2/silences?filter=")

    assert [error["path"] for error in (await response.json())["errors"]] == ["?filter"]
