"""The nearest name is offered, whatever its case, and none where nothing is near."""

import pytest

from triaged.core.text.names import meant, nearest


def test_nearest_name_is_offered() -> None:
    assert nearest("SEVERTY", ["service", "severity"]) == "severity"
    assert meant("bbo", ["alice", "bob"]) == " (did you mean bob?)"


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("x" * 10_000, ["service", "severity"]) is None
    assert meant("zzz", []) == ""


@pytest.mark.parametrize(
    ("name", "found"),
    [("SEV1", "SEV-1"), ("sev-2", "SEV-2"), ("", None), ("x" * 10_000, None)],
)
def test_nearest_is_what_somebody_may_have_meant(name: str, found: str | None) -> None:
    assert nearest(name, ["SEV-1", "SEV-2"]) == found
