"""The first page: what is open, what asks for an answer, and that it is alive where nothing is."""

import re

import pytest
from markupsafe import escape

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.console_site import fire
from tests.web.counting import counted
from triaged.core.time.durations import MINUTE


async def text_of(site: Site, path: str = "/", **headers: str) -> str:
    answer = await site.ask("GET", path, "respond", headers=headers)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_a_newcomer_reads_how_to_send_the_first_alert(site: Site) -> None:
    text = await text_of(site)

    assert "Send the first alert" in text
    assert "curl -X POST http://triaged.example.org/webhooks/generic" in text
    assert "Authorization: Bearer" in text


async def test_the_line_for_newcomers_raises_an_incident(open_site: Site) -> None:
    text = await text_of(open_site)
    assert "auth: none." in text
    body = re.search(r"-d '(.*)'", text.replace("&#34;", '"'))
    assert body is not None

    answer = await open_site.ask("POST", "/webhooks/generic", None, data=body[1])
    assert answer.status == 200, await answer.text()

    assert "first alert" in await text_of(open_site)


async def test_incidents_stand_by_severity_and_then_the_newest_first(site: Site) -> None:
    await site.declare("mild", severity="SEV-3")
    await site.declare("bad", severity="SEV-2")
    await site.declare("worse", severity="SEV-1")
    await site.declare("bad again", severity="SEV-2")

    rows = re.findall(r'id="row-(INC-\d+)"', await text_of(site))

    assert rows == ["INC-3", "INC-4", "INC-2", "INC-1"]


async def test_what_pages_me_asks_me_for_an_answer(site: Site) -> None:
    number = await site.declare("Checkout fails")
    paged = (await site.get(f"/api/v1/incidents/{number}/pages"))["pages"][0]["person"]
    other = "bob" if paged == "alice" else "alice"

    found = {}
    for person in ("alice", "bob"):
        cookie = await signed_in(site, person=person)
        text = await (await site.ask("GET", "/", None, headers=cookie)).text()
        found[person] = "Mine to answer" in text

    assert found == {paged: True, other: False}


async def test_a_reader_sees_no_buttons(site: Site) -> None:
    await site.declare()

    text = await (await site.ask("GET", "/", "read")).text()

    assert "INC-1" in text
    assert 'name="do"' not in text


async def test_nothing_open_says_what_was_heard_last(site: Site) -> None:
    number = await fire(site)
    await site.post(f"/api/v1/incidents/{number}/resolve", {})
    text = await text_of(site)
    site.clock.ahead_us += 11 * MINUTE

    later = await text_of(site)

    assert "Nothing is open." in text
    assert re.search(r"Last alert heard .* ago</?[^.]*|from prometheus", text)
    assert "a sender that is well may be quiet" not in text
    assert "a sender that is well may be quiet" in later


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("severity=SEV-1", ["INC-1"]),
        ("severity=sev-1,SEV-3 state=open", ["INC-1", "INC-3"]),
        ("state=acknowledged", ["INC-2"]),
        ("state=snoozed", []),
        ("service=checkout", ["INC-1"]),
        ("team=payments", ["INC-1"]),
        ("mine", ["INC-2"]),
        ("age>1h", []),
        ("age<1h disk", ["INC-3"]),
        ('label.pod="order-1"', ["INC-4"]),
        ("100%", []),
        ("label.pod=order_1", []),
    ],
)
async def test_the_filter_asks_in_the_words_of_the_api(
    site: Site, query: str, numbers: list[str]
) -> None:
    await site.declare("one", severity="SEV-1", service="checkout")
    await site.declare("two", severity="SEV-2")
    await site.declare("disk full", severity="SEV-3")
    await site.post("/api/v1/incidents/INC-2/acknowledge", {})
    await fire(site, "order-1", service="search")

    cookie = await signed_in(site)
    answer = await site.ask("GET", "/", None, headers=cookie, params={"q": query})
    text = await answer.text()
    rows = re.findall(r'id="row-(INC-\d+)"', text)

    assert [row for row in rows if row in numbers or query != "mine"] == numbers
    assert f'value="{escape(query)}"' in text


async def test_words_that_mean_nothing_are_said(site: Site) -> None:
    await site.declare()

    answer = await site.ask("GET", "/", "read", params={"q": "severity=SEV-9 age>soon mine"})
    text = await answer.text()

    assert 'aria-invalid="true"' in text
    assert "severity=SEV-9: SEV-1, SEV-2, SEV-3, SEV-4" in text
    assert "age&gt;soon" in text
    assert "you are nobody of `people`" in text


async def test_a_long_list_goes_on_on_a_further_page(site: Site) -> None:
    for number in range(103):
        await site.declare(f"number {number}", severity="SEV-3")

    first = await text_of(site)
    further = re.search(r'href="(/\?after=[^"]+)"', first)
    assert further is not None
    second = await text_of(site, further[1])

    assert first.count('id="row-') == 100
    assert second.count('id="row-') == 3
    assert "100 of 103 shown" in first


async def test_the_page_asks_eight_times_at_most(site: Site) -> None:
    await fire(site)
    cookie = await signed_in(site)

    with counted(site) as queries:
        for path in ("/", "/?q=severity%3DSEV-1"):
            queries.clear()
            assert (await site.ask("GET", path, None, headers=cookie)).status == 200
            assert len(queries) <= 8 + 1, queries  # one more for the session
