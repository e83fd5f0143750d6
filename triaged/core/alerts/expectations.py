"""Dead man's switches: an incident opens when an expected alert or source is not seen in time.

That is an alert that a rule expects, or anything at all from a source. Time counts from when it was
last seen; if it never was, from when it was first expected. What came due while triaged was down
gets `START_GRACE_US` more, in which senders try again.

Where a rule expects alerts `by` labels, each value set has a watch of its own once it was seen;
until the first was, the rule has one watch for all. A watch counts the alerts of the source that
met it first; each further source has one beside it, unless the rule says `across_sources`.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from triaged.core.alerts.grouping import resolve
from triaged.core.alerts.reopening import come_back, reopens
from triaged.core.draft import Draft
from triaged.core.records.actors import TRIAGED
from triaged.core.records.effects import Count, Decision, DropWatch, Effect, SaveWatch
from triaged.core.records.events import AlertReceived, SettingsLoaded
from triaged.core.records.expectations import (
    RULE,
    SENDER,
    SOURCE,
    Expectation,
    Watch,
    expectation_of,
    key_of,
    sender_of,
    values_of,
    watch_name,
    without_source,
)
from triaged.core.records.model import Reason
from triaged.core.records.timers import ExpectDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.situation import Situation
from triaged.core.system_incidents import SystemIncident, open_system_incident
from triaged.core.time.durations import HOUR, MINUTE, format_duration
from triaged.wire import instant_text

START_GRACE_US = 2 * MINUTE
"""Alertmanager tries again for minutes what it could not deliver, Prometheus every few seconds."""

LOOK_US = 30_000_000
"""How often to look at what is overdue: a source is heard again without anybody saying so, and a
person may have resolved the incident."""

WRITES_A_PERIOD = 4
"""How often at most, in the time after which it is missed, an alert that is seen writes a row."""

VALUE_SETS_MAX = 100
"""Value sets of one rule that are expected of a source: clusters are tens. A label such as `pod`
would make one incident for each pod that is replaced."""

NAME_MAX = 400
"""Characters in the name of a value set: it is in titles, and PostgreSQL indexes 2.7 KB at most."""

FORGET_US = HOUR
"""How often to look whether retention has removed the incident of a value set that is gone."""


def load(situation: Situation, event: SettingsLoaded) -> Decision:
    """Bring the watches in line with the expectations of the settings that were loaded."""
    effects: list[Effect] = []
    wanted = _wanted(situation)
    heirs = _heirs(situation, wanted)
    moved = {heir.name for heir in heirs.values()}
    for name, watch in situation.view.watches.items():
        if name in moved or (name not in wanted and not name.startswith(SENDER)):
            effects += [DropWatch(name), *_over(situation, watch, "expected no more")]
    for name, expectation in wanted.items():
        if name in moved:
            continue
        known = situation.view.watches.get(name)
        watch = known or Watch(name, since_at=situation.now, due_at=situation.now)
        if not _is_of_known_source(situation, watch):
            watch = _inherited(watch, heirs[name]) if name in heirs else _freed(watch)
        if not watch.overdue:
            due_at = _last(situation, watch) + expectation.every_us
            grace_us = min(START_GRACE_US, expectation.every_us) if event.started else 0
            watch = replace(watch, due_at=max(due_at, situation.now + grace_us))
        if watch != known:
            effects.append(SaveWatch(watch))
    return Decision(tuple(effects))


def _wanted(situation: Situation) -> dict[str, Expectation]:
    """The expectations by the names of their watches: of each known value set, or of the rule.

    That of a further source ends when no such source is configured any more.
    """
    expectations, sources = situation.settings.expectations, situation.settings.stale_after
    known = {
        name: expectation
        for name, watch in situation.view.watches.items()
        if (expectation := expectation_of(expectations, name)) is not None
        and (name == without_source(name) or watch.source in sources)
    }
    split = {each.name for name, each in known.items() if without_source(name) != each.name}
    wanted = {**expectations, **known}
    return {name: expectation for name, expectation in wanted.items() if name not in split}


def _is_of_known_source(situation: Situation, watch: Watch) -> bool:
    """True if the source of the watch is configured, or it has none yet."""
    return not watch.source or watch.source in situation.settings.stale_after


def _heirs(situation: Situation, wanted: Iterable[str]) -> dict[str, Watch]:
    """For each watch whose source is not configured any more, that of a further source, if any."""
    watches = situation.view.watches
    lost = {
        name
        for name in wanted
        if name in watches and not _is_of_known_source(situation, watches[name])
    }
    beside = {without_source(name): name for name in wanted if without_source(name) != name}
    return {name: watches[beside[name]] for name in lost & beside.keys()}


def _freed(watch: Watch) -> Watch:
    """The watch, which is its source's that meets it next."""
    return replace(watch, source="", fingerprint="")


def _inherited(watch: Watch, heir: Watch) -> Watch:
    """The watch with the source of another one beside it, which ends."""
    return replace(heir, name=watch.name, overdue=False)


def heard(situation: Situation, event: AlertReceived) -> tuple[Effect, ...]:
    """The rows of expectations that a firing alert meets: most often none."""
    if situation.settings.expected is None or not event.alert.firing:
        return ()
    effects: list[Effect] = []
    at = event.received_at
    watches = situation.view.watches
    for met in situation.settings.expected.met_by(event.alert):
        expectation = expectation_of(situation.settings.expectations, met)
        if expectation is None:
            continue  # the settings are being loaded
        name = watch_name(watches, expectation, met, event.alert.source)
        watch = watches.get(name)
        if watch is None and name != expectation.name:
            effects += _first_sight(situation, event, name, expectation)
        if watch is None:
            continue
        pause_us = expectation.every_us // WRITES_A_PERIOD
        if not watch.overdue and watch.seen_at is not None and at < watch.seen_at + pause_us:
            continue
        effects.append(_saw(watch, event, expectation))
        if watch.overdue:
            effects += _over(situation, watch, "seen again")
    return tuple(effects)


def _saw(watch: Watch, event: AlertReceived, expectation: Expectation) -> SaveWatch:
    at = event.received_at
    identity = {"source": event.alert.source, "fingerprint": event.alert.fingerprint}
    seen = replace(watch, seen_at=at, due_at=at + expectation.every_us, **identity)
    return SaveWatch(replace(seen, overdue=False))


def _first_sight(
    situation: Situation, event: AlertReceived, name: str, expectation: Expectation
) -> tuple[Effect, ...]:
    """Expect a value set from now on; the rule's own watch ends with the first one."""
    watches, source = situation.view.watches, event.alert.source
    known = sum(
        name.startswith(expectation.name + "{") and watch.source == source
        for name, watch in watches.items()
    )
    if known >= VALUE_SETS_MAX or len(name) > NAME_MAX:
        return (Count("value_sets", expectation.name, source),)
    at = event.received_at
    seen = _saw(Watch(name, since_at=at, due_at=at), event, expectation)
    whole = watches.get(expectation.name)
    if whole is None or without_source(name) == expectation.name:
        return (seen,)
    return (seen, DropWatch(whole.name), *_over(situation, whole, "seen"))


def due(situation: Situation, timer: ExpectDue) -> Decision:
    """Check an expectation that is due: move its watch on, or open the incident about it."""
    watch = situation.view.watches.get(timer.name)
    expectation = expectation_of(situation.settings.expectations, timer.name)
    if watch is None:
        return Decision()
    if timer.name.startswith(SENDER):
        return _sender_due(situation, watch)
    if expectation is None:
        return Decision((DropWatch(timer.name),))
    last = _last(situation, watch)
    if last + expectation.every_us > situation.now:
        met = replace(watch, due_at=last + expectation.every_us, overdue=False)
        over = _over(situation, watch, "heard again") if watch.overdue else ()
        return Decision((SaveWatch(met), *over))
    is_over = watch.overdue and situation.live_incident(key_of(watch.name)) is None
    if is_over and (heir := _heir(situation, watch)) is not None:
        return Decision((SaveWatch(_inherited(watch, heir)), DropWatch(heir.name)))
    if is_over and watch.name != expectation.name:
        return _gone(situation, watch)
    looked = SaveWatch(replace(watch, due_at=situation.now + LOOK_US, overdue=True))
    return Decision((looked, *_missed(situation, watch, expectation)))


def _heir(situation: Situation, watch: Watch) -> Watch | None:
    """The watch of a further source that is not missed, beside one whose source is gone."""
    found = [
        other
        for name, other in situation.view.watches.items()
        if name != watch.name and without_source(name) == watch.name and not other.overdue
    ]
    return min(found, key=lambda other: other.name, default=None)


def _gone(situation: Situation, watch: Watch) -> Decision:
    """A person resolved the incident about a value set or source: it is gone until it comes again.

    It is forgotten when retention has removed the incident.
    """
    if situation.latest_incident(key_of(watch.name)) is None:
        return Decision((DropWatch(watch.name),))
    return Decision((SaveWatch(replace(watch, due_at=situation.now + FORGET_US)),))


def _sender_due(situation: Situation, watch: Watch) -> Decision:
    """Has the sender been heard again? If not, a human hears of it, once."""
    source, sender = sender_of(watch.name)
    if situation.view.sender_heard_at.get((source, sender), 0) >= watch.since_at:
        return Decision((DropWatch(watch.name), *_over(situation, watch, "heard again")))
    looked = SaveWatch(replace(watch, due_at=situation.now + LOOK_US, overdue=True))
    if watch.overdue or situation.live_incident(key_of(watch.name)) is not None:
        return Decision((looked,))  # told before; what a person has resolved stays resolved
    wanted = SystemIncident(
        key_of(watch.name),
        title=f"{sender or source} is silent while alerts of it fire",
        cause=Cause(Reason.SENDER_SILENT, watch.due_at),
        text=(
            f"{source} has not heard of {sender or 'it'} since {_second(watch.seen_at or 0)}:"
            " nobody knows whether its alerts still fire, and they stay open until it is heard or a"
            " person resolves them"
        ),
        data={"source": source, "sender": sender},
    )
    return Decision((looked, *open_system_incident(situation, wanted).effects()))


def _last(situation: Situation, watch: Watch) -> int:
    """The instant at which it was seen last, or first expected, whichever is later."""
    return max(_seen(situation, watch) or 0, watch.since_at)


def _seen(situation: Situation, watch: Watch) -> int | None:
    if watch.name.startswith(SOURCE):
        at = situation.view.heard_at.get(watch.name.removeprefix(SOURCE))
    else:
        at = situation.view.seen_at.get((watch.source, watch.fingerprint))
    return max(at or 0, watch.seen_at or 0) or None


def _over(situation: Situation, watch: Watch, because: str) -> tuple[Effect, ...]:
    """Resolve the open incident about an expectation, if there is one."""
    incident = situation.live_incident(key_of(watch.name))
    if incident is None:
        return ()
    draft = Draft(incident)
    resolve(situation, draft, TRIAGED, f"resolved: {because}")
    return draft.effects()


def _missed(situation: Situation, watch: Watch, expectation: Expectation) -> tuple[Effect, ...]:
    """Open the incident about a missed expectation, or re-open the last; none while one is open.

    What a person resolved though it is still missing is opened anew after `reopen_within`.
    """
    key = key_of(watch.name)
    if situation.live_incident(key) is not None:
        return ()
    latest = situation.latest_incident(key)
    if latest is None or not reopens(situation, latest):
        return _open(situation, watch, expectation)
    if watch.overdue:
        return ()  # a person has just resolved it
    draft = Draft(latest)
    if not come_back(situation, draft, Reason.REOPEN_WINDOW):
        arm(situation, draft, Cause(Reason.REOPEN_WINDOW, watch.due_at))
    return draft.effects()


def _open(situation: Situation, watch: Watch, expectation: Expectation) -> tuple[Effect, ...]:
    wanted = SystemIncident(
        key_of(watch.name),
        title=_title(situation, watch, expectation),
        cause=Cause(Reason.NOT_SEEN, watch.due_at),
        severity=expectation.severity,
        severity_by=expectation.name if expectation.severity is not None else TRIAGED,
        text=_meaning(situation, watch),
        data={"expected": watch.name},
        service=expectation.service,
        team=expectation.team,
        policy=expectation.policy,
        runbook=expectation.runbook,
    )
    return open_system_incident(situation, wanted).effects()


def _is_one_of_several(situation: Situation, watch: Watch) -> bool:
    """True if several sources meet the expectation, each with a watch of its own."""
    name = without_source(watch.name)
    return sum(without_source(each) == name for each in situation.view.watches) > 1


def _meaning(situation: Situation, watch: Watch) -> str:
    """Sentence about what is at stake while it is missing."""
    kind, _, name = without_source(watch.name).partition(":")
    if f"{kind}:" == RULE:
        whose = f" of source {watch.source}" if _is_one_of_several(situation, watch) else ""
        text = f"No alert{whose} has met the rule {name} in time"
        text += ": what should report it may be blind or gone."
        if values_of(watch.name)[1]:
            text += " If it was removed on purpose, resolve this: it is expected again once seen."
        return text
    return f"Source {name} has sent nothing in time: its alerts would reach nobody."


def _title(situation: Situation, watch: Watch, expectation: Expectation) -> str:
    """`watchdog: not seen since 2026-03-30T10:00:00Z; it should come every 5m`."""
    kind, _, name = without_source(watch.name).partition(":")
    if _is_one_of_several(situation, watch):
        name += f" from {watch.source}"
    seen_at = _seen(situation, watch)
    since = f"never seen, expected since {_second(watch.since_at)}"
    if seen_at is not None:
        since = f"not seen since {_second(seen_at)}"
    what = name if f"{kind}:" == RULE else f"source {name}"
    return f"{what}: {since}; it should come every {format_duration(expectation.every_us)}"


def _second(at: int) -> str:
    """`2026-03-30T10:00:00Z`."""
    return f"{instant_text(at)[:19]}Z"
