"""`triaged report` at a terminal, against a running daemon."""

from tests.cli.desk import Desk
from tests.e2e.peers import fetch_json


def test_reports_are_listed_shown_and_decided_about(desk: Desk) -> None:
    titles = ("Cannot pay", "Cannot search", "Cannot log in")
    path = f"{desk.url}/api/v1/reports"
    ids = [fetch_json(path, {"title": title})["id"] for title in titles]
    desk.json("incident", "declare", "Checkout", "--severity", "SEV-2")
    incident = desk.json("incident", "list")["incidents"][0]["id"]

    listed = desk("report", "list")[1]
    shown = desk("report", "show", ids[0])[1]
    attached = desk("report", "attach", ids[0], incident)
    declared = desk.json("report", "declare", ids[1], "--severity", "SEV-3")
    dismissed = desk("report", "dismiss", ids[2], "--reason", "works for us")

    assert all(identity in listed for identity in ids)
    assert "Cannot pay" in shown
    assert (attached[0], incident in attached[1]) == (0, True)
    assert declared["state"] == "declared"
    assert (dismissed[0], "works for us" in dismissed[1]) == (0, True)
    assert ids[0] not in desk("report", "list")[1]
    assert ids[0] in desk("report", "list", "--state", "all")[1]
    assert desk.json("report", "list") == {"reports": [], "next_cursor": None}


def test_unknown_report_is_said(desk: Desk) -> None:
    status, _, err = desk("report", "show", "REP-9")

    assert (status, "there is no report" in err) == (1, True)
