"""The senders that are told apart within a source: a bounded number, which the store holds."""

from msgspec.structs import replace

from triaged.core.records.model import Alert

SENDERS_MAX = 200
"""Senders of one source that are told apart while the daemon runs: large places have some dozen
Prometheus servers. All further ones of the source are one sender, without a name."""


class Senders:
    """The senders of each source that were heard since the start."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}

    def known(self, alert: Alert) -> Alert:
        """The alert, of a sender that is told apart; of one too many, as the source's own."""
        senders = self._known.setdefault(alert.source, set())
        if alert.sender in senders:
            return alert
        if len(senders) < SENDERS_MAX:
            senders.add(alert.sender)
            return alert
        return replace(alert, sender="")
