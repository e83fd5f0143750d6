"""An incident's page: who has it, who is next, its alerts, hints, its timeline, and why."""

import re

import pytest

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.console_site import fire
from tests.web.counting import counted
from triaged.core.time.durations import HOUR


async def text_of(site: Site, path: str, token: str = "respond") -> str:
    answer = await site.ask("GET", path, token)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_the_page_says_what_where_who_is_next_and_why(site: Site) -> None:
    number = await fire(site, "order-1", "order-2")
    text = await text_of(site, f"/incidents/{number}")

    assert "order-service error rate &gt; 5 %" in text
    assert "Customers fail at “Pay now”." in text
    assert "cluster=prod-eu" in text
    assert "left to respond" in text
    assert 'href="https://runbooks.example.org/checkout"' in text
    assert '<th scope="col">pod</th>' in text
    assert re.search(r'class="next">.*<span>(alice|bob)', text)
    assert "alice each" in text
    assert "by no rule" in text
    assert f"<title>{number} order-service error rate &gt; 5 % · SEV-2 · triaged</title>" in text


async def test_after_the_answer_it_says_until_when_it_is_held(site: Site) -> None:
    number = await site.declare(severity="SEV-1")
    cookie = await signed_in(site)
    await site.post(f"/api/v1/incidents/{number}/acknowledge", {})

    text = await (await site.ask("GET", f"/incidents/{number}", None, headers=cookie)).text()

    assert "<b>acknowledged</b> by <bdi>alice</bdi>" in text
    assert "Answered in" in text
    assert "left to respond" not in text
    assert "stopped by alice" in text


@pytest.mark.parametrize("id_", ["INC-900", "900", "nonsense", "<script>"])
async def test_one_that_does_not_exist_names_the_newest(site: Site, id_: str) -> None:
    await site.declare("The only one")

    answer = await site.ask("GET", f"/incidents/{id_}")
    text = await answer.text()

    assert answer.status == 404
    assert "does not exist" in text
    assert "INC-1" in text
    assert "<script>" not in text.replace("<script type", "")


async def test_the_timeline_shows_what_people_pages_and_alerts_did(site: Site) -> None:
    number = await fire(site)
    await site.post(f"/api/v1/incidents/{number}/notes", {"text": "pool waits grow"})

    views = {}
    for view in ("all", "people", "pages", "alerts"):
        text = await text_of(site, f"/incidents/{number}?show={view}")
        timeline = text.partition('id="timeline"')[2].partition("</section>")[0]
        views[view] = ("pool waits grow" in timeline, timeline.count("<li"))

    assert views["people"] == (True, 1)
    assert views["pages"][0] is False
    assert views["alerts"][0] is False
    assert views["all"][1] >= views["people"][1] + views["alerts"][1]


async def test_a_reader_may_look_and_change_nothing(site: Site) -> None:
    number = await site.declare()

    text = await text_of(site, f"/incidents/{number}", "read")

    assert "<form" not in text.replace('action="/logout"', "")
    assert 'id="note"' not in text


async def test_the_page_asks_eight_times_at_most(site: Site) -> None:
    number = await fire(site)
    cookie = await signed_in(site)

    with counted(site) as queries:
        assert (await site.ask("GET", f"/incidents/{number}", None, headers=cookie)).status == 200

    assert len(queries) <= 8 + 1, queries  # one more for the session


async def test_incidents_that_were_alike_say_how_they_ended(site: Site) -> None:
    first = await site.declare("DiskFull on the database", service="checkout")
    await site.post(f"/api/v1/incidents/{first}/resolve", {"note": "fix: archive them"})
    again = await site.declare("DiskFull on the database", service="checkout")
    site.clock.ahead_us += HOUR

    text = await text_of(site, f"/incidents/{again}/similar")

    assert "Similar to INC-2" in text
    assert (await site.ask("GET", "/incidents/INC-9/similar")).status == 404


async def test_a_part_is_the_same_without_its_frame(site: Site) -> None:
    number = await site.declare()
    headers = {"Accept": "text/html; part"}

    answer = await site.ask("GET", f"/incidents/{number}", headers=headers)
    text = await answer.text()

    assert answer.headers["X-Triaged-Part"] == "1"
    assert '<main id="main"' in text
    assert '<header class="top">' not in text
    refused = await site.ask("GET", f"/incidents/{number}", None, headers=headers)
    assert refused.status == 401
