"""The review as Markdown, for a mail; a section in which all is well takes one line."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from triaged.core.practice.review import ANTI_PATTERNS, Section
from triaged.core.time.durations import SECOND

MAIL_FINDINGS = 8
"""Findings of a section in a mail: who wants all asks `triaged review`."""


def review_markdown(sections: Sequence[Section], since: int, until: int, zone: ZoneInfo) -> str:
    """The whole review."""
    return "\n".join(_lines(sections, f"{_day(since, zone)} to {_day(until, zone)}"))


def review_sentence(sections: Sequence[Section]) -> str:
    """`5 of 10 topics to talk about`: the subject of the mail."""
    open_ones = sum(bool(one.findings) for one in sections)
    if not open_ones:
        return "weekly review: all is well"
    return f"weekly review: {open_ones} of {len(sections)} topics to talk about"


def _day(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).strftime("%Y-%m-%d")


def _lines(sections: Sequence[Section], period: str) -> Iterator[str]:
    yield f"# Review, {period}"
    for section in sections:
        pattern = ANTI_PATTERNS[section.topic]
        yield ""
        yield f"## {pattern.title}"
        yield ""
        if not section.findings:
            yield f"All is well: {pattern.well}."
            continue
        yield f"Consequence: {pattern.consequence}. Fix: {pattern.fix}."
        yield ""
        shown = section.findings[:MAIL_FINDINGS]
        yield from (f"- {one.text}" for one in shown)
        more = section.more + len(section.findings) - len(shown)
        if more:
            yield f"- and {more} more: `triaged review`"
