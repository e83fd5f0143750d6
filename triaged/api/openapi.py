"""The OpenAPI 3.1 document, from the routes and the shapes they name."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from triaged import __version__
from triaged.api.schemas import ProblemDocument
from triaged.http import answers
from triaged.http.routes import Call, Route, Scope
from triaged.http.server import routes

_REFERENCE = "#/components/schemas/{name}"


def document(described: Sequence[Route], public_url: str) -> dict[str, Any]:
    """Every route with its parameters, body and answers."""
    shapes = {shape for route in described for shape in (route.body, route.answer) if shape}
    ordered = sorted(shapes | {ProblemDocument}, key=lambda shape: shape.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    schema_of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "triaged", "version": __version__},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _operation(route: Route, schema_of: dict[type, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.about,
        "x-scope": route.scope,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {
            str(route.status): _answer(route, schema_of),
            "default": {
                "description": "a problem document",
                "content": {"application/problem+json": {"schema": schema_of[ProblemDocument]}},
            },
        },
    }
    if route.scope not in {Scope.PUBLIC, Scope.LINK}:
        operation["security"] = [{"token": []}, {"password": []}]
    if route.body is not None:
        content = {"application/json": {"schema": schema_of[route.body]}}
        operation["requestBody"] = {"content": content}
    return operation


def _operation_id(route: Route) -> str:
    words = re.findall(r"[A-Za-z0-9]+", route.path)
    return "_".join([route.method.lower(), *words])


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.about,
            "schema": {"type": "string"},
        }
        for parameter in route.query
    ]


def _answer(route: Route, schema_of: dict[type, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": route.about}
    if route.answer is not None:
        described["content"] = {"application/json": {"schema": schema_of[route.answer]}}
    return described


async def show(call: Call) -> web.StreamResponse:
    """The document for the routes that run."""
    return answers.answer(document(routes(), call.context.configuration.public_url))


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/openapi.json",
        scope=Scope.READ,
        handler=show,
        about="This document.",
    ),
)
