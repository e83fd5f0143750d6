"""Scenario files to scenarios, with every problem at its position."""

from collections.abc import Iterator
from math import prod

import msgspec

from triaged.core.records.practice.drills import DrillTargets, Injection, Prompt, Scenario
from triaged.core.time.durations import DAY, format_duration
from triaged.drills.schema import Injected, ScenarioFile
from triaged.errors import Problem
from triaged.yamlschema.document import Document, Path, parse
from triaged.yamlschema.schema import shape

BYTES_MAX = 32 * 1024
"""The row of a drill holds its scenario, and is written with each injection."""

ALERTS_MAX = 200
"""Alerts of a scenario: more than anybody reads one by one, which is what a storm is about."""

ACTIONS_MAX = 100
LENGTH_MAX_US = DAY
NAME_MAX = 100
TEXT_MAX = 1000

Wrong = tuple[Path, str]
"""Where something is wrong, and what."""


class ReadScenario(msgspec.Struct, frozen=True):
    """A scenario, and the clock that its file names."""

    scenario: Scenario
    speed: int


def read_scenario(name: str, text: bytes) -> tuple[ReadScenario | None, list[Problem]]:
    """The scenario in `text`, or None and all that is wrong with it, at `name:LINE:COL`."""
    if len(text) > BYTES_MAX:
        return None, [Problem(f"{name}:1:1", f"{len(text)} bytes; a scenario has {BYTES_MAX}")]
    document = parse(name, text)
    found, problems = shape(document, ScenarioFile)
    problems = [*document.problems, *problems]
    if found is not None:
        problems += [Problem(_where(document, at), message) for at, message in _wrongs(found)]
    if found is None or problems:
        return None, sorted(problems, key=_position)
    return ReadScenario(_scenario(found), found.clock), []


def _where(document: Document, at: Path) -> str:
    return document.where(at)


def _position(problem: Problem) -> tuple[str, int, int]:
    """From top to bottom."""
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column)


def _wrongs(found: ScenarioFile) -> Iterator[Wrong]:
    """What no type says."""
    if not found.name.strip() or not found.name.isprintable() or len(found.name) > NAME_MAX:
        yield ("name",), f"expected a name of 1 to {NAME_MAX} printable characters"
    if len(found.about) > TEXT_MAX:
        yield ("about",), f"more than {TEXT_MAX} characters"
    if not 0 < found.length <= LENGTH_MAX_US:
        most = format_duration(LENGTH_MAX_US)
        yield ("length",), f"a drill lasts longer than no time, and {most} at most"
    if len(found.inject) + len(found.prompts) > ACTIONS_MAX:
        yield ("inject",), f"more than {ACTIONS_MAX} alerts and questions"
    yield from _wrong_injections(found)
    for index, prompt in enumerate(found.prompts):
        if not prompt.ask.strip() or len(prompt.ask) > TEXT_MAX:
            yield ("prompts", index, "ask"), f"expected a question of 1 to {TEXT_MAX} characters"
        if prompt.at >= found.length:
            yield ("prompts", index, "at"), "the drill is over by then: see `length`"
    for name in msgspec.structs.asdict(found.expect):
        if getattr(found.expect, name) == 0:
            yield ("expect", name), "expected some time"


def _wrong_injections(found: ScenarioFile) -> Iterator[Wrong]:
    firsts = [one for one in found.inject if one.at == 0]
    if not found.inject:
        yield ("inject",), "an empty list: the first alert opens the incident"
    elif found.inject[0].at != 0:
        yield ("inject", 0, "at"), "the first alert comes at 0s: it opens the incident"
    elif firsts[0].ends:
        yield ("inject", 0, "ends"), "the first alert opens the incident: it does not end"
    for index, one in enumerate(found.inject):
        if not any(one.alert.values()) and not one.repeat:
            yield ("inject", index, "alert"), "an alert has at least one label"
        if one.at >= found.length:
            yield ("inject", index, "at"), "the drill is over by then: see `length`"
        for label, number in one.repeat.items():
            if not 1 <= number <= ALERTS_MAX:
                message = f"expected a number from 1 to {ALERTS_MAX}, got {number}"
                yield ("inject", index, "repeat", label), message
    if sum(_alerts(one) for one in found.inject) > ALERTS_MAX:
        yield ("inject",), f"more than {ALERTS_MAX} alerts"


def _alerts(one: Injected) -> int:
    return prod(max(number, 0) for number in one.repeat.values())


def _scenario(found: ScenarioFile) -> Scenario:
    return Scenario(
        name=found.name,
        about=found.about,
        severity=found.severity,
        services=found.services,
        inject=tuple(
            Injection(one.at, one.alert, one.annotations, one.repeat, one.ends, one.source)
            for one in sorted(found.inject, key=lambda one: one.at)
        ),
        length=found.length,
        prompts=tuple(
            Prompt(one.at, one.ask, one.to) for one in sorted(found.prompts, key=lambda one: one.at)
        ),
        expect=DrillTargets(**msgspec.structs.asdict(found.expect)),
        participants=found.participants,
    )
