"""The review as Markdown, for a mail; a section in which all is well takes one line."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from triaged.core.practice.learning.review import ANTI_PATTERNS, FINDINGS_MAX, Section
from triaged.core.time.durations import SECOND

MAIL_FINDINGS = 8
"""Findings of a section in a mail, at most: who wants all asks `triaged review`."""

MAIL_MAX = 3_000
"""Characters of the review in a message: messengers take 4,000 in all."""


def review_markdown(sections: Sequence[Section], since: int, until: int, zone: ZoneInfo) -> str:
    """The whole review."""
    return "\n".join(_lines(sections, _period(since, until, zone), FINDINGS_MAX))


def review_mail(sections: Sequence[Section], since: int, until: int, zone: ZoneInfo) -> str:
    """The review with as many findings of each section as a message has room for."""
    text = ""
    for most in range(MAIL_FINDINGS, -1, -1):
        text = "\n".join(_lines(sections, _period(since, until, zone), most))
        if len(text) <= MAIL_MAX:
            break
    return text


def _period(since: int, until: int, zone: ZoneInfo) -> str:
    return f"{_day(since, zone)} to {_day(until, zone)}"


def review_sentence(sections: Sequence[Section]) -> str:
    """`5 of 10 topics to talk about`: the subject of the mail."""
    open_ones = sum(bool(one.findings) for one in sections)
    if not open_ones:
        return "weekly review: all is well"
    return f"weekly review: {open_ones} of {len(sections)} topics to talk about"


def _day(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).astimezone(zone).strftime("%Y-%m-%d")


def _lines(sections: Sequence[Section], period: str, most: int) -> Iterator[str]:
    yield f"# Review, {period}"
    for section in sections:
        pattern = ANTI_PATTERNS[section.topic]
        yield ""
        if not section.findings:
            yield f"**{pattern.title}**: all is well, {pattern.well}."
            continue
        yield f"## {pattern.title}"
        yield ""
        yield f"Consequence: {pattern.consequence}. Fix: {pattern.fix}."
        yield ""
        shown = section.findings[:most]
        yield from (f"- {one.text}" for one in shown)
        more = section.more + len(section.findings) - len(shown)
        if more:
            yield f"- and {more} more: `triaged review`"
