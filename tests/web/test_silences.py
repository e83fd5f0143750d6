"""The page of silences: nothing is silenced before one has seen what it mutes."""

import re
from html import unescape

import pytest

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.console_site import fire


async def text_of(site: Site, path: str, **params: str) -> str:
    cookie = await signed_in(site)
    answer = await site.ask("GET", path, None, headers=cookie, params=params)
    assert answer.status == 200
    return await answer.text()


async def press(site: Site, path: str, fields: dict[str, str]) -> tuple[int, str]:
    cookie = await signed_in(site)
    answer = await site.ask("POST", path, None, data=fields, headers=cookie)
    return answer.status, await answer.text()


async def listed(site: Site) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await site.get("/api/v1/silences?state=active"))["silences"]
    return found


async def test_labels_of_an_incident_are_offered(site: Site) -> None:
    number = await fire(site, "order-1", "order-2")

    text = unescape(await text_of(site, "/silences", incident=number))

    assert 'value="alertname="OrderServiceErrorRate""' in text
    assert re.search(r'<code>pod="order-1"</code> <span class="soft">differs', text)


async def test_the_preview_counts_and_saves_nothing(site: Site) -> None:
    number = await fire(site, "order-1", "order-2")

    text = await text_of(site, "/silences", m='pod="order-1"', comment="moving it")

    assert "Mutes 1 alert that fires now" in text
    assert f"/incidents/{number}" in text
    assert "stays open: others fire" in text
    assert "Silence 1 alert</button>" in text
    assert await listed(site) == []


async def test_the_button_after_the_preview_saves(site: Site) -> None:
    await fire(site)
    fields = {"m": 'service="checkout"', "for": "30m", "comment": "moving it", "clear": "1"}

    status, _ = await press(site, "/silences", fields)
    (silence,) = await listed(site)
    text = await text_of(site, "/silences")

    assert status == 303
    assert (silence["created_by"], silence["comment"]) == ("alice", "moving it")
    assert silence["expire_when_clear"] is True
    assert "mutes 2 now" in text


async def test_a_silence_over_a_sev1_is_confirmed(site: Site) -> None:
    number = await fire(site)
    await site.post(f"/api/v1/incidents/{number}/severity", {"severity": "SEV-1", "reason": "all"})
    fields = {"m": 'service="checkout"', "comment": "moving it"}

    status, text = await press(site, "/silences", fields)
    before = await listed(site)
    sure = await press(site, "/silences", {**fields, "anyway": "1"})

    assert status == 409
    assert "It mutes a SEV-1" in text
    assert "anyway</button>" in text
    assert (before, sure[0], len(await listed(site))) == ([], 303, 1)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"m": 'service="checkout"'}, "say why"),
        ({"m": 'service=~".*"', "comment": "x"}, "every"),
        ({"m": "nonsense", "comment": "x"}, "nonsense"),
        ({"comment": "x"}, ""),
    ],
)
async def test_what_no_silence_can_be_is_said_and_kept(
    site: Site, fields: dict[str, str], why: str
) -> None:
    status, text = await press(site, "/silences", fields)

    assert status == 409
    assert "Nothing was silenced." in text
    assert why in unescape(text)
    assert await listed(site) == []


async def test_a_silence_is_ended_and_prolonged(site: Site) -> None:
    await site.post("/api/v1/silences", {"matchers": ['a="b"'], "comment": "x", "duration": "1h"})
    (before,) = await listed(site)
    path = f"/silences/{before['id']}/act"

    longer = await press(site, path, {"do": "extend"})
    (after,) = await listed(site)
    wrong = await press(site, path, {"do": "dance"})
    ended = await press(site, path, {"do": "expire"})

    assert (longer[0], wrong[0], ended[0]) == (303, 400, 303)
    assert str(after["ends_at"]) > str(before["ends_at"])
    assert await listed(site) == []
    assert (await press(site, "/silences/none/act", {"do": "expire"}))[0] == 404


async def test_a_reader_sees_the_list_and_no_form(site: Site) -> None:
    await site.post("/api/v1/silences", {"matchers": ['a="b"'], "comment": "x"})

    text = await (await site.ask("GET", "/silences", "read")).text()

    assert "mutes 0 now" in text
    assert "Preview" not in text
    assert 'name="do"' not in text
