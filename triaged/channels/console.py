"""`console`: pages on the daemon's standard output, for a first try and as a last resort."""

import msgspec

from triaged.channels import (
    Line,
    NoAnswer,
    Notice,
    Result,
    Written,
    verdict_without_answer,
)
from triaged.core.records.events import Delivered, Refused, Verdict
from triaged.core.text.wording import page_mark


class Settings(msgspec.Struct, frozen=True):
    """A channel of kind `console` has no keys of its own."""


def request(notice: Notice, settings: Settings, at: int) -> Line:  # noqa: ARG001 - the contract
    """A block: the severity in front, then the text, set off by a rule."""
    contact = notice.page.recipient.contact.removeprefix("channel:")
    whom = notice.reader.id if notice.reader else contact
    head = "PAGE" if notice.is_page else "UPDATE"
    body = "".join(f"  {line}".rstrip() + "\n" for line in notice.text(at).splitlines())
    title = f"{page_mark(notice.page)}{notice.page.severity} {head} for {whom}"
    return Line(f"{title} {'-' * max(3, 78 - len(title))}\n{body}\n", notice.page.severity)


def verdict(result: Result) -> Verdict:
    """Written is delivered."""
    match result:
        case Written():
            return Delivered()
        case NoAnswer():
            return verdict_without_answer(result)
        case _:
            return Refused(f"not an outcome of the console: {type(result).__name__}")
