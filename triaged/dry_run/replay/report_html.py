"""A replay as one HTML page: no script, nothing from elsewhere, charts as SVG, light and dark.

Titles are text of strangers: every text passes `escape`.
"""

from collections.abc import Iterator, Sequence
from html import escape

from triaged.dry_run.replay.report import PEOPLE, ReplayReport, Section, sections

PEOPLE_MAX = 30
"""Bars of people: the ones with the most pages."""

STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1e;--paper:#fff;--line:#d0d0d5;--old:#8e8e99;--new:#1565c0}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8ea;--paper:#161618;--line:#3a3a40;
--old:#7d7d88;--new:#64b5f6}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);
max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:break-word}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
.wide{overflow-x:auto}table{border-collapse:collapse;min-width:100%}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);
vertical-align:top;font-variant-numeric:tabular-nums}
p{margin:.5rem 0}svg{display:block;width:100%;height:auto}
svg text{fill:var(--ink);font:11px system-ui,sans-serif}
.old{fill:var(--old);color:var(--old)}.new{fill:var(--new);color:var(--new)}
@media(max-width:40rem){svg text{font-size:20px}svg .between{display:none}}
"""
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""

Bar = tuple[str, int, int]
"""A bar of a chart: (label, number before, number after)."""


def html(report: ReplayReport) -> str:
    """The whole page."""
    title = escape(f"Replay: {report.names[0]} → {report.names[1]}")
    parts = [HEAD, f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"]
    for section in sections(report):
        parts.append(f"<h2>{escape(section.title)}</h2>")
        if section.title == PEOPLE:
            parts += _people(report)
        parts += _section(section)
        if section.title == "Numbers":
            parts += _hours(report)
    return "\n".join([*parts, "</body></html>", ""])


def _section(section: Section) -> Iterator[str]:
    for sentence in section.sentences:
        yield f"<p>{escape(sentence)}</p>"
    if section.header:
        yield '<div class="wide"><table><thead>' + _row("th", section.header) + "</thead><tbody>"
        for row in section.rows:
            yield _row("td", row)
        yield "</tbody></table></div>"


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _hours(report: ReplayReport) -> Iterator[str]:
    before, after = report.difference.before, report.difference.after
    hours = zip(before.hours, after.hours, strict=True)
    yield "<h2>Pages by hour of day, on the reader's clock</h2>"
    legend = " ".join(
        f'<span class="{kind}">■</span> {escape(name)}'
        for kind, name in zip(("old", "new"), report.names, strict=True)
    )
    bars = [(f"{hour}", a, b) for hour, (a, b) in enumerate(hours)]
    most = max(1, *(max(a, b) for _, a, b in bars))
    yield f"<p>{legend}; at most {most} in an hour</p>"
    yield _columns(bars, most)


def _people(report: ReplayReport) -> Iterator[str]:
    """The pages of each person, before and after, the most first."""
    before, after = report.difference.before.people, report.difference.after.people
    bars = [
        (whom, before.get(whom, (0, 0))[0], after.get(whom, (0, 0))[0])
        for whom in {**before, **after}
    ]
    bars = sorted(bars, key=lambda bar: (-max(bar[1:]), bar[0]))[:PEOPLE_MAX]
    most = max(1, *(max(a, b) for _, a, b in bars))
    for label, a, b in bars:
        yield f"<p>{escape(label)}: {a} → {b}</p>"
        yield _lines(label, (a, b), most)


def _columns(bars: Sequence[Bar], most: int) -> str:
    """Two columns for each bar, 180 high; a narrow screen names every third."""
    parts = []
    for place, (label, a, b) in enumerate(bars):
        x = place * 30
        for kind, value, left in (("old", a, x), ("new", b, x + 13)):
            height = value * 180 / most
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{180 - height:.1f}" width="12" '
                f'height="{height:.1f}"><title>{escape(label)}: {value}</title></rect>'
            )
        between = ' class="between"' if place % 3 else ""
        parts.append(f'<text{between} x="{x + 6}" y="197">{escape(label)}</text>')
    return _svg(len(bars) * 30, 204, "pages by hour", parts)


def _lines(label: str, values: tuple[int, int], most: int) -> str:
    """Two lines, one below the other."""
    parts = [
        f'<rect class="{kind}" y="{top}" width="{value * 600 / most:.1f}" height="9"></rect>'
        for kind, value, top in zip(("old", "new"), values, (0, 10), strict=True)
    ]
    return _svg(600, 20, f"pages of {label}", parts)


def _svg(width: int, height: int, label: str, parts: Sequence[str]) -> str:
    body, name = "".join(parts), escape(label)
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{name}">{body}</svg>'
