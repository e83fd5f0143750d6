"""What happened lately stands on the page of a link, and the page stays small."""

import re

from tests.api.site import Site
from tests.web.test_act import pressed, responding, text_of

PAGE_BYTES_MAX = 4_096
"""One answer on a bad line, as it is sent: style, facts, what happened, and buttons."""


async def test_the_page_is_small(site: Site) -> None:
    url = "https://example.org/d/85a562078cdf77779eaa1add43ccec1e/workload?" + "namespace=shop&" * 9
    noted = {"runbook_url": f"{url}a", "dashboard_url": f"{url}b", "description": "It fails. " * 40}
    pods = [f"checkout-7d9f8b6c5-{hash(number):x}" for number in range(9**9, 9**9 + 7)]
    alerts = [
        {
            "labels": {"alertname": "CrashLoop", "pod": pod},
            "annotations": noted,
            "generatorURL": url,
        }
        for pod in pods
    ]
    await site.post("/api/v2/alerts", alerts)
    path = await responding(site, "INC-1")
    for text in pods:
        await pressed(site, path, do="note", text=f"{text} is being looked at")

    answer = await site.ask("GET", path, None, headers={"Accept-Encoding": "gzip"})

    assert await text_of(answer)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert (answer.content_length or 0) <= PAGE_BYTES_MAX


async def test_the_page_says_what_happened_lately(site: Site) -> None:
    number = await site.declare()
    path = await responding(site, number)
    for count in range(12):
        await pressed(site, path, do="note", text=f"step {count}")

    text = await text_of(await pressed(site, path))

    happened = text.partition("What happened")[2]
    assert re.match(r" \d\d:\d\d CES?T acknowledged by alice, until", happened)
    assert re.findall("alice: step (\\d+)", happened) == [str(n) for n in range(11, 2, -1)]
