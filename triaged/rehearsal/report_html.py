"""A replay as one HTML page: no script, nothing from elsewhere, charts as SVG, light and dark.

Titles are text of strangers: every text passes `escape`.
"""

from collections.abc import Iterator, Sequence
from html import escape

from triaged.rehearsal.report import Report, Section, sections

PEOPLE_MAX = 30
"""Bars of people: the ones with the most pages."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1e;--paper:#fff;--line:#d0d0d5;--old:#8e8e99;--new:#1565c0}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8ea;--paper:#161618;--line:#3a3a40;
--old:#7d7d88;--new:#64b5f6}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
.wide{overflow-x:auto}table{border-collapse:collapse;min-width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);
vertical-align:top;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto}svg text{fill:var(--ink);font:11px system-ui,sans-serif}
.old{fill:var(--old)}.new{fill:var(--new)}
"""
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""

Bar = tuple[str, int, int]
"""(label, before, after)."""


def html(report: Report) -> str:
    """The whole page."""
    title = escape(f"Replay: {report.names[0]} → {report.names[1]}")
    parts = [HEAD, f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"]
    for section in sections(report):
        parts += _section(section)
        if section.title == "Numbers":
            parts += _charts(report)
    return "\n".join([*parts, "</body></html>", ""])


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    for sentence in section.sentences:
        yield f"<p>{escape(sentence)}</p>"
    if section.header:
        yield '<div class="wide"><table><thead>' + _row("th", section.header) + "</thead><tbody>"
        for row in section.rows:
            yield _row("td", row)
        yield "</tbody></table></div>"


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _charts(report: Report) -> Iterator[str]:
    before, after = report.difference.before, report.difference.after
    hours = zip(before.hours, after.hours, strict=True)
    yield "<h2>Pages by hour of day, on the reader's clock</h2>"
    legend = " ".join(
        f'<tspan class="{kind}">■</tspan> {escape(name)}'
        for kind, name in zip(("old", "new"), report.names, strict=True)
    )
    yield _columns([(f"{hour}", a, b) for hour, (a, b) in enumerate(hours)], legend)
    people = {**before.people, **after.people}
    bars = [
        (whom, before.people.get(whom, (0, 0))[0], after.people.get(whom, (0, 0))[0])
        for whom in people
    ]
    bars = sorted(bars, key=lambda bar: (-max(bar[1:]), bar[0]))[:PEOPLE_MAX]
    if bars:
        yield "<h2>Pages by person</h2>"
        yield _lines(bars)


def _columns(bars: Sequence[Bar], legend: str) -> str:
    """Two columns for each bar, 200 high."""
    most = max(1, *(max(a, b) for _, a, b in bars))
    parts = [f'<text x="0" y="12">{legend}; most: {most}</text>']
    for place, (label, a, b) in enumerate(bars):
        x = place * 30
        for kind, value, left in (("old", a, x), ("new", b, x + 13)):
            height = value * 180 / most
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{200 - height:.1f}" width="12" '
                f'height="{height:.1f}"><title>{escape(label)}: {value}</title></rect>'
            )
        parts.append(f'<text x="{x + 6}" y="214">{escape(label)}</text>')
    return _svg(len(bars) * 30, 220, "pages by hour", parts)


def _lines(bars: Sequence[Bar]) -> str:
    """Two lines for each bar, the label above them."""
    most = max(1, *(max(a, b) for _, a, b in bars))
    parts = []
    for place, (label, a, b) in enumerate(bars):
        y = place * 44
        parts.append(f'<text x="0" y="{y + 11}">{escape(label)}: {a} → {b}</text>')
        for kind, value, top in (("old", a, y + 15), ("new", b, y + 27)):
            width = value * 600 / most
            parts.append(
                f'<rect class="{kind}" x="0" y="{top}" width="{width:.1f}" height="11"></rect>'
            )
    return _svg(600, len(bars) * 44, "pages by person", parts)


def _svg(width: int, height: int, label: str, parts: Sequence[str]) -> str:
    body = "".join(parts)
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{body}</svg>'
