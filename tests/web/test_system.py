"""The page about triaged itself: whether pages go out, and what that depends on."""

from tests.api.site import Site
from tests.web.console_site import fire
from triaged.core.time.durations import MINUTE


async def text_of(site: Site) -> str:
    answer = await site.ask("GET", "/system", "read")
    assert answer.status == 200
    return await answer.text()


async def test_it_says_in_one_sentence_whether_pages_go_out(site: Site) -> None:
    well = await text_of(site)
    site.turning["engine"] = False
    stuck = await text_of(site)

    assert "Pages go out." in well
    assert "Pages may not go out." in stuck
    assert "stuck" in stuck


async def test_a_page_that_is_due_for_long_is_trouble(site: Site) -> None:
    await fire(site)
    at_once = await text_of(site)
    site.clock.ahead_us += 2 * MINUTE

    later = await text_of(site)

    assert "Pages go out." in at_once
    assert "Pages may not go out." in later


async def test_sources_and_channels_stand_with_their_state(site: Site) -> None:
    await fire(site)

    text = await text_of(site)

    assert '<th scope="row">prometheus</th>' in text
    assert "nothing has come yet" in text
    assert '<th scope="row">console</th>' in text
    assert "canary-channel-secret" not in text
