"""The text of an issue: what people read, and the marker by which we find it again."""

import re
from urllib.parse import urlsplit

from triaged.core.text.wording import clean
from triaged.integrations import TrackedAction

TITLE_MAX = 250
"""Characters: GitHub takes 256, GitLab and Jira 255."""

TEXT_MAX = 1000
NAME_MAX = 80
MARKER = "triaged-action: "
_MENTION = re.compile(r"@(?=\w)")
_WORD_JOINER = "\u2060"


def marker(action: TrackedAction) -> str:
    """The line by which the issue of an action item is found."""
    return f"{MARKER}{action.id}"


def has_marker(text: str | None, action: TrackedAction) -> bool:
    """True if one line of `text` is the marker of `action`."""
    return any(line.strip() == marker(action) for line in (text or "").splitlines())


def title(action: TrackedAction) -> str:
    """The title, such as `[INC-12] Fix: Upgrade the ORM (P0)`."""
    head, tail = f"[{action.incident}] {action.kind.capitalize()}: ", f" ({action.priority})"
    return head + _plain(action.text, TITLE_MAX - len(head) - len(tail)) + tail


def paragraphs(action: TrackedAction) -> list[str]:
    """The body as lines of text, without the marker.

    Each line begins with a word of ours: a text such as `/close` at the beginning of a line is a
    command to GitLab.
    """
    return [
        f"{action.kind.capitalize()}: {_plain(action.text, TEXT_MAX)}",
        f"Incident: {action.incident} {_address(action.url)}".rstrip(),
        f"Owner: {_plain(action.owner, NAME_MAX)}",
        f"Priority: {action.priority}",
        f"Due: {action.due}",
    ]


def markdown(action: TrackedAction) -> str:
    """The body in Markdown, a paragraph a line, the marker last."""
    return "\n\n".join([*map(_escaped, paragraphs(action)), marker(action)])


def _plain(text: str, length: int) -> str:
    """One line that mentions nobody: an `@name` of ours is a stranger's account there."""
    return _MENTION.sub(f"@{_WORD_JOINER}", clean(text, length))


def _address(url: str) -> str:
    parts = urlsplit(url)
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def _escaped(line: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", line) if "://" not in line else line
