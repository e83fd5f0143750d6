"""A test that has been read and is right, as a case: what comes in, what people do, and when."""

from collections.abc import Iterator, Mapping
from itertools import product

from msgspec.structs import replace

from triaged.core.records.events import (
    Acknowledged,
    Action,
    AlertReceived,
    Assigned,
    Closed,
    Declared,
    Escalated,
    NoteAdded,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChosen,
    SilenceSet,
    Snoozed,
    Unacknowledged,
)
from triaged.core.records.expectations import RULE
from triaged.core.records.model import Alert
from triaged.core.time.durations import DAY, SECOND
from triaged.dry_run.ruletests.cases import Case, ScriptedEvent
from triaged.dry_run.ruletests.tests_schema import NOBODY, Act, Input, Test
from triaged.ingest.common.fingerprint import fingerprint
from triaged.rules.muters import all_of
from triaged.yamlschema.document import Document, Path

ALERTS_MAX = 2_000
"""Of a test: a storm has hundreds, and each is looked at again while its source is silent."""

UNTIL_MAX_US = 31 * DAY
"""Limit on the length of a test: a rotation of four weeks, and some slack."""

BY_NAME: Mapping[str, type[Acknowledged | Unacknowledged | Resolved | Reopened | Closed]] = {
    "ack": Acknowledged,
    "unack": Unacknowledged,
    "resolve": Resolved,
    "reopen": Reopened,
    "close": Closed,
}
"""Verbs that name who does it, and what that is."""

NEWEST = 0
"""Stands for the incident that opened last, in the acts of a case."""


def last_sent(given: Input, test: Test) -> int | None:
    """Up to when an alert is sent again; None: nothing tells."""
    if given.last is not None:
        return given.last
    return test.until if isinstance(given.resolve, bool) else given.resolve - 1


def _sendings(given: Input, test: Test) -> range:
    """The offsets at which an alert is sent."""
    last = last_sent(given, test)
    if given.every is None or last is None:
        return range(given.at, given.at + 1)
    return range(given.at, max(last, given.at) + 1, max(given.every, SECOND))


def sendings_of(given: Input, test: Test) -> int:
    """Number of times that an alert is sent, repeats included; at most one over the limit."""
    number = len(_sendings(given, test))
    for each in given.repeat.values():
        number = min(number * max(each, 1), ALERTS_MAX + 1)
    return number


def case_of(document: Document, test: Test, at: Path) -> Case:
    """The case of a test that is right."""
    script = list(_silences(document, test, at))
    for index, given in enumerate(test.input):
        here = (*at, "input", index)
        written = document.at(here)
        assert isinstance(written, dict), "it has been read as a map"
        labels = {n: v for n, v in written.items() if not n.startswith("_") and v}
        where = document.where(here)
        script += [
            ScriptedEvent(offset, where, AlertReceived(alert, test.at + offset))
            for offset, alert in _alerts(given, labels, test)
        ]
    script += [
        ScriptedEvent(act.at, document.where((*at, "do", index)), _event(act, test.at + act.at))
        for index, act in enumerate(test.do)
    ]
    script.sort(key=lambda scripted: scripted.at)
    pages = test.expect.pages or ()
    last_us = max(
        [0, *(each.at for each in script), *(p.at + test.expect.tolerance for p in pages)]
    )
    return Case(
        name=test.name,
        where=document.where(at),
        start_at=test.at,
        script=tuple(script),
        until_us=min(last_us if test.until is None else test.until, UNTIL_MAX_US),
        expect=test.expect,
        expecting=tuple(name if ":" in name else RULE + name for name in test.expecting),
    )


def _silences(document: Document, test: Test, at: Path) -> Iterator[ScriptedEvent]:
    for index, given in enumerate(test.silences):
        now = test.at + given.at
        matchers, ends_at = all_of(given.match), now + given.length
        event = SilenceSet(str(index + 1), matchers, now, ends_at, NOBODY, "of a test")
        yield ScriptedEvent(given.at, document.where((*at, "silences", index)), event)


def _alerts(given: Input, labels: dict[str, str], test: Test) -> Iterator[tuple[int, Alert]]:
    """(offset, alert) of each alert, repeated and resolved as told."""
    names = list(given.repeat)
    for values in product(*(range(1, number + 1) for number in given.repeat.values())):
        whole = labels | {name: str(value) for name, value in zip(names, values, strict=True)}
        since_us = given.since
        alert = Alert(
            source=given.source,
            fingerprint=given.fingerprint or fingerprint(whole),
            firing=given.resolve is not True,
            labels=whole,
            annotations=dict(given.annotations),
            starts_at=None if since_us is None else test.at + given.at - since_us,
        )
        yield from ((offset, alert) for offset in _sendings(given, test))
        if not isinstance(given.resolve, bool):
            yield given.resolve, replace(alert, firing=False, starts_at=None)


def _event(act: Act, now: int) -> Action | Declared:
    """The act, as an event for the incident that it names."""
    incident, note = act.incident or NEWEST, act.note or ""
    if act.ack is not None:
        return Acknowledged(incident, act.ack, note, take_over=True)
    for verb, kind in BY_NAME.items():
        if (by := getattr(act, verb)) is not None:
            return kind(incident, by, note)
    if act.escalate is not None:
        return Escalated(incident, act.escalate, note)
    if act.declare is not None:
        assert act.severity is not None, "it has been looked at"
        more = (act.service, act.team, note, now)
        return Declared(act.by, act.declare, act.severity, *more)
    if act.assign is not None:
        return Assigned(incident, act.by, act.assign)
    if act.severity is not None:
        return SeverityChosen(incident, act.by, act.severity, note)
    if act.phase is not None:
        return PhaseChanged(incident, act.by, act.phase)
    if act.snooze is not None:
        return Snoozed(incident, act.by, now + act.snooze)
    return NoteAdded(incident, act.by, note)
