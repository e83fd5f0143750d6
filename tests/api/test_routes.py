"""A route's path as a pattern."""

from aiohttp import web

from triaged.api.problems import not_found
from triaged.api.routes import Call, Route, Scope


async def nothing(_: Call) -> web.StreamResponse:
    return not_found()


def test_names_in_braces_stand_for_one_part_of_a_path() -> None:
    route = Route(
        method="GET", path="/a/{id}/b", scope=Scope.READ, handler=nothing, about="Nothing."
    )

    match = route.pattern.fullmatch("/a/INC-1/b")

    assert match is not None
    assert match.groupdict() == {"id": "INC-1"}
    assert route.pattern.fullmatch("/a/x/y/b") is None
    assert route.pattern.fullmatch("/a//b") is None
