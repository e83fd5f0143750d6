"""What rules did, and today's for what fires, on a terminal."""

import pytest

from tests.cli.desk import Desk
from triaged.cli.rule import print_stats


def test_stats_show_matches_and_those_that_never_matched(desk: Desk) -> None:
    desk.fires("Tried", service="checkout")

    _, few, told = desk("rule", "stats")
    _, out, _ = desk("rule", "stats", "--all")
    rows = {line.split()[-1]: line.split() for line in out.splitlines()}

    assert out.startswith("MATCHES")
    assert rows["label-sev-2"][:3] == ["1", "1", "1"] or rows["label-sev-1"][:3] == ["1", "1", "1"]
    assert any("never" in line for line in out.splitlines())
    assert len(few.splitlines()) == 2
    assert told.endswith("rules matched nothing: --all lists them\n")


def test_stats_begin_with_what_pages_most(capsys: pytest.CaptureFixture[str]) -> None:
    counts = dict.fromkeys(("decided", "acted", "held"), 0) | {"last_match": None, "loaded": True}
    rows = [
        {**counts, "rule": "never", "paged": 0, "incidents": 0, "matches": 0},
        {**counts, "rule": "quiet", "paged": 0, "incidents": 2, "matches": 900},
        {**counts, "rule": "noisy", "paged": 7, "incidents": 9, "matches": 50},
    ]

    print_stats({"rules": rows})

    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[-1] for line in lines] == ["noisy", "quiet", "never"]


def test_reclassify_says_what_changed(desk: Desk) -> None:
    desk.fires("Tried", service="checkout")

    tried = desk("rule", "reclassify", "--dry-run")

    assert tried[:2] == (0, "0 of 1 firing alerts would change\n")
    assert desk.json("rule", "reclassify")["changed"] == 0


def test_stats_mark_rules_that_are_not_loaded_or_in_the_shadow(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts = dict.fromkeys(("matches", "decided", "incidents", "paged", "acted", "held"), 3)
    row = {**counts, "last_match": None, "loaded": True}
    rows = [
        {**row, "rule": "a"},
        {**row, "rule": "b", "shadow": True, "would_change": 2},
        {**row, "rule": "c", "shadow": False, "would_change": 0, "loaded": False},
    ]

    print_stats({"rules": rows})

    names = [line.partition("never")[2].strip() for line in capsys.readouterr().out.splitlines()]
    assert names[1:] == ["a", "b (shadow: would change 2)", "c (not loaded)"]
