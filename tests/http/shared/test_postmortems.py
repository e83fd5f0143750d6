"""What is said of a postmortem, from the store and the operators' settings."""

from msgspec.structs import replace

from tests.core.practice.golden import ACCOUNT, DOCUMENT
from tests.core.practice.learning_world import learning
from triaged.core.records.practice.postmortems import Postmortem
from triaged.http.shared.postmortems import Opened, etag_of, readings

ROW = Postmortem("INC-12/postmortem", 12, 0)


def test_tag_names_the_revision_and_the_text() -> None:
    assert etag_of(ROW) == '"r0"'
    assert etag_of(replace(ROW, revision=3, hash="ab" * 32)) == '"r3-abababab"'


def test_people_of_the_configuration_are_known_to_the_lint() -> None:
    text = DOCUMENT.replace("Connection leak", "Bob caused a leak")

    found = readings(learning(), Opened(ROW, text, ACCOUNT, 0))

    assert [blame.text for blame in found.lint] == ["Bob caused a leak in new"]
    assert (found.required, found.missing) == (True, [])
