"""Alerts that are not repeated: they lapse if their sender is heard, and are kept if it is not.

A sender that is silent while its alerts fire is told to a human: an incident for each (source,
sender), for as long as it lasts.
"""

from functools import partial

from triaged.core.alerts import copies
from triaged.core.alerts.copies import Copies
from triaged.core.alerts.grouping import leave
from triaged.core.alerts.receiving import copies_of, over, with_copies
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import (
    CheckLapse,
    Decision,
    Effect,
    EndEpisode,
    SaveCopies,
    SaveWatch,
)
from triaged.core.records.expectations import Watch, sender_watch
from triaged.core.records.model import AlertState, Entry, Reason
from triaged.core.records.reports import Copy
from triaged.core.records.timers import LapseDue
from triaged.core.response.entries import when
from triaged.core.situation import Situation
from triaged.core.text.labels import LABEL_MAX
from triaged.core.text.wording import clean
from triaged.wire import instant_text

SENDER_CHECK_US = 60_000_000
"""How often to look again at an alert whose sender is silent: a dead sender resolves nothing."""

SILENCE_MIN_US = 60_000_000
"""How long a sender has not been heard when a human is told: longer than a restart takes."""

NEVER_CHECK_US = 3_600_000_000
"""When to look again at an alert that lapses no more: another reload may want it to."""


def lapse(situation: Situation, timer: LapseDue) -> Decision:
    """Has the alert lapsed? Only if its sender has been heard since it should have repeated."""
    now = situation.now
    state = situation.alert((timer.source, timer.fingerprint))
    if state is None or not state.firing:
        return Decision()
    if state.lapses_at is None:  # a reload said `never`, and the alert was repeated since
        return Decision((CheckLapse(timer.source, timer.fingerprint, now + NEVER_CHECK_US),))
    before = copies_of(state)
    after = copies.lapsed(before, partial(_has_lapsed, situation, state.source), now)
    if not copies.fires(after):
        return _lapsed(situation, with_copies(state, after))
    effects: tuple[Effect, ...] = ()
    if after != before:
        effects = (SaveCopies(with_copies(state, after)),)
    check = CheckLapse(timer.source, timer.fingerprint, _next_check(situation, after))
    return Decision((*effects, check, *_silent_senders(situation, state.source, after)))


def _lapsed(situation: Situation, state: AlertState) -> Decision:
    now = situation.now
    ended = over(state, now, has_lapsed=True)
    effects: tuple[Effect, ...] = (EndEpisode(ended, now, "lapsed"),)
    if ended.copies:
        effects = (SaveCopies(ended), *effects)
    incident = situation.incident(state.incident)
    if incident is not None:
        draft = Draft(incident)
        name = clean(incident.labels.get("alertname", "an alert"), LABEL_MAX)
        since = when(situation, state.seen_at)
        text = f"{name} ({state.fingerprint}) lapsed: {state.source} has not repeated it"
        text += f" since {since}"
        data: dict[str, object] = {"source": state.source, "fingerprint": state.fingerprint}
        data |= {"reason": Reason.LAPSED, "seen_at": instant_text(state.seen_at)}
        draft.say(Entry(now, "alert.lapsed", TRIAGED, text, data))
        leave(situation, draft, ended)
        effects += draft.effects()
    return Decision(effects)


def _has_lapsed(situation: Situation, source: str, copy: Copy) -> bool:
    """True if the sender was heard after it should have repeated the copy, and did not."""
    return _may_lapse_at(situation, copy) <= situation.now and _was_heard(situation, source, copy)


def _may_lapse_at(situation: Situation, copy: Copy) -> int:
    """The announced end; after an outage of ours that hid repeats, one full interval later."""
    outage = situation.outage
    if outage is None or not (
        copy.seen_at <= outage.ended_at and outage.began_at <= copy.lapses_at
    ):
        return copy.lapses_at
    return max(copy.lapses_at, outage.ended_at + copy.lapses_at - copy.seen_at)


def _was_heard(situation: Situation, source: str, copy: Copy) -> bool:
    return situation.view.sender_heard_at.get((source, copy.sender), 0) >= copy.lapses_at


def _next_check(situation: Situation, after: Copies) -> int:
    """When a copy may lapse next; what only waits for its sender is looked at each minute."""
    dues = [_may_lapse_at(situation, copy) for copy in after if copy.fires]
    later = [due for due in dues if due > situation.now]
    return min([*later, situation.now + SENDER_CHECK_US] if len(later) < len(dues) else later)


def _silent_senders(situation: Situation, source: str, after: Copies) -> tuple[Effect, ...]:
    """Expect to hear of senders whose alerts fire and have not been repeated for too long."""
    found: dict[str, Effect] = {}
    for copy in after:
        if not copy.fires or _may_lapse_at(situation, copy) > situation.now:
            continue
        if _was_heard(situation, source, copy):
            continue
        name = sender_watch(source, copy.sender)
        if name not in situation.view.watches:
            due_at = max(situation.now, copy.seen_at + SILENCE_MIN_US)
            found[name] = SaveWatch(Watch(name, copy.lapses_at, due_at, copy.seen_at))
    return tuple(found.values())
