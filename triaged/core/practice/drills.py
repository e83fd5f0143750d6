"""Drills: a scenario reports alerts to the real rules, policies and people, as an incident apart.

The incident's key is that of no alert, its alerts have no rows, and a draft of it counts nothing
and marks every line (`core/draft.py`). So a real alert during a drill opens a real incident, and no
figure and no other incident notices the drill.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import product

from msgspec.structs import replace

from triaged.core.alerts import source_shares
from triaged.core.alerts.arrival import Arrival
from triaged.core.alerts.grouping import (
    attach,
    join,
    leave,
    plan_for,
    reopen_with,
    resolve,
    team_of,
)
from triaged.core.alerts.raises import count_in
from triaged.core.alerts.reopening import reopens
from triaged.core.alerts.severity import severity_of
from triaged.core.draft import Draft
from triaged.core.practice.work import holder_of
from triaged.core.records.actors import TRIAGED
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.effects import Decision, DropTimer, Effect, SaveRow
from triaged.core.records.model import (
    Alert,
    AlertState,
    Entry,
    Incident,
    Key,
    Outcome,
    Plan,
    Reason,
    State,
    Target,
    incident_id,
)
from triaged.core.records.practice.drills import (
    DRILL_MARK,
    DrillAborted,
    DrillAnswered,
    Drilled,
    DrillRun,
    DrillStarted,
    DrillState,
    Injection,
    Prompt,
    Scenario,
)
from triaged.core.records.timers import DrillDue
from triaged.core.response.escalation import Cause, arm
from triaged.core.response.holding import keep_active
from triaged.core.response.paging import News, inform, notify_person, notify_target
from triaged.core.settings import Settings
from triaged.core.situation import Situation
from triaged.core.view import key_text

Action = Injection | Prompt
DIGEST_BYTES = 16


def drill_key(identity: str) -> Key:
    """The key of a drill's incident; those of alerts are in the order of their names, it is not."""
    return (("kind", "drill"), ("drill", identity))


def schedule_of(scenario: Scenario) -> list[Action]:
    """What the scenario does, in the order of the times; alerts come before questions."""
    return sorted((*scenario.inject, *scenario.prompts), key=lambda action: action.at)


def due_at(run: DrillRun, at: int) -> int:
    """The instant of a time of the scenario."""
    return run.started_at + at // run.speed


def next_of(run: DrillRun) -> DrillDue:
    """The next thing that a drill does: an injection, a question, or its end."""
    left = schedule_of(run.scenario)[run.done :]
    at = min([run.scenario.length, *(action.at for action in left)])
    return DrillDue(run.incident, due_at(run, at))


def alerts_of(injection: Injection) -> Iterator[Alert]:
    """The alerts of an injection, one for each combination of repeated labels."""
    names = list(injection.repeat)
    for values in product(*(range(1, number + 1) for number in injection.repeat.values())):
        labels = {**injection.labels, **dict(zip(names, map(str, values), strict=True))}
        text = key_text(tuple(sorted(labels.items())))
        fingerprint = blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()
        yield Alert(
            source=injection.source,
            fingerprint=fingerprint,
            firing=not injection.ends,
            labels=labels,
            annotations=dict(injection.annotations),
        )


def start_drill(situation: Situation, event: DrillStarted) -> Decision:
    """Open the incident with the alerts of the scenario's first instant."""
    known = situation.latest_incident(drill_key(event.id))
    if known is not None:
        return Decision((), Acted(known.number))
    if not event.pages and not situation.settings.console:
        detail = "there is no channel of kind console: add one, or let the drill page people"
        return Decision((), Conflict(detail))
    first = next(alerts_of(event.scenario.inject[0]))
    outcome = situation.settings.rules.classify(first, situation.now)
    if not outcome.incident:
        detail = "by the rules in force the scenario's first alert opens no incident"
        return Decision((), Conflict(detail))
    incident = _incident(situation, event, outcome, first)
    run = DrillRun(
        id=event.id,
        incident=incident.number,
        scenario=event.scenario,
        started_at=situation.now,
        by=event.by,
        participants=event.participants,
        pages=event.pages,
        speed=event.speed,
    )
    draft = Draft(incident, opened=True)
    _say_opened(situation, draft, event, outcome)
    arrival = Arrival(first, outcome, event.received_at or situation.now)
    attach(draft, arrival)
    count_in(situation, draft, first, outcome)
    arm(situation, draft, Cause(Reason.DRILL, arrival.received_at))
    run = replace(run, firing={first.fingerprint: outcome.severity or ""})
    return Decision(_Play(situation, draft, run).on(), Acted(incident.number))


def _incident(
    situation: Situation, event: DrillStarted, outcome: Outcome, first: Alert
) -> Incident:
    settings = situation.settings
    severity, by = severity_of(outcome, settings)
    service = settings.services.get(outcome.service or "")
    told = (first.annotations.get(name, "") for name in ("summary", "description"))
    return Incident(
        number=situation.next_number(),
        kind="drill",
        drill=Drilled(event.id, None if event.pages else settings.console),
        key=drill_key(event.id),
        title=f"{DRILL_MARK} {outcome.title}",
        severity=severity,
        severity_by=by,
        opened_at=situation.now,
        plan=_plan(settings, event, outcome),
        service=outcome.service,
        team=team_of(outcome, settings),
        runbook=outcome.runbook or (service.runbook if service else None),
        labels=outcome.labels,
        resolve=outcome.resolve,
        across_sources=outcome.across_sources,
        shares=source_shares.first_shares(outcome),
        text="\n".join(dict.fromkeys(text for text in told if text)),
    )


def _plan(settings: Settings, event: DrillStarted, outcome: Outcome) -> Plan:
    """The policy of the incident; a drill that pages nobody has the participants on each step."""
    plan = plan_for(settings, outcome.policy, outcome.team, outcome.service)
    if event.pages:
        return plan
    console = Target("channel", settings.console)
    whom = tuple(Target("person", name) for name in event.participants) or (console,)
    steps = tuple(replace(step, notify=whom) for step in plan.steps)
    return replace(plan, steps=steps, catch_all=console)


def _say_opened(situation: Situation, draft: Draft, event: DrillStarted, outcome: Outcome) -> None:
    incident = draft.incident
    data: dict[str, object] = {"severity": incident.severity, "rules": outcome.rules}
    data |= {"policy": incident.plan.policy, "reason": Reason.DRILL}
    text = f"{incident.severity} {outcome.title}"
    draft.say(Entry(situation.now, "incident.opened", incident.severity_by, text, data))
    whom = ", ".join(event.participants) or "whoever watches the console"
    how = "pages people" if event.pages else f"pages {whom} on the console only"
    text = f"drill {event.scenario.name!r} by {event.by}: it {how}"
    data = {"scenario": event.scenario.name, "participants": list(event.participants)}
    data |= {"pages": event.pages, "speed": event.speed}
    draft.say(Entry(situation.now, "drill.started", event.by, text, data))


def due(situation: Situation, incident: Incident) -> Decision:
    """Do what the scenario has for now, and end the drill at its end."""
    gone = DropTimer(incident.number, DrillDue)
    run = run_of(situation, incident)
    if run is None or run.state is not DrillState.RUNNING:
        return Decision((gone,))
    draft = Draft(incident)
    draft.add(gone)
    return Decision(_Play(situation, draft, run).on())


def run_of(situation: Situation, incident: Incident) -> DrillRun | None:
    """The drill that the incident belongs to."""
    found = situation.view.rows_of(DrillRun, incident.number)
    return found[0] if found else None


def followed(situation: Situation, before: Incident | None, draft: Draft) -> None:
    """A drill whose incident is over ends at once, unless its scenario goes on."""
    incident = draft.incident
    was_live = before is not None and before.live
    if incident.kind == "drill" and was_live and not incident.live:
        draft.arm(DrillDue(incident.number, situation.now))


class _Play:
    """A drill while it goes on: its incident, in a draft after the other, and its row."""

    def __init__(self, situation: Situation, draft: Draft, run: DrillRun) -> None:
        self._situation = situation
        self._draft = draft
        self._run = run
        self._effects: list[Effect] = []

    def on(self) -> tuple[Effect, ...]:
        """Do what is due by now; the rows of all of it."""
        actions = schedule_of(self._run.scenario)
        for action in actions[self._run.done :]:
            if due_at(self._run, action.at) > self._situation.now or self._is_closed:
                break
            self._do(action)
            self._run = replace(self._run, done=self._run.done + 1)
        left = actions[self._run.done :]
        end_at = due_at(self._run, self._run.scenario.length)
        goes_on = self._draft.incident.live or any(isinstance(one, Injection) for one in left)
        if self._situation.now >= end_at or self._is_closed or not goes_on:
            self._run = end(self._situation, self._draft, self._run, TRIAGED, "the drill is over")
        else:
            self._draft.arm(next_of(self._run))
        self._draft.add(SaveRow(self._run))
        return (*self._effects, *self._draft.effects())

    @property
    def _is_closed(self) -> bool:
        return self._draft.incident.state is State.CLOSED

    def _do(self, action: Action) -> None:
        if isinstance(action, Prompt):
            _ask(self._situation, self._draft, self._run, action)
            return
        for alert in alerts_of(action):
            self._report(alert)

    def _report(self, alert: Alert) -> None:
        """Let an alert start, or end, as one from outside would; a repeat changes nothing."""
        situation, firing = self._situation, dict(self._run.firing)
        if alert.firing is (alert.fingerprint in firing):
            return
        incident = self._draft.incident
        if not alert.firing:
            severity = firing.pop(alert.fingerprint)
            if incident.live and incident.firing:
                leave(situation, self._draft, _state(alert, incident.number, severity))
        else:
            outcome = situation.settings.rules.classify(alert, situation.now)
            if not outcome.incident or not (incident.live or reopens(situation, incident)):
                text = f"reported {outcome.title}: it belongs to no open incident"
                self._draft.say(Entry(situation.now, "drill.reported", TRIAGED, text))
                return
            self._start(Arrival(alert, outcome, situation.now))
            firing[alert.fingerprint] = outcome.severity or ""
        self._run = replace(self._run, firing=firing)

    def _start(self, arrival: Arrival) -> None:
        """Join the incident, re-opened where it is over; the draft of before is done."""
        self._effects += self._draft.effects()
        incident = self._draft.incident
        goes_on = join if incident.live else reopen_with
        self._draft = goes_on(self._situation, incident, arrival)


def _state(alert: Alert, number: int, severity: str) -> AlertState:
    """The row that an alert of a drill would have at its end."""
    return AlertState(
        source=alert.source,
        fingerprint=alert.fingerprint,
        firing=False,
        episode=1,
        starts_at=0,
        lapse_check_at=None,
        lapses_at=None,
        incident=number,
        severity=severity or None,  # type: ignore[arg-type]  # the text of a severity
        rule=None,
    )


def _ask(situation: Situation, draft: Draft, run: DrillRun, prompt: Prompt) -> None:
    """Put a question to whoever holds the role, or to all participants."""
    number = run.scenario.prompts.index(prompt) + 1
    holder = None if prompt.to is None else holder_of(draft.incident, prompt.to)
    whom = run.participants if holder is None else (holder,)
    role = "" if prompt.to is None else f"the {prompt.to.replace('_', ' ')}: "
    text = f"question {number}: {role}{prompt.ask}"
    data: dict[str, object] = {"prompt": number, "to": prompt.to, "people": list(whom)}
    draft.say(Entry(situation.now, "drill.asked", TRIAGED, text, data))
    answer = f"triaged drill answer {draft.incident.id} --question {number} TEXT"
    news = News(text, f"question-{number}", f"{role}{prompt.ask}\n\nAnswer: {answer}")
    for name in whom:
        notify_person(situation, draft, name, news)
    if not whom and situation.settings.console:
        console = Target("channel", situation.settings.console)
        notify_target(situation, draft, console, news, set())


def _running(situation: Situation, number: int) -> tuple[Incident, DrillRun] | Conflict | Unknown:
    """The incident and the row of a drill that goes on."""
    incident = situation.incident(number)
    run = None if incident is None else run_of(situation, incident)
    if incident is None or run is None:
        return Unknown(f"there is no drill {incident_id(number)}")
    if run.state is not DrillState.RUNNING:
        return Conflict(f"{incident.id}: the drill has {run.state}")
    return incident, run


def answer_prompt(situation: Situation, event: DrillAnswered) -> Decision:
    """Put an answer on the timeline of the drill."""
    found = _running(situation, event.incident)
    if not isinstance(found, tuple):
        return Decision((), found)
    incident, run = found
    asked = asked_so_far(run)
    number = event.prompt or (asked[-1] if asked else 0)
    if number not in asked:
        what = f"question {event.prompt} has not" if event.prompt else "no question has"
        return Decision((), Conflict(f"{incident.id}: {what} been asked yet"))
    draft = Draft(incident)
    data: dict[str, object] = {"prompt": number, "answer": event.text}
    text = f"answer to question {number}: {event.text}"
    draft.say(Entry(situation.now, "drill.answered", event.by, text, data))
    keep_active(situation, draft)
    return Decision(draft.effects(), Acted(incident.number))


def asked_so_far(run: DrillRun) -> Sequence[int]:
    """The numbers of the questions that have been asked, in the order of asking."""
    done = schedule_of(run.scenario)[: run.done]
    return [run.scenario.prompts.index(one) + 1 for one in done if isinstance(one, Prompt)]


def abort_drill(situation: Situation, event: DrillAborted) -> Decision:
    """End the drill now, with all that belongs to it, and tell the participants."""
    found = _running(situation, event.incident)
    if isinstance(found, Conflict) and _is_aborted(situation, event.incident):
        return Decision((), Acted(event.incident))
    if not isinstance(found, tuple):
        return Decision((), found)
    incident, run = found
    draft = Draft(incident)
    text = f"the drill was aborted by {event.by}" + (f": {event.reason}" if event.reason else "")
    run = end(situation, draft, run, event.by, text)
    draft.add(SaveRow(replace(run, state=DrillState.ABORTED, reason=event.reason)))
    return Decision(draft.effects(), Acted(incident.number))


def _is_aborted(situation: Situation, number: int) -> bool:
    runs = situation.view.rows_of(DrillRun, number)
    return any(run.state is DrillState.ABORTED for run in runs)


def end(situation: Situation, draft: Draft, run: DrillRun, by: str, text: str) -> DrillRun:
    """Close the incident of the drill and tell everybody; its row as it is afterwards."""
    now = situation.now
    if draft.incident.live:
        resolve(situation, draft, by, text)
    else:
        inform(situation, draft, News(text, "drill-over"), by)
    told = {recipient.person for recipient in draft.incident.told}
    for name in run.participants:
        if name not in told:
            notify_person(situation, draft, name, News(text, "drill-over"))
    draft.change(state=State.CLOSED, firing={})
    draft.drop(DrillDue)
    draft.say(Entry(now, "drill.ended", by, text, {"scenario": run.scenario.name}))
    return replace(run, state=DrillState.ENDED, ended_at=now, ended_by=by, firing={})
