"""Routes are declared by a decorator; a path has parts."""

from http import HTTPStatus
from typing import Annotated

import msgspec
import pytest
from aiohttp import web

from triaged.http.answers import Created, Reply
from triaged.http.problems import not_found
from triaged.http.queries import Parameter
from triaged.http.routes import Call, Route, Scope, parts_of, route


class Thing(msgspec.Struct):
    """A body, or an answer."""


@route("GET", "/a/{id}/b", Scope.READ, (Parameter("q", "words"),))
async def show(_: Call) -> Thing | web.Response:
    """One thing, in a sentence
    of two lines.

    More of it.
    """
    return not_found()


@route("POST", "/a", Scope.RESPOND)
async def create(_: Call, body: Thing) -> Created[Thing] | web.Response:
    """Make a thing."""
    return Created(body)


@route("GET", "/a", Scope.READ)
async def index(_: Call) -> Reply[list[Thing]]:
    """All things."""
    return Reply([])


@route("POST", "/b", Scope.INGEST)
async def encode(_: Call) -> Annotated[web.StreamResponse, Thing]:
    """A thing that the handler encodes."""
    return not_found()


@route("POST", "/c", Scope.INGEST)
async def gone(_: Call) -> Annotated[web.Response, HTTPStatus.GONE]:
    """Gone."""
    return not_found()


def test_the_docstring_documents_the_route() -> None:
    assert (show.about, show.text) == ("One thing, in a sentence of two lines.", "More of it.")
    assert show.query == (Parameter("q", "words"),)
    assert (create.method, create.path, create.scope) == ("POST", "/a", Scope.RESPOND)


@pytest.mark.parametrize(
    ("declared", "body", "answer", "status"),
    [
        (show, None, Thing, 200),
        (create, Thing, Thing, 201),
        (index, None, list[Thing], 200),
        (encode, None, Thing, 200),
        (gone, None, None, 410),
    ],
)
def test_the_types_of_a_handler_declare_its_body_and_answer(
    declared: Route, body: type | None, answer: type | None, status: int
) -> None:
    assert (declared.body, declared.answer, declared.status) == (body, answer, status)


def test_a_handler_has_one_shape_of_answer_and_one_body() -> None:
    async def two_shapes(_: Call) -> Thing | Parameter:
        return Thing()

    async def two_bodies(_: Call, __: Thing, ___: Thing) -> Thing:
        return Thing()

    for handler in (two_shapes, two_bodies):
        with pytest.raises(AssertionError, match="one"):
            route("GET", "/d", Scope.READ)(handler)


def test_names_in_braces_stand_for_one_part_of_a_path() -> None:
    assert show.names_in(parts_of("/a/INC-1/b")) == {"id": "INC-1"}
    assert show.names_in(parts_of("/a/x/y/b")) is None
    assert show.names_in(parts_of("/a//b")) is None
    assert show.names_in(parts_of("/c/x/b")) is None


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/", ()),
        ("//api///v1/", ("api", "v1")),
        ("/%61pi/a%2Fb", ("api", "a/b")),
        ("*", ("*",)),
        ("", ()),
    ],
)
def test_a_path_has_parts_however_it_is_written(path: str, parts: tuple[str, ...]) -> None:
    assert parts_of(path) == parts
