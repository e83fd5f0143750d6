import pytest

from triaged.core.records.model import Severity, incident_id, incident_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("INC-12", 12),
        ("inc-12", 12),
        ("12", 12),
        ("INC-", None),
        ("x", None),
        ("-1", None),
        ("٣", None),
        ("9" * 30, None),
    ],
)
def test_an_incident_is_named_by_its_id_or_number(text: str, number: int | None) -> None:
    assert incident_number(text) == number


def test_the_id_of_an_incident_reads_back() -> None:
    assert incident_number(incident_id(77)) == 77


def test_the_worst_severity_is_the_least() -> None:
    assert min(Severity) is Severity.SEV1
