"""Text of strangers inside Markdown: nothing formats, links or mentions."""

import re

_ACTIVE = re.compile(r"([\\`*_~|>#\[\]()!-])")
_ZERO_WIDTH_SPACE = "\u200b"


def escaped(text: str, link: str | None = None) -> str:
    """`text` with every active character escaped; `link`, which is ours, stays as it is."""
    if link and link in text:
        before, _, after = text.partition(link)
        return f"{escaped(before)}{link}{escaped(after)}"
    return _ACTIVE.sub(r"\\\1", text).replace("@", f"@{_ZERO_WIDTH_SPACE}")
