"""`/api/v1/drills`: incidents on purpose, their questions, and their reports."""

import asyncio
from collections.abc import Callable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from triaged.access.tokens import new_identity
from triaged.core.practice.drill_report import (
    DrillReport,
    Measured,
    ReportRow,
    markdown,
    measured,
    report_of,
)
from triaged.core.practice.drills import asked_so_far, schedule_of
from triaged.core.records.answers import Acted, Answer, Conflict, Unknown
from triaged.core.records.events import Event
from triaged.core.records.model import Incident, incident_id, incident_number
from triaged.core.records.practice.drills import (
    DrillAborted,
    DrillAnswered,
    DrillRun,
    DrillStarted,
    DrillState,
)
from triaged.core.records.practice.roles import Role
from triaged.core.text.wording import day_and_time
from triaged.drills.reading import BYTES_MAX, ReadScenario, read_scenario
from triaged.drills.schema import parse_clock, show_clock
from triaged.drills.shipped import shipped, text_of
from triaged.errors import Problem
from triaged.http import problems
from triaged.http.answers import Created
from triaged.http.bodies import Body, Name, Text
from triaged.http.queries import PAGE_OF_LIST, Query
from triaged.http.routes import Call, Scope, route
from triaged.store.database.base import Reader
from triaged.store.tables import incidents, timeline
from triaged.store.tables.practice_rows import drills
from triaged.wire import Instant, instant_text, instant_text_or_none
from triaged.yamlschema.values import none_of

DRILLS = "/api/v1/drills"
DRILL = DRILLS + "/{id}"

RUNNING_MAX = 10
"""Drills at a time: more are nobody's practice, and each keeps an incident open."""

PARTICIPANTS_MAX = 50
ENTRIES_MAX = 5_000
"""Entries that a report reads: a drill of a day has hundreds."""

ScenarioText = Annotated[str, Meta(max_length=BYTES_MAX)]
People = Annotated[tuple[Name, ...], Meta(max_length=PARTICIPANTS_MAX)]


class Start(Body, frozen=True):
    """A drill: a scenario that is shipped, or the text of one."""

    name: Name | None = None
    """A scenario that comes with triaged."""
    scenario: ScenarioText | None = None
    """Text of a scenario file, in YAML."""
    page: bool = False
    """Page people by their contacts; otherwise every message goes to the console of the daemon."""
    clock: Name | None = None
    """`real`, or `x60` for sixty times as fast; unset: as the scenario says."""
    participants: People | None = None
    """Unset: as the scenario says."""


class AnswerToQuestion(Body, frozen=True):
    """An answer to a question of the drill."""

    text: Text
    question: Annotated[int, Meta(ge=1)] | None = None
    """Number of the question; unset: the one that was asked last."""


class Abortion(Body, frozen=True):
    """Why the drill ends before its time."""

    reason: Text = ""


class DrillDocument(msgspec.Struct, frozen=True):
    """A drill."""

    id: str
    """The number of its incident."""
    scenario: str
    about: str
    services: list[str]
    state: DrillState
    page: bool
    clock: str
    participants: list[str]
    by: str
    started_at: Instant
    ended_at: Instant | None
    ended_by: str | None
    reason: str
    """Why it was aborted."""
    done: int
    """Alerts and questions of the scenario that have come."""
    of: int
    """Alerts and questions of the scenario."""
    asked: list[int]
    """Numbers of the questions that have been asked."""


class DrillList(msgspec.Struct, frozen=True):
    """Drills, the newest first, and the scenarios that come with triaged."""

    drills: list[DrillDocument]
    scenarios: list[str]
    next_cursor: str | None


class AnswerDocument(msgspec.Struct, frozen=True):
    """An answer to a question."""

    by: str
    text: str


class QuestionDocument(msgspec.Struct, frozen=True):
    """A question that was asked, with its answers."""

    number: int
    to: Role | None
    ask: str
    answers: list[AnswerDocument]


class ReportDocument(msgspec.Struct, frozen=True):
    """The report of a drill, so far while it goes on."""

    drill: DrillDocument
    rows: list[ReportRow]
    questions: list[QuestionDocument]
    last: str | None
    """The drill of this scenario before; null: there was none."""
    markdown: str


@route("POST", DRILLS, Scope.RESPOND)
async def start(call: Call, body: Start) -> Created[DrillDocument] | web.Response:
    """Start a drill: its first alert opens an incident of kind `drill`, which is marked everywhere.

    400 with a position for each error of the scenario; 409 if by the rules in force its first alert
    opens no incident.
    """
    read, wrong = await _scenario_of(body)
    wrong = [*wrong, *_dangling(call, body, read)]
    if wrong or read is None:
        return problems.invalid(wrong)
    async with call.context.database.reading() as tx:
        if await drills.running(tx) >= RUNNING_MAX:
            return problems.conflict(f"{RUNNING_MAX} drills go on: end one of them first")
    given = body.participants
    event = DrillStarted(
        by=call.caller.by,
        id=new_identity(),
        scenario=read.scenario,
        participants=read.scenario.participants if given is None else given,
        pages=body.page,
        speed=read.speed if body.clock is None else parse_clock(body.clock),
        received_at=call.context.clock.now(),
    )
    (outcome,) = await call.context.engine.submit([event], urgent=True)
    if not isinstance(outcome, Acted):
        return _refusal(outcome)
    found = await _find(call, outcome.incident)
    assert found is not None, "it has just been committed"
    path = f"{call.context.configuration.public_url}{DRILLS}/{incident_id(outcome.incident)}"
    return Created(_document(found[0]), {"Location": path})


async def _scenario_of(body: Start) -> tuple[ReadScenario | None, list[Problem]]:
    """The scenario that the request names or holds, and all that is wrong with it."""
    if (body.name is None) is (body.scenario is None):
        return None, [Problem("$.scenario", "either `name` or `scenario` is given")]
    if body.scenario is not None:
        text = body.scenario.encode()
        return await asyncio.to_thread(read_scenario, "$.scenario", text)
    found = text_of(body.name or "")
    if found is None:
        return None, [Problem("$.name", none_of(body.name or "", shipped()))]
    return await asyncio.to_thread(read_scenario, body.name or "", found)


def _dangling(call: Call, body: Start, read: ReadScenario | None) -> list[Problem]:
    """What the configuration does not have, and a clock that is none."""
    known = call.context.configuration.settings.people
    named = (read.scenario.participants if read else ()) if body.participants is None else ()
    wrong = [
        Problem(f"$.participants[{index}]", none_of(name, known))
        for index, name in enumerate(body.participants or named)
        if name not in known
    ]
    if body.clock is not None:
        try:
            parse_clock(body.clock)
        except ValueError as error:
            wrong.append(Problem("$.clock", str(error)))
    return wrong


def _refusal(outcome: Answer) -> web.Response:
    match outcome:
        case Conflict(detail=detail):
            return problems.conflict(detail)
        case Unknown(detail=detail):
            return problems.not_found(detail)
        case _:
            return problems.failed()


@route("GET", DRILLS, Scope.READ, PAGE_OF_LIST)
async def index(call: Call) -> DrillList | web.Response:
    """Drills, the newest first, and the names of the scenarios that are shipped."""
    query = Query(call.request.query)
    cursor, limit = query.text("cursor"), query.limit()
    if query.errors:
        return problems.invalid(query.errors)
    async with call.context.database.reading() as tx:
        found, following = await drills.find(tx, cursor, limit)
    return DrillList([_document(run) for run in found], shipped(), following)


@route("GET", DRILL, Scope.READ)
async def show(call: Call) -> DrillDocument | web.Response:
    """One drill."""
    found = await _find(call, incident_number(call.params["id"]))
    return _unknown(call) if found is None else _document(found[0])


@route("GET", f"{DRILL}/report", Scope.READ)
async def show_report(call: Call) -> ReportDocument | web.Response:
    """What was expected and what happened, compared with the last drill of the scenario."""
    found = await _find(call, incident_number(call.params["id"]))
    if found is None:
        return _unknown(call)
    run, incident = found
    settings = call.context.configuration.settings
    async with call.context.database.reading() as tx:
        entries = await timeline.of(tx, run.incident, 0, ENTRIES_MAX)
        last = await _last(tx, run)
    report = report_of(settings, run, incident, entries, last)
    return _report_document(report, day_and_time(run.started_at, settings.timezone))


async def _last(tx: Reader, run: DrillRun) -> tuple[DrillRun, Measured] | None:
    """The last drill of the scenario that was not aborted, and what happened in it."""
    before = await drills.last_before(tx, run)
    incident = None if before is None else await incidents.fetch(tx, before.incident)
    if before is None or incident is None:
        return None
    entries = await timeline.of(tx, before.incident, 0, ENTRIES_MAX)
    return before, measured(before, incident, entries)


@route("POST", f"{DRILL}/answers", Scope.RESPOND)
async def answer(call: Call, body: AnswerToQuestion) -> DrillDocument | web.Response:
    """Answer a question of the drill: it goes on the timeline and in the report."""

    def event(number: int) -> Event:
        return DrillAnswered(number, call.caller.by, body.text, body.question)

    return await _act(call, event)


@route("POST", f"{DRILL}/abort", Scope.RESPOND)
async def abort(call: Call, body: Abortion) -> DrillDocument | web.Response:
    """End the drill now; its participants hear of it."""
    return await _act(call, lambda number: DrillAborted(number, call.caller.by, body.reason))


async def _act(call: Call, event_of: Callable[[int], Event]) -> DrillDocument | web.Response:
    number = incident_number(call.params["id"])
    if number is None:
        return _unknown(call)
    (outcome,) = await call.context.engine.submit([event_of(number)], urgent=True)
    if not isinstance(outcome, Acted):
        return _refusal(outcome)
    found = await _find(call, number)
    return _unknown(call) if found is None else _document(found[0])


async def _find(call: Call, number: int | None) -> tuple[DrillRun, Incident] | None:
    if number is None:
        return None
    async with call.context.database.reading() as tx:
        run = await drills.of(tx, number)
        incident = await incidents.fetch(tx, number)
    return None if run is None or incident is None else (run, incident)


def _unknown(call: Call) -> web.Response:
    return problems.not_found(f"there is no drill {call.params['id'][:40]!r}")


def _document(run: DrillRun) -> DrillDocument:
    return DrillDocument(
        id=incident_id(run.incident),
        scenario=run.scenario.name,
        about=run.scenario.about,
        services=list(run.scenario.services),
        state=run.state,
        page=run.pages,
        clock=show_clock(run.speed),
        participants=list(run.participants),
        by=run.by,
        started_at=instant_text(run.started_at),
        ended_at=instant_text_or_none(run.ended_at),
        ended_by=run.ended_by or None,
        reason=run.reason,
        done=run.done,
        of=len(schedule_of(run.scenario)),
        asked=list(asked_so_far(run)),
    )


def _report_document(report: DrillReport, when: str) -> ReportDocument:
    return ReportDocument(
        drill=_document(report.run),
        rows=list(report.rows),
        questions=[
            QuestionDocument(
                one.number, one.to, one.ask, [AnswerDocument(*each) for each in one.answers]
            )
            for one in report.questions
        ],
        last=None if report.last is None else incident_id(report.last.incident),
        markdown=markdown(report, when),
    )
