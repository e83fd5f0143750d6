from pathlib import Path

from tests.api.status_site import BASE, StatusDesk, status_serving
from triaged.core.records.practice.status_events import HookSubscribed

POSTS = f"{BASE}/posts"


async def subscribed(desk: StatusDesk, *names: str) -> None:
    """Confirmed subscribers of these names."""
    engine = desk.site.context.engine
    for name in names:
        url = f"https://hooks.example.org/{name}"
        event = HookSubscribed("carol", name, url, "hooks.example.org", f"digest {name}")
        await engine.submit([event], urgent=True)


async def test_a_draft_is_previewed_with_its_recipients_and_published(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        await subscribed(desk, "ann", "ben")
        draft = await desk.site.post(POSTS, {"title": "Checkout Issues", "body": "It fails."})
        seen = await desk.site.get(f"{POSTS}/{draft['id']}/preview", "read")
        public_before = await desk.site.get(f"{BASE}/incidents")
        published = await desk.site.post(f"{POSTS}/{draft['id']}/publish", token="respond")
        public_after = await desk.site.get(f"{BASE}/incidents")

    assert (draft["state"], published["state"]) == ("draft", "published")
    assert seen["recipients"] == 2
    assert seen["mail_subject"] == "[Larkspur status] Investigating: Checkout Issues"
    assert seen["mail"].startswith(seen["page"])
    assert seen["page"].startswith("Investigating: Checkout Issues\nIt fails.\nPosted: ")
    assert (len(public_before["incidents"]), len(public_after["incidents"])) == (0, 1)


async def test_a_second_post_goes_on_with_the_public_incident(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        number = await desk.site.declare(severity="SEV-3", service="checkout")
        first = await desk.post(incident=number)
        second = await desk.post(incident=number, status="monitoring", body="Better.")
        shown = [await desk.site.get(f"{POSTS}/{one}") for one in (first, second)]
        named = await desk.site.post(POSTS, {"thread": shown[0]["thread"]})
        unknown = await desk.site.ask("POST", POSTS, json={"thread": "nothing"})
        bad = await desk.site.ask("POST", POSTS, json={"incident": "INC-x"})

    assert shown[0]["thread"] == shown[1]["thread"] == named["thread"]
    assert len(shown[0]["thread"]) == 12
    assert (unknown.status, bad.status) == (404, 404)


async def test_of_a_sev_1_only_the_communications_lead_publishes(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        number = await desk.site.declare(severity="SEV-1", service="checkout")
        said = {"incident": number, "body": "It fails.", "next_update_at": "2099-01-01T00:00:00Z"}
        draft = await desk.site.post(POSTS, said)
        answer = await desk.site.ask("POST", f"{POSTS}/{draft['id']}/publish")
        problem = await answer.json()

    assert answer.status == 409
    assert "communications lead" in problem["detail"]


async def test_drafts_are_changed_listed_and_discarded(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        draft = await desk.site.post(POSTS, {"title": "One", "body": "x"})
        path = f"{POSTS}/{draft['id']}"
        changed = await desk.site.ask("PATCH", path, json={"title": "Two"})
        listed = await desk.site.get(f"{POSTS}?state=draft")
        gone = await desk.site.ask("DELETE", path)
        left = await desk.site.get(f"{POSTS}?state=draft")
        wrong = await desk.site.ask("GET", f"{POSTS}?state=drafty")
        missing = await desk.site.ask("GET", f"{POSTS}/nothing")

    assert ((await changed.json())["title"], gone.status) == ("Two", 200)
    assert [one["title"] for one in listed["posts"]] == ["Two"]
    assert (left["posts"], wrong.status, missing.status) == ([], 400, 404)


async def test_a_published_post_keeps_its_old_text(tmp_path: Path) -> None:
    async with status_serving(tmp_path) as desk:
        post = await desk.post(body="Some purchases fial.")
        path = f"{POSTS}/{post}"
        small = await desk.site.ask("PATCH", path, json={"body": "Some purchases fail."})
        large = await desk.site.ask("PATCH", path, json={"body": "Nothing was ever wrong at all."})
        shown = await desk.site.get(path)
        discarded = await desk.site.ask("DELETE", path)

    assert (small.status, large.status, discarded.status) == (200, 409, 409)
    assert shown["body"] == "Some purchases fail."
    assert [one["body"] for one in shown["revisions"]] == ["Some purchases fial."]
