"""Pages are made in turn, with headers that run nothing of strangers; forms never wait."""

from tests.api.site import Site
from triaged.http.rendering import Rendering
from triaged.web._console.pages import HEADERS


async def test_a_page_that_cannot_be_made_now_says_when_to_ask_again(site: Site) -> None:
    site.context.rendering = Rendering(at_once=0, waiting_max=0)

    page = await site.ask("GET", "/login", None)
    form = await site.ask(
        "POST", "/login", None, data={"code": "x"}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert (page.status, page.headers["Retry-After"]) == (503, "5")
    assert "Pages go out" in await page.text()
    assert form.status == 401


def test_a_page_allows_no_style_and_no_script_inside_itself() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "'sha" not in policy
