"""The OpenAPI 3.1 document, made from the routes and the types of their bodies and answers."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from triaged import __version__
from triaged.http import answers
from triaged.http.problems import ProblemDocument
from triaged.http.routes import Call, Route, Scope, route
from triaged.http.server import routes

_REFERENCE = "#/components/schemas/{name}"


def document(described: Sequence[Route], public_url: str) -> dict[str, Any]:
    """Every route with its parameters, body and answers."""
    shapes = {shape for one in described for shape in (one.body, one.answer) if shape}
    ordered = sorted(shapes | {ProblemDocument}, key=str)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=_REFERENCE)
    schema_of = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in described:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema_of)
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


def _operation(one: Route, schema_of: dict[type, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(one),
        "summary": one.about,
        "x-scope": one.scope,
        "parameters": [*_path_parameters(one), *_query_parameters(one)],
        "responses": {
            str(one.status): _answer(one, schema_of),
            "default": {
                "description": "a problem document",
                "content": {"application/problem+json": {"schema": schema_of[ProblemDocument]}},
            },
        },
    }
    if one.text:
        operation["description"] = one.text
    if one.scope not in {Scope.PUBLIC, Scope.LINK, Scope.SIGNED}:
        operation["security"] = [{"token": []}, {"password": []}]
    if one.body is not None:
        content = {"application/json": {"schema": schema_of[one.body]}}
        operation["requestBody"] = {"content": content}
    return operation


def _operation_id(one: Route) -> str:
    words = re.findall(r"[A-Za-z0-9]+", one.path)
    return "_".join([one.method.lower(), *words])


def _path_parameters(one: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]


def _query_parameters(one: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "in": "query",
            "description": parameter.about,
            "schema": {"type": "string"},
        }
        for parameter in one.query
    ]


def _answer(one: Route, schema_of: dict[type, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": one.about}
    if one.answer is not None:
        described["content"] = {"application/json": {"schema": schema_of[one.answer]}}
    return described


@route("GET", "/api/v1/openapi.json", Scope.READ)
async def show(call: Call) -> web.Response:
    """This document."""
    return answers.answer(document(routes(), call.context.configuration.public_url))
