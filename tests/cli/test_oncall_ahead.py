"""`triaged oncall gaps|fairness`: what duty lacks ahead, and how it was spread."""

from tests.cli.desk import Desk


def test_a_schedule_without_gaps_is_said_to_have_none(desk: Desk) -> None:
    status, out, err = desk("oncall", "gaps", "--weeks", "2")

    assert (status, err) == (0, "")
    assert out.startswith("no gap until ")
    assert desk.json("oncall", "gaps")["gaps"] == []
    assert desk("oncall", "gaps", "--weeks", "99")[0] == 1


def test_figures_are_a_table(desk: Desk) -> None:
    status, out, _ = desk("oncall", "fairness", "--since", "7d")

    lines = out.splitlines()
    assert status == 0
    assert lines[0].split()[:4] == ["PERSON", "SHIFTS", "HOURS", "NIGHT"]
    assert lines[1].split()[:3] == ["alice", "1", "168.0"]
    assert desk("oncall", "fairness", "--since", "yesterday")[0] == 1
