"""The repository keeps the rules of CONTRIBUTING.md that a machine can hold.

Every exemption stands here with its reason, and one that nothing needs any more is a failure.
"""

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Set

from packaging.requirements import Requirement
from packaging.version import Version

from tests.conftest import ROOT
from tests.tidy import calls, imports, privates, size, words
from tests.tidy.source import Source, read

PACKAGE = read(ROOT, "triaged")
TESTS = read(ROOT, "tests")
REST = read(ROOT, "tools", "bench")
EVERYTHING = [*PACKAGE, *TESTS, *REST]

ONE_PLACE: Mapping[str, tuple[str, str]] = {
    "triaged.clock": ("time.time asyncio.sleep time.sleep", "it is the clock"),
    "triaged.access.tokens": ("secrets", "it makes the tokens and keys"),
}
"""Module → (banned names that it may use, why)."""

MAY_ACT: Mapping[str, tuple[str, str]] = {
    "triaged.config.files": ("pathlib", "reads the files of a configuration: that is its job"),
    "triaged.config.model": ("pathlib", "names the files that a reload reads"),
    "triaged.config.read": ("pathlib", "is told which file to begin with"),
}
"""Module of a pure package → (modules and built-ins that it may use, why)."""

OUTERMOST_LOOPS: Mapping[str, str] = {
    "triaged.engine.engine.Engine._commit": "logs; the batch is tried in halves, down to one",
    "triaged.engine.engine.Engine._decide_ahead": "logs; `_commit` decides the batch once more",
    "triaged.engine.engine.Engine._alone": "an alert on which we stumble goes to quarantine",
    "triaged.intake.backlog.Backlog._write": "logs; bodies are written in halves, down to the one",
    "triaged.intake.decode._attempt": "logs; a body that our parser fails on goes to quarantine",
    "triaged.process.supervision.supervise": "logs, restarts the loop; too often ends the process",
    "triaged.process.maintenance.jobs.attempt": "logs; the job is tried again in a minute",
    "triaged.http.guards.bound.run": "logs, counts; the caller is told to come again",
    "triaged.delivery.listeners.polling.Listener.run": "logs; it asks again in ten seconds",
    "triaged.calls.answering._guarded": "logs; the message shows what has happened",
    "triaged.api.events.stream": "logs, ends the connection, which can hold no other answer",
    "triaged.mail_in.listener.MailListener._outcome": "logs; the mail goes to quarantine",
    "triaged.delivery.lane.Lane.run": "logs; the lane looks again in a second",
    "triaged.delivery.lane.Lane._attempt": "logs; the page comes again when its lease is over",
    "triaged.delivery.lane.Lane._verdict": "logs; the page is tried again",
    "triaged.delivery.request_lane.RequestLane.run": "logs; the lane looks again in seconds",
    "triaged.delivery.request_lane.RequestLane._attempt": "logs; the lease brings it back",
    "triaged.delivery.request_lane.RequestLane._verdict": "logs; the request is tried again",
    "triaged.delivery.requests.Requests._sweep": "logs; nothing here may end the daemon",
    "triaged.delivery.render.facts_for": "logs; the page says what the incident's row says",
    "triaged.delivery.render.render": "logs; a plain message goes out instead",
}
"""Function that may catch every error → what it does with it."""

LOCAL_IMPORTS = ("triaged.cli", "triaged.plugins")
"""Where imports may stand in functions: commands start fast, and the folder names the plug-in."""

WITHOUT_OWN_TEST: Mapping[str, str] = {
    "triaged.core.records.reports": "tests/core/alerts: test_copies",
    "triaged.__main__": "tests/e2e: starts every daemon there",
    "triaged.cli._export": "tests/cli: test_incident",
    "triaged.cli._facts": "tests/cli: test_alert",
    "triaged.cli._offline": "tests/cli: test_commands",
    "triaged.cli._options": "tests/cli: every command uses it",
    "triaged.cli._payload": "tests/cli: test_explain, test_whatif, test_test",
    "triaged.cli.main": "tests/cli: test_commands",
    "triaged.cli.quarantine": "tests/cli: test_commands",
    "triaged.cli.schema": "tests/cli: test_commands",
    "triaged.cli.send": "tests/cli: test_commands",
    "triaged.cli.serve": "tests/e2e: it starts every daemon there",
    "triaged.cli.store": "tests/cli: test_commands",
    "triaged.cli.token": "tests/cli: test_commands",
    "triaged.store.tables.alerts": "tests/store: test_view, test_listing",
    "triaged.store.database.base": "tests/store: every test, on both databases",
    "triaged.store.database.connect": "tests/store: every test opens one",
    "triaged.store.saving": "tests/store: test_view",
    "triaged.store.tables.own.secrets": "tests/store: test_tokens",
    "triaged.store.tables.timeline": "tests/store: test_verify",
}
"""Module without tests/…/test_<name>.py → where it is tested instead. This only gets shorter."""

TESTS_THAT_WAIT: Mapping[str, tuple[str, str]] = {
    "tests.e2e.peers": ("time.sleep", "looks at other programs until they have done their part"),
    "tests.simulation.time": ("asyncio.sleep", "the loop's time is virtual"),
    "tests.simulation.world": ("asyncio.sleep", "the loop's time is virtual"),
    "tests.test_clock": ("time.time", "compares our clock with the wall's"),
}
"""Module of tests → (banned names that it may use, why): other programs keep their own time."""

USES_PRIVATES: Mapping[str, tuple[str, str]] = {
    "tests.core.muting.test_matcher_index": (
        "_sets",
        "nothing else tells that patterns were divided",
    ),
}
"""Module of tests → (private names that it uses, why). This only gets shorter."""


def test_modules_and_functions_are_short() -> None:
    assert findings(EVERYTHING, size.long_module, size.long_functions) == []


def test_five_parameters_at_most() -> None:
    assert findings(PACKAGE, size.many_parameters) == []


def test_public_names_are_documented() -> None:
    missing = findings(PACKAGE, size.undocumented)

    assert size.documented_share(PACKAGE) >= size.DOCUMENTED_MIN, "\n".join(missing)


def test_imports_go_one_way() -> None:
    assert list(imports.wrong_directions(PACKAGE)) == []


def test_resources_do_not_import_one_another() -> None:
    assert list(imports.siblings(PACKAGE)) == []


def test_imports_have_no_cycles() -> None:
    assert list(imports.cycles(PACKAGE)) == []


def test_imports_stand_at_the_top() -> None:
    sources = [source for source in PACKAGE if not source.module.startswith(LOCAL_IMPORTS)]

    assert findings(sources, imports.local_imports) == []


def test_pure_packages_do_not_act() -> None:
    sources = [source for source in PACKAGE if source.unit in imports.PURE]

    assert findings(sources, lambda source: imports.impure(source, allowed(MAY_ACT, source))) == []


def test_clocks_dice_and_tasks_have_one_place() -> None:
    def banned(source: Source) -> Iterator[str]:
        return (text for _, text in calls.banned(source, allowed(ONE_PLACE, source)))

    assert findings(PACKAGE, banned) == []


def test_tests_neither_wait_nor_patch() -> None:
    def waits(source: Source) -> Iterator[str]:
        names = allowed(TESTS_THAT_WAIT, source) | {"random", "secrets"}
        return (text for _, text in calls.banned(source, names))

    assert findings(TESTS, waits, calls.patching) == []


def test_tests_use_what_everybody_may_use() -> None:
    bases = privates.private_methods(PACKAGE)
    found = [
        finding
        for source in TESTS
        for name, finding in privates.private_uses(source, bases)
        if name not in allowed(USES_PRIVATES, source)
    ]

    assert found == []


def test_log_events_are_constants() -> None:
    assert findings(PACKAGE, calls.log_calls) == []


def test_only_outermost_loops_catch_everything() -> None:
    def catches(source: Source) -> Iterator[str]:
        return (text for _, text in calls.catch_alls(source, OUTERMOST_LOOPS))

    assert findings(PACKAGE, catches) == []


def test_suppressions_say_what_and_why() -> None:
    assert findings(EVERYTHING, calls.unexplained) == []


def test_every_module_has_its_test() -> None:
    missing = [
        source.path
        for source in PACKAGE
        if acts(source) and source.module not in WITHOUT_OWN_TEST and not has_test(source)
    ]

    assert missing == []


def test_words_without_a_place_here() -> None:
    found = [
        finding
        for path in words.texts(ROOT)
        for pattern in (words.LATER, words.PRIVATE)
        for finding in words.found(pattern, str(path.relative_to(ROOT)), path.read_text())
    ]

    assert found == []


def test_exemptions_are_needed() -> None:
    by_module = {source.module: source for source in [*PACKAGE, *TESTS]}
    stale = [
        name for name in WITHOUT_OWN_TEST if name not in by_module or has_test(by_module[name])
    ]
    for exemptions in (ONE_PLACE, TESTS_THAT_WAIT):
        for module, (names, _) in exemptions.items():
            used = {name for name, _ in calls.banned(by_module[module])}
            stale += [f"{module} {name}" for name in names.split() if name not in used]
    for module, (names, _) in USES_PRIVATES.items():
        private = {name for name, _ in privates.private_uses(by_module[module])}
        stale += [f"{module} {name}" for name in names.split() if name not in private]
    for module, (names, _) in MAY_ACT.items():
        acts_by = "\n".join(imports.impure(by_module[module]))
        stale += [f"{module} {name}" for name in names.split() if f"`{name}`" not in acts_by]
    caught = {name for source in PACKAGE for name, _ in calls.catch_alls(source, {})}
    stale += sorted(OUTERMOST_LOOPS.keys() - caught)

    assert stale == []


def test_lock_satisfies_every_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / "requirements.lock").read_text()
    pins = [Requirement(line.split("\\")[0]) for line in lock.splitlines() if "==" in line]
    locked = {pin.name: Version(next(iter(pin.specifier)).version) for pin in pins}
    extras = project["optional-dependencies"].values()

    wanted = [Requirement(line) for lines in (project["dependencies"], *extras) for line in lines]

    assert [str(need) for need in wanted if locked[need.name.lower()] not in need.specifier] == []


def test_change_fragments_are_named_by_kind() -> None:
    kinds = {"added", "changed", "fixed", "removed"}
    fragments = [path for path in (ROOT / "changes").iterdir() if path.name != "README.md"]

    assert [path.name for path in fragments if not is_fragment(path.name, kinds)] == []


def findings(sources: Iterable[Source], *checks: Callable[[Source], Iterable[str]]) -> list[str]:
    """What every check finds in every file, so that one run lists all that is to be mended."""
    return [finding for source in sources for check in checks for finding in check(source)]


def allowed(exemptions: Mapping[str, tuple[str, str]], source: Source) -> Set[str]:
    """The names that an exemption gives to this module."""
    return set(exemptions.get(source.module, ("", ""))[0].split())


def acts(source: Source) -> bool:
    """Whether a module has behaviour; declarations alone prove themselves where they are used."""
    has_code = any(isinstance(node, ast.Return | ast.If) for node in ast.walk(source.tree))
    return has_code and not source.is_package


def has_test(source: Source) -> bool:
    """Whether tests/ mirrors the module: `triaged.core.decide` in tests/core/test_decide.py."""
    _, *folders, name = source.module.split(".")
    return ROOT.joinpath("tests", *folders, f"test_{name.strip('_')}.py").is_file()


def is_fragment(name: str, kinds: Set[str]) -> bool:
    """Whether it is `<slug>.<kind>.md`."""
    parts = name.split(".")
    return len(parts) == 3 and bool(parts[0]) and parts[1] in kinds and parts[2] == "md"
