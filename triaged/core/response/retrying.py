"""Retries: when to try a page again, and when to start the next contact beside it."""

import zlib

from triaged.core.records.events import TryAgain
from triaged.core.records.model import Page, PageKind
from triaged.core.time.durations import HOUR, SECOND

FIRST_RETRY_US = 1 * SECOND
RETRY_MAX_US = 60 * SECOND
"""A provider that is back is used within a minute; more often would be a storm of its own."""

PATIENCE_US = 10 * SECOND
"""A provider that wants a longer pause is reason enough for the next contact. So is a first attempt
that the provider may have accepted (`maybe_accepted`): it timed out or was cut when the message was
on its way, however long it took. A SEV-1 must reach somebody within its 5 minutes."""

UPDATE_LIFE_US = 1 * HOUR
"""News that could not be delivered for an hour is no news; a page is tried while it is needed."""

DIGEST = "digest"
"""The kind of news that a digest is: all that a person's quiet hours have held back."""

DIGEST_LIFE_US = 24 * HOUR
"""What a digest says has waited for a night, and is told by nothing else."""

TEST_LIFE_US = 30 * SECOND
"""Somebody waits for the end of a test; what could not be sent by then must not come at night."""


def retry_at(page: Page, verdict: TryAgain, now: int) -> int:
    """When the next attempt is due: doubling from 1 s to 60 s, up to a quarter earlier by id.

    The provider's wish is honoured up to the maximum. The jitter is a function of the page, so
    that a decision made twice is the same decision.
    """
    wait_us = min(RETRY_MAX_US, FIRST_RETRY_US << min(page.attempts - 1, 10))
    spread = zlib.crc32(f"{page.id}#{page.attempts}".encode()) % 1000
    wait_us -= wait_us * spread // 4000
    wish_us = min(verdict.after_us or 0, RETRY_MAX_US)
    return now + max(wait_us, wish_us)


def wants_fallback(page: Page, verdict: TryAgain) -> bool:
    """True if to start the next contact now, while this one is still being tried.

    At the first failure if it was slow, else at the second; once.
    """
    slow = verdict.maybe_accepted or verdict.timed_out
    slow = slow or (verdict.after_us or 0) > PATIENCE_US
    return page.kind is PageKind.PAGE and not page.passed_on and (slow or page.attempts > 1)


def is_told(page: Page) -> bool:
    """True if a failure of this attempt is news: the 1st, 2nd, 4th, 8th … keep timelines short."""
    return page.attempts & (page.attempts - 1) == 0


def gives_up(page: Page, now: int) -> bool:
    """True if an update, or a test of a contact, has become too old to matter."""
    if page.test:
        return now - page.created_at > TEST_LIFE_US
    life_us = DIGEST_LIFE_US if page.target == DIGEST else UPDATE_LIFE_US
    return page.kind is PageKind.UPDATE and now - page.created_at > life_us
