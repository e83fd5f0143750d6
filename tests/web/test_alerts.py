"""The page of alerts."""

import pytest

from tests.api.site import Site
from tests.web.console_site import fire


async def text_of(site: Site, path: str, token: str = "respond") -> str:
    answer = await site.ask("GET", path, token)
    assert answer.status == 200
    return await answer.text()


async def test_alerts_stand_with_incident_rule_and_a_way_to_silence_them(site: Site) -> None:
    number = await fire(site, "order-1")

    text = await text_of(site, "/alerts")

    assert "OrderServiceErrorRate" in text
    assert f'href="/incidents/{number}"' in text
    assert "no rule" in text
    assert f"/silences?m=alertname%3D%22OrderServiceErrorRate%22&amp;incident={number}" in text
    assert "Silence<" not in await text_of(site, "/alerts", "read")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?state=resolved", "No alert has ended."),
        ("?state=nonsense&source=grafana", "No alert fires of grafana."),
        ("?source=%3Cscript%3E", "No alert fires of &lt;script&gt;."),
    ],
)
async def test_an_empty_list_says_of_what(site: Site, query: str, said: str) -> None:
    await fire(site)

    assert said in await text_of(site, f"/alerts{query}")


async def test_a_long_list_goes_on(site: Site) -> None:
    await site.fire(*(f"Down{number}" for number in range(103)))

    first = await text_of(site, "/alerts")
    cursor = first.partition("cursor=")[2].partition('"')[0]
    second = await text_of(site, f"/alerts?cursor={cursor}")

    assert first.count('role="rowheader"') == 100
    assert second.count('role="rowheader"') == 3
    assert (await site.ask("GET", "/alerts?cursor=x")).status == 400
