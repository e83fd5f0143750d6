"""`incident merge` and `incident split` at a terminal, against a running daemon."""

from tests.cli.desk import Desk


def test_incidents_are_merged_and_alerts_split_off(desk: Desk) -> None:
    desk.fires("Down", pod="a")
    desk.fires("Slow", pod="a")

    merged = desk("incident", "merge", "INC-2", "--into", "INC-1", "--note", "one pool")
    assert merged[:2] == (0, "INC-2 is part of INC-1 now\n")
    assert "merged into" in desk("incident", "show", "2")[1]
    assert "one pool" in desk("incident", "timeline", "1")[1]
    assert "INC-2" in desk("incident", "list", "--state", "merged")[1]

    (slow,) = [
        f"{row['source']}/{row['fingerprint']}"
        for row in desk.json("incident", "alerts", "1")["alerts"]
        if row["labels"]["alertname"] == "Slow"
    ]
    status, out, _ = desk("incident", "split", "1", slow, "--title", "slow disk")
    assert status == 0
    assert out.startswith("INC-3  ")
    assert "slow disk" in out
    assert "pages alice" in out
    assert "split from" in desk("incident", "show", "3")[1]

    refused = desk("incident", "merge", "2", "--into", "3")
    assert refused[0] == 1
    assert "was merged into INC-1" in refused[2]


def test_alert_without_its_source_is_a_mistake(desk: Desk) -> None:
    status, _, complaint = desk("incident", "split", "1", "fingerprint")

    assert status == 2
    assert "an alert is written SOURCE/FINGERPRINT" in complaint
