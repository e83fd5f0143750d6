"""The decision about a received alert: it starts, repeats or ends an episode, or ends none.

The status decides, never `endsAt`; the deduplication attaches, it never drops.
"""

from msgspec.structs import replace

from triaged.core.alerts import copies
from triaged.core.alerts.arrival import Arrival
from triaged.core.alerts.copies import Copies, Fate
from triaged.core.alerts.cut_groups import cut, made_whole
from triaged.core.alerts.expectations import heard
from triaged.core.alerts.grouping import (
    detach,
    home_of,
    join,
    leave,
    open_incident,
    reopen_with,
    resolve_or_hold,
)
from triaged.core.alerts.remarks import moved, remarked
from triaged.core.draft import Draft
from triaged.core.records.answers import Attached
from triaged.core.records.effects import (
    CheckLapse,
    Decision,
    Effect,
    EndEpisode,
    IgnoreReport,
    NoteResolve,
    RepeatAlert,
    SaveCopies,
    StartEpisode,
)
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, AlertState, IgnoredReason, Outcome
from triaged.core.records.reports import Copy, Report
from triaged.core.settings import Settings
from triaged.core.situation import Situation

NEVER_US = 1 << 62
"""The announced end of an alert that never lapses."""


def receive(situation: Situation, event: AlertReceived) -> Decision:
    """Decide a reported alert: its episode, its incident, and the expectations that it meets."""
    alert = event.alert
    state = situation.view.alerts.get((alert.source, alert.fingerprint))
    if state is not None and alert.firing and _is_plain_repeat(alert, state):
        decision = _repeated(situation, event, state)
    else:
        decision = _received(situation, event, state)
    more = heard(situation, event) if situation.settings.expected is not None else ()
    if not alert.firing or (state is not None and not state.firing):
        more += remarked(situation, event, state)
    return Decision((*decision.effects, *more), decision.answer) if more else decision


def _received(situation: Situation, event: AlertReceived, state: AlertState | None) -> Decision:
    """Decide what is no plain repeat."""
    alert = event.alert
    if not alert.firing:
        return _ended(situation, event, state)
    if state is None:
        return _started(situation, event, None, ())
    if not alert.is_copy:
        if state.firing:
            return _repeated_anew(situation, event, state, ())
        return _started(situation, event, state, ())
    fate, after = copies.fired(copies_of(state), report_of(alert, event.received_at))
    if fate is Fate.LATE:
        return _ignored(event, state, IgnoredReason.LATE_REPORT)
    if fate is Fate.REPEATS and state.firing:
        return _repeated_anew(situation, event, state, after)
    return _started(situation, event, state, after)


def may_start(alert: Alert, state: AlertState | None, received_at: int) -> bool:
    """True if a firing alert with this row, or none, starts an episode; else it repeats one."""
    if state is None or not state.firing:
        return True
    if not alert.is_copy or _is_plain_repeat(alert, state):
        return False
    fate, _ = copies.fired(copies_of(state), report_of(alert, received_at))
    return fate is Fate.STARTS


def _is_plain_repeat(alert: Alert, state: AlertState) -> bool:
    """True if the report says no more than that the alert goes on: nearly all do."""
    if not state.firing or state.copies or alert.sender != state.sender:
        return False
    if state.is_cut != (alert.truncated > 0):
        return False
    if not alert.is_copy or alert.starts_at is None:
        return True
    return state.start_given and alert.starts_at == state.starts_at


def copies_of(state: AlertState) -> Copies:
    """The copies of an alert; where none are kept, its row is the only one."""
    if state.copies:
        return state.copies
    starts_at = state.starts_at if state.start_given else None
    lapses_at = NEVER_US if state.lapses_at is None else state.lapses_at
    return (Copy(starts_at, state.sender, state.seen_at, lapses_at, state.ended_at),)


def report_of(alert: Alert, received_at: int) -> Report:
    """The sender's report of its copy; an end without an instant is now."""
    ends_at = received_at if alert.ends_at is None else alert.ends_at
    return Report(alert.sender, received_at, alert.starts_at, ends_at)


def lapses_at_of(alert: Alert, settings: Settings, received_at: int) -> int | None:
    """The instant at which `alert` lapses unless it is repeated; None: never."""
    if alert.ends_at is not None:
        return alert.ends_at
    stale_us = settings.stale_after.get(alert.source)
    return None if stale_us is None else received_at + stale_us


def _repeated(situation: Situation, event: AlertReceived, state: AlertState) -> Decision:
    alert = event.alert
    lapses_at = lapses_at_of(alert, situation.settings, event.received_at)
    repeat = RepeatAlert(alert, event.received_at, lapses_at)
    answer = Attached(state.incident)
    check_at = state.lapse_check_at
    if lapses_at is None or (check_at is not None and check_at <= lapses_at):
        return Decision((repeat,), answer)
    check = CheckLapse(alert.source, alert.fingerprint, lapses_at)  # sooner than was known
    return Decision((repeat, check), answer)


def _repeated_anew(
    situation: Situation, event: AlertReceived, state: AlertState, after: Copies
) -> Decision:
    """A repeat that changes more than when the alert was last seen: its copies, sender, group."""
    alert = event.alert
    repeat = _repeated(situation, event, state)
    sender = alert.sender
    renewed = replace(state, seen_at=event.received_at, sender=sender, is_cut=alert.truncated > 0)
    renewed = with_copies(renewed, after) if after else renewed
    effects: tuple[Effect, ...] = (*repeat.effects, SaveCopies(renewed))
    incident = situation.incident(state.incident)
    if incident is not None and renewed.is_cut != state.is_cut:
        draft = Draft(incident)
        _note_group(situation, draft, alert)
        effects += draft.effects()
    return Decision(effects, repeat.answer)


def with_copies(state: AlertState, after: Copies) -> AlertState:
    """The row of an alert with these copies."""
    given = copies.starts_at(after)
    return replace(
        state,
        starts_at=state.starts_at if given is None else given,
        start_given=given is not None,
        lapses_at=max((copy.lapses_at for copy in after if copy.fires), default=state.lapses_at),
        copies=after if len(after) > 1 else (),
    )


def _started(
    situation: Situation, event: AlertReceived, before: AlertState | None, after: Copies
) -> Decision:
    """A new episode after the alert's row `before`.

    `after`: the copies that it begins with, where its sender speaks of one.
    """
    alert, outcome = event.alert, event.outcome
    assert outcome is not None, "the engine classifies what may start an episode"
    effects: list[Effect] = []
    home = left = None
    if before is not None and before.firing:  # it was over in between, and we were not told
        effects.append(EndEpisode(over(before, situation.now), situation.now, "restarted"))
        home = situation.incident(before.incident)
        left = detach(home, before, ended=False) if home else None
    draft = None
    if outcome.incident:
        arrival = Arrival(alert, outcome, event.received_at, before, left)
        draft = _place(situation, arrival)
        if alert.truncated or draft.incident.cut_groups:
            _note_group(situation, draft, alert)
    number = draft.incident.number if draft else None
    if home is not None and before is not None and home.number != number:
        draft_left = Draft(home)
        leave(situation, draft_left, before)
        effects += draft_left.effects()
    state = _episode(situation, event, outcome, before, number)
    if len(after) > 1:
        state = with_copies(state, after)
    effects.append(StartEpisode(state, alert, outcome, event.received_at))
    if draft is not None:
        effects += draft.effects()
    return Decision(tuple(effects), Attached(number))


def _episode(
    situation: Situation,
    event: AlertReceived,
    outcome: Outcome,
    before: AlertState | None,
    number: int | None,
) -> AlertState:
    """The alert's row at the start of an episode in this incident, or in none."""
    alert = event.alert
    lapses_at = lapses_at_of(alert, situation.settings, event.received_at)
    stays = before is not None and before.incident == number
    return AlertState(  # positional: a third of the time of keywords
        alert.source,
        alert.fingerprint,
        True,  # noqa: FBT003 - firing
        before.episode + 1 if before else 1,
        event.received_at if alert.starts_at is None else alert.starts_at,
        lapses_at,  # is checked then
        lapses_at,
        number,
        outcome.severity,
        outcome.rule,
        alert.starts_at is not None,
        before.attached_at if before and stays else situation.now,
        alert.sender,
        event.received_at,
        None,  # has not ended
        False,  # noqa: FBT003 - has not lapsed
        alert.truncated > 0,
        outcome.inhibits,
    )


def over(state: AlertState, now: int, *, has_lapsed: bool = False) -> AlertState:
    """The row of an alert whose episode ends now."""
    return replace(state, firing=False, lapse_check_at=None, ended_at=now, has_lapsed=has_lapsed)


def _place(situation: Situation, arrival: Arrival) -> Draft:
    """The incident that the episode joins, re-opens or opens."""
    incident = home_of(situation, arrival)
    if incident is None:
        return open_incident(situation, arrival)
    if not incident.live:
        return reopen_with(situation, incident, arrival)
    return join(situation, incident, arrival)


def _ended(situation: Situation, event: AlertReceived, state: AlertState | None) -> Decision:
    alert = event.alert
    if state is None or not state.firing:
        return _ended_again(situation, event, state)
    if alert.is_copy:
        fate, after = copies.ended(copies_of(state), report_of(alert, event.received_at))
        if fate is Fate.UNKNOWN:
            is_clock, said = moved(situation, event)
            reason = IgnoredReason.WRONG_CLOCK if is_clock else IgnoredReason.UNKNOWN_COPY
            return _ignored(event, state, reason, said)
        renewed = with_copies(state, after)
        if fate is Fate.REPEATS:
            kept = (NoteResolve(alert), SaveCopies(renewed))
            return Decision(kept, Attached(state.incident))
    elif _is_late(alert, state):
        return _ignored(event, state, IgnoredReason.LATE_END)
    else:
        renewed = state
    sender = renewed.sender if alert.is_copy else alert.sender
    renewed = replace(renewed, is_cut=alert.truncated > 0, sender=sender)
    effects: tuple[Effect, ...] = (
        EndEpisode(over(renewed, situation.now), situation.now, "resolved"),
    )
    if renewed.copies or (renewed.is_cut, renewed.sender) != (state.is_cut, state.sender):
        effects = (SaveCopies(renewed), *effects)
    incident = situation.incident(state.incident)
    if incident is not None:
        draft = Draft(incident)
        _note_group(situation, draft, alert)
        leave(situation, draft, state)
        effects += draft.effects()
    return Decision(effects, Attached(state.incident))


def _ended_again(situation: Situation, event: AlertReceived, state: AlertState | None) -> Decision:
    """The end of what does not fire: it may tell that nothing of its group is left out any more.

    Or that the sender's clock is slow.
    """
    alert = event.alert
    noted = NoteResolve(alert)
    is_clock, said = moved(situation, event)
    if is_clock or said:
        kept = IgnoreReport(alert, IgnoredReason.WRONG_CLOCK, event.received_at)
        answer = Attached(None if state is None else state.incident)
        return Decision((kept if is_clock else noted, *said), answer)
    if state is None:
        return Decision((noted,), Attached(None))
    incident = situation.incident(state.incident)
    if alert.truncated or not state.is_cut or incident is None or not incident.live:
        return Decision((noted,), Attached(state.incident))
    draft = Draft(incident)
    made_whole(situation, draft, alert)
    resolve_or_hold(situation, draft, None)
    effects = (noted, SaveCopies(replace(state, is_cut=False)), *draft.effects())
    return Decision(effects, Attached(state.incident))


def _note_group(situation: Situation, draft: Draft, alert: Alert) -> None:
    """True if the group in which the alert came is whole."""
    if alert.truncated:
        cut(situation, draft, alert)
    elif draft.incident.cut_groups:
        made_whole(situation, draft, alert)


def _is_late(alert: Alert, state: AlertState) -> bool:
    """True if a whole alert's end is that of an episode before the running one."""
    return state.start_given and alert.ends_at is not None and alert.ends_at <= state.starts_at


def _ignored(
    event: AlertReceived, state: AlertState, reason: IgnoredReason, more: tuple[Effect, ...] = ()
) -> Decision:
    ignored = IgnoreReport(event.alert, reason, event.received_at)
    return Decision((ignored, *more), Attached(state.incident))
