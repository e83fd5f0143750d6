"""Subscriptions by mail: sign-up, confirmation by a button, one click to leave."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from tests.api.status_site import PAGE, Outside, StatusDesk, status_serving
from triaged.core.records.practice.status import Subscriber
from triaged.core.time.durations import HOUR
from triaged.store.tables import practice
from triaged.store.tables.practice_rows import status
from triaged.web.status_subscribers import ASKED, UNCONFIRMED_MAX, fields_of, normal

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def press(site: Site, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    """(status, text) of a form that is sent without any token or cookie."""
    sent = await site.ask("POST", path, None, data=body, headers={**FORM, **headers})
    assert "Set-Cookie" not in sent.headers
    assert "Location" not in sent.headers
    return sent.status, await sent.text()


async def asks(desk: StatusDesk, address: str = "ann@example.org", **headers: str) -> str:
    """Ask for mails; the path of the link in the mail that came."""
    await press(desk.site, "/status/subscribe", f"email={address}", **headers)
    outside = Outside()
    await desk.carry(outside)
    return path_in(outside.letters[-1].get_content(), "confirm") if outside.sent else ""


def path_in(text: str, kind: str) -> str:
    """The path of a link in a mail."""
    found = re.search(rf"http://triaged\.example\.org(/status/{kind}/\S+)", text)
    assert found is not None, text
    return found[1]


async def subscribed(desk: StatusDesk, address: str = "ann@example.org") -> str:
    """Subscribe and confirm; the path of the link in the first mail."""
    await press(desk.site, await asks(desk, address))
    await desk.post()
    outside = Outside()
    await desk.carry(outside)
    return path_in(outside.letters[0].get_content(), "u")


async def states(desk: StatusDesk) -> dict[str, int]:
    """How many subscribers there are, by state."""
    async with desk.site.context.database.reading() as tx:
        return await status.counts(tx)


async def test_a_link_is_shown_by_get_and_confirmed_by_post(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        path = await asks(desk)
        for _ in range(2):  # a scanner opens the link
            shown = await (await desk.site.ask("GET", path, None)).text()
        before = await states(desk)
        confirmed = await press(desk.site, path)
        again = await press(desk.site, path)
        seen = await (await desk.site.ask("GET", path, None)).text()

    assert "Confirm the subscription</button>" in shown
    assert before == {"unconfirmed": 1}
    assert (confirmed[0], again[0]) == (200, 200)
    assert "Mails about the status go to ann@example.org" in confirmed[1]
    assert "Subscribed" in seen


async def test_the_answer_is_always_the_same(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        answers = {
            await press(desk.site, "/status/subscribe", body)
            for body in ("email=ann@example.org", "email=ann@example.org", "email=nonsense", "")
        }

    assert {status for status, _ in answers} == {200}
    assert len(answers) == 1
    assert ASKED in next(iter(answers))[1]


async def test_a_network_asks_twenty_times_an_hour(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        for number in range(25):
            await press(desk.site, "/status/subscribe", f"email=a{number}@example.org")
        first = await states(desk)
        desk.site.clock.ahead_us += HOUR
        await press(desk.site, "/status/subscribe", "email=late@example.org")
        second = await states(desk)

    assert (first, second) == ({"unconfirmed": 20}, {"unconfirmed": 21})


async def test_so_many_addresses_wait_for_a_confirmation(tmp_path: Path) -> None:
    rows = [
        Subscriber(f"s{n}", None, "mail", "x@x.org", "x.org", 1, token=f"t{n}")
        for n in range(UNCONFIRMED_MAX)
    ]
    async with status_serving(tmp_path) as desk:
        async with desk.site.context.database.transaction() as tx:
            await practice.save(tx, rows)
        answer = await press(desk.site, "/status/subscribe", "email=ann@example.org")
        after = await states(desk)

    assert (answer[0], after) == (200, {"unconfirmed": UNCONFIRMED_MAX})


async def test_a_link_is_valid_for_a_day(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        path = await asks(desk)
        desk.site.clock.ahead_us += 25 * HOUR
        late = await press(desk.site, path)
        forged = await press(desk.site, f"{path}x")
        unknown = await press(desk.site, "/status/confirm/nothing")
        odd = await press(desk.site, "/status/confirm/%ff%00")

    assert (late[0], forged[0], unknown[0], odd[0]) == (410, 404, 404, 404)
    assert "valid for 24 hours" in late[1]


async def test_one_click_unsubscribes_and_twice_is_no_error(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        path = await subscribed(desk)
        seen = await desk.site.ask("GET", path, None)
        before = await states(desk)
        first = await press(desk.site, path, "List-Unsubscribe=One-Click")
        second = await press(desk.site, path, "List-Unsubscribe=One-Click")
        await desk.post(status="monitoring")
        outside = Outside()
        await desk.carry(outside)

    assert (seen.status, before) == (200, {"active": 1})
    assert (first[0], second[0]) == (200, 200)
    assert "You get no more mails" in first[1]
    assert outside.sent == []


async def test_one_click_may_come_in_parts(tmp_path: Path) -> None:
    kind = "multipart/form-data; boundary=xyz"
    body = (
        '--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
        "One-Click\r\n--xyz--\r\n"
    )
    async with status_serving(tmp_path) as desk:
        path = await subscribed(desk)
        answer = await press(desk.site, path, body, **{"Content-Type": kind})
        after = await states(desk)

    assert answer[0] == 200
    assert after == {"unsubscribed": 1}
    assert fields_of(body.encode(), kind) == {"List-Unsubscribe": ["One-Click"]}


async def test_a_subscriber_chooses_exports_and_is_forgotten(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        path = await subscribed(desk)
        wish = "do=save&component=search&impact=major"
        saved = await press(desk.site, path, wish)
        export = await desk.site.get(f"{path}/export", None)
        gone = await press(desk.site, path, "do=forget")
        desk.site.clock.ahead_us += HOUR
        await desk.mailings.once()
        left = await states(desk)
        answers = [
            (await desk.site.ask("GET", f"{path}{more}", None)).status for more in ("", "/export")
        ]
        late = await press(desk.site, path, wish)

    assert 'value="search" checked' in saved[1]
    assert (export["address"], export["components"], export["impact"]) == (
        "ann@example.org",
        ["search"],
        "major",
    )
    assert "nothing is stored of you" in gone[1]
    assert left == {}
    assert (answers, late[0]) == ([404, 404], 404)


async def test_who_left_can_come_back_and_old_links_are_void(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        old = await subscribed(desk)
        await press(desk.site, old, "List-Unsubscribe=One-Click")
        await press(desk.site, await asks(desk))
        back = await states(desk)
        await press(desk.site, old, "List-Unsubscribe=One-Click")
        after = await states(desk)

    assert back == after == {"active": 1}


async def test_without_a_channel_nobody_can_subscribe(tmp_path: Path) -> None:
    async with status_serving(tmp_path, replace(PAGE, channel="")) as desk:
        answer = await press(desk.site, "/status/subscribe", "email=ann@example.org")

    assert answer[0] == 404


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Ann@Example.ORG ", "Ann@example.org"),
        ("ann@example", None),
        ("ann@example.org\r\nBcc: x@y.org", None),
        ("a" * 65 + "@example.org", None),
        ("ann@" + "e" * 250 + ".org", None),
        ("änn@example.org", None),
        ("", None),
    ],
)
def test_an_address_is_one_that_every_server_takes(text: str, address: str | None) -> None:
    assert normal(text) == address


def test_a_form_that_is_none_has_no_fields() -> None:
    assert fields_of(b"\xff", "text/plain") == {}
    assert fields_of(b"&".join([b"a=1"] * 500), "") == {}
