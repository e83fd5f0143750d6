"""A letter as HTML for mail readers: the text with a button, and nothing that is loaded.

Each element has its style with it, because some readers drop `<style>`; what stands there is for
the dark theme alone. Outlook ignores padding of links: the button is the cell of a table.
"""

from collections.abc import Iterator
from html import escape

from triaged.core.text.letter import Letter, Row

BAD, WARN, MILD, SOFT, INK, PRESS = "#b0121b", "#8a4b00", "#3d5a80", "#575f68", "#14171a", "#1353be"
COLOURS = {"SEV-1": BAD, "SEV-2": WARN, "SEV-3": MILD, "SEV-4": SOFT}
SHAPES = {"SEV-1": "■", "SEV-2": "▲", "SEV-3": "●", "SEV-4": "○"}
SHOWN_URL_MAX = 64
"""Characters of an address that are shown: it leads where it says, and phones are narrow."""

FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLE = """
@media (prefers-color-scheme: dark) {
body,.page{background:#0f1113!important;color:#e6e8ea!important}
.soft,.soft td,.soft th{color:#9ba3ab!important}
.go{background:#2a66cf!important}
.link{color:#86b4ff!important}
.sev-1{color:#ff8a85!important}.sev-2{color:#f0b35e!important}.sev-3{color:#9cc0ec!important}
.code{background:#1b1f23!important}
}
"""


def mail_html(letter: Letter) -> str:
    """The whole document."""
    title = letter.title.removeprefix(letter.mark)
    title = escape(f"{letter.mark}{letter.severity} {letter.number} {title}")
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            f"<title>{title}</title><style>{STYLE}</style></head>",
            f'<body class="page" style="margin:0;padding:16px;background:#fff;color:{INK};'
            f'{FONT};font-size:16px;line-height:1.45">',
            '<div style="max-width:600px">',
            *_parts(letter),
            "</div></body></html>\n",
        ]
    )


def _parts(letter: Letter) -> Iterator[str]:
    if letter.is_duplicate:
        yield _soft("Possible duplicate: an earlier attempt may have reached you.")
    if not letter.is_test:
        yield _ids(letter)
    yield (
        '<h1 style="font-size:22px;line-height:1.3;margin:0 0 8px;overflow-wrap:anywhere">'
        f"<bdi>{escape(letter.title)}</bdi></h1>"
    )
    if letter.news:
        yield f'<p style="margin:0 0 12px"><b><bdi>{escape(letter.news)}</bdi></b></p>'
    if letter.call:
        yield f'<p style="margin:0 0 12px">{escape(letter.call)}</p>'
    if letter.acknowledge_url is not None:
        yield _button(letter.acknowledge_url, "Open the link" if letter.is_test else "Acknowledge")
    if letter.rows:
        yield _table(letter.rows)
    if letter.alerts:
        yield _alerts(letter.alerts)
    for line in letter.foot:
        yield _soft(line)
    style = "background:#f1f3f5;padding:1px 4px"
    typed = f'<code class="code" style="{style}">{escape(letter.command)}</code>'
    yield f'<p class="soft" style="margin:0 0 8px;font-size:14px;color:{SOFT}">{typed}</p>'
    if letter.acknowledge_url is not None and not letter.is_test:
        yield _soft("The button opens a page with one more button; opening it changes nothing.")


def _soft(text: str) -> str:
    style = f"margin:0 0 8px;font-size:14px;color:{SOFT}"
    return f'<p class="soft" style="{style}"><bdi>{escape(text)}</bdi></p>'


def _ids(letter: Letter) -> str:
    colour, name = COLOURS[letter.severity], letter.severity.lower()
    sign = f"{SHAPES[letter.severity]} {letter.severity}"
    return (
        f'<p style="margin:0 0 4px"><b class="{name}" style="color:{colour}">{sign}</b> '
        f"{escape(letter.number)}, {escape(letter.state)}{escape(letter.remark)}</p>"
    )


def _button(url: str, label: str) -> str:
    link = (
        f'<a href="{escape(url)}" style="display:inline-block;padding:16px 40px;color:#fff;'
        f'font-size:18px;font-weight:600;text-decoration:none">{label}</a>'
    )
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px"><tr>'
        f'<td class="go" bgcolor="{PRESS}" style="background:{PRESS};border-radius:4px">{link}'
        "</td></tr></table>"
    )


def _table(rows: tuple[Row, ...]) -> str:
    cells = "".join(_row(row) for row in rows)
    return f'<table class="facts" style="border-collapse:collapse;margin:0 0 16px">{cells}</table>'


def _row(row: Row) -> str:
    head = f"text-align:left;font-weight:400;padding:3px 16px 3px 0;vertical-align:top;color:{SOFT}"
    lines = "<br>".join(_line(row, line) for line in row.lines)
    return (
        f'<tr><th scope="row" class="soft" style="{head}">{escape(row.name)}</th>'
        f'<td style="padding:3px 0;overflow-wrap:anywhere">{lines}</td></tr>'
    )


def _line(row: Row, line: str) -> str:
    if not row.url:
        return f"<bdi>{escape(line)}</bdi>"
    shown = row.url.partition("://")[2].rstrip("/")
    if len(shown) > SHOWN_URL_MAX:
        shown = f"{shown[: SHOWN_URL_MAX - 1]}…"
    shown = escape(shown).replace("/", "/<wbr>")  # where a line may break
    return f'<a class="link" href="{escape(row.url)}" style="color:{PRESS}">{shown}</a>'


def _alerts(lines: tuple[str, ...]) -> str:
    cells = "".join(
        '<li style="margin:0 0 4px;overflow-wrap:anywhere;word-break:break-word">'
        f"<bdi>{escape(line)}</bdi></li>"
        for line in lines
    )
    return (
        '<p style="margin:0 0 4px"><b>The alerts</b></p>'
        f'<ul style="margin:0 0 16px;padding-left:20px">{cells}</ul>'
    )
