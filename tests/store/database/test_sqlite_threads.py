import pytest

from triaged.store.database.base import Bulk
from triaged.store.database.sqlite_threads import CHUNKS, chunks, named, values_sql


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 700])
def test_chunks_cover_every_row_once_in_few_sizes(count: int) -> None:
    bulk = Bulk("INSERT INTO t {rows}", ("bigint", "text"))
    rows = [(n, str(n)) for n in range(count)]

    made = list(chunks(bulk, rows))

    values = [value for _, part in made for value in part]
    assert values == [value for row in rows for value in row]
    sizes = {len(part) // 2 for _, part in made}
    assert sizes <= set(CHUNKS)


def test_the_text_of_a_bulk_has_a_place_for_each_value() -> None:
    bulk = Bulk("WITH v (a) AS ({rows}) SELECT {columns} FROM v", ("bigint",), ("a",))

    assert values_sql(bulk, 2) == (
        "WITH v (a) AS (VALUES (?), (?)) SELECT json_group_array(json_array(a)) FROM v"
    )
    assert named(("x", 2)) == {"1": "x", "2": 2}
