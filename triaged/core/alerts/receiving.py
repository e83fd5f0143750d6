"""The decision about a received alert: it starts, repeats or ends an episode, or ends none.

The status decides, never `endsAt`; the deduplication attaches, it never drops.
"""

from msgspec.structs import replace

from triaged.core.alerts.expectations import heard
from triaged.core.alerts.grouping import (
    Arrival,
    detach,
    home_of,
    join,
    leave,
    open_incident,
    reopen_with,
)
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import (
    Attached,
    CheckLapse,
    Decision,
    Effect,
    EndEpisode,
    NoteResolve,
    RepeatAlert,
    StartEpisode,
)
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, AlertState, Entry, Outcome, Reason
from triaged.core.records.timers import LapseDue
from triaged.core.settings import Settings
from triaged.core.situation import Situation

START_TOLERANCE_US = 1_000_000
"""Two peers of a highly available pair report one alert with starts a millisecond apart
(Alertmanager #3865); two real episodes are at least an evaluation interval apart."""

SOURCE_CHECK_US = 60_000_000
"""How often to look again at an alert whose source is silent: a dead sender resolves nothing."""

NEVER_CHECK_US = 3_600_000_000
"""When to look again at an alert that lapses no more: another reload may want it to."""


def receive(situation: Situation, event: AlertReceived) -> Decision:
    """Decide a reported alert: its episode, its incident, and the expectations that it meets."""
    decision = _received(situation, event)
    met = heard(situation, event)
    return Decision((*decision.effects, *met), decision.answer) if met else decision


def _received(situation: Situation, event: AlertReceived) -> Decision:
    alert = event.alert
    state = situation.alert((alert.source, alert.fingerprint))
    if not alert.firing:
        return _ended(situation, alert, state)
    if state is not None and not starts(alert, state):
        lapses_at = lapses_at_of(alert, situation.settings, event.received_at)
        repeat = RepeatAlert(alert, event.received_at, lapses_at)
        answer = Attached(state.incident)
        check_at = state.lapse_check_at
        if lapses_at is None or (check_at is not None and check_at <= lapses_at):
            return Decision((repeat,), answer)
        check = CheckLapse(alert.source, alert.fingerprint, lapses_at)  # sooner than was known
        return Decision((repeat, check), answer)
    assert event.outcome is not None, "the engine classifies what may start an episode"
    return _started(situation, event, event.outcome)


def starts(alert: Alert, state: AlertState | None) -> bool:
    """Whether a firing alert with this row, or none, starts an episode; else it repeats one."""
    if state is None or not state.firing:
        return True
    starts_at = alert.starts_at
    return starts_at is not None and starts_at > state.starts_at + START_TOLERANCE_US


def lapses_at_of(alert: Alert, settings: Settings, received_at: int) -> int | None:
    """The instant at which `alert` lapses unless it is repeated; None: never."""
    if alert.ends_at is not None:
        return alert.ends_at
    stale_us = settings.stale_after.get(alert.source)
    return None if stale_us is None else received_at + stale_us


def _started(situation: Situation, event: AlertReceived, outcome: Outcome) -> Decision:
    alert = event.alert
    before = situation.alert((alert.source, alert.fingerprint))
    effects: list[Effect] = []
    home = left = None
    if before is not None and before.firing:  # it was over in between, and we were not told
        ended = replace(before, firing=False, lapse_check_at=None)
        effects.append(EndEpisode(ended, situation.now, "restarted"))
        home = situation.incident(before.incident)
        left = detach(home, before, ended=False) if home else None
    draft = None
    if outcome.incident:
        arrival = Arrival(alert, outcome, event.received_at, before, left)
        draft = _place(situation, arrival)
    number = draft.incident.number if draft else None
    if home is not None and before is not None and home.number != number:
        effects += leave(situation, home, before).effects()
    effects.append(
        StartEpisode(
            _episode(situation, event, outcome, before, number),
            alert,
            outcome,
            event.received_at,
        )
    )
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
    """The alert's row at the start of an episode, after its row `before`, in incident `number`."""
    alert = event.alert
    lapses_at = lapses_at_of(alert, situation.settings, event.received_at)
    stays = before is not None and before.incident == number
    return AlertState(
        source=alert.source,
        fingerprint=alert.fingerprint,
        firing=True,
        episode=before.episode + 1 if before else 1,
        starts_at=event.received_at if alert.starts_at is None else alert.starts_at,
        lapse_check_at=lapses_at,
        lapses_at=lapses_at,
        incident=number,
        severity=outcome.severity,
        rule=outcome.rule,
        start_given=alert.starts_at is not None,
        attached_at=before.attached_at if before and stays else situation.now,
    )


def _place(situation: Situation, arrival: Arrival) -> Draft:
    """The incident that the episode joins, re-opens or opens."""
    incident = home_of(situation, arrival)
    if incident is None:
        return open_incident(situation, arrival)
    if not incident.live:
        return reopen_with(situation, incident, arrival)
    return join(situation, incident, arrival)


def _ended(situation: Situation, alert: Alert, state: AlertState | None) -> Decision:
    if state is None or not state.firing:
        return Decision((NoteResolve(alert),), Attached(state.incident if state else None))
    given = alert.starts_at if state.start_given else None
    if given is not None and given + START_TOLERANCE_US < state.starts_at:
        # a late delivery about an episode before this one
        return Decision((NoteResolve(alert),), Attached(state.incident))
    ended = replace(state, firing=False, lapse_check_at=None)
    effects: tuple[Effect, ...] = (EndEpisode(ended, situation.now, "resolved"),)
    incident = situation.incident(state.incident)
    if incident is not None:
        effects += leave(situation, incident, state).effects()
    return Decision(effects, Attached(state.incident))


def lapse(situation: Situation, timer: LapseDue) -> Decision:
    """End an alert that was not repeated in time, if its source has been heard since."""
    now = situation.now
    state = situation.alert((timer.source, timer.fingerprint))
    if state is None or not state.firing:
        return Decision()
    if state.lapses_at is None:  # a reload said `never`, and the alert was repeated since
        return Decision((CheckLapse(timer.source, timer.fingerprint, now + NEVER_CHECK_US),))
    if state.lapses_at > now:
        return Decision((CheckLapse(timer.source, timer.fingerprint, state.lapses_at),))
    if situation.view.heard_at.get(timer.source, 0) < state.lapses_at:
        check_at = now + SOURCE_CHECK_US
        return Decision((CheckLapse(timer.source, timer.fingerprint, check_at),))
    ended = replace(state, firing=False, lapse_check_at=None)
    effects: tuple[Effect, ...] = (EndEpisode(ended, now, "lapsed"),)
    incident = situation.incident(state.incident)
    if incident is not None:
        draft = leave(situation, incident, state)
        text = f"{state.fingerprint} lapsed: {state.source} has not repeated it"
        data: dict[str, object] = {"source": state.source, "fingerprint": state.fingerprint}
        data["reason"] = Reason.LAPSED
        draft.say(Entry(now, "alert.lapsed", TRIAGED, text, data))
        effects += draft.effects()
    return Decision(effects)
