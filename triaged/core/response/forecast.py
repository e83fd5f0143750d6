"""The forecast of an alert that nobody answers: its incident, its target, each step's pages.

It asks the functions that decide (`open_incident`, `fire`, `may_go`) and invents nothing. Whatever
mutes is left out: nothing here looks for it.
"""

from collections.abc import Iterable
from itertools import count

import msgspec
from msgspec.structs import replace

from triaged.core.alerts.arrival import Arrival
from triaged.core.alerts.grouping import open_incident
from triaged.core.oncall.facts import NO_FACTS, DutyFacts
from triaged.core.oncall.quiet_hours import digest_at
from triaged.core.records.answers import Hold, Send
from triaged.core.records.effects import AddPage, Append, ArmTimer, Effect
from triaged.core.records.events import PageDue
from triaged.core.records.model import Escalation, Incident, Page, Severity
from triaged.core.records.timers import RaiseDue, StepDue
from triaged.core.response.delivering import may_go
from triaged.core.response.timing import fire
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.view import View

HOLDS_MAX = 100
"""How often a page is looked at that is held again and again; a calendar holds it once."""

FIRINGS_MAX = 500
"""Steps and raises that are looked through: a policy has ten, a rule ten raises."""


class Call(msgspec.Struct, frozen=True):
    """A page and when it would go out; None: it would not."""

    page: Page
    at: int | None


class Firing(msgspec.Struct, frozen=True):
    """Steps that fire at one instant."""

    at: int
    steps: tuple[int, ...]
    """From 1; several where one reached nobody, or they are due together."""
    calls: tuple[Call, ...]
    skipped: tuple[str, ...]
    """Whom it does not reach, and why."""
    severity: Severity
    risen_by: str = ""
    """The raise (`raise:<rule>`) that made it worse at this instant: steps count from 1 again."""


class Outlook(msgspec.Struct, frozen=True):
    """A new incident as it opens, and the first round of its policy, after each raise anew."""

    incident: Incident
    firings: tuple[Firing, ...]


def foresee(settings: Settings, arrival: Arrival, now: int, duty: DutyFacts = NO_FACTS) -> Outlook:
    """The forecast for an `arrival` at `now` that opens an incident which nobody answers."""
    course = _Course(settings, duty)
    draft = open_incident(Situation(course.view, settings, now), arrival)
    course.take(draft.effects(), now, Escalation())
    while (timer := course.next()) is not None and len(course.firings) < FIRINGS_MAX:
        place = course.incident.escalation
        decision = fire(Situation(course.view, settings, timer.due_at), timer)
        course.take(decision.effects, timer.due_at, place)
    return Outlook(draft.incident, tuple(course.told()))


class _Course:
    """One incident on its way, as the rows in `view` have it."""

    def __init__(self, settings: Settings, duty: DutyFacts) -> None:
        self.view = View(duty_facts=duty)
        self.firings: list[Firing] = []
        self._settings = settings
        self._timers: dict[type, tuple[int, int, StepDue | RaiseDue]] = {}
        self._order = count()

    @property
    def incident(self) -> Incident:
        """As it is now."""
        return self.view.incidents[max(self.view.incidents)]

    def next(self) -> StepDue | RaiseDue | None:
        """Take the timer that is due next; None: the first round has no more."""
        step = self._timers.get(StepDue)
        over = step is not None and self.incident.escalation.exhausted_at is not None
        if over or (step is not None and isinstance(step[2], StepDue) and step[2].round > 1):
            del self._timers[StepDue]
        if not self._timers:
            return None
        _, _, timer = min(self._timers.values(), key=lambda due: due[:2])
        del self._timers[type(timer)]
        return timer

    def take(self, effects: Iterable[Effect], at: int, before: Escalation) -> None:
        """Keep the rows of what was decided at an instant, from the place `before`."""
        effects = tuple(effects)
        severity = self.incident.severity if self.view.incidents else None
        self.view.absorb(effects)
        for effect in effects:
            if isinstance(effect, ArmTimer) and isinstance(effect.timer, StepDue | RaiseDue):
                timer = effect.timer
                self._timers[type(timer)] = (timer.due_at, next(self._order), timer)
        rose = severity is not None and self.incident.severity is not severity
        firing = self._firing(effects, at, before)
        if firing.steps or rose:
            risen_by = self.incident.severity_by if rose else ""
            self.firings.append(replace(firing, risen_by=risen_by))

    def _firing(self, effects: tuple[Effect, ...], at: int, before: Escalation) -> Firing:
        after, plan = self.incident.escalation, self.incident.plan
        first = before.step if before.epoch == after.epoch else 1
        end = after.step if after.round == 1 else len(plan.steps) + 1
        added = [effect.page for effect in effects if isinstance(effect, AddPage)]
        added = [page for page in added if page.round == 1]  # it may begin the next round
        entries = [effect.entry for effect in effects if isinstance(effect, Append)]
        return Firing(
            at=at,
            steps=tuple(range(first, end)),
            calls=tuple(Call(page, self._leaves_at(page)) for page in added),
            skipped=tuple(entry.text for entry in entries if entry.kind == "page.skipped"),
            severity=self.incident.severity,
        )

    def _leaves_at(self, page: Page) -> int | None:
        """When `page` may go out, as it is asked when it is due."""
        at = page.due_at
        for _ in range(HOLDS_MAX):
            decision = may_go(Situation(self.view, self._settings, at), PageDue(page))
            if (until := digest_at(decision)) is not None:
                return until
            match decision.answer:
                case Send(refused=None):
                    return at
                case Hold(page=held):
                    at = max(at + 1, held.due_at)
                case _:
                    return None
        return None

    def told(self) -> Iterable[Firing]:
        """The firings; what a raise overtakes does not go out."""
        rises = [firing.at for firing in self.firings if firing.risen_by]
        for firing in self.firings:
            ends_at = next((at for at in rises if at > firing.at), None)
            calls = [
                Call(call.page, None) if ends_at and call.at and call.at >= ends_at else call
                for call in firing.calls
            ]
            yield replace(firing, calls=tuple(calls))
