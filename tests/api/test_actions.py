"""What people do to incidents: by whom, twice, and when it is impossible."""

import pytest

from tests.api.site import Site


async def test_the_actor_is_the_tokens_person_or_the_token(site: Site) -> None:
    first, second = await site.declare(), await site.declare()

    by_alice = await site.post(f"/api/v1/incidents/{first}/acknowledge")
    by_token = await site.post(f"/api/v1/incidents/{second}/acknowledge", token="respond")

    assert by_alice["acknowledged_by"] == "alice"
    assert by_token["acknowledged_by"] == "token:respond"


async def test_without_tokens_nobody_knows_who(open_site: Site) -> None:
    number = await open_site.declare()

    answer = await open_site.post(f"/api/v1/incidents/{number}/acknowledge")

    assert answer["acknowledged_by"] == "anonymous"


async def test_the_whole_way_of_an_incident(site: Site) -> None:
    number = await site.declare(severity="SEV-3")
    verbs = ("acknowledge", "unacknowledge", "resolve", "reopen", "resolve", "close")
    states = [(await site.post(f"/api/v1/incidents/{number}/{verb}"))["state"] for verb in verbs]

    assert states == ["acknowledged", "open", "resolved", "open", "resolved", "closed"]


async def test_acting_twice_is_no_error(site: Site) -> None:
    number = await site.declare()
    first = await site.post(f"/api/v1/incidents/{number}/acknowledge")

    again = await site.post(f"/api/v1/incidents/{number}/acknowledge")

    assert (again["state"], again["acknowledged_at"]) == ("acknowledged", first["acknowledged_at"])


async def test_what_somebody_else_holds_is_409_with_the_holder_unless_taken_over(
    site: Site,
) -> None:
    path = f"/api/v1/incidents/{await site.declare()}"
    held = await site.post(f"{path}/acknowledge")

    refused = await site.ask("POST", f"{path}/acknowledge", "respond", json={"note": "mine"})
    after = await site.get(path)
    taken = await site.post(f"{path}/acknowledge", {"take_over": True}, token="respond")

    assert (held["holder"], held["acknowledged_until"] is None) == ("alice", False)
    assert (refused.status, (await refused.json())["holder"]) == (409, "alice")
    assert held.pop("paged") == []
    assert after == held
    assert taken["holder"] == "token:respond"


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("close", {}),
        ("unacknowledge", {"note": "x"}),
        ("snooze", {"until": "2001-01-01T00:00:00Z"}),
    ],
)
async def test_the_impossible_is_409(site: Site, verb: str, body: dict[str, str]) -> None:
    number = await site.declare()
    if verb == "unacknowledge":
        await site.post(f"/api/v1/incidents/{number}/resolve")

    response = await site.ask("POST", f"/api/v1/incidents/{number}/{verb}", json=body)

    assert (response.status, response.content_type) == (409, "application/problem+json")


async def test_an_empty_body_is_an_empty_wish(site: Site) -> None:
    number = await site.declare()

    response = await site.ask("POST", f"/api/v1/incidents/{number}/acknowledge")

    assert response.status == 200


async def test_a_note_goes_on_the_timeline(site: Site) -> None:
    number = await site.declare()

    await site.post(f"/api/v1/incidents/{number}/acknowledge", {"note": "looking"})

    entries = (await site.get(f"/api/v1/incidents/{number}/timeline"))["entries"]
    assert ("note", "alice", "looking") in [
        (entry["kind"], entry["actor"], entry["text"]) for entry in entries
    ]


async def test_assign_severity_phase_and_snooze_change_the_incident(site: Site) -> None:
    number = await site.declare()
    base = f"/api/v1/incidents/{number}"

    assigned = await site.post(f"{base}/assign", {"person": "bob"})
    raised = await site.post(f"{base}/severity", {"severity": "SEV-1", "reason": "customers"})
    worked = await site.post(f"{base}/phase", {"phase": "mitigation"})
    snoozed = await site.post(f"{base}/snooze", {"until": "2100-01-01T01:00:00+01:00"})

    assert assigned["assigned_to"] == "bob"
    assert (raised["severity"], raised["severity_by"]) == ("SEV-1", "person:alice")
    assert worked["phase"] == "mitigation"
    assert snoozed["snoozed_until"] == "2100-01-01T00:00:00.000000Z"


async def test_a_note_may_be_about_earlier(site: Site) -> None:
    number = await site.declare()

    await site.post(
        f"/api/v1/incidents/{number}/notes", {"text": "began", "at": "2026-01-01T00:00:00Z"}
    )

    last = (await site.get(f"/api/v1/incidents/{number}/timeline"))["entries"][-1]
    assert last["at"] == "2026-01-01T00:00:00.000000Z"
    assert last["recorded_at"] > last["at"]


async def test_escalate_pages_the_next_step(site: Site) -> None:
    number = await site.declare()

    answer = await site.post(f"/api/v1/incidents/{number}/escalate")

    assert answer["escalation"]["step"] == 3


@pytest.mark.parametrize(
    ("verb", "body", "path"),
    [
        ("assign", {}, "$"),
        ("assign", {"person": 1}, "$.person"),
        ("severity", {"severity": "bad"}, "$.severity"),
        ("phase", {"phase": "done"}, "$.phase"),
        ("notes", {"text": ""}, "$.text"),
        ("notes", {"text": "x", "at": "2026-01-01T00:00:00"}, "$.at"),
        ("notes", {"text": "x", "at": "2100-01-01T00:00:00Z"}, "$.at"),
        ("notes", {"text": "x", "at": "9999-12-31T23:59:59-05:00"}, "$.at"),
        ("snooze", {"until": "later"}, "$.until"),
        ("snooze", {"until": "9999-12-31T23:59:59Z"}, "$.until"),
        ("acknowledge", {"note": 1}, "$.note"),
        ("acknowledge", {"nota": "x"}, "$"),
    ],
)
async def test_a_wrong_body_is_400_with_its_place(
    site: Site, verb: str, body: dict[str, object], path: str
) -> None:
    number = await site.declare()

    response = await site.ask("POST", f"/api/v1/incidents/{number}/{verb}", json=body)

    assert response.status == 400
    assert [error["path"] for error in (await response.json())["errors"]] == [path]


async def test_what_does_not_exist_is_404(site: Site) -> None:
    number = await site.declare()

    missing = await site.ask("POST", "/api/v1/incidents/INC-999/acknowledge", json={})
    nonsense = await site.ask("POST", "/api/v1/incidents/x/acknowledge", json={})
    nobody = await site.ask("POST", f"/api/v1/incidents/{number}/assign", json={"person": "zoe"})

    assert (missing.status, nonsense.status, nobody.status) == (404, 404, 404)
