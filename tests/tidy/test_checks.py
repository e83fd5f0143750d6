"""A check that cannot fail is worthless: each finds its fault in a small bad snippet."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.tidy import calls, imports, privates, size, words
from tests.tidy.source import Source, read


def source(text: str, module: str = "triaged.core.bad") -> Source:
    return Source(module, dedent(text))


LONG = "def long() -> int:\n" + "    x = 1\n" * size.FUNCTION_LINES_MAX
DOCUMENTED = 'def long() -> int:\n    """One\n\n    two.\n    """\n' + "    x = 1\n" * 59


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (size.long_module, "x = 1\n" * (size.MODULE_LINES_MAX + 1)),
        (size.long_functions, LONG),
        (size.many_parameters, "def f(a, b, c, d, e, f): ..."),
        (size.many_parameters, "class A:\n    def f(self, a, b, /, c, *d, e, **f): ..."),
        (size.undocumented, "x = 1"),
        (size.undocumented, '"""Module."""\ndef f(): ...'),
        (size.undocumented, '"""Module."""\nclass A:\n    """A."""\n    def f(self): ...'),
        (imports.impure, "import asyncio"),
        (imports.impure, "import urllib.request"),
        (imports.impure, "from os import path"),
        (imports.impure, "from concurrent.futures import Future"),
        (imports.impure, "async def f(): ..."),
        (imports.impure, "print(1)"),
        (imports.impure, "open('x')"),
        (imports.local_imports, "def f():\n    import json"),
        (imports.local_imports, "def f():\n    def g():\n        from a import b"),
        (calls.log_calls, "log.info(f'incident {x} opened')"),
        (calls.log_calls, "self._log.info('incident %s')"),
        (calls.log_calls, "log.info('opened')"),
        (calls.log_calls, "log.info(event)"),
        (calls.log_calls, "log.info('incident.opened', x)"),
        (calls.log_calls, "log.info('incident.opened', text=f'{x}')"),
        (calls.patching, "from unittest.mock import Mock"),
        (calls.patching, "def test(monkeypatch):\n    monkeypatch.setattr('a', 1)"),
        (calls.unexplained, "x = 1  # type: " "ignore"),
        (calls.unexplained, "x = 1  # type: " "ignore[arg-type]"),
        (calls.unexplained, "x = 1  # no" "qa: E501"),
        (calls.unexplained, "x = 1  # no" "qa - because"),
    ],
)  # fmt: skip
def test_finds(check: Callable[[Source], Iterable[str]], text: str) -> None:
    assert len(list(check(source(text)))) == 1


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (size.long_module, "x = 1\n" * size.MODULE_LINES_MAX),
        (size.long_functions, DOCUMENTED),
        (size.many_parameters, "class A:\n    def f(self, a, b, c, d, e): ..."),
        (size.undocumented, '"""Module."""\ndef _f(): ...\nclass _A:\n    def f(self): ...'),
        (size.undocumented, '"""M."""\ndef f():\n    """F."""\n    def g(): ...'),
        (imports.impure, "import re\nfrom urllib.parse import urlsplit\nimport hashlib"),
        (imports.local_imports, "import json\nif True:\n    import re"),
        (calls.log_calls, "log.info('incident.opened', incident=1)\nlogin.info('x')"),
        (calls.log_calls, "self.problem.error('x')"),
        (calls.patching, "def test(monkeypatch):\n    monkeypatch.setenv('A', '1')"),
        (calls.unexplained, "x = 1  # type: " "ignore[arg-type]  # the stub is wrong"),
        (calls.unexplained, "x = 1  # no" "qa: E501, S101 - a link"),
    ],
)  # fmt: skip
def test_lets_pass(check: Callable[[Source], Iterable[str]], text: str) -> None:
    assert list(check(source(text))) == []


OURS = "from triaged.core.bad import Engine"
THEIRS = "class Engine:\n    def _land(self): ..."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("engine._land()", "_land"),
        ("class A:\n    def f(self):\n        self._land()", "_land"),
        ("class A:\n    def _land(self):\n        super()._land()", "_land"),
        ("from triaged.core.bad import _helper", "_helper"),
        (f"{OURS}\nclass A(Engine):\n    def _land(self): ...", "_land"),
    ],
)
def test_finds_what_is_private_to_another(text: str, name: str) -> None:
    bases = privates.private_methods([source(THEIRS)])

    assert [found for found, _ in privates.private_uses(source(text), bases)] == [name]


def test_lets_a_test_have_its_own_private_names() -> None:
    text = "from triaged.cli._client import Client\nclass A:\n    def _own(self): self._own()\n"
    text += "row._replace()"

    assert list(privates.private_uses(source(text))) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as dt\ndt.datetime.utcnow()", "datetime.datetime.utcnow"),
        ("from datetime import date\ndate.today()", "datetime.date.today"),
        ("import time\ntime.time()", "time.time"),
        ("import time\ntime.time_ns()", "time.time"),
        ("from time import sleep as nap\nnap(1)", "time.sleep"),
        ("import asyncio\nasyncio.sleep(1)", "asyncio.sleep"),
        ("import asyncio\nasyncio.create_task(f())", "asyncio.create_task"),
        ("import asyncio\nasyncio.ensure_future(f())", "asyncio.ensure_future"),
        ("import asyncio\nasyncio.get_running_loop().create_task(f())", "create_task"),
        ("self._loop.create_task(f())", "create_task"),
        ("import random\nrandom.random()", "random"),
        ("from random import Random\nRandom(1)", "random"),
        ("import uuid\nid = field(default_factory=uuid.uuid4)", "uuid.uuid4"),
        ("import os\nos.urandom(16)", "os.urandom"),
        ("import secrets\nsecrets.token_bytes()", "secrets"),
    ],
)
def test_finds_what_has_one_place(text: str, name: str) -> None:
    findings = list(calls.banned(source(text)))

    assert [found for found, _ in findings] == [name]
    assert list(calls.banned(source(text), {name})) == []


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio\nawait asyncio.sleep(0)",
        "group.create_task(f())\nself._loops.create_task(f())",
        "from datetime import UTC, datetime\ndatetime.fromtimestamp(0, UTC)",
        "import time\ntime.monotonic()\ntime.perf_counter()",
        "import uuid\nuuid.uuid5(uuid.NAMESPACE_URL, 'x')",
        "now = 1\nnow()\nclock.now()\nself.random()",
    ],
)
def test_lets_time_and_chance_be_given(text: str) -> None:
    assert list(calls.banned(source(text))) == []


@pytest.mark.parametrize(
    "caught", ["", " Exception", " BaseException as e", " (OSError, Exception)"]
)
def test_finds_what_swallows_every_error(caught: str) -> None:
    loop = source(f"class A:\n    def run(self):\n        try: f()\n        except{caught}: pass")

    assert [name for name, _ in calls.catch_alls(loop, {})] == ["triaged.core.bad.A.run"]
    assert list(calls.catch_alls(loop, {"triaged.core.bad.A.run": "logs"})) == []


@pytest.mark.parametrize(
    "body", ["except OSError: pass", "except Exception:\n        f()\n        raise"]
)
def test_lets_errors_be_named_or_raised_again(body: str) -> None:
    assert list(calls.catch_alls(source(f"def f():\n    try: f()\n    {body}"), {})) == []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("triaged.core.a", "from triaged.store import view"),
        ("triaged.core.a", "import triaged.rules.read"),
        ("triaged.ingest.a", "from triaged.channels.email import request"),
        ("triaged.store.a", "from triaged import engine"),
        ("triaged.engine", "from triaged.daemon import main"),
        ("triaged.delivery.a", "def f():\n    from triaged.api.app import x"),
        ("triaged.novel.a", "x = 1"),
    ],
)
def test_finds_imports_that_go_the_wrong_way(module: str, text: str) -> None:
    assert len(list(imports.wrong_directions([source(text, module)]))) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("triaged.core.a", "from triaged.core.model import Alert\nfrom triaged import __version__"),
        ("triaged.config.a", "from triaged.channels.email import Settings"),
        ("triaged.cli.serve", "def f():\n    from triaged.daemon import main"),
    ],
)
def test_lets_imports_go_down(module: str, text: str) -> None:
    assert list(imports.wrong_directions([source(text, module)])) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from triaged.api.incidents import find", 1),
        ("from triaged.api import incidents", 1),
        ("from triaged.api._incidents import find", 0),
        ("from triaged.http.routes import route", 0),
    ],
)
def test_finds_resources_that_import_one_another(text: str, count: int) -> None:
    assert len(list(imports.siblings([source(text, "triaged.api.alerts")]))) == count


def test_finds_a_circle_of_imports() -> None:
    first = source("from triaged.core.b import x", "triaged.core.a")
    second = source("from triaged.core import c", "triaged.core.b")
    third = source("def f():\n    import triaged.core.a", "triaged.core.c")

    found = [text.split()[0] for text in imports.cycles([first, second, third])]

    assert found == ["triaged.core.a", "triaged.core.b", "triaged.core.c"]
    assert list(imports.cycles([first, second])) == []


def test_documented_share_counts_modules_and_public_names() -> None:
    half = source('"""Module."""\ndef f(): ...')

    assert size.documented_share([half]) == 0.5


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (words.LATER, "# TO" "DO: later"),
        (words.LATER, "FIX" "ME"),
        (words.PRIVATE, "see /wo" "rk/main"),
        (words.PRIVATE, "from py" "pi.org"),
        (words.PRIVATE, "deb http://deb.deb" "ian.org/debian"),
        (words.PRIVATE, "written by an A" "I"),
    ],
)  # fmt: skip
def test_finds_words(pattern: re.Pattern[str], text: str) -> None:
    (finding,) = words.found(pattern, "a.md", f"first\n{text}")

    assert finding.startswith("a.md:2: ")


def test_lets_plain_words_pass() -> None:
    text = "a framework at /workspace, session, helper, MAIL, todo list"

    assert [*words.found(words.LATER, "a", text), *words.found(words.PRIVATE, "a", text)] == []


def test_reads_texts_but_not_what_is_made(tmp_path: Path) -> None:
    for name in (
        "docs/a.md",
        ".ci/run",
        ".venv/a.py",
        "tests/a.json",
        "Makefile",
        "a/__pycache__/b.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    found = [path.relative_to(tmp_path).as_posix() for path in words.texts(tmp_path)]

    assert found == [".ci/run", "Makefile", "docs/a.md"]


def test_reads_modules_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "pkg/sub").mkdir(parents=True)
    (tmp_path / "pkg/__init__.py").write_text("")
    (tmp_path / "pkg/sub/a.py").write_text("x = 1")

    assert [module.module for module in read(tmp_path, "pkg", "absent")] == ["pkg", "pkg.sub.a"]
