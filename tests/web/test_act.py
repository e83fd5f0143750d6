"""The link in a page: GET shows and changes nothing, POST acts, others cannot."""

import html
import re
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse
from msgspec.structs import replace

from tests.api.site import Site
from triaged.access.action_links import Link, token
from triaged.core.records.model import incident_number
from triaged.core.time.durations import DAY
from triaged.wire import Secret

US = 1_000_000


async def link(site: Site, number: str, person: str = "alice", days: int = 7) -> str:
    """The path of a link that acknowledges this incident."""
    expires_s = (site.clock.now() + days * DAY) // US
    allowed = Link(incident_number(number) or 0, "acknowledge", person, expires_s)
    return f"/act/{token(allowed, site.context.action_key)}"


async def text_of(response: ClientResponse) -> str:
    """What the page says, without its tags."""
    body = await response.text()
    body = re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def state_of(site: Site, number: str) -> str:
    return str((await site.get(f"/api/v1/incidents/{number}"))["state"])


async def test_get_shows_what_it_is_about_and_one_button(site: Site) -> None:
    number = await site.declare("Checkout is down", severity="SEV-1", service="checkout")

    response = await site.ask("GET", await link(site, number), None)

    text = await text_of(response)
    assert (response.status, response.content_type) == (200, "text/html")
    for part in ("SEV-1", number, "open", "Checkout is down", "left to respond, by", "checkout"):
        assert part in text, part
    assert (await response.text()).count("<button") == 1
    assert "Acknowledge as Alice <Example>" in text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(site: Site, method: str) -> None:
    number = await site.declare()
    before = await site.get(f"/api/v1/incidents/{number}/timeline")
    path = await link(site, number)

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Purpose": "prefetch"}):
        response = await site.ask(method, path, None, headers=headers)
        assert response.status == 200

    assert await site.get(f"/api/v1/incidents/{number}/timeline") == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://triaged.example.org"},
    ],
)
async def test_the_button_acknowledges_as_the_person(site: Site, headers: dict[str, str]) -> None:
    number = await site.declare()

    response = await site.ask("POST", await link(site, number), None, headers=headers)

    assert response.status == 200
    text = await text_of(response)
    assert re.search(r"Acknowledged \d\d:\d\d CES?T by Alice <Example>. Paging has stopped.", text)
    shown = await site.get(f"/api/v1/incidents/{number}")
    assert (shown["state"], shown["acknowledged_by"]) == ("acknowledged", "alice")


async def test_a_link_that_went_to_a_channel_acts_for_nobody_by_name(site: Site) -> None:
    number = await site.declare()

    await site.ask("POST", await link(site, number, person=""), None)

    assert (await site.get(f"/api/v1/incidents/{number}"))["acknowledged_by"] == "link"


async def test_pressing_twice_is_no_error(site: Site) -> None:
    number = await site.declare()
    path = await link(site, number)
    await site.ask("POST", path, None)

    again = await site.ask("POST", path, None)

    assert again.status == 200
    assert "You have it since" in await text_of(again)


async def test_what_the_person_has_already_shows_no_button(site: Site) -> None:
    number = await site.declare()
    await site.ask("POST", await link(site, number), None)

    response = await site.ask("GET", await link(site, number), None)

    assert "<button" not in await response.text()
    assert "You have it since" in await text_of(response)


async def test_what_somebody_else_holds_is_taken_over_by_a_button_of_its_own(site: Site) -> None:
    number = await site.declare()
    await site.ask("POST", await link(site, number, person="bob"), None)
    path = await link(site, number)

    shown = await text_of(await site.ask("GET", path, None))
    refused = await site.ask("POST", path, None)
    holder = (await site.get(f"/api/v1/incidents/{number}"))["holder"]
    taken = await text_of(await site.ask("POST", f"{path}?take_over=1", None))

    assert "Bob Example has it since" in shown
    assert "Held until" in shown
    assert "Take over from Bob Example" in shown
    assert (refused.status, holder) == (409, "bob")
    assert "Taken over by Alice <Example>. Bob Example is told. Yours until" in taken
    assert (await site.get(f"/api/v1/incidents/{number}"))["holder"] == "alice"


async def test_what_is_over_is_409_and_says_so(site: Site) -> None:
    number = await site.declare()
    await site.post(f"/api/v1/incidents/{number}/resolve")

    response = await site.ask("POST", await link(site, number), None)

    assert response.status == 409
    assert re.search(r"Resolved \d\d:\d\d CES?T by Alice <Example>", await text_of(response))
    assert await state_of(site, number) == "resolved"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
    ],
)
async def test_another_site_cannot_press_the_button(site: Site, headers: dict[str, str]) -> None:
    number = await site.declare()

    response = await site.ask("POST", await link(site, number), None, headers=headers)

    assert response.status == 403
    assert await state_of(site, number) == "open"


async def test_a_link_that_is_not_ours_is_404_for_get_and_post(site: Site) -> None:
    number = await site.declare()
    good = await link(site, number)
    forged = token(Link(1, "acknowledge", "alice", 2**40), Secret("guess"))
    paths = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good[:-5],
        f"/act/{forged}",
        "/act/x",
        "/act/" + "x" * 5000,
        "/act/%00",
        await link(site, number, days=-1),
        await link(site, "INC-999"),
    ]

    answers = [await site.ask(method, path, None) for path in paths for method in ("GET", "POST")]

    assert {answer.status for answer in answers} == {404}
    assert len({await answer.text() for answer in answers}) == 1
    assert await state_of(site, number) == "open"


async def test_a_link_expires(site: Site) -> None:
    number = await site.declare()
    path = await link(site, number)
    site.clock.ahead_us = 8 * DAY

    assert (await site.ask("POST", path, None)).status == 404


async def test_every_answer_of_the_link_is_locked_down(site: Site) -> None:
    number = await site.declare()
    path = await link(site, number)

    answers = [
        await site.ask("GET", path, None),
        await site.ask("POST", path, None),
        await site.ask("GET", "/act/x", None),
        await site.ask("POST", path, None, headers={"Origin": "null"}),
    ]

    for answer in answers:
        headers = answer.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7777*7777 }} {% raw %}",
        "</style><script>alert(1)</script>",
        "javascript:alert(1)",
    ],
)
async def test_a_strangers_title_is_text(site: Site, title: str) -> None:
    number = await site.declare(title)

    body = await (await site.ask("GET", await link(site, number), None)).text()

    assert "<script" not in body
    assert "<img" not in body
    assert "60481729" not in re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL)


async def test_times_are_in_the_readers_zone(site: Site) -> None:
    number = await site.declare()

    berlin = await text_of(await site.ask("GET", await link(site, number, "alice"), None))
    tokyo = await text_of(await site.ask("GET", await link(site, number, "bob"), None))

    assert re.search(r"left to respond, by \d\d:\d\d CES?T", berlin)
    assert re.search(r"left to respond, by \d\d:\d\d JST", tokyo)


async def test_a_missed_target_is_shown_as_late(site: Site) -> None:
    number = await site.declare(severity="SEV-1")
    path = await link(site, number)
    site.clock.ahead_us = DAY // 24

    body = await (await site.ask("GET", path, None)).text()

    assert 'class="count late"' in body


async def test_only_a_plain_web_address_becomes_a_link(site: Site) -> None:
    number = await site.declare(service="checkout")

    body = await (await site.ask("GET", await link(site, number), None)).text()

    assert re.findall(r'<a href="([^"]+)"', body) == ["https://runbooks.example.org/checkout"]


async def responding(site: Site, number: str, person: str = "alice") -> str:
    """The path of a link that does all that a responder may do, where the operator allows that."""
    configuration = site.context.configuration
    allowing = replace(configuration.settings, act_links="respond")
    site.context.configuration = replace(configuration, settings=allowing)
    expires_s = (site.clock.now() + DAY) // US
    allowed = Link(incident_number(number) or 0, "respond", person, expires_s)
    return f"/act/{token(allowed, site.context.action_key)}"


async def pressed(site: Site, path: str, **fields: str) -> ClientResponse:
    """The answer to a button of the page."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(fields).encode()
    return await site.ask("POST", path, None, data=body, headers=headers)


async def test_a_link_that_responds_notes_hands_over_and_resolves(site: Site) -> None:
    number = await site.declare()
    path = await responding(site, number)

    noted = await text_of(await pressed(site, path, do="note", text="Größe <b>\r\nzwei"))
    handed = await text_of(await pressed(site, path, do="assign", person="bob"))
    resolved = await text_of(await pressed(site, path, do="resolve", text="rolled back"))

    entries = (await site.get(f"/api/v1/incidents/{number}/timeline"))["entries"]
    notes = [(entry["actor"], entry["text"]) for entry in entries if entry["kind"] == "note"]
    assert notes == [("alice", "Größe <b>\nzwei"), ("alice", "rolled back")]
    assert "The note is on the timeline." in noted
    assert "Handed over to Bob Example" in handed
    assert "Resolved." in resolved
    assert await state_of(site, number) == "resolved"


async def test_a_link_that_responds_escalates_and_says_whom_it_paged(site: Site) -> None:
    number = await site.declare()
    path = await responding(site, number)
    before = (await site.get(f"/api/v1/incidents/{number}"))["escalation"]["step"]

    answer = await pressed(site, path, do="escalate")

    after = (await site.get(f"/api/v1/incidents/{number}"))["escalation"]
    assert (answer.status, after["step"] > before or after["round"] > 1) == (200, True)
    assert "Escalated. Paged: Bob Example." in await text_of(answer)


@pytest.mark.parametrize("verb", ["note", "escalate", "assign", "resolve", "drop"])
async def test_a_link_does_no_more_than_it_may(site: Site, verb: str) -> None:
    number = await site.declare()
    before = await site.get(f"/api/v1/incidents/{number}/timeline")
    signed_for_more = await responding(site, number)
    plain = await link(site, number)
    site.context.configuration = replace(
        site.context.configuration,
        settings=replace(site.context.configuration.settings, act_links="acknowledge"),
    )

    for path in (signed_for_more, plain):
        answer = await pressed(site, path, do=verb, text="x", person="bob")
        assert answer.status == 403
    assert await site.get(f"/api/v1/incidents/{number}/timeline") == before


@pytest.mark.parametrize(
    "body", [b"do=note&text=" + b"x" * 20_001, b"\xff=%ff", b"do=%ff", b"&".join([b"a=1"] * 50)]
)
async def test_a_form_that_is_not_ours_changes_nothing(site: Site, body: bytes) -> None:
    number = await site.declare()
    path = await responding(site, number)

    answer = await site.ask("POST", path, None, data=body)

    assert answer.status == 403
    assert await state_of(site, number) == "open"


async def test_another_site_can_press_no_button(site: Site) -> None:
    number = await site.declare()
    path = await responding(site, number)

    for verb in ("acknowledge", "take_over", "note", "escalate", "assign", "resolve"):
        body = urlencode({"do": verb, "text": "x", "person": "bob"}).encode()
        answer = await site.ask(
            "POST", path, None, data=body, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status == 403
    assert await state_of(site, number) == "open"


async def test_the_page_says_what_whoever_declared_it_knew(site: Site) -> None:
    number = await site.declare(text="All of Berlin is dark.")

    assert "All of Berlin is dark." in await text_of(
        await site.ask("GET", await link(site, number), None)
    )


@pytest.mark.parametrize("verb", ["note", "escalate", "assign"])
async def test_what_is_open_can_be_acknowledged_whatever_was_pressed(site: Site, verb: str) -> None:
    number = await site.declare()
    path = await responding(site, number)

    answer = await pressed(site, path, do=verb, text="x", person="bob")

    assert "Acknowledge as Alice <Example>" in await text_of(answer)
