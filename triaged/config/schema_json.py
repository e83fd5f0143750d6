"""JSON Schemas of what operators write, for editors that complete and check it.

https://json-schema.org/draft/2020-12/schema
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from triaged.config import schema
from triaged.plugins import kinds, load
from triaged.rules.schema import RuleFile
from triaged.yamlschema import docstrings
from triaged.yamlschema.schema import TWIN, Many, Names, OneOf, Part, Record, is_hidden, shape_of
from triaged.yamlschema.values import Choice, Hidden, Plain, Shape, Spoken

Json = dict[str, object]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
ROOTS: Mapping[str, type[msgspec.Struct]] = {"config": schema.Config, "rules": RuleFile}
PLAIN: Mapping[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def schema_of(of: Literal["config", "rules"]) -> Json:
    """The schema of config.yaml, or of a file of rules."""
    return schema_for(of, ROOTS[of])


def schema_for(title: str, type_: type[msgspec.Struct]) -> Json:
    """The schema of a file that is read as `type_`."""
    walk = _Walk()
    root = walk.of_shape(shape_of(_any(type_)))
    return {"$schema": DRAFT, "title": f"triaged {title}", **root, "$defs": walk.definitions}


def _any(type_: Any) -> Any:  # noqa: ANN401 - annotations have no common type
    return type_


class _Walk:
    """Collects a definition for each Struct."""

    def __init__(self) -> None:
        self.definitions: dict[str, object] = {}

    def of_shape(self, shape: Shape) -> Json:
        """The schema of one shape."""
        match shape:
            case Plain():
                return {"type": PLAIN[shape.type]} if shape.type in PLAIN else {}
            case Hidden():
                return {"type": "string", "minLength": 1}
            case Choice():
                return {"enum": list(shape.values)}
            case Spoken():
                pattern = {"pattern": shape.scalar.pattern} if shape.scalar.pattern else {}
                return {"type": "string", **pattern, "description": shape.wanted}
            case Many():
                return {"type": "array", "items": self.of_shape(shape.element)}
            case Names():
                return self._of_names(shape)
            case OneOf():
                return {"anyOf": [self.of_shape(each) for each in shape.members]}
            case Record():
                return self._of_record(shape)
            case _:
                raise TypeError(f"no schema for {shape!r}")

    def _of_names(self, shape: Names) -> Json:
        names = {"propertyNames": self.of_shape(shape.key)} if isinstance(shape.key, Choice) else {}
        return {"type": "object", **names, "additionalProperties": self.of_shape(shape.element)}

    def _of_record(self, shape: Record) -> Json:
        if shape.open is not None and shape.open.package:
            package = shape.open.package
            return {"oneOf": [self._of_kind(shape, package, kind) for kind in kinds(package)]}
        name = shape.type.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # it may hold itself
            known = self._object(shape.parts, shape.type)
            # what is open without a package takes texts besides: the labels of an alert
            others = {} if shape.open is None else {"additionalProperties": {"type": "string"}}
            self.definitions[name] = known | others
        return {"$ref": f"#/$defs/{name}"}

    def _of_kind(self, shape: Record, package: str, kind: str) -> Json:
        settings = shape_of(_any(load(package, kind).Settings))
        assert isinstance(settings, Record), "a kind's Settings is a Struct"
        name = f"{shape.type.__name__}-{kind}"
        common = self._object(shape.parts, shape.type)
        own = self._object(settings.parts, settings.type)
        properties = {**_map(common, "properties"), **_map(own, "properties")}
        properties["kind"] = {"const": kind}
        required = [*_list(common, "required"), *_list(own, "required")]
        self.definitions[name] = {**own, "properties": properties, "required": required}
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, parts: tuple[Part, ...], type_: type[msgspec.Struct]) -> Json:
        texts = docstrings.of_fields(type_)
        properties: Json = {}
        for part in parts:
            described = {**self.of_shape(part.shape), "description": texts[part.attribute]}
            properties[part.name] = described
            if is_hidden(part.shape):
                properties[part.name + TWIN] = {
                    "type": "string",
                    "description": f"The file that holds `{part.name}`.",
                }
        return {
            "type": "object",
            "description": docstrings.about(type_),
            "properties": properties,
            "required": [p.name for p in parts if p.required and not is_hidden(p.shape)],
            "additionalProperties": False,
        }


def _map(outer: Json, name: str) -> Json:
    value = outer[name]
    return value if isinstance(value, dict) else {}


def _list(outer: Json, name: str) -> list[object]:
    value = outer[name]
    return value if isinstance(value, list) else []
