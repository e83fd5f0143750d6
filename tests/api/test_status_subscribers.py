from pathlib import Path

from tests.api.status_site import BASE, status_serving

SUBSCRIBERS = f"{BASE}/subscribers"


async def test_a_webhook_is_subscribed_with_a_secret_and_removed(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        asked = {"url": "https://hooks.example.org/x", "components": ["search"]}
        made = await desk.site.post(SUBSCRIBERS, asked)
        again = await desk.site.post(SUBSCRIBERS, asked)
        listed = await desk.site.get(SUBSCRIBERS)
        gone = await desk.site.ask("DELETE", f"{SUBSCRIBERS}/{made['id']}")
        after = await desk.site.get(f"{SUBSCRIBERS}?state=active")

    assert made["secret"]
    assert (made["id"], made["secret"] != again["secret"]) == (again["id"], True)
    assert (listed["counts"], listed["subscribers"][0]["components"]) == ({"active": 1}, ["search"])
    assert ((await gone.json())["address"], after["subscribers"]) == ("", [])


async def test_addresses_are_for_admins(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        answers = [
            (await desk.site.ask("GET", SUBSCRIBERS, token)).status for token in ("respond", "read")
        ]

    assert answers == [403, 403]


async def test_a_webhook_has_an_address_and_components_of_the_page(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        wrong = [
            await desk.site.ask("POST", SUBSCRIBERS, json=body)
            for body in (
                {"url": "ftp://example.org"},
                {"url": "https://user@example.org/"},
                {"url": "https://example.org/", "components": ["x"]},
            )
        ]
        missing = await desk.site.ask("DELETE", f"{SUBSCRIBERS}/nobody")

    assert [one.status for one in wrong] == [400, 400, 400]
    assert missing.status == 404
