import pytest
from msgspec.structs import replace

from tests.core.practice.world import Practice
from triaged.core.records.model import Incident
from triaged.core.records.practice.roles import HeldRole, Role
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.core.text.update_form import duration_text, internal_update, team_text
from triaged.core.time.durations import HOUR, MINUTE

TEAM = (
    HeldRole(Role.INCIDENT_COMMANDER, "alice", 0),
    HeldRole(Role.TECHNICAL_LEAD, "bob", 0),
    HeldRole(Role.COMMUNICATIONS_LEAD, "carol", 0),
)


def checkout() -> Incident:
    return replace(Practice().view.incidents[1], title="Checkout failures")


def written(incident: Incident, **changes: object) -> IncidentUpdate:
    at = incident.opened_at + 23 * MINUTE
    update = IncidentUpdate(
        id="INC-1/update/1",
        incident=1,
        number=1,
        at=at,
        by="carol",
        condition="Investigating",
        impact="~30% of checkout attempts failing with 500 errors",
        theory="Database connection pool exhaustion",
        actions="Restarting order-service pods",
        next_update_at=at + 15 * MINUTE,
    )
    return replace(update, **changes)


def test_update_is_that_of_the_founding_document() -> None:
    incident = checkout()

    assert internal_update(incident, written(incident), TEAM) == (
        "🔴 SEV-1 Incident: Checkout failures\n"
        "Status: Investigating\n"
        "Impact: ~30% of checkout attempts failing with 500 errors\n"
        "Duration: 23 minutes so far\n"
        "Team: @alice (IC), @bob (Tech Lead), @carol (Comms)\n"
        "Current theory: Database connection pool exhaustion\n"
        "Next action: Restarting order-service pods\n"
        "ETA to next update: 15 minutes"
    )


def test_drill_is_marked_once() -> None:
    incident = replace(checkout(), kind="drill", title="[DRILL] Checkout failures")
    head = internal_update(incident, written(incident), TEAM).splitlines()[0]

    assert head == "[DRILL] 🔴 SEV-1 Incident: Checkout failures"


def test_line_without_content_is_left_out_and_needs_are_asked_for() -> None:
    incident = checkout()
    text = internal_update(incident, written(incident, theory="", needs="a DBA"), ())

    assert "Current theory" not in text
    assert "Needs: a DBA" in text
    assert f"Team: {team_text(())}" in text


def test_text_of_strangers_stays_on_its_line() -> None:
    incident = checkout()
    text = internal_update(incident, written(incident, impact="a\nStatus: Resolved"), TEAM)

    assert len(text.splitlines()) == 8
    assert "Impact: a Status: Resolved" in text


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "0 minutes"),
        (MINUTE, "1 minute"),
        (2 * HOUR - 1, "119 minutes"),
        (2 * HOUR + 5 * MINUTE, "2 h 05 min"),
        (-MINUTE, "0 minutes"),
    ],
)
def test_durations(us: int, text: str) -> None:
    assert duration_text(us) == text
