"""The oracle: what is open, held and muted after each event, and who has been paged when."""

from tests.simulation.oracle.life import Life
from tests.simulation.oracle.lives import Lives
from triaged.core.records.events import (
    Acknowledged,
    AlertReceived,
    Assigned,
    Closed,
    Declared,
    Escalated,
    Event,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    SilenceExpired,
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.model import ResolveWhen, Severity


class Oracle(Lives):
    """Incidents by the interface, and what people do with them."""

    def handle(self, event: Event) -> None:
        """Take what happens now."""
        match event:
            case AlertReceived(alert=alert) if alert.firing:
                self.fires(alert.fingerprint, alert.labels)
            case AlertReceived(alert=alert):
                self.ends(alert.fingerprint)
            case SilenceSet():
                self.muting.begin(event)
            case SilenceExpired(id=name):
                self.muting.end(name, self.now)
            case Declared():
                life = self.open("", event.severity, ResolveWhen.NEVER, 0)
                life.chosen_at = self.now
                self.arm(life)
            case _:
                life_of = self.lives.get(getattr(event, "incident", 0))
                if life_of is not None and self._act(life_of, event):
                    self._renew(life_of)

    def _renew(self, life: Life) -> None:
        """Any act of a person counts as activity: the acknowledgement lasts on."""
        if not life.live:
            return
        life.active_at = self.now
        if life.state == "acknowledged" and not life.is_snoozed:
            after = self.settings.severities[life.severity].unacknowledge_after
            life.until = None if after is None else self.now + after

    def _act(self, life: Life, event: Event) -> bool:
        """Do what a person asks; False: it is refused."""
        match event:
            case Acknowledged(by=by):
                return self._acknowledge(life, by)
            case Unacknowledged() if life.state == "acknowledged":
                self.arm(life)
            case Resolved(by=by) if life.live:
                self.resolve(life, by)
            case Reopened() if life.state == "resolved":
                if self.live_of(life.key) is not None:
                    return False
                self.reopen(life)
                life.respond_by = None
                self.arm(life)
            case Closed() if life.state == "resolved":
                life.state = "closed"
            case Unacknowledged() | Reopened():
                return life.state == "open"
            case Resolved():
                return life.state == "resolved"
            case Closed():
                return life.state == "closed"
            case NoteAdded():
                pass
            case PhaseChanged():
                return life.live
            case _:
                return life.live and self._act_on_live(life, event)
        return True

    def _act_on_live(self, life: Life, event: Event) -> bool:
        match event:
            case Escalated() if life.state == "acknowledged":
                self.paging.arm(life, self.now, goes_on=not life.is_over)
                self.paging.escalate(life, self.now)
            case Escalated():
                self._escalate(life)
            case Assigned(by=by, person=person):
                self._assign(life, by, person)
            case SeverityChosen(by=by, severity=severity):
                self._choose(life, by, severity)
            case Snoozed(by=by, until=until):
                if life.state == "open":
                    self._acknowledge(life, by)
                life.is_snoozed, life.until = True, until
            case _:
                raise AssertionError(f"the oracle knows no {type(event).__name__}")
        return True

    def _escalate(self, life: Life) -> None:
        self.paging.escalate(life, self.now)

    def _acknowledge(self, life: Life, by: str) -> bool:
        if not life.live or (life.state == "acknowledged" and life.holder != by):
            return False
        if life.state == "open":
            self.paging.settle(life, self.now)
            life.state, life.holder, life.rests = "acknowledged", by, False
            life.stop()
            life.tell("acknowledged", by)
        return True

    def _assign(self, life: Life, by: str, person: str) -> None:
        waits = life.state == "open" and life.assignee == person
        if waits and (life.round, life.step) <= (1, 1):
            return
        if life.state == "acknowledged" and life.holder == person:
            return
        if person != by:
            self.paging.arm(life, self.now)
            life.step, life.assignee = 0, person
            self.paging.advance(life, self.now)
        elif life.state == "open":
            self._acknowledge(life, by)
        else:
            life.holder, life.is_snoozed = by, False

    def _choose(self, life: Life, by: str, severity: Severity) -> None:
        before, life.severity, life.chosen_at = life.severity, severity, self.now
        if severity < before and not (life.state == "acknowledged" and by == life.holder):
            self.arm(life, rose=True)
        elif severity > before:
            self.paging.ease(life, self.now)
