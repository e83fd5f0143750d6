"""Actions that people ask for by calls of providers: each call is taken once."""

from triaged.core.acting import act, declare
from triaged.core.records.answers import Acted, Conflict, RateLimited, Unknown
from triaged.core.records.effects import Decision, SaveRow
from triaged.core.records.events import Asked, Declared
from triaged.core.records.two_way import TakenCall
from triaged.core.situation import Situation


def ask(situation: Situation, event: Asked) -> Decision:
    """Do what is asked, unless the same call was taken before: then it is done already."""
    action = event.event
    if situation.view.row(TakenCall, event.call) is not None:
        return Decision((), Acted(0 if isinstance(action, Declared) else action.incident))
    if isinstance(action, Declared):
        decision = declare(situation, action)
    else:
        decision = act(situation, action)
    if isinstance(decision.answer, Conflict | Unknown | RateLimited):
        return decision
    taken = SaveRow(TakenCall(event.call, None, situation.now))
    return Decision((*decision.effects, taken), decision.answer)
