import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.config.samples import read
from tests.conftest import ROOT
from triaged.config import schema
from triaged.config.feeds import MissingFeed
from triaged.config.files import MissingSecret
from triaged.config.read import load
from triaged.plugins import kinds
from triaged.plugins import load as module_of
from triaged.yamlschema.document import parse
from triaged.yamlschema.schema import Many, Names, OneOf, Record, is_hidden, shape_of
from triaged.yamlschema.values import Shape

EXAMPLE = ROOT / "config.example.yaml"


def uncommented() -> str:
    return re.sub(r"^#(?=\S|  )", "", EXAMPLE.read_text(), flags=re.MULTILINE)


def below(values: Sequence[object], name: str) -> list[object]:
    return [each[name] for each in values if isinstance(each, dict) and name in each]


def absent(shape: Shape, values: Sequence[object], path: str) -> Iterator[str]:
    """The keys of `shape` that stand in none of `values`."""
    match shape:
        case Record():
            for part in shape.parts:
                shown = below(values, part.name)
                twins = below(values, f"{part.name}_file") if is_hidden(part.shape) else []
                if not shown and not twins:
                    yield f"{path}.{part.name}"
                elif not twins:
                    yield from absent(part.shape, shown, f"{path}.{part.name}")
        case Names():
            entries = [
                entry for each in values if isinstance(each, dict) for entry in each.values()
            ]
            yield from absent(shape.element, entries, path)
        case Many():
            elements = [entry for each in values if isinstance(each, list) for entry in each]
            yield from absent(shape.element, elements, path)
        case OneOf():
            for member in shape.members:
                yield from absent(member, values, path)
        case _:
            return


def test_example_is_right_as_it_stands() -> None:
    loaded = load(EXAMPLE, {})

    assert loaded.problems == ()
    assert not loaded.unusable


def test_example_needs_no_secret_and_no_network() -> None:
    configuration = load(EXAMPLE, {}).configuration

    assert configuration is not None
    assert configuration.auth == "none"
    assert configuration.listen == (("127.0.0.1", 9099),)
    assert configuration.tokens == ()
    used = {
        person.contacts[step.contact].channel
        for person in configuration.settings.people.values()
        for step in (*person.page, *person.notify)
    }
    assert {configuration.channels[name].kind for name in used} == {"console"}


def test_what_is_commented_out_is_right_but_for_its_files(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")

    loaded = read(tmp_path, uncommented())

    missing = MissingSecret | MissingFeed
    assert [str(each) for each in loaded.problems if not isinstance(each, missing)] == []
    assert len(loaded.problems) >= 8
    assert loaded.unusable
    assert loaded.configuration is not None
    assert loaded.configuration.channels.keys() >= {"console", "mail", "hook", "slack", "ntfy"}
    assert loaded.configuration.tls is not None


def test_example_shows_every_key() -> None:
    document = parse("example", uncommented().encode())

    missing = list(absent(shape_of(schema.Config), [document.value], ""))

    assert document.problems == []
    assert missing == []


OPEN = (
    ("sources", "triaged.ingest"),
    ("channels", "triaged.channels"),
    ("integrations", "triaged.integrations"),
)


def test_example_shows_every_key_of_every_kind_that_has_any() -> None:
    value = parse("example", uncommented().encode()).value
    missing = []
    for section, package in OPEN:
        (entries,) = below([value], section)
        assert isinstance(entries, dict)
        for kind in kinds(package):
            settings = shape_of(module_of(package, kind).Settings)
            shown = [each for each in entries.values() if each["kind"] == kind]
            missing += list(absent(settings, shown, f"{section}.{kind}"))

    assert missing == []
