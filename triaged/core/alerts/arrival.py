"""An alert whose episode starts, and what it was to an incident before."""

import msgspec

from triaged.core.records.model import Alert, AlertState, Incident, Outcome


class Arrival(msgspec.Struct):
    """An episode that starts: the alert, its classification, and when it was received."""

    alert: Alert
    outcome: Outcome
    received_at: int
    before: AlertState | None = None
    """The alert's row before this episode."""
    left: Incident | None = None
    """The incident that the alert fired in until this moment, without it."""

    @property
    def identity(self) -> tuple[str, str]:
        """(source, fingerprint) of the alert."""
        return self.alert.source, self.alert.fingerprint

    def covered_by_choice(self, incident: Incident) -> bool:
        """True if a human chose the severity of `incident` knowing this alert."""
        before = self.before
        if incident.chosen is None or before is None or before.incident != incident.number:
            return False
        attached_at, chosen_at = before.attached_at, incident.chosen_at
        return attached_at is None or chosen_at is None or attached_at <= chosen_at

    def comes_back(self, incident: Incident) -> bool:
        """True if the alert has fired in `incident` before, and ended."""
        before = self.before
        return before is not None and not before.firing and before.incident == incident.number

    def is_same_episode(self, incident: Incident) -> bool:
        """True if it is the episode that ended in `incident`, by the start that the sender gives.

        Of a pair of Alertmanagers one may still have said that it fires after the other that it
        was over; what begins anew has another start.
        """
        before, starts_at = self.before, self.alert.starts_at
        if before is None or starts_at is None or not self.comes_back(incident):
            return False
        return before.start_given and before.starts_at == starts_at
