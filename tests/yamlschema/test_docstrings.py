import msgspec
import pytest

from triaged.config import schema
from triaged.config.schema import people as schema_people
from triaged.config.schema import policies as schema_policies
from triaged.config.schema import server as schema_server
from triaged.config.schema import status as schema_status
from triaged.plugins import kinds, load
from triaged.yamlschema import docstrings


class Base(msgspec.Struct, frozen=True):
    """The base."""

    first: int
    """One,
    on two lines."""


class Derived(Base, frozen=True):
    """The derived."""

    second: int = 2
    """Two."""
    third: int = 3


def test_text_below_a_field_describes_it() -> None:
    assert docstrings.about(Derived) == "The derived."
    assert docstrings.of_fields(Derived) == {
        "first": "One, on two lines.",
        "second": "Two.",
        "third": "",
    }


SCHEMAS = (schema, schema_people, schema_policies, schema_server, schema_status)
STRUCTS = [
    each
    for module in SCHEMAS
    for each in vars(module).values()
    if isinstance(each, type) and each.__module__ == module.__name__
]


@pytest.mark.parametrize("type_", STRUCTS, ids=lambda type_: type_.__name__)
def test_every_key_of_the_configuration_is_described(type_: type[msgspec.Struct]) -> None:
    assert docstrings.about(type_)
    assert [name for name, text in docstrings.of_fields(type_).items() if not text] == []


@pytest.mark.parametrize("package", ["triaged.ingest", "triaged.channels"])
def test_every_kind_is_described(package: str) -> None:
    assert all(docstrings.about(load(package, kind).Settings) for kind in kinds(package))
