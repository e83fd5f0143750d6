from structlog.testing import capture_logs

from triaged.store.database.readable import readable


def test_rows_that_can_be_read_are_read_at_once_and_quietly() -> None:
    with capture_logs() as logs:
        assert readable("pages", [(1, "4"), (2, "5")], lambda row: int(row[1])) == ([4, 5], [])

    assert logs == []


def test_a_row_that_cannot_be_read_is_told_and_the_others_are_read() -> None:
    rows = [(1, "4"), (2, "torn"), (3, "6")]

    with capture_logs() as logs:
        found = readable("pages", rows, lambda row: int(row[1]))

    assert found == ([4, 6], [(2, "torn")])
    assert [(line["event"], line["table"], line["row"]) for line in logs] == [
        ("row.unreadable", "pages", 2)
    ]
