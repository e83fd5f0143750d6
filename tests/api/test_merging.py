from tests.api.site import Site

BASE = "/api/v1/incidents"


async def alerts_of(site: Site, incident: str) -> list[dict[str, str]]:
    """The alerts of an incident, as a split names them."""
    rows = (await site.get(f"{BASE}/{incident}/alerts"))["alerts"]
    return [{"source": row["source"], "fingerprint": row["fingerprint"]} for row in rows]


async def test_merged_incident_says_where_it_went(site: Site) -> None:
    await site.fire("Down", service="checkout")
    await site.fire("Slow", service="checkout")

    merged = await site.post(f"{BASE}/INC-2/merge", {"into": "INC-1", "note": "one pool"})
    survivor = await site.get(f"{BASE}/INC-1")

    assert (merged["id"], merged["state"], merged["merged_into"]) == ("INC-2", "merged", "INC-1")
    assert survivor["merged"] == ["INC-2"]
    assert survivor["alerts"]["firing"] == 2
    assert len(await alerts_of(site, "INC-1")) == 2
    listed = await site.get(f"{BASE}?state=merged")
    assert [row["id"] for row in listed["incidents"]] == ["INC-2"]
    entries = (await site.get(f"{BASE}/INC-2/timeline"))["entries"]
    assert [entry["data"]["into"] for entry in entries if entry["kind"] == "incident.merged"] == [
        "INC-1"
    ]


async def test_merge_is_done_once_and_refused_with_what_is_possible(site: Site) -> None:
    await site.fire("Down")
    await site.fire("Slow")
    await site.fire("Full")
    await site.post(f"{BASE}/2/merge", {"into": "1"})

    again = await site.ask("POST", f"{BASE}/INC-2/merge", "admin", json={"into": "INC-1"})
    refused = [
        await site.ask("POST", f"{BASE}/{old}/merge", "admin", json={"into": into})
        for old, into in (("INC-2", "INC-3"), ("INC-1", "INC-1"), ("INC-9", "INC-1"))
    ]
    strange = await site.ask("POST", f"{BASE}/INC-3/merge", "admin", json={"into": "checkout"})
    reader = await site.ask("POST", f"{BASE}/INC-3/merge", "read", json={"into": "INC-1"})

    assert again.status == 200
    assert [answer.status for answer in refused] == [409, 409, 404]
    assert "was merged into INC-1" in (await refused[0].json())["detail"]
    assert (strange.status, reader.status) == (400, 403)


async def test_action_on_a_merged_incident_names_the_survivor(site: Site) -> None:
    await site.fire("Down")
    await site.fire("Slow")
    await site.post(f"{BASE}/INC-2/merge", {"into": "INC-1"})

    refused = await site.ask("POST", f"{BASE}/INC-2/acknowledge", "admin", json={})
    noted = await site.ask("POST", f"{BASE}/INC-2/notes", "admin", json={"text": "the pool"})

    assert refused.status == 409
    assert (await refused.json())["detail"] == "INC-2: was merged into INC-1: act on that"
    assert noted.status == 200


async def test_split_answers_with_the_new_incident(site: Site) -> None:
    await site.fire("Down", service="checkout", pod="a")
    await site.fire("Down", service="checkout", pod="b")
    rows = await alerts_of(site, "INC-1")
    body = {"alerts": rows[:1], "title": "another trouble"}
    all_of_them = await site.ask("POST", f"{BASE}/INC-1/split", "admin", json={"alerts": rows})

    new = await site.post(f"{BASE}/INC-1/split", body)
    again = await site.post(f"{BASE}/INC-1/split", body)

    assert all_of_them.status == 409
    assert (new["id"], new["title"], new["split_from"]) == ("INC-2", "another trouble", "INC-1")
    assert new["paged"]
    assert again["id"] == "INC-2"
    assert (await site.get(f"{BASE}/INC-1"))["split_off"] == ["INC-2"]


async def test_alerts_that_cannot_be_split_off_are_named(site: Site) -> None:
    await site.fire("Down")
    path = f"{BASE}/INC-1/split"
    unknown = {"alerts": [{"source": "alertmanager", "fingerprint": "nothing"}]}

    answer = await site.ask("POST", path, "admin", json=unknown)
    none = await site.ask("POST", path, "admin", json={"alerts": []})

    assert answer.status == 404
    assert "alertmanager/nothing" in (await answer.json())["detail"]
    assert none.status == 400
