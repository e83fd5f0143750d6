"""`triaged oncall feeds|feed|export`: calendars that are read, and those that are published."""

from tests.cli.desk import Desk


def test_without_feeds_nothing_is_wrong(desk: Desk) -> None:
    status, out, err = desk("oncall", "feeds")

    assert (status, err) == (0, "")
    assert out.split()[:2] == ["FEED", "STATE"]


def test_address_is_made_listed_and_revoked(desk: Desk) -> None:
    status, out, _ = desk("oncall", "feed", "make", "--person", "alice")
    url, said = out.splitlines()
    identity = said.rpartition(" ")[2]

    listed = desk("oncall", "feed", "list")[1]
    revoked = desk("oncall", "feed", "revoke", identity)
    again = desk("oncall", "feed", "revoke", identity)

    assert status == 0
    assert url.endswith(".ics")
    assert f"{identity}  person:alice" in listed
    assert revoked[1] == f"revoked {identity}\n"
    assert again[0] == 1
    assert "person:alice" not in desk("oncall", "feed", "list")[1]


def test_own_shifts_are_written_as_a_calendar(desk: Desk) -> None:
    status, out, _ = desk("oncall", "export", "--person", "alice")

    assert status == 0
    assert out.startswith("BEGIN:VCALENDAR")
    assert "SUMMARY:On call: primary" in out


def test_business_calendar_is_shown_with_its_holidays(desk: Desk) -> None:
    status, out, err = desk("oncall", "show", "--calendar", "office")

    assert (status, err) == (0, "")
    assert out.startswith("office: mon-fri 09:00-17:30, ")
    assert desk("oncall", "show", "--calendar", "ofice")[0] == 1
