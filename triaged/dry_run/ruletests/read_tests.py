"""Test files to cases that can be played, with every problem at its position."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from triaged.core.muting.muters import Muter, mutes_everything
from triaged.core.records.expectations import RULE
from triaged.core.settings import Settings
from triaged.core.time.durations import SECOND, format_duration
from triaged.dry_run.ruletests.cases import Case
from triaged.dry_run.ruletests.compiling import (
    ALERTS_MAX,
    BY_NAME,
    UNTIL_MAX_US,
    case_of,
    last_sent,
    sendings_of,
)
from triaged.dry_run.ruletests.tests_schema import NOBODY, Act, Expect, Expected, Input, Test
from triaged.errors import Problem
from triaged.rules.muters import TOO_MUCH, all_of
from triaged.yamlschema.document import Document, Path
from triaged.yamlschema.schema import Options, shape
from triaged.yamlschema.values import kind_of, none_of

VERBS = (*BY_NAME, "escalate", "assign", "severity", "phase", "snooze", "declare", "note")


class TestContext(msgspec.Struct, frozen=True):
    """The names that tests may refer to."""

    __test__ = False  # pytest collects what is called Test…

    settings: Settings
    sources: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()


class Outline(msgspec.Struct, frozen=True):
    """A file of tests, before each is read for itself (`tests_schema.TestFile`)."""

    tests: tuple[object, ...] = ()


def read_tests(
    documents: Sequence[Document], context: TestContext
) -> tuple[list[Case], list[Problem]]:
    """The cases of all documents, in order, and all that is wrong with them.

    A test that has an error is left out; the others can be played.
    """
    reader = _CaseReader(context)
    for document in documents:
        reader.read(document)
    return reader.cases, sorted(reader.problems, key=_position)


def _position(problem: Problem) -> tuple[str, int, int]:
    """From top to bottom, file by file."""
    file, line, column = problem.where.rsplit(":", 2)
    return file, int(line), int(column)


class _CaseReader:
    """Reads one document after another."""

    def __init__(self, context: TestContext) -> None:
        self.cases: list[Case] = []
        self.problems: list[Problem] = []
        self._context = context

    def read(self, document: Document) -> None:
        """Take the tests of a document."""
        file, problems = shape(document, Outline, (), Options(partial=True))
        self.problems += [*document.problems, *problems]
        for index in range(0 if file is None else len(file.tests)):
            at: Path = ("tests", index)
            test, problems = shape(document, Test, at)
            self.problems += problems
            before = len(self.problems)
            _Labels(document, at, self.problems).check()
            if test is None:
                continue
            self._check(document, test, at)
            if len(self.problems) == before:
                self.cases.append(case_of(document, test, at))

    def _check(self, document: Document, test: Test, at: Path) -> None:
        log = _Problems(document, self.problems)
        if not test.name.strip():
            log.wrong((*at, "name"), "the name is empty: say what the test proves")
        if test.until is not None and test.until > UNTIL_MAX_US:
            most = format_duration(UNTIL_MAX_US)
            log.wrong((*at, "until"), f"a test lasts {most} at most")
        for index, given in enumerate(test.input):
            here = (*at, "input", index)
            log.refer((*here, "_source"), given.source, self._context.sources)
            if given.every is not None and last_sent(given, test) is None:
                log.wrong(here, "_every goes on until _last, _resolve or the test's `until`")
            if given.every is not None and given.every < SECOND:
                log.wrong((*here, "_every"), "expected a second or more")
        if sum(sendings_of(given, test) for given in test.input) > ALERTS_MAX:
            log.wrong((*at, "input"), f"more than {ALERTS_MAX} alerts")
        for index, silence in enumerate(test.silences):
            if mutes_everything(all_of(silence.match)):
                log.wrong((*at, "silences", index, "match"), TOO_MUCH)
            if silence.length == 0:
                log.wrong((*at, "silences", index, "for"), "expected some time")
        known = [_switch(name) for name in self._context.settings.expectations]
        for index, name in enumerate(test.expecting):
            log.refer((*at, "expecting", index), name, known)
        for index, act in enumerate(test.do):
            self._check_act(log, act, (*at, "do", index))
        self._check_expected(log, test, (*at, "expect"))

    def _check_act(self, log: "_Problems", act: Act, at: Path) -> None:
        given = [verb for verb in VERBS if getattr(act, verb) is not None]
        verbs = [verb for verb in given if verb != "note"] or given
        if act.declare is not None:
            verbs = [verb for verb in verbs if verb != "severity"]
            if act.severity is None:
                log.wrong(at, "severity is missing: a declared incident has one")
        elif act.service is not None or act.team is not None:
            log.wrong(at, "service and team go with declare only")
        if len(verbs) != 1:
            what = "several verbs: " + ", ".join(verbs) if verbs else "no verb"
            log.wrong(at, f"{what}; an act is one of {', '.join(VERBS)}")
        people = self._context.settings.people
        for key in (*BY_NAME, "escalate", "by"):
            name = getattr(act, key)
            if name is not None and name != NOBODY and ":" not in name:
                log.refer((*at, key), name, people)
        log.refer((*at, "assign"), act.assign, people)

    def _check_expected(self, log: "_Problems", test: Test, at: Path) -> None:
        expect, muters = test.expect, self._muters(test)
        self._check_one(log, expect, at, muters)
        if not isinstance(expect.incidents, int):
            for index, one in enumerate(expect.incidents or ()):
                self._check_one(log, one, (*at, "incidents", index), muters)
        for index, name in enumerate(expect.matched or ()):
            log.refer((*at, "matched", index), name, self._context.rules)
        for index, page in enumerate(expect.pages or ()):
            here = (*at, "pages", index)
            if page.to:
                self._check_page(log, here, (page.to, page.via))
            elif page.via:
                log.refer((*here, "via"), page.via, self._context.settings.channels)
            else:
                log.wrong(here, "to is missing: the person, or `via` the channel")
        if expect == Expect():
            log.wrong(at, "nothing is expected: a test that cannot fail")

    def _muters(self, test: Test) -> list[str]:
        """The names of everything that can mute in a test."""
        known = self._context.settings.muters
        silences = [f"{Muter.SILENCE}:{number + 1}" for number in range(len(test.silences))]
        windows = [f"{Muter.MAINTENANCE}:{window.name}" for window in known.maintenance]
        return [*silences, *windows, *(f"{Muter.SUPPRESS}:{one.name}" for one in known.suppress)]

    def _check_one(
        self, log: "_Problems", one: Expected, at: Path, muters: Collection[str]
    ) -> None:
        for index, name in enumerate(one.muted_by or ()):
            log.refer((*at, "muted_by", index), name, muters)
        log.refer((*at, "rule"), one.rule, self._context.rules)
        log.refer((*at, "policy"), one.policy, self._context.settings.policies)

    def _check_page(self, log: "_Problems", at: Path, page: tuple[str, str]) -> None:
        name, contact = page
        people = self._context.settings.people
        if log.refer((*at, "to"), name, people) and contact:
            log.refer((*at, "via"), contact, people[name].contacts)


class _Problems:
    """Reports problems of one document."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self._document = document
        self._problems = problems

    def wrong(self, at: Path, message: str, *, key: bool = False) -> None:
        """An error at a path."""
        self._problems.append(Problem(self._document.where(at, key=key), message))

    def refer(self, at: Path, name: str | None, known: Collection[str]) -> bool:
        """Check that `name` exists; an error if not. No name is no error."""
        if name is not None and name not in known:
            self.wrong(at, none_of(name, frozenset(known)))
        return name in known


class _Labels:
    """The labels of the alerts of one test: what stands in `input` beside the keys with `_`."""

    def __init__(self, document: Document, at: Path, problems: list[Problem]) -> None:
        self._document = document
        self._at = (*at, "input")
        self._log = _Problems(document, problems)

    def check(self) -> None:
        """Report what is no label."""
        given = self._document.at(self._at)
        for index, each in enumerate(given if isinstance(given, list) else ()):
            if isinstance(each, dict):
                self._check_one(each, (*self._at, index))

    def _check_one(self, given: Mapping[str, object], at: Path) -> None:
        labels = False
        for name, value in given.items():
            if name.startswith("_"):
                if name not in SPECIAL:
                    self._log.wrong((*at, name), none_of(name, SPECIAL), key=True)
            elif isinstance(value, str):
                labels = labels or bool(value)
            else:
                labels = True
                quote = ": put it in quotes" if isinstance(value, int | float) else ""
                self._log.wrong((*at, name), f"expected text, got {kind_of(value)}{quote}")
        repeated = given.get("_repeat")
        for name, number in (repeated if isinstance(repeated, dict) else {}).items():
            if isinstance(number, int) and not 1 <= number <= ALERTS_MAX:
                message = f"expected a number from 1 to {ALERTS_MAX}, got {number}"
                self._log.wrong((*at, "_repeat", name), message)
        if not labels and not repeated:
            self._log.wrong(at, "an alert has at least one label")


SPECIAL = tuple(field.encode_name for field in msgspec.structs.fields(Input))


def _switch(name: str) -> str:
    """An expectation as tests name it: the rule's name, or `source:<name>`."""
    return name.removeprefix(RULE)
