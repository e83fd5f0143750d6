from tests.api.site import Site

COMMANDER = "incident_commander"


async def incident(site: Site) -> str:
    return f"/api/v1/incidents/{await site.declare()}"


async def test_roles_are_given_shown_and_ended(site: Site) -> None:
    path = await incident(site)

    given = await site.post(f"{path}/roles", {"role": COMMANDER, "person": "alice", "note": "hi"})
    shown = await site.get(f"{path}/roles")
    ended = await site.ask("DELETE", f"{path}/roles/{COMMANDER}?note=tired", "admin")

    assert [(one["role"], one["person"]) for one in given["roles"]] == [(COMMANDER, "alice")]
    assert shown["missing"] == ["technical_lead", "communications_lead"]
    assert [(one["person"], one["to"], one["note"]) for one in shown["periods"]] == [
        ("alice", None, "hi")
    ]
    assert "(you do not debug)" in shown["duties"][COMMANDER]
    assert ended.status == 200
    assert (await site.get(path))["roles"] == []


async def test_commander_who_would_debug_is_409_with_the_way_out(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/roles", {"role": COMMANDER, "person": "alice"})
    body = {"role": "technical_lead", "person": "alice"}

    refused = await site.ask("POST", f"{path}/roles", "admin", json=body)
    taken = await site.post(f"{path}/roles", body | {"override": "only two people awake"})

    assert refused.status == 409
    assert "override" in (await refused.json())["detail"]
    assert [one["person"] for one in taken["roles"]] == ["alice", "alice"]
    assert (await site.get(f"{path}/roles"))["periods"][1]["override"] == "only two people awake"


async def test_what_cannot_be_is_refused_by_name(site: Site) -> None:
    path = await incident(site)

    nobody = await site.ask(
        "POST", f"{path}/roles", "admin", json={"role": COMMANDER, "person": "eve"}
    )
    no_role = await site.ask("DELETE", f"{path}/roles/king", "admin")
    strange = await site.ask("POST", f"{path}/roles", "admin", json={"role": "king", "person": "a"})
    elsewhere = await site.ask("GET", "/api/v1/incidents/INC-99/roles", "admin")
    reader = await site.ask(
        "POST", f"{path}/roles", "read", json={"role": COMMANDER, "person": "alice"}
    )

    answers = (nobody, no_role, strange, elsewhere, reader)
    assert [answer.status for answer in answers] == [404, 404, 400, 404, 403]
