"""How hints look on a terminal."""

import json
from typing import Any

import pytest

from tests.cli.desk import Desk
from triaged.cli._hints import print_hints

QUIET = {"incidents": 1, "paged": 1, "acted": 0}
NOTHING: dict[str, Any] = {
    "changes": [],
    "similar": [],
    "related": [],
    "noise": {"days": 30, "key": QUIET, "severity_by": "rule:a", "rule": QUIET},
}
CHANGE = {
    "service": "postgres",
    "distance": 1,
    "when": "6m before",
    "title": "max_connections\n400",
    "kind": "config",
    "status": "success",
    "author": "bob",
    "url": "",
}
SIMILAR = {
    "incident": "INC-7",
    "title": "DiskFull",
    "opened_at": "2026-03-01T12:00:00.000000Z",
    "score": 0.82,
    "shared": ["diskfull", "disk"],
    "cause": "logs",
    "fix": "",
    "note": "",
}
RELATED = {
    "incident": "INC-8",
    "severity": "SEV-2",
    "state": "open",
    "title": "Lags",
    "service": "checkout",
    "distance": 0,
}


def test_hints_are_said_to_be_hints(capsys: pytest.CaptureFixture[str]) -> None:
    noisy = {"incidents": 20, "paged": 19, "acted": 1}
    noise = {"noise": {**NOTHING["noise"], "rule": noisy}}

    print_hints(NOTHING | {"changes": [CHANGE], "similar": [SIMILAR], "related": [RELATED]} | noise)

    assert capsys.readouterr().out.splitlines() == [
        "",
        "hints (nothing is decided by them)",
        "  changed   6m before: max_connections 400 (postgres, 1 away, config, success) by bob",
        "  similar   0.82 INC-7 of 2026-03-01: DiskFull (shares diskfull, disk)",
        "  similar        cause: logs",
        "  fires too INC-8 SEV-2 open: Lags (checkout)",
        "  noise     rule:a: 20 incidents in 30 days, 19 paged, somebody acted on 1 (5%)",
    ]


def test_where_there_are_none_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_hints(NOTHING)

    assert capsys.readouterr().out == ""


def test_an_incident_is_shown_with_its_hints(desk: Desk) -> None:
    desk.fires("Down", service="cart")
    desk.fires("Slow", service="cart")

    shown = desk("incident", "show", "INC-1")[1]
    asked = json.loads(desk("incident", "show", "INC-1", "-o", "json")[1])

    assert "hints (nothing is decided by them)" in shown
    assert "fires too INC-2 SEV-2" in shown
    assert [one["incident"] for one in asked["hints"]["related"]] == ["INC-2"]
