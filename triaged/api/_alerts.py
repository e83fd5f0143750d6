"""Parts of an alert's document that more than one route shows."""

import msgspec

from triaged.core.records.model import IgnoredReason
from triaged.store.tables.alerts import StoredAlert
from triaged.wire import Instant, instant_text


class IgnoredReport(msgspec.Struct, frozen=True):
    """A report about an alert that changed nothing, and why."""

    reason: IgnoredReason
    at: Instant
    sender: str


def ignored_report(alert: StoredAlert) -> IgnoredReport | None:
    """The last report in this episode that changed nothing; None: there was none."""
    last = alert.ignored
    if last is None:
        return None
    return IgnoredReport(last.reason, instant_text(last.received_at), last.sender)
