"""The HTML of a mail: the golden file is looked at in a browser before it is changed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW, notice
from triaged.channels.common.mail_html import mail_html
from triaged.core.records.model import Severity

GOLDEN = Path(__file__).parent / "page.html"


def html(**changes: object) -> str:
    letter = notice(**changes).letter(NOW)  # type: ignore[arg-type]  # changes of the incident
    assert letter is not None
    return mail_html(letter)


def test_page_is_as_written_down() -> None:
    assert html() == GOLDEN.read_text()


@pytest.mark.parametrize("severity", [*Severity])
def test_severity_is_a_word_and_a_shape_and_not_a_colour_alone(severity: Severity) -> None:
    letter = notice().letter(NOW)
    assert letter is not None

    assert f" {severity}</b>" in mail_html(replace(letter, severity=severity))


def test_everything_has_its_style_with_it() -> None:
    body = html().partition("</head>")[2]

    assert "<style" not in body
    assert all(f"<{tag} " in body for tag in ("p", "h1", "td", "th", "li"))
    assert "<p>" not in body


def test_the_test_of_a_contact_promises_no_button_behind_the_link() -> None:
    letter = notice().letter(NOW)
    assert letter is not None

    assert "one more button" in mail_html(letter)
    assert "one more button" not in mail_html(replace(letter, is_test=True))
