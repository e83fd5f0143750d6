"""The derivation table of the status page (section 12): each row is a case."""

import pytest
from msgspec.structs import replace

from tests.core.practice.status_desk import OUT, PAGE, PARTLY, UP, Desk
from triaged.core.practice.status.status_derivation import (
    Indicator,
    impact_of,
    indicator,
    proposals,
    wanted,
)
from triaged.core.records.model import Severity
from triaged.core.records.practice.status import (
    Change,
    Component,
    ComponentStatus,
    Impact,
    Maintenance,
    PostStatus,
)

SLOW, WORK = ComponentStatus.DEGRADED_PERFORMANCE, ComponentStatus.UNDER_MAINTENANCE


@pytest.mark.parametrize(
    ("severity", "proposed"),
    [
        (Severity.SEV1, {"checkout": OUT}),
        (Severity.SEV2, {"checkout": PARTLY}),
        (Severity.SEV3, {"checkout": SLOW}),
        (Severity.SEV4, {}),
    ],
)
def test_an_open_incident_proposes_by_its_severity(
    severity: Severity, proposed: dict[str, ComponentStatus]
) -> None:
    incident = replace(Desk().view.incidents[1], severity=severity)

    assert wanted(PAGE, incident) == proposed
    assert wanted(PAGE, replace(incident, kind="drill")) == {}
    assert wanted(PAGE, replace(incident, service="billing")) == {}


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ([UP, UP], Indicator(Impact.NONE, "All Systems Operational")),
        ([], Indicator(Impact.NONE, "All Systems Operational")),
        ([OUT, OUT], Indicator(Impact.CRITICAL, "Major System Outage")),
        ([OUT, UP], Indicator(Impact.MAJOR, "Major System Outage")),
        ([PARTLY, PARTLY], Indicator(Impact.MAJOR, "Partial System Outage")),
        ([PARTLY, UP], Indicator(Impact.MINOR, "Partial System Outage")),
        ([SLOW, UP], Indicator(Impact.MINOR, "Partially Degraded Service")),
        ([WORK, UP], Indicator(Impact.MAINTENANCE, "Service Under Maintenance")),
        ([WORK, PARTLY], Indicator(Impact.MINOR, "Partial System Outage")),
    ],
)
def test_the_page_is_as_its_worst_component(
    statuses: list[ComponentStatus], found: Indicator
) -> None:
    assert indicator(statuses, []) == found


def test_an_open_incident_counts_where_no_component_is_set() -> None:
    assert indicator([UP], [Impact.CRITICAL]) == Indicator(Impact.MAJOR, "Major System Outage")


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [([], "none"), ([SLOW], "minor"), ([SLOW, PARTLY], "major"), ([OUT], "critical")],
)
def test_the_impact_follows_from_the_worst_component(
    statuses: list[ComponentStatus], impact: str
) -> None:
    assert impact_of(statuses) == impact


def test_what_is_proposed_is_what_differs_and_why() -> None:
    incident = Desk().view.incidents[1]
    down = Component("search", 0, 0, (Change(0, PARTLY, "carol"),))

    found = proposals(PAGE, {"search": down}, [incident], [])

    assert [(one.component, one.status, one.reason) for one in found] == [
        ("checkout", OUT, "INC-1 (SEV-1) open"),
        ("search", UP, "no incident is open, and no maintenance in progress"),
    ]
    down = replace(down, id="checkout", changes=(Change(0, OUT, "carol"),))
    assert proposals(PAGE, {"checkout": down}, [incident], []) == []


def test_maintenance_in_progress_proposes_unless_something_is_worse() -> None:
    desk = Desk()
    work = Maintenance(
        id="m1",
        incident=None,
        title="Upgrade",
        body="x",
        components=("checkout", "search"),
        starts_at=0,
        ends_at=1,
        by="carol",
        created_at=0,
        updated_at=0,
        status=PostStatus.IN_PROGRESS,
    )

    found = proposals(PAGE, {}, [desk.view.incidents[1]], [work])

    assert [(one.component, one.status) for one in found] == [("checkout", OUT), ("search", WORK)]
    assert proposals(PAGE, {}, [], [replace(work, status=PostStatus.SCHEDULED)]) == []
