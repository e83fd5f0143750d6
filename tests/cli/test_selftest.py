"""`triaged selftest`: what it finds, and what it says of it."""

from pathlib import Path

import pytest

from tests.cli.desk import CONFIG, Desk
from tests.e2e.peers import free_port, triaged
from triaged.cli.selftest import Metrics


def test_a_daemon_that_works_says_so_step_by_step(desk: Desk) -> None:
    status, out, err = desk("selftest", "--page")

    assert (status, err) == (0, "")
    names = [line.partition(":")[0].split(maxsplit=1)[1] for line in out.splitlines()]
    expected = ["daemon", "store", "loops", "configuration", "outbox", "timers", "on call"]
    assert names == [*expected, "page to alice by desk"]
    assert "[TEST]" in (desk.folder / "triaged.log").read_text()


def test_nothing_is_sent_unless_it_is_asked_for(desk: Desk) -> None:
    found = desk.json("selftest")

    assert found["ok"] is True
    assert "INC-1" not in desk("incident", "show", "1")[1]


def test_what_does_not_work_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    nobody = CONFIG.replace("2026-01-05T09:00", "2999-01-07T09:00")
    with triaged(tmp_path, nobody, port):
        desk = Desk(tmp_path, port, capsys)
        status, out, _ = desk("selftest", "--page")
    down = desk("selftest")

    assert status == 1
    assert "FAILED  on call: nobody by primary" in out
    assert "nobody is on call, so nobody was paged" in out
    assert down[0] == 1
    assert "FAILED" not in down[1]
    assert "127.0.0.1" in down[2]


def test_metrics_are_read_with_and_without_labels() -> None:
    metrics = Metrics('# HELP a b\na_total{source="x y"} 3.0\nb 0.5\n')
    assert (metrics["a_total"], metrics["b"], metrics["c"]) == (3.0, 0.5, 0.0)
