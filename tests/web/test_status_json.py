import json
from typing import Any

from msgspec.structs import replace

from tests.web.status_world import INCIDENT, NOW, PAGE, POST, shown
from triaged.core.practice.status.public_page import ShownIncident
from triaged.core.records.practice.status import ComponentStatus, PostStatus, Revision
from triaged.web._status_json import own_json, statuspage

COMPONENT = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "group_id",
    "group",
    "only_show_if_degraded",
    "page_id",
}
UPDATE = {
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
}
THREAD = {
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
}


def documents() -> dict[str, Any]:
    """Statuspage's documents, decoded."""
    return {path: json.loads(body) for path, body in statuspage(shown()).items()}


def test_a_reader_of_statuspage_finds_what_it_looks_for() -> None:
    found = documents()

    assert set(found) == {
        "summary.json",
        "status.json",
        "components.json",
        "incidents.json",
        "incidents/unresolved.json",
        "scheduled-maintenances.json",
        "scheduled-maintenances/upcoming.json",
        "scheduled-maintenances/active.json",
    }
    for document in found.values():
        assert document["page"].keys() == {"id", "name", "url", "time_zone", "updated_at"}
    summary = found["summary.json"]
    assert summary["status"] == {"indicator": "minor", "description": "Partial System Outage"}
    assert all(component.keys() >= COMPONENT for component in summary["components"])
    assert [one["position"] for one in summary["components"]] == list(range(1, 9))
    assert summary["incidents"] == found["incidents/unresolved.json"]["incidents"]


def test_an_incident_has_its_updates_and_what_they_changed() -> None:
    incidents = documents()["incidents.json"]["incidents"]

    assert [one["status"] for one in incidents] == ["investigating", "resolved"]
    assert all(one.keys() >= THREAD for one in incidents)
    (update,) = incidents[0]["incident_updates"]
    assert update.keys() >= UPDATE
    assert [
        (one["name"], one["old_status"], one["new_status"]) for one in update["affected_components"]
    ] == [("Checkout", "operational", "partial_outage")]


def test_the_second_post_starts_from_what_the_first_set() -> None:
    later = replace(
        POST,
        id="p3",
        status=PostStatus.RESOLVED,
        components={"checkout": ComponentStatus.OPERATIONAL},
        published_at=NOW,
        revisions=(Revision("x", "y", NOW + 1, "carol"),),
    )
    page = replace(shown(), incidents=(ShownIncident(INCIDENT, (later, POST)),))

    updates = json.loads(statuspage(page)["incidents.json"])["incidents"][0]["incident_updates"]

    assert [one["id"] for one in updates] == ["p3", POST.id]
    assert updates[0]["affected_components"][0]["old_status"] == "partial_outage"
    assert updates[0]["updated_at"] != updates[0]["created_at"]


def test_maintenance_that_is_planned_is_upcoming() -> None:
    found = documents()
    (planned,) = found["scheduled-maintenances/upcoming.json"]["scheduled_maintenances"]

    assert planned.keys() >= THREAD | {"scheduled_for", "scheduled_until"}
    assert planned["impact"] == "maintenance"
    assert found["scheduled-maintenances/active.json"]["scheduled_maintenances"] == []


def test_our_own_form_holds_all_and_tells_nothing_of_ours() -> None:
    found = json.loads(own_json(shown(page=replace(PAGE, uptime=True))))
    text = own_json(shown()).decode() + b"".join(statuspage(shown()).values()).decode()

    assert found["description"] == "Partial System Outage"
    assert found["incidents"][0]["posts"][0]["text"].endswith("Next update: 4:15 PM EDT")
    assert found["components"][0]["uptime"] <= 1
    assert found["components"][0]["days"][0]["status"] == "degraded_performance"
    assert "carol" not in text
    assert "INC-" not in text
