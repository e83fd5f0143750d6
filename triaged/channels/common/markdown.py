"""Text of strangers inside Markdown: nothing formats, links or mentions."""

import re

from triaged.channels.common.chat import ELLIPSIS, cut

_ACTIVE = re.compile(r"([\\`*_~|>#\[\]()!-])")
_ZERO_WIDTH_SPACE = "\u200b"


def escaped(text: str, link: str | None = None) -> str:
    """`text` with every active character escaped; `link`, which is ours, stays as it is."""
    if link and link in text:
        before, _, after = text.partition(link)
        return f"{escaped(before)}{link}{escaped(after)}"
    return _ACTIVE.sub(r"\\\1", text).replace("@", f"@{_ZERO_WIDTH_SPACE}")


def discord_escaped(text: str, link: str | None = None) -> str:
    """`escaped`, and without the times, emoji, channels and commands that Discord has in `<…>`."""
    return escaped(text, link).replace("<", "\\<")


_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+\\-]+:)")
_WWW = re.compile(r"(?i)(?<![/\w])www\.")


def mattermost_escaped(text: str, link: str | None = None) -> str:
    """`escaped`, and without emoji by name and addresses that Mattermost makes links of."""
    if link and link in text:
        before, _, after = text.partition(link)
        return f"{mattermost_escaped(before)}{link}{mattermost_escaped(after)}"
    found = _SHORTCODE.sub(f":{_ZERO_WIDTH_SPACE}", escaped(text))
    return _WWW.sub(lambda match: f"{match[0]}{_ZERO_WIDTH_SPACE}", found)


def cut_escaped(text: str, most: int) -> str:
    """Escaped text in at most `most` characters, no escape cut in two."""
    shorter = cut(text, most)
    if shorter == text:
        return text
    kept = shorter.removesuffix(ELLIPSIS)
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return kept[: len(kept) - backslashes % 2] + ELLIPSIS
