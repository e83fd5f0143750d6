from tests.api.site import Site


async def incident(site: Site) -> str:
    return f"/api/v1/incidents/{await site.declare()}"


async def kinds(site: Site, path: str) -> list[str]:
    return [entry["kind"] for entry in (await site.get(f"{path}/timeline"))["entries"]]


async def test_entries_are_corrected_and_marked(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/timeline/1/correction", {"text": "it was three pods"})
    await site.post(f"{path}/timeline/1/marker", {"marker": "detection"})

    assert (await kinds(site, path))[-2:] == ["correction", "marker"]
    answers = [
        await site.ask("POST", f"{path}/timeline/{seq}/correction", "admin", json={"text": "x"})
        for seq in ("99", "first", "9" * 30, "-1")
    ]
    assert [answer.status for answer in answers] == [404] * 4


async def test_messages_are_imported_once(site: Site) -> None:
    path = await incident(site)
    message = {"ref": "m1", "at": "2020-01-01T00:00:00Z", "author": "carol", "text": "hm"}
    for _ in range(2):
        await site.post(f"{path}/timeline/messages", {"messages": [message]})

    found = (await site.get(f"{path}/timeline"))["entries"]
    (entry,) = [entry for entry in found if entry["kind"] == "message"]
    assert (entry["at"], entry["text"]) == ("2020-01-01T00:00:00.000000Z", "carol: hm")


async def test_checklist_is_shown_and_ticked(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/checklist", {"item": "scope"})
    shown = await site.get(f"{path}/checklist")

    done = {i["name"]: i["done"] for phase in shown["phases"] for i in phase["items"]}
    assert (shown["phase"], done["scope"], done["cause"]) == ("detection", True, False)
    unknown = await site.ask("POST", f"{path}/checklist", "admin", json={"item": "coffee"})
    assert unknown.status == 404


async def test_note_begins_a_phase(site: Site) -> None:
    path = await incident(site)
    after = await site.post(f"{path}/notes", {"text": "the pool", "kind": "hypothesis"})

    assert after["phase"] == "investigation"
