"""People, their contacts, and who pages them."""

import pytest

from tests.api.site import Site
from triaged.core.oncall.confirming import CODE_LIFE_US
from triaged.store.tables import pages

DESK = "/api/v1/people/alice/contacts/desk"


async def code_of(site: Site) -> str:
    """The code in the last message that waits for alice."""
    async with site.context.database.reading() as tx:
        incidents = await tx.fetch("SELECT MAX(number) FROM incidents")
        (page,) = await pages.of(tx, incidents[0][0])
    return page.subject.split()[0]


async def test_a_person_is_shown_with_everything_that_pages_them(site: Site) -> None:
    answer = await site.get("/api/v1/people/bob")

    assert answer["name"] == "Bob Example"
    assert (answer["schedules"], answer["teams"]) == (["primary"], ["payments"])
    assert answer["paged_by"] == [
        {"policy": "default", "step": 1, "target": "schedule:primary"},
        {"policy": "default", "step": 2, "target": "person:bob"},
    ]
    assert answer["services"] == ["checkout"]
    assert len(answer["next_shifts"]) == 5
    assert {shift["schedule"] for shift in answer["next_shifts"]} == {"primary"}
    (contact,) = answer["contacts"]
    assert (contact["usable"], contact["page_after_s"], contact["notifies"]) == (True, 0, True)
    assert (contact["confirmed_at"], contact["reached_at"], contact["off_since"]) == (None,) * 3
    assert (answer["reachable"], answer["problems"]) == (True, [])


async def test_contact_is_confirmed_with_the_code_that_was_sent(site: Site) -> None:
    sent = await site.post(f"{DESK}/code")
    code = await code_of(site)

    assert sent["contact"] == "alice/desk"
    answer = await site.post(f"{DESK}/confirm", {"code": code})

    assert answer["confirmed_by"] == "code"
    shown = await site.get("/api/v1/people/alice")
    assert shown["contacts"][0]["confirmed_at"] == answer["confirmed_at"]


async def test_code_is_shown_by_nothing_but_its_message(site: Site) -> None:
    await site.post(f"{DESK}/code")
    code = await code_of(site)

    for path in (f"/api/v1/incidents/INC-1{part}" for part in ("", "/timeline", "/pages")):
        assert code not in await (await site.ask("GET", path)).text(), path
    assert code not in await (await site.ask("GET", "/api/v1/people/alice")).text()


async def test_wrong_and_late_codes_are_refused(site: Site) -> None:
    await site.post(f"{DESK}/code")
    code = await code_of(site)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    refused = await site.ask("POST", f"{DESK}/confirm", json={"code": wrong})
    site.clock.ahead_us += CODE_LIFE_US
    late = await site.ask("POST", f"{DESK}/confirm", json={"code": code})

    assert refused.status == late.status == 409
    assert "4 tries are left" in (await refused.json())["detail"]
    assert "no code for alice/desk is valid" in (await late.json())["detail"]


async def test_codes_are_limited(site: Site) -> None:
    for _ in range(3):
        await site.post(f"{DESK}/code")

    response = await site.ask("POST", f"{DESK}/code")

    assert response.status == 429
    assert 3590 <= int(response.headers["Retry-After"]) <= 3600
    detail = (await response.json())["detail"]
    assert detail == "three codes were sent to alice/desk within an hour; again in 60 min"


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("/api/v1/people/alcie/contacts/desk/code", {}, 404, "did you mean alice?"),
        ("/api/v1/people/alice/contacts/sms/code", {}, 404, "alice has no contact 'sms'"),
        (f"{DESK}/confirm", {"code": "12345"}, 400, ""),
        (f"{DESK}/confirm", {"code": "12345x"}, 400, ""),
        (f"{DESK}/confirm", {"code": "123456"}, 409, "no code for alice/desk is valid"),
        (f"{DESK}/off", {}, 400, ""),
        (f"{DESK}/off", {"reason": ""}, 400, ""),
    ],
)
async def test_bad_input_says_why(
    site: Site, path: str, body: object, status: int, detail: str
) -> None:
    response = await site.ask("POST", path, json=body)

    assert response.status == status
    assert detail in (await response.json())["detail"]


async def test_unknown_person_is_404_with_the_nearest_name(site: Site) -> None:
    response = await site.ask("GET", "/api/v1/people/bop")

    assert response.status == 404
    assert "no person 'bop' in the configuration (did you mean bob?)" in await response.text()


async def test_contact_is_switched_off_and_on(site: Site) -> None:
    off = await site.post(f"{DESK}/off", {"reason": "the telephone is lost"})
    roster = {row["person"]: row for row in (await site.get("/api/v1/people"))["people"]}
    on = await site.post(f"{DESK}/on", {"reason": "found"})

    assert (off["usable"], off["off_reason"]) == (False, "the telephone is lost")
    assert roster["alice"]["reachable"] is False
    assert roster["alice"]["problems"] == ["contact desk is off: the telephone is lost"]
    assert roster["bob"]["reachable"] is True
    assert (on["usable"], on["off_since"]) == (True, None)


async def test_to_change_contacts_is_for_those_who_respond(site: Site) -> None:
    for verb in ("code", "confirm", "off", "on"):
        body = {"code": "123456"} if verb == "confirm" else {"reason": "why"}
        response = await site.ask("POST", f"{DESK}/{verb}", "read", json=body)
        assert response.status == 403, verb
