"""The style sheet and the scripts, as they are served."""

from tests.api.site import Site
from triaged.web._console.assets import asset


async def test_files_stay_in_caches_for_ever(site: Site) -> None:
    response = await site.ask("GET", asset("site.css"), None)

    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"


async def test_another_content_has_no_name(site: Site) -> None:
    assert (await site.ask("GET", "/static/site.000000000000.css", None)).status == 404
    assert (await site.ask("GET", "/static/..%2F_templates%2Fframe.html", None)).status == 404
