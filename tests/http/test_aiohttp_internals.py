"""The names of aiohttp that are not documented are there, in the versions that were tried."""

import ast
import inspect
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from tests.conftest import ROOT
from triaged.http import aiohttp_internals

TRIED = {"3.14.5"}
"""Versions with which every test of `tests/http` and `tests/api` passed."""

PRIVATE = {"_waiter", "_next_keepalive_close_time"}
"""Attributes of `web.RequestHandler` without a public name."""


def test_the_version_was_tried() -> None:
    assert aiohttp.__version__ in TRIED, "run tests/http and tests/api with it, then add it"


def test_a_handler_has_the_private_attributes_that_are_read() -> None:
    assert set(web.RequestHandler.__slots__) >= PRIVATE
    assert private_attributes(Path(inspect.getfile(aiohttp_internals))) - {"_whole"} == PRIVATE


def test_a_handler_is_made_as_the_runner_makes_it() -> None:
    accepted = inspect.signature(web.RequestHandler.__init__).parameters

    assert {"loop", "access_log", "auto_decompress", "keepalive_timeout"} <= accepted.keys()


def test_public_names_without_documentation_are_there() -> None:
    wanted = {
        web.BaseRequest: {"writer", "protocol"},
        web.RequestHandler: {"force_close", "handle_error"},
        web.StreamResponse: {"keep_alive", "prepare", "write_eof"},
        AbstractStreamWriter: {"output_size", "write"},
    }

    missing = {kind: names - set(dir(kind)) for kind, names in wanted.items()}
    assert [kind for kind, names in missing.items() if names] == []


def test_no_other_module_uses_them() -> None:
    names = {"writer", "protocol", "force_close", "output_size"}
    own = Path(inspect.getfile(aiohttp_internals))
    modules = [
        path
        for folder in ("http", "api", "web")
        for path in (ROOT / "triaged" / folder).rglob("*.py")
        if path != own
    ]

    found = {
        f"{path.name}: {node.attr}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in names | PRIVATE
    }

    assert found == {"connection.py: force_close"}, "a response has a documented force_close, too"


def private_attributes(path: Path) -> set[str]:
    """The attributes with an underscore in front that a module reads or writes."""
    return {
        node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
    }
