"""The way of a postmortem through HTTP: draft, two editors, review, publication, the file."""

from typing import Any

import pytest
import yaml

from tests.api.site import Site
from triaged.core.records.events import TimerFired
from triaged.core.records.timers import PostmortemDue
from triaged.store.queries import similar_incidents

TEXT = """\
# Incident Postmortem: Checkout is down (2026-03-04)
## Summary
Checkout was down for 47 minutes.
## Timeline
15:23 - Alert
## Root Cause
A connection leak.
## Impact
- 1,247 failed attempts
## Action Items
None: the service was shut down.
"""
REASON = "false alarm of a test environment"


async def resolved(site: Site, title: str = "Checkout is down", **more: object) -> str:
    """The path of the postmortem of an incident that is resolved."""
    number = await site.declare(title, **more)
    await site.post(f"/api/v1/incidents/{number}/acknowledge")
    await site.post(f"/api/v1/incidents/{number}/resolve", {"note": "all systems nominal"})
    return f"/api/v1/postmortems/{number}"


async def put(site: Site, path: str, text: str, tag: str | None, token: str = "admin") -> Any:
    headers = {} if tag is None else {"If-Match": tag}
    return await site.ask("PUT", path, token, json={"text": text}, headers=headers)


async def test_until_somebody_writes_it_is_the_draft_made_of_facts(site: Site) -> None:
    path = await resolved(site)

    response = await site.ask("GET", path, "read")
    found = await response.json()

    assert response.headers["ETag"] == '"r0"'
    assert (found["state"], found["revision"], found["required"]) == ("draft", 0, True)
    assert found["text"].startswith("# Incident Postmortem: Checkout is down (")
    assert "\n## Timeline\n" in found["text"]
    assert "Resolved, all systems nominal" in found["text"]
    assert len(found["missing"]) == 4
    assert found["figures"]["people"] == ["alice"]
    timeline = await site.get(path.replace("postmortems", "incidents") + "/timeline")
    assert found["timeline_head"]["hash"] == timeline["entries"][-1]["hash"]


async def test_text_is_saved_reviewed_and_published_and_then_it_is_closed(site: Site) -> None:
    path = await resolved(site)
    incident = path.replace("postmortems", "incidents")
    early = await site.ask("POST", f"{incident}/close")
    problem = await early.json()

    saved = await put(site, path, TEXT, '"r0"')
    tag = saved.headers["ETag"]
    states = [(await site.post(f"{path}/{verb}"))["state"] for verb in ("review", "publish")]
    closed = await site.post(f"{incident}/close")

    assert early.status == 409
    assert "postmortem is published" in problem["detail"]
    assert "triaged postmortem edit" in problem["detail"]
    assert (saved.status, tag.startswith('"r1-')) == (200, True)
    assert states == ["in_review", "published"]
    assert closed["state"] == "closed"


@pytest.mark.parametrize("tag", [None, "*", '"x"', '"r99999999999"'])
async def test_writing_without_a_revision_is_428(site: Site, tag: str | None) -> None:
    path = await resolved(site)

    response = await put(site, path, TEXT, tag)

    assert response.status == 428
    assert "If-Match" in (await response.json())["detail"]


async def test_two_editors_lose_nothing(site: Site) -> None:
    path = await resolved(site)
    tag = (await put(site, path, TEXT, '"r0"')).headers["ETag"]
    mine = TEXT.replace("47 minutes", "48 minutes")
    theirs = TEXT.replace("1,247 failed", "1,300 failed")
    first = await put(site, path, theirs, tag, "respond")

    response = await put(site, path, mine, tag)
    problem = await response.json()

    assert (first.status, response.status) == (200, 412)
    assert response.content_type == "application/problem+json"
    assert response.headers["ETag"] == first.headers["ETag"]
    assert (problem["yours"], problem["theirs"], problem["conflicts"]) == (mine, theirs, 0)
    assert problem["merged"] == mine.replace("1,247 failed", "1,300 failed")
    assert (await site.get(path))["text"] == theirs
    listed = (await site.get(f"{path}/revisions"))["revisions"]
    assert [one["status"] for one in listed].count("unmerged") == 1
    name = problem["kept"].rpartition("/")[2]
    kept = await site.get(f"{path}/revisions/kept-{name}")
    assert kept["text"] == mine
    merged = await put(site, path, problem["merged"], response.headers["ETag"])
    assert merged.status == 200


async def test_same_line_changed_by_both_stands_between_marks_and_is_not_published(
    site: Site,
) -> None:
    path = await resolved(site)
    tag = (await put(site, path, TEXT, '"r0"')).headers["ETag"]
    await put(site, path, TEXT.replace("47 min", "48 min"), tag, "respond")
    response = await put(site, path, TEXT.replace("47 min", "49 min"), tag)
    problem = await response.json()

    saved = await put(site, path, problem["merged"], response.headers["ETag"])
    refused = await site.ask("POST", f"{path}/publish")

    assert problem["conflicts"] == 1
    assert ">>>>>>> token:respond, revision 2" in problem["merged"]
    assert saved.status == 200
    assert (refused.status, "<<<<<<<" in (await refused.json())["detail"]) == (409, True)


async def test_tag_of_another_text_is_outdated_although_its_number_is_right(site: Site) -> None:
    path = await resolved(site)
    await put(site, path, TEXT, '"r0"')

    response = await put(site, path, TEXT.replace("47 min", "48 min"), '"r1-00000000"')

    assert response.status == 412
    assert (await site.get(path))["text"] == TEXT


async def test_every_revision_is_kept(site: Site) -> None:
    path = await resolved(site)
    tag = (await put(site, path, TEXT, '"r0"')).headers["ETag"]
    await put(site, path, TEXT.replace("47 min", "48 min"), tag)

    texts = [(await site.get(f"{path}/revisions/{number}"))["text"] for number in (0, 1, 2)]

    assert texts[0].startswith("# Incident Postmortem: Checkout is down (")
    assert texts[1:] == [TEXT, TEXT.replace("47 min", "48 min")]
    missing = await site.ask("GET", f"{path}/revisions/3")
    assert missing.status == 404


async def test_incomplete_text_is_refused_with_what_is_missing(site: Site) -> None:
    path = await resolved(site)
    await put(site, path, TEXT.replace("A connection leak.", "<!-- write: how -->"), '"r0"')

    response = await site.ask("POST", f"{path}/review")

    assert response.status == 409
    assert "the section Root Cause" in (await response.json())["detail"]


async def test_waiving_is_for_admins_with_a_reason(site: Site) -> None:
    path = await resolved(site)

    forbidden = await site.ask("POST", f"{path}/waive", "respond", json={"reason": REASON})
    short = await site.ask("POST", f"{path}/waive", json={"reason": "no time"})
    waived = await site.post(f"{path}/waive", {"reason": REASON})

    assert (forbidden.status, short.status) == (403, 409)
    assert (waived["state"], waived["waived_by"], waived["reason"]) == ("waived", "alice", REASON)
    metrics = await (await site.ask("GET", "/metrics")).text()
    assert 'triaged_postmortems_waived_total{severity="SEV-2"} 1.0' in metrics


async def test_sentences_that_blame_are_named_with_their_places(site: Site) -> None:
    path = await resolved(site)
    text = TEXT.replace("A connection leak.", "Bob forgot to close the connections.")

    found = await (await put(site, path, text, '"r0"')).json()

    (blame,) = found["lint"]
    assert (blame["line"], blame["column"], blame["text"]) == (7, 1, "Bob forgot")
    published = await site.post(f"{path}/publish")
    assert published["state"] == "published", "the lint forbids nothing"


async def test_exported_file_has_a_head_and_a_harmless_name(site: Site) -> None:
    path = await resolved(site, title="../../etc/passwd <script>")
    await put(site, path, TEXT, '"r0"')

    response = await site.ask("GET", f"{path}/export", "read")
    text = await response.text()

    name = response.headers["Content-Disposition"]
    assert response.content_type == "text/markdown"
    assert name.endswith('-etc-passwd-script.md"')
    assert "/" not in name.partition("filename=")[2]
    front, _, body = text[4:].partition("\n---\n\n")
    assert body == TEXT
    assert yaml.safe_load(front)["title"] == "../../etc/passwd <script>"


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"text": "x"}),
        ("POST", "/review", {}),
        ("POST", "/publish", {}),
        ("POST", "/waive", {"reason": REASON}),
        ("GET", "/revisions", None),
        ("GET", "/revisions/1", None),
        ("GET", "/export", None),
    ],
)
async def test_postmortem_of_no_incident_is_404(
    site: Site, method: str, suffix: str, body: object
) -> None:
    response = await site.ask(
        method, f"/api/v1/postmortems/INC-99{suffix}", json=body, headers={"If-Match": '"r0"'}
    )

    assert response.status == 404


async def test_text_has_a_limit(site: Site) -> None:
    path = await resolved(site)

    assert (await put(site, path, "x" * 100_001, '"r0"')).status == 400
    assert (await put(site, path, "x" * 100_000, '"r0"')).status == 200


async def test_resolved_incident_is_due_in_the_metrics_until_it_is_settled(site: Site) -> None:
    path = await resolved(site)
    due_at = site.context.clock.now()
    await site.context.engine.submit([TimerFired(PostmortemDue(1, due_at))], urgent=True)
    site.clock.ahead_us += 6_000_000
    due = await (await site.ask("GET", "/metrics")).text()
    await site.post(f"{path}/waive", {"reason": REASON})
    site.clock.ahead_us += 6_000_000
    settled = await (await site.ask("GET", "/metrics")).text()

    assert "triaged_postmortems_due 1.0" in due
    assert "triaged_postmortems_due 0.0" in settled


async def test_list_has_what_is_asked_for_until_it_is_settled(site: Site) -> None:
    first, second = await resolved(site), await resolved(site, "Search is slow")
    now = site.context.clock.now()
    await site.context.engine.submit([TimerFired(PostmortemDue(1, now))], urgent=True)
    await put(site, second, TEXT, '"r0"')

    async def listed(query: str) -> list[str]:
        rows = (await site.get(f"/api/v1/postmortems?{query}"))["postmortems"]
        return [row["incident"] for row in rows]

    assert await listed("") == ["INC-2", "INC-1"]
    assert await listed("due=true") == ["INC-1"]
    await site.post(f"{first}/waive", {"reason": REASON})
    assert await listed("due=true") == []
    assert await listed("state=draft") == ["INC-2"]
    page = await site.get("/api/v1/postmortems?limit=1")
    rest = await site.get(f"/api/v1/postmortems?limit=1&cursor={page['next_cursor']}")
    assert [row["title"] for row in rest["postmortems"]] == ["Checkout is down"]
    assert (await site.ask("GET", "/api/v1/postmortems?state=late")).status == 400


async def test_similar_incident_shows_what_became_of_its_action_items(site: Site) -> None:
    path = await resolved(site, title="Checkout pool is exhausted", service="checkout")
    first = path.rpartition("/")[2]
    item = {"incident": first, "kind": "fix", "priority": "P1", "text": "Grow it", "owner": "bob"}
    await site.post("/api/v1/actions", item)
    await similar_incidents.read(site.context.database)
    later = await resolved(site, title="Checkout pool is exhausted", service="checkout")

    found = await site.get(later)

    assert found["similar"] == [
        {
            "incident": first,
            "title": "Checkout pool is exhausted",
            "day": found["similar"][0]["day"],
            "done": 0,
            "unfinished": ["Grow it"],
        }
    ]
    assert "  - not done: Grow it\n" in found["text"]
