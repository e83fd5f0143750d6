from typing import Any

from tests.api.site import Site
from triaged.core.time.durations import DAY
from triaged.wire import instant_text

PATH = "/api/v1/swaps"


async def weeks(site: Site) -> list[tuple[str, dict[str, str]]]:
    """The second and the third turn from now on: whose, and from when to when."""
    until = instant_text(site.clock.now() + 28 * DAY)
    found = (await site.get(f"/api/v1/schedules/primary?to={until}"))["schedules"][0]["shifts"]
    return [(one["people"][0], {"start": one["start"], "end": one["end"]}) for one in found[1:3]]


async def asked(site: Site) -> Any:
    """The first of the two asks the other."""
    (one, give), (other, take) = await weeks(site)
    wish = {"schedule": "primary", "person": one, "with": other, "give": give, "take": take}
    return await site.post(PATH, wish)


async def test_a_swap_is_proposed_shown_and_accepted(site: Site) -> None:
    before = await weeks(site)
    made = await asked(site)

    shown = await site.get(f"{PATH}/{made['id']}")
    done = await site.post(f"{PATH}/{made['id']}/accept", {"person": made["other"]})

    after = await weeks(site)
    assert shown == made
    assert (made["state"], done["state"]) == ("proposed", "accepted")
    assert [one for one, _ in before] == [one for one, _ in reversed(after)]
    assert (await site.get(PATH))["swaps"] == [done]
    kinds = [one["kind"] for one in (await site.get("/api/v1/overrides"))["overrides"]]
    assert kinds == ["swap", "swap"]


async def test_a_swap_is_declined_and_nothing_moves(site: Site) -> None:
    before = await weeks(site)
    made = await asked(site)

    done = await site.post(f"{PATH}/{made['id']}/decline", {"person": made["other"]})

    assert done["state"] == "declined"
    assert await weeks(site) == before
    again = await site.ask("POST", f"{PATH}/{made['id']}/accept", json={"person": made["other"]})
    assert again.status == 409


async def test_nobody_agrees_for_another(site: Site) -> None:
    made = await asked(site)

    answered = await site.ask(
        "POST", f"{PATH}/{made['id']}/accept", "respond", json={"person": made["other"]}
    )
    unnamed = await site.ask("POST", f"{PATH}/{made['id']}/accept", "respond", json={})

    assert (answered.status, unnamed.status) == (400, 400)
    assert (await site.get(f"{PATH}/{made['id']}"))["state"] == "proposed"


async def test_the_asker_cannot_agree(site: Site) -> None:
    made = await asked(site)

    response = await site.ask(
        "POST", f"{PATH}/{made['id']}/accept", json={"person": made["person"]}
    )

    assert response.status == 409


async def test_a_swap_that_cannot_be_right_names_its_faults(site: Site) -> None:
    (one, give), _ = await weeks(site)
    wish = {"schedule": "primary", "person": one, "with": "carl", "give": give, "take": give}

    response = await site.ask("POST", PATH, json=wish)

    assert response.status == 400
    found = [error["path"] for error in (await response.json())["errors"]]
    assert found == ["$.with", "$.take"]
    assert (await site.ask("GET", f"{PATH}/7")).status == 404
    assert (await site.ask("POST", f"{PATH}/7/accept", json={})).status == 404
