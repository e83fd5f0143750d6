from tests.api.site import Site

FORM = {"impact": "checkout fails", "theory": "the pool is exhausted", "actions": "restart"}


async def incident(site: Site) -> str:
    return f"/api/v1/incidents/{await site.declare()}"


async def test_updates_are_drafted_sent_and_listed(site: Site) -> None:
    path = await incident(site)
    empty = await site.get(f"{path}/updates/draft")

    sent = await site.post(f"{path}/updates", FORM)
    filled = await site.get(f"{path}/updates/draft")
    (listed,) = (await site.get(f"{path}/updates"))["updates"]

    assert (empty["theory"], empty["unchanged_since"]) == ("", None)
    assert (sent["updates"], sent["phase"]) == (1, "investigation")
    assert sent["next_update_at"] == listed["next_update_at"] == filled["due_at"]
    assert (filled["theory"], filled["unchanged_since"]) == (FORM["theory"], listed["at"])
    assert "Current theory: the pool is exhausted" in listed["text"]
    assert "ETA to next update:" in listed["text"]


async def test_same_update_again_is_409_that_says_how(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/updates", FORM)

    again = await site.ask("POST", f"{path}/updates", "admin", json=FORM)

    assert again.status == 409
    assert "no news, still" in (await again.json())["detail"]


async def test_deadline_is_moved_once_and_never_into_the_past(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/updates", FORM)
    later, past = "2027-01-01T00:00:00Z", "2020-01-01T00:00:00Z"

    too_far = await site.ask("POST", f"{path}/updates/snooze", "admin", json={"until": later})
    behind = await site.ask("POST", f"{path}/updates/snooze", "admin", json={"until": past})
    promised = await site.ask(
        "POST", f"{path}/updates", "admin", json=FORM | {"next_update_at": past}
    )

    assert [answer.status for answer in (too_far, behind, promised)] == [409, 409, 400]
    assert (await promised.json())["errors"][0]["path"] == "$.next_update_at"


async def test_nothing_is_told_of_what_is_over(site: Site) -> None:
    path = await incident(site)
    await site.post(f"{path}/resolve")

    assert (await site.ask("POST", f"{path}/updates", "admin", json=FORM)).status == 409
