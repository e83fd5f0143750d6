"""`triaged oncall away`: who is away, and who stands in."""

from tests.cli.desk import Desk


def test_an_absence_is_added_listed_and_ended(desk: Desk) -> None:
    times = ("2030-01-01T00:00", "2030-01-02T00:00")
    status, out, err = desk("oncall", "away", "add", "alice", *times, "--reason", "holiday")
    (row,) = desk.json("oncall", "away", "list")["away"]

    assert (status, err) == (0, "")
    assert "nobody: a gap" in out, "she is alone"
    assert f"Confirm it: triaged oncall away confirm {row['id']}" in out
    assert (row["person"], row["state"], row["reason"]) == ("alice", "planned", "holiday")
    assert desk("oncall", "away", "confirm", row["id"])[0] == 1, "she is still on call"
    assert desk("oncall", "away", "end", row["id"])[1] == "alice is not away any more\n"
    assert desk("oncall", "away", "confirm", row["id"])[2] != ""
    assert desk("oncall", "away", "add", "alice", "soon", "later")[0] != 0
