"""The address of a call is an address whatever the incident is called."""

from msgspec.structs import replace

from tests.channels.notices import INCIDENT
from triaged.core.text.call_link import call_url, filled, unknown_names


def test_names_of_the_incident_are_filled_in() -> None:
    template = "https://meet.example.org/{{ incident.id }}-{{incident.service}}"

    assert call_url(template, replace(INCIDENT, number=12, service="checkout")) == (
        "https://meet.example.org/inc-12-checkout"
    )


def test_value_cannot_leave_its_part_of_the_path() -> None:
    found = call_url("https://m/{{ incident.service }}", replace(INCIDENT, service="../a?b#c d"))

    assert found == "https://m/..%2Fa%3Fb%23c%20d"


def test_unknown_name_is_named() -> None:
    assert unknown_names("{{ incident.title }}{{ incident.id }}{{ x }}") == ["incident.title", "x"]
    assert filled("{{ x }}", {}) == ""
