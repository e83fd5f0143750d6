"""Timeline entries of an escalation: whom a step pages, who is next, until when to respond.

Instants are in the time zone of the settings, and name it.
"""

from msgspec.structs import replace

from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Count
from triaged.core.records.model import Entry, Escalation, Incident, Reason, Target
from triaged.core.response.paging import Pager, targets_of
from triaged.core.situation import Situation
from triaged.core.text.wording import instant_for


def when(situation: Situation, at: int) -> str:
    """`10:05 CEST`, with the day where that is another one."""
    return instant_for(at, situation.settings.timezone, situation.now)


def say_escalated(pager: Pager, reason: Reason, after: Incident, next_at: int | None) -> None:
    """A step fires; `after` is the incident once it has, and `next_at` when its next step does."""
    situation, draft = pager.situation, pager.draft
    place = draft.incident.escalation
    targets = targets_of(draft.incident, place.step)
    people = [name for target in targets for name in pager.names(target)]
    by_hand = " by hand" if reason is Reason.ESCALATED_BY_HAND else ""
    text = f"escalated{by_hand} to {_whom(targets, people, place)}"
    if place.exhausted_at is not None and not by_hand:
        text = f"still not answered: pages {_whom(targets, people, None)} again"
    elif people and next_at is not None and next_at > situation.now:
        text += _next(pager, after, next_at)
    data: dict[str, object] = {"epoch": place.epoch, "round": place.round, "step": place.step}
    data |= {"targets": [str(target) for target in targets], "people": people, "reason": reason}
    draft.say(Entry(situation.now, "incident.escalated", TRIAGED, text, data))
    draft.add(Count("escalation", draft.incident.severity))


def _whom(targets: tuple[Target, ...], people: list[str], place: Escalation | None) -> str:
    """`bob (schedule:secondary, round 1, step 3)`; a target that names its person is left out."""
    names = list(dict.fromkeys(people))
    known = {*names, *(f"person:{name}" for name in names)}
    about = [str(target) for target in targets if str(target) not in known]
    about += [f"round {place.round}", f"step {place.step}"] if place is not None else []
    return (", ".join(names) or "nobody") + (f" ({', '.join(about)})" if about else "")


def _next(pager: Pager, after: Incident, at: int) -> str:
    """Who is paged at `at` if nobody answers: whoever is on call then."""
    then = Pager(replace(pager.situation, now=at), pager.draft, at)
    targets = targets_of(after, after.escalation.step)
    names = dict.fromkeys(name for target in targets for name in then.names(target))
    return f"; next {', '.join(names)} at {when(pager.situation, at)}" if names else ""


def say_exhausted(pager: Pager, next_at: int | None) -> None:
    """The last step of the last round has fired; who is paged again, and when."""
    situation, incident = pager.situation, pager.draft.incident
    place = incident.escalation
    targets = targets_of(incident, place.step) if next_at is not None else ()
    text = "the last step has fired: nobody else is paged unless somebody escalates"
    if next_at is not None:
        people = [name for target in targets for name in pager.names(target)]
        whom = _whom(targets, people, None)
        text = f"the last step has fired: {whom} is paged again until somebody acts"
        text += f", next at {when(situation, next_at)}"
    data: dict[str, object] = {"round": place.round, "next_at": next_at}
    data["targets"] = [str(target) for target in targets]
    pager.draft.say(Entry(situation.now, "incident.exhausted", TRIAGED, text, data))


def say_nobody(pager: Pager, place: Escalation) -> None:
    """The step at `place` has reached nobody."""
    data = {"round": place.round, "step": place.step, "reason": Reason.NOBODY_REACHED}
    text = f"step {place.step} of round {place.round} reached nobody"
    pager.draft.say(Entry(pager.situation.now, "page.skipped", TRIAGED, text, data))


def say_at_risk(situation: Situation, draft: Draft) -> None:
    """Nobody has answered, and most of the response target has passed."""
    text = "nobody has acknowledged yet: the response target is at risk"
    if draft.incident.respond_by is not None:
        text += f", respond by {when(situation, draft.incident.respond_by)}"
    draft.say(Entry(situation.now, "target.at_risk", TRIAGED, text))


def say_missed(situation: Situation, draft: Draft) -> None:
    """Nobody has acknowledged in time."""
    respond_by = draft.incident.respond_by
    text = "the response target is missed: nobody acknowledged"
    text += f" by {when(situation, respond_by)}" if respond_by is not None else ""
    data: dict[str, object] = {"respond_by": respond_by}
    draft.say(Entry(situation.now, "target.missed", TRIAGED, text, data))
