"""Bar charts: on a terminal in characters, and as a self-contained SVG.

Every bar has its number as text, so that nothing depends on colour or on looking at lengths.
"""

from collections.abc import Iterator, Sequence
from html import escape

import msgspec

BLOCKS = "▏▎▍▌▋▊▉█"
PLAIN = "#"

ROW, HEAD, BARS, MARGIN, LETTER = 22, 44, 420, 12, 8
"""Pixels of a drawing: the heights of a bar's row and of the heading, and the widths of the longest
bar, of the margin, and of a letter, of which few are wider."""

STYLE = """text{font:13px system-ui,sans-serif;fill:#1b1f24}
.title{font-weight:600;font-size:15px}
.bar{fill:#3b6fb6}
.ground{fill:#ffffff}
@media (prefers-color-scheme:dark){text{fill:#e6e8eb}.bar{fill:#7aa7e8}.ground{fill:#16191d}}"""


class Bar(msgspec.Struct, frozen=True):
    """A bar: its label, its value, and what stands behind it."""

    label: str
    value: float
    text: str


class Chart(msgspec.Struct, frozen=True):
    """Bars under a title."""

    title: str
    bars: Sequence[Bar]


def drawn(chart: Chart, width: int, *, blocks: bool) -> Iterator[str]:
    """The lines of a chart of at most `width` characters; without `blocks`, ASCII bars."""
    yield chart.title
    labels = max((len(bar.label) for bar in chart.bars), default=0)
    texts = max((len(bar.text) for bar in chart.bars), default=0)
    room = max(width - labels - texts - 5, 1)
    most = max((bar.value for bar in chart.bars), default=0)
    for bar in chart.bars:
        length = bar.value / most * room if most else 0
        line = _blocks(length) if blocks else PLAIN * round(length)
        if not line and bar.value:
            line = BLOCKS[0] if blocks else PLAIN
        yield f"  {bar.label.ljust(labels)}  {line} {bar.text}".rstrip()


def _blocks(length: float) -> str:
    whole, eighths = divmod(round(length * 8), 8)
    return BLOCKS[-1] * whole + (BLOCKS[eighths - 1] if eighths else "")


def svg(charts: Sequence[Chart], title: str) -> str:
    """The charts below one another, as a document of its own that can be read light and dark."""
    every = [bar for chart in charts for bar in chart.bars]
    labels = max((len(bar.label) for bar in every), default=0) * LETTER + 2 * MARGIN
    texts = max((len(bar.text) for bar in every), default=0) * LETTER
    titles = max((len(chart.title) for chart in charts), default=0) * (LETTER + 1)
    width = max(labels + BARS + texts, titles) + 2 * MARGIN
    height = sum(HEAD + ROW * len(chart.bars) for chart in charts) + ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title)}</title><style>{STYLE}</style>',
        f'<rect class="ground" width="{width}" height="{height}"/>',
    ]
    top = 0
    for chart in charts:
        parts += _parts(chart, top, labels)
        top += HEAD + ROW * len(chart.bars)
    return "\n".join([*parts, "</svg>", ""])


def _parts(chart: Chart, top: int, left: int) -> Iterator[str]:
    """The elements of a chart whose bars begin at `left`."""
    yield f'<text class="title" x="{MARGIN}" y="{top + 30}">{escape(chart.title)}</text>'
    most = max((bar.value for bar in chart.bars), default=0)
    for index, bar in enumerate(chart.bars):
        y = top + HEAD + index * ROW
        length = max(bar.value / most * BARS, 1) if bar.value else 0
        yield f'<text x="{MARGIN}" y="{y + 14}">{escape(bar.label)}</text>'
        if length:
            yield (
                f'<rect class="bar" x="{left}" y="{y + 3}" width="{length:.1f}" height="14"'
                ' rx="2"/>'
            )
        yield f'<text x="{left + length + 6:.1f}" y="{y + 14}">{escape(bar.text)}</text>'
