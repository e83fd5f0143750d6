"""The week in the terminal: a row for each schedule, a column for each instant of a change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from triaged.cli._output import clean

GAP, OVERRIDE, UNREACHABLE, SAME = "!", "*", "~", "·"
LETTERS_MAX = 3
NOTES_MAX = 20
"""Overrides and gaps that are explained below the rows; `-o json` has all."""

WIDTH = 100
"""Columns where the terminal does not say how many it has."""


def present() -> datetime:
    """Now, in the terminal's time zone."""
    from triaged.clock import SystemClock

    return datetime.fromtimestamp(SystemClock().now() / 1e6, UTC).astimezone()


def week(
    schedules: Sequence[Any],
    people: Sequence[Any],
    overrides: Sequence[Any],
    width: int | None,
    zone: tzinfo | None = None,
) -> Iterator[str]:
    """The lines of the view of what the daemon answers; without a zone in the terminal's."""
    names = sorted({one for each in schedules for shift in each["shifts"] for one in _who(shift)})
    short = initials(names)
    wanting = {one["person"]: one["problems"] for one in people if one["problems"]}
    instants = sorted({shift["start"] for each in schedules for shift in each["shifts"]})
    heads = [_head(at, zone) for at in instants]
    rows = [_row(each, instants, short, wanting) for each in schedules]
    labels = [clean(each["schedule"]) for each in schedules]
    for block in _blocks(heads, rows, labels, width or WIDTH):
        yield from block
        yield ""
    if names:
        yield ", ".join(f"{short[name]} {clean(name)}" for name in names)
    shown = {name: wanting.get(name) for name in names}
    notes = list(_notes(schedules, overrides, shown, zone))
    yield from notes[:NOTES_MAX]
    if len(notes) > NOTES_MAX:
        yield f"… and {len(notes) - NOTES_MAX} more (-o json has all)"


def initials(names: Collection[str]) -> dict[str, str]:
    """Letters for each person, as few as tell them apart; a number where three do not."""
    found: dict[str, str] = {}
    for name in sorted(names):
        letters = [character for character in name if character.isalnum()] or ["?"]
        candidates = ["".join(letters[:size]).upper() for size in (2, LETTERS_MAX)]
        candidates += [f"{candidates[0][0]}{number}" for number in range(1, len(names) + 1)]
        found[name] = next(each for each in candidates if each not in found.values())
    return found


def _who(shift: Any) -> list[str]:
    return [one["person"] for one in shift["assignments"]]


def _row(
    schedule: Any, instants: Sequence[str], short: Mapping[str, str], wanting: Collection[str]
) -> list[str]:
    """A cell for each instant: whose shift begins or goes on."""
    begins = {shift["start"]: shift for shift in schedule["shifts"]}
    found: list[str] = []
    for at in instants:
        found.append(_cell(begins[at], short, wanting) if at in begins else found[-1])
    return found


def _cell(shift: Any, short: Mapping[str, str], wanting: Collection[str]) -> str:
    cells = [
        short[one["person"]]
        + (OVERRIDE if one["source"].startswith(("override:", "fixed:")) else "")
        + (UNREACHABLE if one["person"] in wanting else "")
        + (GAP if one["unknown"] else "")
        for one in shift["assignments"]
    ]
    return "+".join(cells) or GAP


def _blocks(
    heads: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    labels: Sequence[str],
    width: int,
) -> Iterator[list[str]]:
    """The columns in blocks that fit into the width, each with the days and times above."""
    left = max(map(len, labels), default=0)
    start = 0
    while start < len(heads):
        end, used = start, left
        widths: list[int] = []
        while end < len(heads):
            cells = [heads[end][1], *(row[end] for row in rows)]
            size = max(map(len, cells))
            day = heads[end][0] if end == start or heads[end][0] != heads[end - 1][0] else ""
            size = max(size, len(day))
            if widths and used + 2 + size > width:
                break
            widths.append(size)
            used += 2 + size
            end += 1
        days = [
            heads[at][0] if at == start or heads[at][0] != heads[at - 1][0] else ""
            for at in range(start, end)
        ]
        yield [
            _line("", left, days, widths),
            _line("", left, [heads[at][1] for at in range(start, end)], widths),
            *(
                _line(label, left, _changes(row[start:end]), widths)
                for label, row in zip(labels, rows, strict=True)
            ),
        ]
        start = end


def _changes(cells: Sequence[str]) -> list[str]:
    """The cells, with a dot where one says the same as the one before."""
    return [
        SAME if index and cell == cells[index - 1] else cell for index, cell in enumerate(cells)
    ]


def _head(at: str, zone: tzinfo | None) -> tuple[str, str]:
    local = datetime.fromisoformat(at).astimezone(zone)
    return f"{local:%a %d %b}", f"{local:%H:%M}"


def _line(label: str, left: int, cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(size) for cell, size in zip(cells, widths, strict=True)]
    return "  ".join([label.ljust(left), *padded]).rstrip()


def _notes(
    schedules: Sequence[Any],
    overrides: Sequence[Any],
    wanting: Mapping[str, Sequence[str] | None],
    zone: tzinfo | None,
) -> Iterator[str]:
    """What the marks mean: gaps, overrides with author and reason, people out of reach."""
    shown = {
        one["source"].partition(":")[2]
        for each in schedules
        for shift in each["shifts"]
        for one in shift["assignments"]
        if one["source"].startswith(("override:", "fixed:"))
    }
    for each in schedules:
        for shift in each["shifts"]:
            if shift["source"] == "gap":
                yield f"{GAP} {clean(each['schedule'])}: nobody {when(shift, zone)}"
            for one in shift["assignments"]:
                if one["unknown"]:
                    said = f"nobody is called {one['person']!r}: pages go to the catch-all"
                    yield f"{GAP} {clean(each['schedule'])}: {clean(said)}, {when(shift, zone)}"
    for one in overrides:
        if one["id"] in shown:
            yield f"{OVERRIDE} {override_text(one, zone)}"
        elif one["problem"]:
            yield f"{OVERRIDE} {override_text(one, zone)} ({clean(one['problem'])})"
    for name, problems in wanting.items():
        if problems:
            yield clean(f"{UNREACHABLE} {name}: {'; '.join(problems)}")


def when(span: Any, zone: tzinfo | None = None) -> str:
    """`Mon 23 Nov 09:00 to Tue 24 Nov 10:00`."""
    (day, start), (last, end) = _head(span["start"], zone), _head(span["end"], zone)
    return f"{day} {start} to {end}" if day == last else f"{day} {start} to {last} {end}"


def override_text(one: Any, zone: tzinfo | None = None) -> str:
    """`override 17: dave by primary for alice, Mon … to …; bob: dentist`."""
    instead = f" for {one['replaces']}" if one["replaces"] else ""
    reason = f": {one['reason']}" if one["reason"] else ""
    kind = "override" if one["kind"] == "override" else one["kind"]
    text = f"{kind} {one['id']}: {one['person']} by {one['schedule']}{instead}, {when(one, zone)}"
    return clean(f"{text}; {one['by']}{reason}")
