"""Arming, steps, rounds and the end of the rounds, as the interface has them."""

from collections.abc import Callable

from tests.simulation.oracle.hours import Hours
from tests.simulation.oracle.life import Life, Outgoing, length
from triaged.core.records.model import Severity, Target
from triaged.core.settings import NextBusinessDay, Settings

REPEAT_MIN_US = 15 * 60_000_000


Duty = Callable[[str, int], tuple[str, ...]]
"""Who is on call by a schedule at an instant."""


class Paging:
    """Who is paged for an incident, and when, under these settings."""

    def __init__(self, settings: Settings, hours: Hours | None, duty: Duty | None) -> None:
        self.settings = settings
        self.duty = duty
        self.hours = hours
        """The calendar's, where a severity counts open time."""

    def hours_of(self, severity: Severity) -> Hours | None:
        """The hours outside of which nothing of this severity goes out; None: none."""
        counts = isinstance(self.settings.severities[severity].respond_within, NextBusinessDay)
        return self.hours if counts else None

    def after(self, severity: Severity, at: int, us: int) -> int:
        """The instant so much later; in open time, and then while it is open."""
        hours = self.hours_of(severity)
        return at + us if hours is None else hours.after(at, us)

    def target(self, severity: Severity, at: int) -> tuple[int, int, int]:
        """(respond by, at risk from, length) of a target that begins at `at`."""
        hours, within = self.hours_of(severity), self.settings.severities[severity].respond_within
        if hours is None:
            assert isinstance(within, int)
            return at + within, at + int(self.settings.at_risk * within), within
        respond_by, us = hours.next_working_day(at)
        return respond_by, hours.after(at, int(self.settings.at_risk * us)), us

    def arm(self, life: Life, now: int, *, rose: bool = False, goes_on: bool = False) -> None:
        """A new epoch: the target begins anew, and the steps with the first, or where they were."""
        respond_by, at_risk_at, target_us = self.target(life.severity, now)
        response = "on_track"
        old = life.respond_by
        if rose and old is not None and old <= respond_by and (life.state == "open" or old > now):
            respond_by, at_risk_at = old, life.at_risk_at or at_risk_at
            response = "at_risk" if life.response == "at_risk" else response
        if life.response != "missed":
            life.response = response
        life.respond_by, life.at_risk_at, life.target_us = respond_by, at_risk_at, target_us
        life.state, life.rests, life.armed_at = "open", False, now
        life.holder, life.until, life.is_snoozed = None, None, False
        life.outgoing.clear()
        life.round_at = now
        if not goes_on:
            life.round, life.step, life.caught_in, life.rounds_by_hand = 1, 1, 0, 0
            life.assignee, life.exhausted = "", False

    def step_at(self, life: Life) -> int | None:
        """When the next step fires; None: none does."""
        if life.step == 0:
            return life.round_at
        if not life.exhausted:
            return self.after(life.severity, life.round_at, life.pinned_us(life.step))
        urgency = self.settings.severities[life.severity].urgency
        if (life.plan.exhausted or ("repeat" if urgency == "page" else "stop")) == "stop":
            return None
        every = max(length(life.plan.repeat_every, life.target_us), REPEAT_MIN_US)
        return self.after(life.severity, life.round_at, every)

    def advance(self, life: Life, now: int, *, at_once: bool = False) -> None:
        """Fire every step that is due, or the next one `at_once`."""
        fired: set[tuple[str, str]] = set()
        due = self.step_at(life)
        while due is not None and (at_once or due <= now):
            before = life.round
            reached = self._fire(life, now, fired)
            if life.is_over and not life.exhausted:
                life.exhausted, life.round_at = True, now
            at_once = not reached and life.round == before and not life.exhausted
            due = self.step_at(life)
        life.next_at = due

    def escalate(self, life: Life, now: int) -> None:
        """The next step now; after the last one, the first of another round."""
        if life.is_over:
            life.round, life.step, life.exhausted, life.round_at = life.round + 1, 1, False, now
        if life.step == 1 and life.round > 1:
            life.round_at, life.rounds_by_hand = now, life.rounds_by_hand + 1
        self.advance(life, now, at_once=True)

    def ease(self, life: Life, now: int) -> None:
        """A person has lowered the severity: the later deadline, the shares of the new target."""
        if life.state != "open" or life.respond_by is None:
            return
        respond_by, at_risk_at, life.target_us = self.target(life.severity, life.armed_at)
        if respond_by > life.respond_by:
            life.respond_by, life.at_risk_at = respond_by, min(at_risk_at, respond_by)
            if life.response == "at_risk" and at_risk_at > now:
                life.response = "on_track"
        if life.next_at is not None:
            life.next_at = self.step_at(life)

    def settle(self, life: Life, now: int) -> None:
        """The target is met, or missed for good."""
        if life.response in ("on_track", "at_risk"):
            late = life.respond_by is not None and now > life.respond_by
            life.response = "missed" if late else "met"

    def _targets(self, life: Life) -> tuple[Target, ...]:
        if life.step == 0:
            return (Target("person", life.assignee),)
        if not life.is_over:
            return life.plan.steps[life.step - 1].notify
        catch_all = life.plan.catch_all
        return life.plan.steps[-1].notify if catch_all is None else (catch_all,)

    def _fire(self, life: Life, now: int, fired: set[tuple[str, str]]) -> bool:
        targets, here = self._targets(life), life.round
        reached = [self._page(life, target, now, fired) for target in targets]
        catch_all = life.plan.catch_all
        caught = catch_all is None or catch_all in targets or life.caught_in >= here
        if catch_all is not None and not caught and not any(reached):
            life.caught_in = here
            self._page(life, catch_all, now, fired)
        if life.exhausted:
            life.round_at = now
        rounds = 1 + life.plan.repeat_times + life.rounds_by_hand
        if life.step != len(life.plan.steps) or life.round >= rounds:
            life.step += 1
            return any(reached)
        life.round, life.step = life.round + 1, 1
        life.round_at = self._later(life, now, length(life.plan.repeat_every, life.target_us))
        return any(reached)

    def _later(self, life: Life, at: int, us: int) -> int:
        return self.after(life.severity, at, us)

    def _page(self, life: Life, target: Target, now: int, fired: set[tuple[str, str]]) -> bool:
        ways = [way for name in self.people(target, now) for way in self._ways(life, name)]
        if target.kind == "channel" and target.name in self.settings.channels:
            ways = [("", target.name, 0)]
        for person, contact, after_us in ways:
            if (person, contact) not in fired:
                fired.add((person, contact))
                life.outgoing.append(Outgoing(now + after_us, person, contact))
        return bool(ways)

    def people(self, target: Target, now: int) -> tuple[str, ...]:
        """Whom a target means now."""
        settings = self.settings
        match target.kind:
            case "person":
                return (target.name,) if target.name in settings.people else ()
            case "team":
                team = settings.teams.get(target.name)
                return team.people if team is not None else ()
            case "schedule" if self.duty is not None:
                return self.duty(target.name, now)
            case _:
                return ()

    def _ways(self, life: Life, name: str) -> list[tuple[str, str, int]]:
        person = self.settings.people[name]
        urgency = self.settings.severities[life.severity].urgency
        steps = person.page if urgency == "page" else person.notify
        return [
            (name, step.contact, step.after_us)
            for step in steps
            if person.contacts[step.contact].channel in self.settings.channels
        ]
