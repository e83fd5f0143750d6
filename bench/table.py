"""The final table."""

from collections.abc import Sequence
from statistics import median

import msgspec

HEADER = ("measure", "triaged", "Alertmanager", "ratio", "wanted", "")


class Line(msgspec.Struct, frozen=True):
    """One measure. `holds` is None where nothing was promised."""

    measure: str
    ours: str
    theirs: str = "-"
    ratio: str = "-"
    wanted: str = "-"
    holds: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The texts of the columns."""
        verdict = "" if self.holds is None else "ok" if self.holds else "short"
        return self.measure, self.ours, self.theirs, self.ratio, self.wanted, verdict


def render(lines: Sequence[Line]) -> str:
    """A table in Markdown, aligned for reading as it is."""
    rows = [HEADER, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    texts.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(texts)


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """`median unit (min-max)`."""
    middle, low, high = (
        f"{value:,.{digits}f}" for value in (median(values), min(values), max(values))
    )
    return f"{middle} {unit}" if len(values) == 1 else f"{middle} {unit} ({low}-{high})"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
