"""The command page: phase, next update, roles, decisions; what is refused keeps what was typed."""

import pytest

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.counting import counted

UPDATE = {
    "condition": "Investigating",
    "impact": "30 % of checkouts fail",
    "theory": "pool exhaustion",
    "actions": "restarting pods",
    "minutes": "30",
}


async def begun(site: Site) -> str:
    """An acknowledged SEV-1 that alice commands; its page."""
    number = await site.declare("Checkout fails", severity="SEV-1")
    await site.post(f"/api/v1/incidents/{number}/acknowledge", {})
    body = {"role": "incident_commander", "person": "alice"}
    await site.post(f"/api/v1/incidents/{number}/roles", body)
    return f"/incidents/{number}/command"


async def press(site: Site, page: str, verb: str, **fields: str) -> tuple[int, str]:
    cookie = await signed_in(site)
    data = {"do": verb, **fields}
    answer = await site.ask("POST", f"{page}/act", None, data=data, headers=cookie)
    return answer.status, await answer.text()


async def shown(site: Site, page: str, token: str = "respond") -> str:
    answer = await site.ask("GET", page, token)
    assert answer.status == 200
    return await answer.text()


async def test_an_update_is_seen_before_it_is_sent(site: Site) -> None:
    page = await begun(site)

    status, preview = await press(site, page, "preview", **UPDATE)
    before = await site.get("/api/v1/incidents/INC-1/updates")
    sent = await press(site, page, "update", **UPDATE)
    after = await site.get("/api/v1/incidents/INC-1/updates")

    assert status == 200
    assert "Impact: 30 % of checkouts fail\nDuration:" in preview
    assert "@alice (IC)" in preview
    assert (before["updates"], sent[0], len(after["updates"])) == ([], 303, 1)
    text = await shown(site, page)
    assert "until the next update" in text
    assert "30 % of checkouts fail" in text


async def test_a_refused_update_keeps_what_was_typed(site: Site) -> None:
    page = await begun(site)
    await press(site, page, "update", **UPDATE)

    status, text = await press(site, page, "update", **{**UPDATE, "minutes": "60"})

    assert status == 409
    assert "Not done." in text
    assert "restarting pods" in text


async def test_one_person_does_not_command_and_lead_without_a_reason(site: Site) -> None:
    page = await begun(site)
    role = {"role": "technical_lead", "person": "alice"}

    status, text = await press(site, page, "role", **role)
    with_reason = await press(site, page, "role", **role, override="only two people awake")

    assert status == 409
    assert "Override, with the reason" in text
    assert with_reason[0] == 303


async def test_phase_checklist_and_decisions_follow_the_buttons(site: Site) -> None:
    page = await begun(site)

    found = [
        (await press(site, page, "phase", phase="investigation"))[0],
        (await press(site, page, "tick", item="debugging", done="1"))[0],
        (await press(site, page, "decision", text="restart before roll-back"))[0],
    ]
    text = await shown(site, page)

    assert found[0] == found[2] == 303
    assert 'aria-current="step"><span>Investigation</span>' in text
    assert "restart before roll-back" in text.partition("Decisions")[2]


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "dance"},
        {"do": "phase", "phase": "later"},
        {"do": "role", "role": "king", "person": "alice"},
        {"do": "update", "minutes": "7"},
        {"do": "decision", "text": "x" * 1001},
    ],
)
async def test_what_is_no_form_of_ours_is_refused(site: Site, fields: dict[str, str]) -> None:
    page = await begun(site)
    cookie = await signed_in(site)

    answer = await site.ask("POST", f"{page}/act", None, data=fields, headers=cookie)

    assert answer.status == 400


async def test_the_wall_has_no_controls(site: Site) -> None:
    page = await begun(site)
    text = await shown(site, f"{page}?wall=1")

    assert 'data-theme="dark"' in text
    assert "<form" not in text
    assert "<button" not in text
    assert "Checkout fails" in text


async def test_a_reader_sees_it_without_controls(site: Site) -> None:
    page = await begun(site)

    assert 'name="do"' not in await shown(site, page, "read")


async def test_nothing_is_404_and_the_page_asks_eight_times_at_most(site: Site) -> None:
    page = await begun(site)
    cookie = await signed_in(site)

    with counted(site) as queries:
        assert (await site.ask("GET", page, None, headers=cookie)).status == 200
    missing = await site.ask("GET", "/incidents/INC-9/command")

    assert len(queries) <= 8 + 1, queries
    assert missing.status == 404
