"""What alerts and the passing of time make of incidents."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tests.core.world import ByLabels
from tests.simulation.oracle.hours import Hours
from tests.simulation.oracle.life import NOTHING, Life, Trouble
from tests.simulation.oracle.muting import Muting, Span
from tests.simulation.oracle.paging import Duty, Paging
from triaged.core.records.model import Labels, ResolveWhen, Severity
from triaged.core.settings import Settings

STILL_HELD_US = 5 * 60_000_000
"""For so long an acknowledgement outlives the end of its incident."""

WARNED_US = 5 * 60_000_000
"""So long a holder has, whose acknowledgement a reload has given an end that has passed."""


class Due(NamedTuple):
    """What comes next: sorts by instant; pages go after everything else of one."""

    at: float
    is_page: bool
    first_at: float
    number: int
    rank: int
    do: Callable[[Life], None]


class Sent(NamedTuple):
    """A page that went out."""

    incident: int
    at: int
    person: str
    contact: str


class Calendar(NamedTuple):
    """Everything that recurs, reckoned by hand."""

    hours: Hours | None = None
    """Those of `respond_within: next business day`."""
    duty: Duty | None = None
    windows: Sequence[Span] = ()
    """The occurrences of maintenance windows that come again."""


class Lives:
    """Incidents without people. Time passes by `pass_until` only."""

    def __init__(self, settings: Settings, start: int, calendar: Calendar | None = None) -> None:
        self.now = start
        self.lives: dict[int, Life] = {}
        self.sent: list[Sent] = []
        self._troubles: dict[str, Trouble] = {}
        self._calendar = calendar = calendar or Calendar()
        self.muting = Muting(calendar.windows)
        self.paging = Paging(settings, calendar.hours, calendar.duty)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.paging.settings

    def reload(self, settings: Settings) -> None:
        """Other settings: living incidents keep what is fixed in them, and what is not follows."""
        self.paging = Paging(settings, self._calendar.hours, self._calendar.duty)
        for life in self.lives.values():
            after = settings.severities[life.severity].unacknowledge_after
            if life.state == "acknowledged" and life.until is None and after is not None:
                life.until = max(life.active_at + after, self.now + WARNED_US)
            if life.resolved_at is not None and life.taken_over_at is not None:
                life.taken_over_at = life.resolved_at + settings.reopen_within
            if life.state == "open" and not life.rests:
                life.next_at = self.paging.step_at(life)

    def pass_until(self, end: int, *, up_at: int = 0) -> None:
        """Let time pass; what comes due before `up_at`, while nothing runs, is done then."""
        self._up_at = up_at
        while (due := self._next()) is not None and due.at <= end:
            self.now = max(self.now, int(due.at))
            due.do(self.lives[due.number])
        self.now = max(self.now, end)

    _up_at = 0

    def _next(self) -> Due | None:
        found = [due for life in self.lives.values() for due in self._dues(life)]
        return min((due for due in found if due.first_at != NOTHING), default=None)

    def _dues(self, life: Life) -> list[Due]:
        """What may come next of an incident, in the order in which one instant has it."""

        def due(at: float | None, rank: int, do: Callable[[Life], None]) -> Due:
            at = NOTHING if at is None else at
            return Due(max(at, self.now, self._up_at), rank > 99, at, life.number, rank, do)

        if life.state == "acknowledged":
            found = [due(life.until, 1, self._end_acknowledgement)]
        elif life.state == "open" and life.rests:
            found = [due(self._unmuted_at(life), 0, self._unmute)]
        elif life.state == "open":
            risk = life.at_risk_at if life.response == "on_track" else None
            late = life.respond_by if life.response in ("on_track", "at_risk") else None
            found = [due(risk, 6, self._at_risk), due(late, 7, self._miss)]
            found.append(due(life.next_at, 10, self._step))
        else:
            found = [due(life.taken_over_at, 5, self._take_over)]
        if life.live:
            found.append(due(life.resolving_at, 3, self._resolve_by_alerts))
        if life.outgoing:
            found.append(due(min(each.at for each in life.outgoing), 100, self._page))
        return found

    # Muting

    def _is_muted(self, life: Life, at: int) -> bool:
        """Whether all that fires in it is muted; while it waits to resolve, what joined last."""
        firing = self._firing(life)
        if not firing and life.resolving_at is not None and life.last is not None:
            firing = [life.last]
        return bool(firing) and all(
            self.muting.mutes(self.settings, one.labels, at) for one in firing
        )

    def _unmuted_at(self, life: Life) -> float:
        later = [self.now, *self.muting.ends(self.settings, self.now)]
        return next((at for at in later if not self._is_muted(life, at)), NOTHING)

    def _rests(self, life: Life) -> bool:
        """Something is due: if it is muted, it rests from now on."""
        if not self._is_muted(life, self.now):
            return False
        life.rests, life.respond_by, life.at_risk_at = True, None, None
        life.response = "missed" if life.response == "missed" else "on_track"
        life.stop()
        return True

    def _unmute(self, life: Life) -> None:
        if not self._is_muted(life, self.now):
            self.arm(life)

    # What comes due

    def arm(self, life: Life, *, rose: bool = False) -> None:
        """A new epoch: it pages from the first step."""
        self.paging.arm(life, self.now, rose=rose)
        self.paging.advance(life, self.now)

    def _step(self, life: Life) -> None:
        if not self._rests(life):
            self.paging.advance(life, self.now)

    def _at_risk(self, life: Life) -> None:
        if not self._rests(life):
            life.response = "at_risk"

    def _miss(self, life: Life) -> None:
        if not self._rests(life):
            life.response = "missed"

    def _page(self, life: Life) -> None:
        """A page is due: it is sent now, or held as long as its incident is muted."""
        if self._rests(life):
            return
        hours = self.paging.hours_of(life.severity)
        if hours is not None and hours.opens(self.now) > self.now:
            opens_at = hours.opens(self.now)
            held = [replace(each, at=max(each.at, opens_at)) for each in life.outgoing]
            life.outgoing[:] = held
            return
        page = min(life.outgoing, key=lambda each: each.at)
        life.outgoing.remove(page)
        self.sent.append(Sent(life.number, self.now, page.person, page.contact))
        life.paged.add((page.person, page.contact))

    def _end_acknowledgement(self, life: Life) -> None:
        self.arm(life)

    def _resolve_by_alerts(self, life: Life) -> None:
        self.resolve(life, "")

    def resolve(self, life: Life, by: str) -> None:
        """It is over: by a person, or by its alerts ('')."""
        self.paging.settle(life, self.now)
        life.state, life.resolved_at, life.resolved_by = "resolved", self.now, by
        life.resolving_at, life.rests = None, False
        life.stop()
        life.tell("resolved", by)
        if self._firing(life):
            life.taken_over_at = self.now + self.settings.reopen_within

    def _take_over(self, life: Life) -> None:
        """What still fires when it can no longer re-open has a new incident, or joins the next."""
        life.taken_over_at = None
        firing = self._firing(life)
        if not firing:
            return
        worst = min(Severity(one.labels["severity"]) for one in firing)
        other = self.live_of(life.key)
        new = other or self.open(life.key, worst, life.when, life.hold_us)
        life.next = new.number
        for one in firing:
            one.life, one.attached_at = new, self.now
        new.last = new.last or life.last
        new.resolving_at = None if new.when is not ResolveWhen.FIRST else new.resolving_at
        if other is None or worst < new.severity:
            new.severity = worst
            self.arm(new, rose=other is not None)

    # Alerts

    def firing(self, life: Life) -> int:
        """How many alerts fire in an incident."""
        return len(self._firing(life))

    def _firing(self, life: Life) -> list[Trouble]:
        return [one for one in self._troubles.values() if one.firing and one.life is life]

    def live_of(self, key: str) -> Life | None:
        """The incident that is open or acknowledged for a key."""
        found = [life for life in self.lives.values() if life.key == key and life.live and key]
        assert len(found) <= 1, "one open incident per key"
        return found[0] if found else None

    def open(self, key: str, severity: Severity, when: ResolveWhen, hold_us: int) -> Life:
        """A new incident, which its caller arms."""
        plan = self.settings.policies["default"]
        life = Life(len(self.lives) + 1, key, plan, severity, when, hold_us)
        self.lives[life.number] = life
        return life

    def _reopens(self, key: str) -> Life | None:
        """The last incident with the key, if it is over for less than `reopen_within`."""
        found = [life for life in self.lives.values() if life.key == key]
        if not found or found[-1].state != "resolved" or found[-1].next is not None:
            return None
        ended_at = found[-1].resolved_at or 0
        return found[-1] if self.now < ended_at + self.settings.reopen_within else None

    def fires(self, name: str, labels: Labels) -> None:
        """An alert fires: a repeat, or an episode that joins, re-opens or opens."""
        one = self._troubles.setdefault(name, Trouble(labels))
        if one.firing:
            return
        key = labels["alertname"]
        severity = Severity(labels["severity"])
        before, was = one.life, one.attached_at
        life = self.live_of(key)
        back = None if life is not None else self._reopens(key)
        is_held = back is not None and self._come_back(back)
        home = life or back
        if home is None:
            assert isinstance(self.settings.rules, ByLabels)
            resolve = self.settings.rules.resolve
            home = self.open(key, severity, resolve.when, resolve.hold_us)
        stays = home is before
        one.labels, one.firing, one.life = labels, True, home
        one.attached_at = was if stays else self.now
        home.last = one
        if home.resolving_at is not None and (stays or home.when is not ResolveWhen.FIRST):
            home.resolving_at = None
        chosen = home.chosen_at is not None and stays and was <= home.chosen_at
        if severity < home.severity and not chosen:
            home.severity, home.chosen_at = severity, None
            self.arm(home, rose=True)
        elif life is None and not is_held:
            self.arm(home)

    def _come_back(self, life: Life) -> bool:
        """A new episode re-opens an incident; True: its holder has it still."""
        ended_at = life.resolved_at or 0
        until = ended_at + STILL_HELD_US
        if life.until is not None:
            until = life.until if life.is_snoozed else min(until, life.until)
        is_held = life.holder is not None and not life.resolved_by and self.now < until
        self.reopen(life)
        if is_held:
            life.state = "acknowledged"
        else:
            life.holder, life.until, life.is_snoozed = None, None, False
            life.respond_by = None
            life.response = "missed" if life.response == "missed" else "on_track"
        return is_held

    def reopen(self, life: Life) -> None:
        """It is not over any more."""
        life.state, life.resolved_at, life.taken_over_at, life.next = "open", None, None, None

    def ends(self, name: str) -> None:
        """An alert has ended."""
        one = self._troubles.get(name)
        if one is None or not one.firing:
            return
        one.firing = False
        life = one.life
        if life is None or not life.live or life.resolving_at is not None:
            return
        nothing = not self._firing(life)
        enough = life.when is ResolveWhen.FIRST
        enough |= life.when is ResolveWhen.LAST and life.last is one
        if life.when is ResolveWhen.NEVER or not (nothing or enough):
            return
        life.resolving_at = self.now + life.hold_us
