"""Docstrings of Structs: the text under a class, and the one under each field."""

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from textwrap import dedent

import msgspec


def about(type_: type) -> str:
    """The docstring of a class on one line."""
    return _one_line(inspect.getdoc(type_) or "")


@cache
def of_fields(type_: type[msgspec.Struct]) -> Mapping[str, str]:
    """Attribute to the docstring below it, those of bases included; "" where there is none."""
    found = dict.fromkeys(type_.__struct_fields__, "")
    for base in reversed(type_.__mro__):
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            found |= _of_source(inspect.getsource(base))
    return found


def _of_source(source: str) -> dict[str, str]:
    module = ast.parse(dedent(source))
    found = {}
    assert isinstance(module.body[0], ast.ClassDef), "what was asked for is a class"
    body = module.body[0].body
    for statement, following in pairwise(body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = _one_line(text)
            case _:
                pass  # a field without a docstring, a method
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
