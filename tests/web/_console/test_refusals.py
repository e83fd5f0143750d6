"""Refusals in words, and where somebody who has to sign in comes back to."""

import pytest

from tests.api.site import Site
from triaged.web._console.refusals import own_path


@pytest.mark.parametrize("path", ["/", "/incidents/INC-1", "/?q=severity%3DSEV-1&x=1", "/a#b"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "https://evil.example",
        "//e",
        "/\\e",
        "\\\\e",
        "%2f%2fe",
        "/a\r\nb",
        "/" + "x" * 2001,
    ],
)
def test_any_other_is_the_first_page(path: str) -> None:
    assert own_path(path) == "/"


async def test_whoever_is_not_signed_in_comes_back_to_the_page(site: Site) -> None:
    answer = await site.ask("GET", "/login?next=/incidents/INC-1", None)

    assert "/incidents/INC-1" in await answer.text()


async def test_a_store_that_is_away_is_said_with_when_to_try_again(site: Site) -> None:
    site.lose_store()

    answer = await site.ask("GET", "/login/some-code", None)
    text = await answer.text()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "triaged is busy" in text
    assert "Pages go out" in text
