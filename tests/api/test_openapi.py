"""The OpenAPI document names every route, and what it refers to is there."""

import json
import re

from tests.api.site import Site
from triaged.api.openapi import document
from triaged.http.routes import Scope
from triaged.http.server import routes


def test_every_route_is_in_the_document() -> None:
    found = document(routes(), "http://triaged.example.org")

    named = {
        (method.upper(), path) for path, methods in found["paths"].items() for method in methods
    }
    assert named == {(route.method, route.path) for route in routes()}


def test_every_reference_leads_somewhere() -> None:
    found = document(routes(), "")

    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(found)))
    assert wanted <= set(found["components"]["schemas"])
    assert "IncidentDocument" in wanted


def test_every_operation_has_its_own_id_and_says_what_it_is_for() -> None:
    operations = [
        operation
        for methods in document(routes(), "")["paths"].values()
        for operation in methods.values()
    ]

    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert [operation for operation in operations if not operation["summary"].endswith(".")] == [
        operation
        for operation in operations
        if "else 503" in operation["summary"] and not operation["summary"].endswith(".")
    ]


def test_names_in_a_path_are_its_parameters() -> None:
    for path, methods in document(routes(), "")["paths"].items():
        for operation in methods.values():
            named = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
            assert named == re.findall(r"\{(\w+)\}", path)


def test_what_needs_a_token_says_so() -> None:
    paths = document(routes(), "")["paths"]

    for route in routes():
        operation = paths[route.path][route.method.lower()]
        assert ("security" in operation) is (
            route.scope not in {Scope.PUBLIC, Scope.LINK, Scope.SIGNED}
        )


async def test_the_document_is_served(site: Site) -> None:
    answer = await site.get("/api/v1/openapi.json", "read")

    assert answer["openapi"] == "3.1.0"
    assert answer["servers"] == [{"url": "http://triaged.example.org"}]
