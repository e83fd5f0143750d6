from pathlib import Path

from tests.api.site import Site, serving
from triaged.process.maintenance.similar_words import SimilarWords


async def similar(site: Site, number: str) -> list[str]:
    hints = await site.get(f"/api/v1/incidents/{number}/hints")
    return [one["incident"] for one in hints["similar"]]


async def test_an_incident_that_is_over_is_found_by_its_words(tmp_path: Path) -> None:
    async with serving(tmp_path) as site:
        over = await site.declare("Checkout loses payments")
        await site.post(f"/api/v1/incidents/{over}/resolve")
        new = await site.declare("Checkout loses payments again")
        before = await similar(site, new)

        await SimilarWords(site.context.database).once()
        after = await similar(site, new)

    assert (before, after) == ([], [over])
