"""What rules did, and today's for what fires, on a terminal."""

from tests.cli.desk import Desk


def test_stats_show_matches_and_those_that_never_matched(desk: Desk) -> None:
    desk.fires("Tried", service="checkout")

    _, out, _ = desk("rule", "stats")
    rows = {line.split()[-1]: line.split() for line in out.splitlines()}

    assert out.startswith("MATCHES")
    assert rows["label-sev-2"][:3] == ["1", "1", "1"] or rows["label-sev-1"][:3] == ["1", "1", "1"]
    assert any("never" in line for line in out.splitlines())


def test_reclassify_says_what_changed(desk: Desk) -> None:
    desk.fires("Tried", service="checkout")

    tried = desk("rule", "reclassify", "--dry-run")

    assert tried[:2] == (0, "0 of 1 firing alerts would change\n")
    assert desk.json("rule", "reclassify")["changed"] == 0
