from triaged.core.records.practice.roles import RolePeriod
from triaged.core.records.practice.updates import IncidentUpdate
from triaged.store.needs.event_needs import EventNeeds, of_incident


def test_an_incident_is_needed_with_its_records() -> None:
    needs = of_incident(7, RolePeriod, IncidentUpdate)

    assert needs == EventNeeds(frozenset({7}), {RolePeriod: {7}, IncidentUpdate: {7}})
