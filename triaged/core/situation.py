"""The situation of a decision: the rows that it may read, the operators' settings, the time."""

import msgspec

from triaged.core.muting.muters import AlertId, Mutes
from triaged.core.oncall.duty import Duty, duty_of
from triaged.core.records.model import AlertState, Incident, Key
from triaged.core.records.storms import Storm
from triaged.core.settings import Settings
from triaged.core.view import View


class Outage(msgspec.Struct, frozen=True, gc=False):
    """The time for which we heard nobody because triaged itself did not run."""

    began_at: int
    ended_at: int


OUTAGE_MIN_US = 60_000_000
"""Shortest outage: a shorter one hides no repeat, for senders try again for longer."""


def outage_since(last_heard_at: int | None, now: int) -> Outage | None:
    """The outage that ends at our start, if somebody was heard before and long enough ago."""
    if last_heard_at is None or now - last_heard_at < OUTAGE_MIN_US:
        return None
    return Outage(last_heard_at, now)


class Situation(msgspec.Struct, frozen=True, gc=False):
    """The first argument of every decision: everything that it may depend on but its event.

    `view` holds the rows that were loaded for the batch, as changed by the decisions before this
    one, facts about duty among them. `settings` are the operators' files, compiled. `now` is the
    instant of the decision in µs. `outage` is the last one: what senders said in it was not heard.
    One situation serves a whole batch.
    """

    view: View
    settings: Settings
    now: int
    outage: Outage | None = None

    @property
    def duty(self) -> Duty:
        """Everything that decides who is on call."""
        return duty_of(self.settings, self.view.duty_facts)

    def alert(self, identity: AlertId) -> AlertState | None:
        """The row of an alert; None: it never fired."""
        return self.view.alerts.get(identity)

    def incident(self, number: int | None) -> Incident | None:
        """The incident with this number; None where there is no number or no such incident."""
        return None if number is None else self.view.incidents.get(number)

    def live_incident(self, key: Key) -> Incident | None:
        """The open or acknowledged incident with this key, or that has taken in the newest."""
        return self.view.live_incident(key)

    def latest_incident(self, key: Key) -> Incident | None:
        """The newest incident with this key, whatever its state; a merged one's survivor."""
        return self.view.latest_incident(key)

    def survivor(self, incident: Incident) -> Incident:
        """The incident that a merged one is part of now; any other one is its own."""
        return self.view.survivor(incident)

    def next_number(self) -> int:
        """A number for a new incident; a number that is not used is skipped for ever."""
        return self.view.next_number()

    def mutes(self) -> Mutes:
        """The silences, maintenance windows and suppressors that mute now."""
        return self.view.mutes(self.settings.muters, self.now)

    def storm_of(self, group: str) -> Storm:
        """The count of a group's new incidents; an empty one where nothing was counted yet."""
        return self.view.storms.get(group) or Storm(group)

    def waiting_under(self, umbrella: int) -> int:
        """How many incidents waited under an umbrella before this batch."""
        return self.view.waiting.get(umbrella, 0)
