"""The review on a terminal: 80 columns, one line where all is well."""

from typing import Any

import pytest

from tests.cli.desk import Desk
from triaged.cli.review import print_review


def section(**fields: object) -> dict[str, Any]:
    words = {"title": "Noise", "consequence": "People ignore pages", "fix": "Mend it"}
    return {**words, "well": "no alert keeps paging", "findings": [], "more": 0, **fields}


def test_findings_stand_below_consequence_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    long = "INC-1 " + "checkout " * 20
    findings = [{"text": long, "incident": "INC-1"}, {"text": "a\x1b[31m", "incident": None}]
    answer = {
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-11-08T00:00:00Z",
        "complete": True,
        "sections": [section(findings=findings, more=2), section()],
    }

    print_review(answer)

    lines = capsys.readouterr().out.splitlines()
    assert lines[2:5] == [
        "Noise",
        "  consequence  People ignore pages",
        "  fix          Mend it",
    ]
    assert lines[5].startswith("  - INC-1 checkout")
    assert lines[6].startswith("    checkout")
    assert lines[-4:] == ["  - a[31m", "  - and 2 more", "", "Noise: no alert keeps paging"]
    assert max(map(len, lines)) <= 80


def test_a_daemon_is_asked_for_its_review(desk: Desk) -> None:
    status, out, err = desk("review", "--since", "1h")

    assert (status, err) == (0, "")
    assert "Late updates: every promised update came on time" in out
    assert len(desk.json("review")["sections"]) == 10
    assert desk("review", "--since", "never")[0] == 1
