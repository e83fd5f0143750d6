"""Conditions for `--fail-if`."""

import pytest

from triaged.dry_run.replay.limits import check_names, parse_limit


@pytest.mark.parametrize(
    ("text", "before", "after", "broken"),
    [
        ("pages > +10%", 100, 110, False),
        ("pages > +10%", 100, 111, True),
        ("pages>+5", 10, 16, True),
        ("pages >= 16", 0, 16, True),
        ("pages < -5", 10, 5, False),
        ("pages <= -50%", 10, 5, True),
        ("pages > +10%", 0, 1, True),
    ],
)
def test_a_change_is_of_what_was_before(
    text: str, before: int, after: int, *, broken: bool
) -> None:
    assert parse_limit(text).broken({"pages": before}, {"pages": after}) is broken


def test_pages_of_a_person_who_gets_none_are_none() -> None:
    assert parse_limit("person:al.ice.pages < 1").broken({}, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pages", "METRIC OPERATOR NUMBER"),
        ("pagse > 1", "none of incidents, pages"),
        ("pages > 10%", "a change in percent"),
        ("pages > many", "is not a number"),
        ("person:alice.sleep > 1", "person:NAME.night_pages"),
    ],
)
def test_what_is_allowed_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_limit(text)


def test_conditions_on_unknown_people_are_refused() -> None:
    wrong = parse_limit("person:alcie.night_pages > 5")
    with pytest.raises(ValueError, match=r"nobody is called 'alcie' \(did you mean alice\?\)"):
        check_names([parse_limit("pages > 1"), wrong], {"alice", "bob"})
    check_names([parse_limit("person:alice.pages > 5")], {"alice"})
