"""A route's path in its parts."""

import pytest
from aiohttp import web

from triaged.http.problems import not_found
from triaged.http.routes import Call, Route, Scope, parts_of


async def nothing(_: Call) -> web.StreamResponse:
    return not_found()


ROUTE = Route(method="GET", path="/a/{id}/b", scope=Scope.READ, handler=nothing, about="Nothing.")


def test_names_in_braces_stand_for_one_part_of_a_path() -> None:
    assert ROUTE.names_in(parts_of("/a/INC-1/b")) == {"id": "INC-1"}
    assert ROUTE.names_in(parts_of("/a/x/y/b")) is None
    assert ROUTE.names_in(parts_of("/a//b")) is None
    assert ROUTE.names_in(parts_of("/c/x/b")) is None


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
