import msgspec
import pytest

from triaged.config import docs, schema
from triaged.plugins import kinds, load


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
    assert docs.about(Derived) == "The derived."
    assert docs.of_fields(Derived) == {"first": "One, on two lines.", "second": "Two.", "third": ""}


STRUCTS = [
    each
    for each in vars(schema).values()
    if isinstance(each, type) and each.__module__ == schema.__name__
]


@pytest.mark.parametrize("type_", STRUCTS, ids=lambda type_: type_.__name__)
def test_every_key_of_the_configuration_is_described(type_: type[msgspec.Struct]) -> None:
    assert docs.about(type_)
    assert [name for name, text in docs.of_fields(type_).items() if not text] == []


@pytest.mark.parametrize("package", ["triaged.ingest", "triaged.channels"])
def test_every_kind_is_described(package: str) -> None:
    assert all(docs.about(load(package, kind).Settings) for kind in kinds(package))
