"""Tables that add labels: a row of a CSV file whose cells are those of the alert.

The first line names the columns. `*` in a cell that is compared stands for anything; of several
rows that fit, the one with the fewest of them counts, then the first.
"""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

import msgspec
from msgspec.structs import replace

from triaged.core.records.model import Alert
from triaged.errors import Problem
from triaged.rules.extracting import label_problem
from triaged.yamlschema.document import BYTES_MAX

ROWS_MAX = 20_000
"""Most rows of a table: a company's services and namespaces fit many times over."""

COLUMNS_MAX = 32
MATCH_MAX = 4
"""Columns that are compared: with `*` in any of them, a look-up tries at most 16 dictionaries."""

CELL_MAX = 1024
"""Characters: a cell becomes a label, which is stored with every episode."""

PROBLEMS_MAX = 20
"""Most problems told of a table: a wrong separator is wrong in every line."""

MAPPINGS_MAX = 20
"""Most tables in all files: each is looked up for each alert that is classified."""

ANY = "*"
NOT_UTF_8 = "not UTF-8: save the file in that encoding"

Key = tuple[str, ...]


class Columns(msgspec.Struct, frozen=True):
    """Which columns are compared with the labels of their names, and which become labels."""

    match: tuple[str, ...]
    add: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row: the cells that are compared, and the labels that are added then."""

    line: int
    """The line of the file in which the row ends; later rows have greater ones."""
    key: Key
    """The cells that are compared, by the columns of `Columns.match`."""
    labels: dict[str, str]


class Table:
    """The rows, found by what the alert's labels say: some look-ups, however many rows."""

    def __init__(self, columns: Columns, rows: Iterable[Row] = ()) -> None:
        self.columns = columns
        tiers: dict[int, dict[tuple[int, ...], dict[Key, Row]]] = {}
        for row in rows:
            compared = tuple(index for index, cell in enumerate(row.key) if cell != ANY)
            alike = tiers.setdefault(len(compared), {}).setdefault(compared, {})
            alike.setdefault(tuple(row.key[index] for index in compared), row)
        self._tiers = [tuple(tiers[size].items()) for size in sorted(tiers, reverse=True)]
        """By how many cells are compared, most first: which, and the rows by their cells."""

    def row(self, key: Key) -> Row | None:
        """The row for these values."""
        for tier in self._tiers:
            fitting = [
                row
                for compared, rows in tier
                if (row := rows.get(tuple([key[index] for index in compared]))) is not None
            ]
            if fitting:
                return min(fitting, key=lambda row: row.line)
        return None


class LabelMapping(msgspec.Struct, frozen=True):
    """A table, by name."""

    name: str
    table: Table
    file: str = ""
    """The path of the file with the rows, for explanations."""

    def row(self, labels: Mapping[str, str]) -> Row | None:
        """The row for an alert with these labels."""
        table = self.table
        return table.row(tuple([labels.get(name, "") for name in table.columns.match]))


def with_mapped(alert: Alert, mappings: Iterable[LabelMapping]) -> Alert:
    """The alert with the labels that tables add; what it has is never replaced."""
    labels = alert.labels
    for mapping in mappings:
        row = mapping.row(labels)
        if row is None:
            continue
        new = {name: value for name, value in row.labels.items() if name not in labels}
        if new:
            labels = {**labels, **new}
    return alert if labels is alert.labels else replace(alert, labels=labels)


def read_table(
    content: bytes, where: str, match: Sequence[str], add: Sequence[str]
) -> tuple[Table, list[Problem]]:
    """The table in a CSV file, and all that is wrong with it; without `add`, all other columns."""
    problems: list[Problem] = []
    plain = content.removeprefix(BOM_UTF8)
    try:
        text = plain.decode()
    except UnicodeDecodeError as error:
        place = _end_of(plain[: error.start])
        text, problems = "", [Problem(f"{where}:{place}", NOT_UTF_8)]
    if len(content) > BYTES_MAX:
        problems.append(Problem(f"{where}:1:1", f"a table may have {BYTES_MAX} bytes"))
        return Table(Columns(tuple(match), tuple(add))), problems
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in lines:
            if cells:
                rows.append((lines.line_num, [cell.strip() for cell in cells]))
            if len(rows) > ROWS_MAX + 1:
                message = f"more than {ROWS_MAX} rows"
                problems.append(Problem(f"{where}:{lines.line_num}:1", message))
                break
    except csv.Error as error:
        problems.append(Problem(f"{where}:{lines.line_num}:1", f"no CSV: {error}"))
    header = rows[0][1] if rows else []
    columns = Columns(tuple(match), tuple(add) or tuple(n for n in header if n not in match))
    problems += _header_problems(header, where, columns) if not problems else []
    if problems:
        return Table(columns), problems
    table, problems = _table(header, rows[1:], where, columns)
    return table, problems[:PROBLEMS_MAX]


def _end_of(before: bytes) -> str:
    """LINE:COL of what follows; a line may end in CR, LF or both, as in a CSV file."""
    text = before.decode().replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    return f"{len(lines)}:{len(lines[-1]) + 1}"


def _header_problems(header: Sequence[str], where: str, columns: Columns) -> list[Problem]:
    if not header:
        return [Problem(f"{where}:1:1", "empty: the first line names the columns")]
    said = []
    if len(header) > COLUMNS_MAX:
        said.append(f"more than {COLUMNS_MAX} columns")
    said += [f"the column {name!r} is there twice" for name in sorted(_twice(header))]
    for name in (*columns.match, *columns.add):
        if name not in header:
            said.append(f"there is no column {name!r}; there are {', '.join(header)}")
    if len(columns.match) > MATCH_MAX:
        said.append(f"{len(columns.match)} columns are compared; {MATCH_MAX} may be")
    said += [f"{name!r} is compared and added" for name in columns.add if name in columns.match]
    said += [message for name in columns.add if (message := label_problem(name))]
    if not columns.add:
        said.append("no column is left that would become a label")
    return [Problem(f"{where}:1:1", message) for message in said]


def _twice(names: Sequence[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


def _table(
    header: Sequence[str], rows: Sequence[tuple[int, list[str]]], where: str, columns: Columns
) -> tuple[Table, list[Problem]]:
    problems: list[Problem] = []
    found: list[Row] = []
    lines: dict[Key, int] = {}
    for line, cells in rows:
        message = ""
        if len(cells) != len(header):
            message = f"{len(cells)} cells, where the first line has {len(header)}"
        elif max(map(len, cells)) > CELL_MAX:
            message = f"a cell of more than {CELL_MAX} characters"
        if message:
            problems.append(Problem(f"{where}:{line}:1", message))
            continue
        named = dict(zip(header, cells, strict=True))
        key = tuple(named[name] for name in columns.match)
        if key in lines:
            message = f"{', '.join(key)} stands in line {lines[key]} already"
            problems.append(Problem(f"{where}:{line}:1", message))
        lines.setdefault(key, line)
        found.append(Row(line, key, {name: named[name] for name in columns.add if named[name]}))
    return Table(columns, found), problems
