"""The text of an issue stays within limits, mentions nobody, and is found again."""

from msgspec.structs import replace

from tests.integrations.samples import ACTION
from triaged.integrations.common.issue_text import TITLE_MAX, has_marker, markdown, marker, title


def test_title_keeps_incident_and_priority_however_long_the_text_is() -> None:
    found = title(replace(ACTION, text="x" * 900))

    assert len(found) == TITLE_MAX
    assert found.startswith("[INC-12] Fix: xxx")
    assert found.endswith("… (P0)")


def test_mention_of_an_account_is_broken() -> None:
    assert "@torvalds" not in markdown(replace(ACTION, text="ask @torvalds", owner="@all"))


def test_no_line_of_the_body_begins_with_what_people_wrote() -> None:
    found = markdown(replace(ACTION, text="/close\n/assign @x", owner="/close", url="/close"))

    assert not [line for line in found.splitlines() if line.startswith("/")]


def test_markup_of_people_is_text() -> None:
    assert "\\[x\\]\\<img\\>" in markdown(replace(ACTION, text="[x]<img>"))


def test_marker_is_a_line_of_its_own() -> None:
    assert has_marker(markdown(ACTION), ACTION)
    assert has_marker(f"edited\r\n  {marker(ACTION)}  \r\nend", ACTION)
    assert not has_marker(f"see {marker(ACTION)}", ACTION)
    assert not has_marker(None, ACTION)
