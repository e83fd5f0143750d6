"""Figures on a terminal: anchors in words, 80 columns, a chart that any terminal shows."""

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import Desk
from triaged.cli.stats import print_stats

ANSWER: dict[str, Any] = {
    "from": "2026-11-01T00:00:00Z",
    "to": "2026-12-01T00:00:00Z",
    "team": None,
    "complete": True,
    "incidents": 41,
    "excluded": {"drills": 3, "notices": 0, "merged": 0},
    "spans": [
        {
            "text": "first page → first acknowledgement, p50 1 m 40 s, p90 6 m, n = 41, "
            "3 drills excluded"
        }
    ],
    "targets": [
        {"severity": "SEV-1", "team": "payments", "met": 9, "missed": 1, "unsettled": 0},
        {"severity": "SEV-2", "team": None, "met": 3, "missed": 0, "unsettled": 2},
    ],
    "phases": [{"n": 9, "text": "triage, p50 4 m, p90 12 m, n = 9, guide 10 m kept 7 of 9"}],
    "updates": 20,
    "updates_on_time": 18,
    "pages": 12,
    "pages_actionable": 9,
    "night": "22:00–07:00",
    "load": [
        {"whom": "alice\x1b[31m", "timezone": "UTC", "pages": 9, "night_pages": 4, "nights": 2}
    ],
    "series": [
        {"first_day": "2026-11-02", "incidents": 7, "pages": 9, "acknowledge_p50_s": 100.0},
        {"first_day": "2026-11-09", "incidents": 0, "pages": 0, "acknowledge_p50_s": None},
    ],
}


def printed(capsys: pytest.CaptureFixture[str], **changes: object) -> list[str]:
    print_stats({**ANSWER, **changes})
    return capsys.readouterr().out.splitlines()


def test_the_sentences_name_anchors_and_shares(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)

    assert ANSWER["spans"][0]["text"] in lines
    assert "phase triage, p50 4 m, p90 12 m, n = 9, guide 10 m kept 7 of 9" in lines
    assert "updates on time: 18 of 20 (90 %)" in lines
    assert "actionable pages: 9 of 12 (75 %)" in lines
    assert "SEV-1     payments  9    1       0" in lines
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_of_ascii_gets_ascii_bars() -> None:
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")

    with redirect_stdout(screen):
        print_stats(ANSWER)

    screen.seek(0)
    bars = [line for line in screen.read().splitlines() if line.startswith("  2026-11-02")]
    assert len(bars) == 1
    assert "####" in bars[0]


def test_bars_say_their_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)

    (bar,) = (line for line in lines if line.startswith("  2026-11-02"))
    assert bar.endswith(" 7, p50 1 m 40 s")
    assert all(len(line) <= 80 for line in lines if line.startswith("  "))


def test_an_answer_that_is_not_complete_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert any("not complete" in line for line in printed(capsys, complete=False))


def test_figures_of_a_daemon_are_printed_and_drawn(desk: Desk, tmp_path: Path) -> None:
    desk.fires("Down", service="checkout")
    drawing = tmp_path / "figures.svg"

    status, out, err = desk("stats", "--since", "1h", "--svg", str(drawing))

    assert (status, err) == (0, "")
    assert out.startswith("1 incident")
    assert drawing.read_text(encoding="utf-8").startswith("<svg ")
    assert desk.json("stats")["incidents"] == 1
    assert desk("stats", "--since", "ever")[0] == 1
    assert desk("stats", "--svg", str(tmp_path / "none" / "x.svg"))[0] == 1
