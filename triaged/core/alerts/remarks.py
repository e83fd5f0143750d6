"""Remarks about senders, each an incident of its source: at most one a week.

A remark is no alert: nothing waits for it. Where the rows that it needs were not loaded, because
the batch itself has changed what is known of the alert, the next report of that kind brings it.
"""

import msgspec

from triaged.core.records.effects import Effect, SaveUnknownEnd
from triaged.core.records.events import AlertReceived
from triaged.core.records.model import Alert, AlertState, Key, Reason, Severity
from triaged.core.records.reports import Remark, UnknownEnd
from triaged.core.response.escalation import Cause
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident
from triaged.core.time.durations import MINUTE, SECOND, WEEK, format_duration
from triaged.wire import instant_text

PAUSE_US = WEEK
"""How long nothing more is said of the same kind and source: the setting may be meant so."""

SLOW_MIN_US = 10 * SECOND
"""An end that is younger when it comes was just now: scripts that report each minute that all is
well send such, and with the clocks of well-kept machines nothing else is."""

FORGET_US = 15 * MINUTE
"""For how long Prometheus repeats an end; an end that came before is watched no more."""

AT_ONCE_US = 10 * SECOND
"""Reports that cross within it do not contradict one another: clocks and networks differ."""


class Words(msgspec.Struct, frozen=True):
    """How a remark is told."""

    title: str
    text: str
    severity: Severity | None = Severity.SEV4
    """None: `Settings.unclassified`, where alerts are being lost."""


def remark_key(source: str, remark: Remark) -> Key:
    """The key of the incident that tells a remark: one for each source."""
    return (("remark", remark.value), ("source", source))


def subject_of(alert: Alert, state: AlertState | None) -> Remark | None:
    """What a report may give reason to remark upon, by the row of its alert; most often nothing."""
    if alert.is_copy:
        if alert.firing:
            return None
        if _ends_before_start(alert):
            return Remark.END_BEFORE_START
        if state is None or not state.firing or state.copies or state.sender != alert.sender:
            return Remark.CLOCK
        return None
    if state is None or state.firing:
        return None
    if state.has_lapsed:
        return Remark.STALE_AFTER if _is_of_last_episode(alert, state) else None
    return Remark.CONTRADICTION if _contradicts(alert, state) else None


def remarked(
    situation: Situation, event: AlertReceived, state: AlertState | None
) -> tuple[Effect, ...]:
    """The rows of what a report gives reason to remark upon, its sender's clock apart."""
    alert = event.alert
    subject = subject_of(alert, state)
    if subject is None or subject is Remark.CLOCK:
        return ()
    return _told(situation, alert, subject, _words(situation, event, subject, state))


def moved(situation: Situation, event: AlertReceived) -> tuple[bool, tuple[Effect, ...]]:
    """Whether the end of an alert that its sender has not fired has moved, and the rows of that.

    Prometheus repeats an end for a quarter of an hour, and the end stays where it is. One that is
    past and comes again later, and still past, was meant as the future: the sender's clock is slow.
    """
    alert = event.alert
    known = situation.view.unknown_ends.get((alert.source, alert.sender))
    if not alert.is_copy or alert.ends_at is None:
        return False, ()
    at = event.received_at
    end = UnknownEnd(alert.source, alert.sender, alert.fingerprint, alert.ends_at, at)
    behind_us = at - alert.ends_at
    if known is None or known.received_at + FORGET_US < at:
        return False, ((SaveUnknownEnd(end),) if behind_us >= SLOW_MIN_US else ())
    if known.fingerprint != alert.fingerprint or known.ends_at >= alert.ends_at:
        return False, ()
    saved = SaveUnknownEnd(end)
    if behind_us < SLOW_MIN_US:
        return False, (saved,)
    sender = alert.sender or alert.source
    words = Words(
        title=f"{alert.source}: the clock of {sender} is slow",
        text=(
            f"{sender} reports alerts whose end is past when they come and moves on with each"
            f" report: its clock is slow by {format_duration(behind_us // SECOND * SECOND)} and"
            " the time for which its alerts are valid; until it is set right, none of its alerts"
            " fires here"
        ),
        severity=None,
    )
    return True, (saved, *_told(situation, alert, Remark.CLOCK, words))


def _ends_before_start(alert: Alert) -> bool:
    start, end = alert.starts_at, alert.ends_at
    return start is not None and end is not None and end < start


def _is_of_last_episode(alert: Alert, state: AlertState) -> bool:
    """True if the report says that the episode that lapsed had gone on."""
    if not alert.firing:
        return True
    return state.start_given and alert.starts_at == state.starts_at


def _contradicts(alert: Alert, state: AlertState) -> bool:
    """True if a sender says that fires what another has said is over."""
    if not alert.firing or alert.sender == state.sender or alert.starts_at is None:
        return False
    return state.ended_at is not None and alert.starts_at + AT_ONCE_US < state.ended_at


def _words(
    situation: Situation, event: AlertReceived, subject: Remark, state: AlertState | None
) -> Words:
    alert = event.alert
    sender, name = alert.sender or alert.source, alert.labels.get("alertname", alert.fingerprint)
    if subject is Remark.END_BEFORE_START or state is None:
        return Words(
            title=f"{alert.source}: {sender} sends ends that lie before the start",
            text=f"{name} came with an endsAt before its startsAt: it is taken as ended",
        )
    if subject is Remark.CONTRADICTION:
        return Words(
            title=f"{alert.source}: two senders contradict each other",
            text=(
                f"{state.sender or 'one'} said that {name} is over, and {sender} says that it has"
                " fired since before: unless both are one cluster, give each Alertmanager a source"
                " of its own, or one ends the other's alerts"
            ),
        )
    stale_us = situation.settings.stale_after.get(alert.source)
    shown = "" if stale_us is None else f" ({format_duration(stale_us)})"
    said = "is still firing" if alert.firing else "has only now ended"
    return Words(
        title=f"{alert.source}: stale_after{shown} is shorter than the sender's repeats",
        text=(
            f"{name} lapsed because it was not repeated after {instant_text(state.seen_at)}, and"
            f" {sender} now says that it {said}: make stale_after longer than its repeat_interval"
        ),
    )


def _told(situation: Situation, alert: Alert, remark: Remark, words: Words) -> tuple[Effect, ...]:
    """The incident that tells a remark, unless there was one within `PAUSE_US`."""
    key = remark_key(alert.source, remark)
    loaded = situation.view.remark_keys
    if loaded is not None and key not in loaded:
        return ()
    latest = situation.latest_incident(key)
    if latest is not None and (latest.live or latest.opened_at + PAUSE_US > situation.now):
        return ()
    wanted = SystemIncident(
        key,
        title=words.title,
        cause=Cause(Reason.REMARK, situation.now),
        text=words.text,
        severity=words.severity,
        data={"source": alert.source, "sender": alert.sender, "fingerprint": alert.fingerprint},
    )
    return open_system_incident(situation, wanted).effects()
