"""What an escalation does next if nobody answers: step by step, with the people of then."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from triaged.core.oncall.facts import DutyFacts
from triaged.core.records.model import Incident, Target
from triaged.core.response.escalation import delay_us, fires_at, repeat_us, step_due_at
from triaged.core.response.paging import people_of, targets_of
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.view import View

STEPS_MAX = 20
"""Steps that are said one by one."""


class StepAhead(msgspec.Struct, frozen=True):
    """A step that is still to come, and whom it pages as things are now."""

    at: int
    whom: tuple[str, ...]
    """People; `channel NAME`. Empty: nobody, so that the catch-all is paged."""
    targets: tuple[str, ...]
    """What the step names, such as `schedule:primary`."""


class Ahead(msgspec.Struct, frozen=True):
    """What comes if nobody answers."""

    steps: tuple[StepAhead, ...] = ()
    """The rest of this round; of an exhausted incident, its next repetition."""
    rounds: int = 0
    """Further rounds after this one."""
    repeat_us: int | None = None
    """How often it pages when all rounds are over; None: nobody is paged then."""
    catch_all: str = ""


def ahead_of(incident: Incident, settings: Settings, facts: DutyFacts, now: int) -> Ahead:
    """What an open incident does next; nothing where no step is to come."""
    place, plan = incident.escalation, incident.plan
    if place.next_at is None or not incident.live:
        return Ahead()
    again = repeat_us(settings, incident.severity, plan, place.target_us)
    return Ahead(
        steps=tuple(_steps(incident, Situation(View(duty_facts=facts), settings, now))),
        rounds=max(0, plan.repeat_times + 1 + place.rounds_by_hand - place.round),
        repeat_us=again,
        catch_all=str(plan.catch_all) if plan.catch_all is not None else "",
    )


def _steps(incident: Incident, situation: Situation) -> Iterator[StepAhead]:
    place, settings = incident.escalation, situation.settings
    if place.next_at is not None:
        yield _step(incident, place.step, place.next_at, situation)
    if place.exhausted_at is not None:
        return
    first = max(place.step + 1, 1)
    for step, each in list(enumerate(incident.plan.steps, 1))[first - 1 :][:STEPS_MAX]:
        if place.step == 0 and place.assignee and place.round == 1:
            moved = replace(incident, escalation=replace(place, step=step))
            at = step_due_at(moved, settings)
        else:
            wait_us = delay_us(each.after, place.target_us)
            at = fires_at(settings, incident.severity, place.round_at, wait_us)
        if at is not None:
            yield _step(incident, step, max(at, place.next_at or at), situation)


def _step(incident: Incident, step: int, at: int, situation: Situation) -> StepAhead:
    targets = targets_of(incident, step)
    then = Situation(situation.view, situation.settings, at)
    whom: dict[str, None] = {}
    for target in targets:
        whom |= dict.fromkeys(_names(target, then))
    return StepAhead(at, tuple(whom), tuple(str(target) for target in targets))


def _names(target: Target, then: Situation) -> list[str]:
    if target.kind == "channel":
        return [f"channel {target.name}"]
    people, _ = people_of(then, target)
    return [person.id for person in people]
