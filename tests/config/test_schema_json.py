import json
import re

import pytest

from tests.conftest import ROOT
from triaged.config.schema_json import schema_for, schema_of
from triaged.dry_run.ruletests.tests_schema import TestFile
from triaged.yamlschema.document import parse


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        below = [name for each in value.values() for name in references(each)]
        return [*below, *([value["$ref"]] if isinstance(value.get("$ref"), str) else [])]
    return [name for each in value for name in references(each)] if isinstance(value, list) else []


def fits(schema: dict[str, object], value: object, whole: dict[str, object]) -> bool:
    """As much of a validator as these schemas use."""
    match schema:
        case {"$ref": str(name)}:
            definitions = whole["$defs"]
            assert isinstance(definitions, dict)
            return fits(definitions[name.rpartition("/")[2]], value, whole)
        case {"anyOf": list(each)} | {"oneOf": list(each)}:
            return any(fits(one, value, whole) for one in each)
        case {"enum": list(names)}:
            return value in names
        case {"const": name}:
            return value == name
        case {"type": "object"} if isinstance(value, dict):
            return fits_object(schema, value, whole)
        case {"type": "array", "items": dict(items)} if isinstance(value, list):
            return all(fits(items, each, whole) for each in value)
        case {"type": "string"} if isinstance(value, str):
            return re.search(str(schema.get("pattern", "")), value) is not None
        case {"type": name}:
            kinds = {"integer": int, "number": float, "boolean": bool, "null": type(None)}
            return type(value) is kinds.get(str(name))
        case _:
            return True


def fits_object(
    schema: dict[str, object], value: dict[str, object], whole: dict[str, object]
) -> bool:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    others = schema["additionalProperties"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    for name, each in value.items():
        below = properties.get(name, others)
        if below is False or not fits(below, each, whole):
            return False
    return set(required) <= set(value)


@pytest.mark.parametrize(
    "schema",
    [schema_of("config"), schema_of("rules"), schema_for("tests", TestFile)],
    ids=["config", "rules", "tests"],
)
def test_schema_is_json_without_dangling_references(schema: dict[str, object]) -> None:
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    assert json.loads(json.dumps(schema)) == schema
    assert {name.removeprefix("#/$defs/") for name in references(schema)} == set(definitions)


@pytest.mark.parametrize(
    "text",
    [
        "at_risk: 75%",
        "listen: ['127.0.0.1:1', '[::1]:2']",
        "severities: {SEV-4: {respond_within: next business day}}",
        "tokens: [{name: a, token_file: b, scopes: [read]}]",
        "sources: {g: {kind: grafana, hmac_secret_file: x, stale_after: 1h30m}}",
        "policies: {default: {steps: [{after: 50%, notify: ['person:a']}]}}",
    ],
)
def test_schema_takes_what_is_right(text: str) -> None:
    schema = schema_of("config")

    assert fits(schema, parse("a", text.encode()).value, schema)


@pytest.mark.parametrize(
    "text",
    [
        "storm: {}",
        "reopen_within: soon",
        "reopen_within: ''",
        "max_body: 8",
        "severities: {SEV-1: {urgency: call}}",
        "sources: {g: {kind: grafanna}}",
        "sources: {g: {kind: alertmanager, hmac_secret: x}}",
        "channels: {m: {kind: email}}",
        "policies: {default: {steps: [{notify: ['role:a']}]}}",
        "people: {alice: {}}",
    ],
)
def test_schema_refuses_what_is_wrong(text: str) -> None:
    schema = schema_of("config")

    assert not fits(schema, parse("a", text.encode()).value, schema)


def test_schema_takes_the_example_and_the_rules() -> None:
    config, rules = schema_of("config"), schema_of("rules")
    files = sorted((ROOT / "rules").glob("*.yaml"))

    assert fits(config, parse("a", (ROOT / "config.example.yaml").read_bytes()).value, config)
    assert [
        file.name for file in files if not fits(rules, parse("a", file.read_bytes()).value, rules)
    ] == []


@pytest.mark.parametrize(
    ("test", "is_right"),
    [
        ("{input: [{alertname: Down, _at: 1m0.5s, _resolve: true}], expect: {incidents: 1}}", True),
        ("{input: [{alertname: Down, _resolve: 5m, _repeat: {pod: 3}}], expect: {}}", True),
        ("{input: [{alertname: 5}], expect: {incidents: 1}}", False),
        ("{input: [{alertname: Down, _at: soon}], expect: {incidents: 1}}", False),
        ("{do: [{at: 3m, ack: alice}], expect: {pages: [{at: 0s, to: alice}]}}", True),
        ("{do: [{at: 3m, akc: alice}], expect: {incidents: 1}}", False),
        ("{expect: {sevrity: SEV-1}}", False),
    ],
)
def test_schema_of_tests_knows_labels_from_keys(test: str, is_right: bool) -> None:
    schema = schema_for("tests", TestFile)
    value = parse("a", f"tests: [{test}]".replace("[{", "[{name: t, ", 1).encode()).value

    assert fits(schema, value, schema) is is_right


def test_schema_takes_the_tests_that_are_shipped() -> None:
    schema = schema_for("tests", TestFile)
    files = sorted((ROOT / "rules" / "tests").glob("*.yaml"))

    assert len(files) > 5
    assert [
        file.name for file in files if not fits(schema, parse("a", file.read_bytes()).value, schema)
    ] == []
