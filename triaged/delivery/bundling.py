"""Pages of one person that go as one message: ten at once are a noise that nobody reads.

Only where a channel's limits allow it (`Limits.bundle`): its messages are for a phone. One that
stands for several pages is never edited. Each page keeps its row, its verdict and its successor.
"""

from collections.abc import Iterator, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from triaged.channels import Result
from triaged.channels.contract import ChannelKind, Edited
from triaged.core.records.answers import Send
from triaged.core.records.model import PageKind
from triaged.core.records.pages import Page
from triaged.core.records.verdicts import Delivered, Verdict
from triaged.store.tables.pages import recipient_of

BUNDLE_MIN = 3
"""Two messages are two things to look at; from three on a list is quicker to read."""


def bundles(sends: Sequence[Send], most: int) -> Iterator[tuple[Send, ...]]:
    """The messages to send, each for one page or for several, in the order of their first pages."""
    waiting: dict[str, list[Send]] = {}
    for send in sends:
        alone = most < BUNDLE_MIN or not may_share(send.page)
        waiting.setdefault(send.page.id if alone else recipient_of(send.page.id), []).append(send)
    for together in waiting.values():
        if len(together) < BUNDLE_MIN:
            yield from ((send,) for send in together)
            continue
        for start in range(0, len(together), most):
            yield tuple(together[start : start + most])


def may_share(page: Page) -> bool:
    """Whether a page may stand in one message with others of its recipient."""
    return (
        page.kind is PageKind.PAGE
        and page.wanted is UNSET
        and not page.test
        and not page.drill
        and not page.rest
        and not page.subject
    )


def verdict_of(kind: ChannelKind, result: Result, sends: Sequence[Send]) -> Verdict:
    """The verdict on a message. One that stands for several pages is none of theirs to edit."""
    verdict = kind.verdict(result)
    if len(sends) > 1 and isinstance(kind, Edited) and isinstance(verdict, Delivered):
        return replace(verdict, ref="")
    return verdict
