from tests.cli.desk import Desk


def test_severities_are_listed_with_their_impact(desk: Desk) -> None:
    status, out, _ = desk("incident", "severities")

    assert status == 0
    assert "Full outage, data loss, security breach" in out
    assert "next business day" in out


def test_whoever_names_none_sees_them_and_nothing_is_declared(desk: Desk) -> None:
    status, out, error = desk("incident", "declare", "Checkout failures")

    assert status == 2
    assert "Minor feature degraded, workaround exists" in out
    assert "say how bad it is" in error
    assert desk.json("incident", "list", "--state", "all")["incidents"] == []


def test_severity_of_an_incident_is_chosen_from_the_same_list(desk: Desk) -> None:
    desk.fires("Down")

    assert desk("incident", "severity", "1")[0] == 2
    assert desk.json("incident", "severity", "1", "SEV-3")["severity"] == "SEV-3"
