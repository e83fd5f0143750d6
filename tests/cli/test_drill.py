"""`triaged drill` at a terminal, against a running daemon."""

from pathlib import Path

from tests.cli.desk import Desk
from tests.drills.test_reading import GOOD


def test_drill_is_run_answered_reported_and_aborted(desk: Desk) -> None:
    status, out, err = desk("drill", "run", "checkout-failures", "--participant", "alice")
    assert status == 0, err
    assert "triaged incident ack INC-1" in out
    assert "checkout-failures" in desk("drill", "list")[1]

    early = desk("drill", "answer", "INC-1", "not asked yet")
    assert (early[0], "no question has been asked yet" in early[2]) == (1, True)

    report = desk("drill", "report", "INC-1")[1]
    assert report.startswith("[DRILL] checkout-failures, INC-1, running")
    assert desk("drill", "report", "1", "--markdown")[1].startswith("# [DRILL] checkout-failures,")

    over = desk("drill", "abort", "INC-1", "--reason", "lunch")
    assert (over[0], "aborted" in over[1], "lunch" in over[1]) == (0, True, True)
    assert desk.json("drill", "show", "INC-1")["state"] == "aborted"


def test_file_is_checked_before_it_is_run(desk: Desk, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD)
    bad.write_text("name: x\n")

    assert desk.offline("drill", "check", str(good))[0] == 0
    status, _, err = desk.offline("drill", "check", str(good), str(bad))
    assert (status, f"{bad}:1:1: " in err) == (1, True)
    assert desk("drill", "run", str(bad))[0] == 1
    assert desk.json("drill", "run", str(good))["scenario"] == "small"


def test_scenario_that_is_not_there_is_said(desk: Desk, tmp_path: Path) -> None:
    assert desk("drill", "run", f"{tmp_path}/none.yaml")[0] == 2
    assert "none of" in desk("drill", "run", "none")[2]


def test_shipped_scenarios_are_listed(desk: Desk) -> None:
    assert "alert-storm\n" in desk("drill", "list", "--scenarios")[1]
    assert "alert-storm" in desk.json("drill", "list", "--scenarios")
