"""Buttons of an incident: the same events as the API's, 303 back, and 409 with both values."""

import pytest

from tests.api.site import Site
from tests.http.signing_in import signed_in
from triaged.core.time.durations import SECOND


async def press(
    site: Site, number: str, verb: str, by: str = "alice", **fields: str
) -> tuple[int, str, str]:
    """(status, where it leads, text) of a button."""
    cookie = await signed_in(site, person=by)
    data = {"do": verb, **fields}
    answer = await site.ask("POST", f"/incidents/{number}/act", None, data=data, headers=cookie)
    return answer.status, answer.headers.get("Location", ""), await answer.text()


async def state(site: Site, number: str) -> dict[str, object]:
    found = await site.get(f"/api/v1/incidents/{number}")
    names = ("state", "acknowledged_by", "severity", "snoozed_until")
    return {name: found[name] for name in names}


@pytest.mark.parametrize(
    ("before", "verb", "fields", "after"),
    [
        ((), "acknowledge", {}, {"state": "acknowledged", "acknowledged_by": "alice"}),
        (("acknowledge",), "unacknowledge", {}, {"state": "open"}),
        (("acknowledge",), "escalate", {}, {"state": "open"}),
        ((), "resolve", {"text": "fix: restart"}, {"state": "resolved"}),
        (("resolve",), "reopen", {}, {"state": "open"}),
        ((), "assign", {"person": "alice"}, {"acknowledged_by": "alice"}),
        ((), "severity", {"severity": "SEV-1", "text": "all fail"}, {"severity": "SEV-1"}),
        ((), "note", {"text": "looking"}, {"state": "open"}),
        ((), "snooze", {"until": "1h"}, {"state": "acknowledged"}),
        ((), "snooze", {"until": "morning"}, {"state": "acknowledged"}),
    ],
)
async def test_a_button_does_what_it_says_and_leads_back(
    site: Site, before: tuple[str, ...], verb: str, fields: dict[str, str], after: dict[str, str]
) -> None:
    number = await site.declare()
    for each in before:
        await press(site, number, each)

    found = await press(site, number, verb, **fields)

    assert found[:2] == (303, f"/incidents/{number}?did={verb}")
    assert (await state(site, number)).items() >= after.items()


async def test_what_was_done_can_be_taken_back_for_ten_seconds(site: Site) -> None:
    number = await site.declare()
    cookie = await signed_in(site)
    _, path, _ = await press(site, number, "acknowledge")

    at_once = await (await site.ask("GET", path, None, headers=cookie)).text()
    site.clock.ahead_us += 11 * SECOND
    later = await (await site.ask("GET", path, None, headers=cookie)).text()

    assert "Acknowledged <time" in at_once
    assert 'name="do" value="unacknowledge">Undo' in at_once
    assert "is off." in at_once
    assert "Undo" not in later


async def test_what_somebody_else_has_is_offered_to_be_taken_over(site: Site) -> None:
    number = await site.declare()
    await press(site, number, "acknowledge", "bob")

    status, _, text = await press(site, number, "acknowledge")
    after = await press(site, number, "take_over")

    assert status == 409
    assert "<bdi>bob</bdi> has it" in text
    assert "Take over from bob" in text
    assert after[0] == 303
    assert (await state(site, number))["acknowledged_by"] == "alice"


async def test_a_severity_that_changed_meanwhile_is_shown_beside_ones_own(site: Site) -> None:
    number = await site.declare(severity="SEV-2")
    own = {"severity": "SEV-3", "expected": "SEV-2", "text": "only one provider"}
    await press(site, number, "severity", "bob", severity="SEV-1", text="all fail")

    status, _, text = await press(site, number, "severity", **own)
    unchanged = (await state(site, number))["severity"]
    insisted = await press(site, number, "severity", **own, anyway="1")

    assert (status, unchanged) == (409, "SEV-1")
    assert "only one provider" in text
    assert "all fail" in text
    assert "Set SEV-3 anyway" in text
    assert insisted[0] == 303
    assert (await state(site, number))["severity"] == "SEV-3"


async def test_what_was_taken_meanwhile_is_not_handed_over(site: Site) -> None:
    number = await site.declare()
    await press(site, number, "acknowledge", "bob")

    status, _, text = await press(site, number, "assign", person="alice", expected="")

    assert status == 409
    assert "Hand over to alice anyway" in text
    assert (await state(site, number))["acknowledged_by"] == "bob"


async def test_what_the_state_does_not_allow_keeps_what_was_typed(site: Site) -> None:
    number = await site.declare(severity="SEV-4")
    await press(site, number, "resolve")
    await press(site, number, "close")

    status, _, text = await press(site, number, "reopen", text="it is back")

    assert status == 409
    assert "was not changed" in text
    assert "it is back" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "dance"},
        {},
        {"do": "note"},
        {"do": "severity", "severity": "SEV-9"},
        {"do": "severity", "severity": "SEV-1", "expected": "x"},
        {"do": "snooze", "until": "never"},
        {"do": "note", "text": "x" * 20_001},
        {f"f{number}": "x" for number in range(50)},
    ],
)
async def test_what_is_no_form_of_ours_is_refused(site: Site, fields: dict[str, str]) -> None:
    number = await site.declare()
    cookie = await signed_in(site)

    answer = await site.ask("POST", f"/incidents/{number}/act", None, data=fields, headers=cookie)

    assert answer.status == 400
    assert (await state(site, number))["state"] == "open"


async def test_an_incident_that_does_not_exist_is_404(site: Site) -> None:
    assert (await press(site, "INC-900", "acknowledge"))[0] == 404
    assert (await press(site, "nonsense", "acknowledge"))[0] == 404


async def test_one_button_acknowledges_several(site: Site) -> None:
    numbers = [await site.declare(f"number {number}") for number in range(2)]
    cookie = await signed_in(site)
    fields = [("incident", number) for number in numbers] + [("do", "acknowledge")]

    answer = await site.ask("POST", "/incidents/act", None, data=fields, headers=cookie)
    wrong = await site.ask("POST", "/incidents/act", None, data=[("do", "resolve")], headers=cookie)

    assert (answer.status, wrong.status) == (303, 400)
    assert [(await state(site, number))["state"] for number in numbers] == ["acknowledged"] * 2


async def test_a_reader_is_refused_and_a_stranger_signs_in_first(site: Site) -> None:
    number = await site.declare()
    path, data = f"/incidents/{number}/act", {"do": "acknowledge"}
    reader = await signed_in(site, "read")

    refused = await site.ask("POST", path, None, data=data, headers=reader)
    stranger = await site.ask("POST", path, None, data=data)

    assert refused.status == 403
    assert "role is respond" in await refused.text()
    assert stranger.status == 303
    assert stranger.headers["Location"] == f"/login?next=/incidents/{number}&ended=1"
    assert (await state(site, number))["state"] == "open"
