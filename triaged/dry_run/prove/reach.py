"""The time from the arming of an incident to the first human, at any instant.

The steps, the catch-all and the rounds are walked as `core/response/escalation.py` walks them, and
a property test compares the two (tests/dry_run/prove/test_reach.py); what differs is that who is on
call is looked up in shifts that were computed once. Nobody acknowledges, every provider accepts.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

import msgspec

from triaged.core.oncall.duty import Duty, final_shifts
from triaged.core.records.model import Recipient, Severity
from triaged.core.records.plans import Plan, Step, Target
from triaged.core.response.escalation import (
    calendar_of,
    delay_us,
    fires_at,
    later,
    repeat_us,
    response_target,
)
from triaged.core.response.paging import channel_of, last_resort
from triaged.core.settings import Person, Settings
from triaged.core.time.calendars import is_open, next_open
from triaged.core.time.durations import format_duration

ROUNDS_MAX = 100
"""Rounds that are walked: a policy that repeats without an end has told everybody by then."""


class KnownShifts:
    """Who is on call by each schedule in [start, end), found out once."""

    def __init__(self, duty: Duty, start: int, end: int) -> None:
        self._starts: dict[str, list[int]] = {}
        self._people: dict[str, list[tuple[str, ...]]] = {}
        for name in duty.schedules:
            pieces = final_shifts(duty, name, start, end)
            self._starts[name] = [piece.start_at for piece in pieces]
            self._people[name] = [piece.people for piece in pieces]

    def people(self, schedule: str, at: int) -> tuple[str, ...]:
        """The people on call; empty: nobody."""
        return self._people[schedule][bisect_right(self._starts[schedule], at) - 1]

    def changes(self, schedule: str) -> list[int]:
        """The instants at which somebody else, or nobody, is on call."""
        return self._starts[schedule]


class Reached(msgspec.Struct, frozen=True):
    """A human gets a page."""

    at: int
    person: str
    contact: str


class Attempt(msgspec.Struct, frozen=True):
    """The result of a step or of the catch-all, in words."""

    at: int
    text: str
    """`step 1 nobody on call (schedule:primary)`."""


class Case:
    """A severity with a policy: everything that does not depend on the instant."""

    def __init__(
        self, settings: Settings, duty: KnownShifts, severity: Severity, plan: Plan
    ) -> None:
        self.severity = severity
        self.plan = plan
        self.settings = settings
        self.duty = duty
        self.calendar = calendar_of(settings, severity)
        urgency = settings.severities[severity].urgency
        self._ways = {
            name: _soonest(settings, person, urgency) for name, person in settings.people.items()
        }

    def target(self, at: int) -> tuple[int, int]:
        """(respond by, length of the target) for an incident armed at `at`."""
        return response_target(self.settings, self.severity, at)

    @property
    def within(self) -> str:
        """The target in words."""
        if self.calendar is not None:
            return "next business day"
        return format_duration(self.target(0)[1])

    def first_human(self, at: int) -> Reached | None:
        """The first human who is paged if the incident is armed at `at`; None: nobody ever is."""
        best: Reached | None = None

        def page(target: Target, now: int) -> bool:
            nonlocal best
            people, _ = self.people(target, now)
            for name in people:
                found = self.way(name, now)
                if found is not None and (best is None or found.at < best.at):
                    best = found
            return self._is_reached(target, people)

        def goes_on(now: int) -> bool:
            return best is None or now < best.at

        self._walk(at, page, goes_on)
        return best

    def attempts(self, at: int, until: int) -> list[Attempt]:
        """The results of the steps that fire up to `until`, in words, in order."""
        found: list[Attempt] = []
        place = ""

        def page(target: Target, now: int) -> bool:
            people, why = self.people(target, now)
            ways = [way for name in people if (way := self.way(name, now)) is not None]
            who = "catch-all" if target is self.plan.catch_all and place == "catch" else place
            if target.kind == "channel":
                text = f"{target} is no human"
            elif not people:
                text = f"{why} ({target})"
            elif not ways:
                text = f"{', '.join(people)} has no usable contact ({target})"
            else:
                text = "reaches " + ", ".join(f"{way.person} by {way.contact}" for way in ways)
            found.append(Attempt(now, f"{who} {text}"))
            return self._is_reached(target, people)

        def goes_on(now: int) -> bool:
            return now <= until

        def at_place(name: str) -> None:
            nonlocal place
            place = name

        self._walk(at, page, goes_on, at_place)
        return found

    def people(self, target: Target, now: int) -> tuple[tuple[str, ...], str]:
        """The people whom `target` means at `now`; if there are none, why."""
        settings = self.settings
        names: Iterable[str] = ()
        why = "nobody on call"
        match target.kind:
            case "person":
                names = (target.name,)
            case "schedule" if target.name in settings.schedules:
                names = self.duty.people(target.name, now)
            case "team" if target.name in settings.teams:
                names = settings.teams[target.name].people
            case _:
                why = "no such target"
        return tuple(name for name in names if name in settings.people), why

    def way(self, person: str, now: int) -> Reached | None:
        """The instant and contact by which a person gets the page of a step that fires at `now`."""
        soonest = self._ways[person]
        if soonest is None:
            return None
        contact, after_us = soonest
        at = now + after_us
        if self.calendar is not None and not is_open(self.calendar, at):
            at = next_open(self.calendar, at)
        return Reached(at, person, contact)

    def _is_reached(self, target: Target, people: tuple[str, ...]) -> bool:
        if target.kind == "channel":
            return target.name in self.settings.channels
        return any(self._ways[name] is not None for name in people)

    def _walk(
        self,
        at: int,
        page: Callable[[Target, int], bool],
        goes_on: Callable[[int], bool],
        at_place: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Fire steps, rounds and the catch-all from the arming at `at` while it `goes_on`."""
        _, target_us = self.target(at)
        round_at = now = at
        for number in range(1, min(self.plan.repeat_times + 1, ROUNDS_MAX) + 1):
            caught = False
            at_once = False
            for position, step in enumerate(self.plan.steps, 1):
                wait_us = delay_us(step.after, target_us)
                due_at = fires_at(self.settings, self.severity, round_at, wait_us)
                now = now if at_once else max(now, due_at)
                if not goes_on(now):
                    return
                at_place(_place(number, position))
                if not self._fire(step, page, now):
                    if self.plan.catch_all is not None and not caught:
                        caught = True
                        at_place("catch")
                        page(self.plan.catch_all, now)
                    at_once = position < len(self.plan.steps)
                else:
                    at_once = False
            round_at = self._later(now, delay_us(self.plan.repeat_every, target_us))
        for repeated_at in self._repeats(now, target_us):
            if not goes_on(repeated_at):
                return
            at_place("repeat")
            for target in last_resort(self.plan):
                page(target, repeated_at)

    def _repeats(self, now: int, target_us: int) -> Iterator[int]:
        """When an incident whose rounds are over at `now` pages on, if its policy wants that."""
        wait_us = repeat_us(self.settings, self.severity, self.plan, target_us)
        for _ in range(ROUNDS_MAX if wait_us is not None else 0):
            now = fires_at(self.settings, self.severity, now, wait_us or 0)
            yield now

    def _later(self, base: int, us: int) -> int:
        return base + us if self.calendar is None else later(self.settings, self.severity, base, us)

    @staticmethod
    def _fire(step: Step, page: Callable[[Target, int], bool], now: int) -> bool:
        reached = [page(target, now) for target in step.notify]  # everybody, whoever was reached
        return any(reached)


def _place(number: int, position: int) -> str:
    return f"step {position}" if number == 1 else f"round {number} step {position}"


def _soonest(settings: Settings, person: Person, urgency: str) -> tuple[str, int] | None:
    """The contact that hears first, and how long after the step; None: there is none to use."""
    ways = person.page if urgency == "page" else person.notify
    usable = [way for way in ways if channel_of(settings, Recipient(person.id, way.contact))]
    if not usable:
        return None
    first = min(usable, key=lambda way: way.after_us)
    return first.contact, first.after_us
