"""Fetching a daemon's history."""

from pathlib import Path

from tests.cli.desk import Desk
from triaged.dry_run.replay.history import read


def test_what_was_saved_is_a_history(desk: Desk) -> None:
    desk.fires("Down")
    path = desk.folder / "history.ndjson"
    config = str(desk.folder / "config.yaml")
    assert desk("replay", "--config", config, "--save", str(path))[0] == 0

    history = read(path.read_bytes().splitlines())

    assert [one.title for one in history.incidents] == ["Down"]
    assert [one.labels["alertname"] for one in history.episodes] == ["Down"]


def test_periods_that_make_no_sense_are_refused(desk: Desk) -> None:
    config = str(desk.folder / "config.yaml")

    def complaint(*words: str, because: int = 2) -> str:
        status, _, err = desk("replay", "--config", config, *words)
        assert status == because
        return err

    assert "a duration such as 30d" in complaint("--since", "yesterday")
    assert "must begin before it ends" in complaint("--since", "1h", "--until", "2h")
    folder = str(Path(desk.folder, "absent", "file"))
    assert "cannot write" in complaint("--save", folder, because=1)
