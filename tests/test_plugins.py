from pathlib import Path
from typing import Protocol

import pytest

from triaged.plugins import NotAKind, OpenSet, kinds, load


class Shape(Protocol):
    """What a module of the folders below needs."""

    SIDES: int

    def area(self, width: int) -> int:
        """The area of the shape."""


class Coloured(Protocol):
    """What it may have."""

    def colour(self) -> str:
        """The colour of the shape."""


GOOD = "SIDES = 4\ndef area(width): return width * width\n"


def shapes(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> OpenSet[Shape]:
    """An open set of its own with a kind `square`, whose module is `text`."""
    package = f"shapes_{folder.name}"
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("")
    (folder / package / "contract.py").write_text("")
    (folder / package / "_shared.py").write_text("")
    (folder / package / "square.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    return OpenSet(package, Shape, Coloured)


def test_the_folder_is_the_list() -> None:
    found = kinds("triaged.channels")

    assert {"console", "email", "webhook"} <= set(found)
    assert not any(name.startswith("_") or name == "contract" for name in found)


def test_a_kind_is_the_module_of_its_name() -> None:
    assert load("triaged.channels", "webhook").__name__ == "triaged.channels.webhook"


@pytest.mark.parametrize("kind", ["telepathy", "_private", "../errors", "contract", ""])
def test_what_is_not_in_the_folder_is_no_kind(kind: str) -> None:
    with pytest.raises(KeyError):
        load("triaged.channels", kind)


@pytest.mark.parametrize("text", [GOOD, GOOD + "def colour(): return 'red'\n"])
def test_a_module_with_all_that_is_asked_for_is_a_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    found = shapes(tmp_path, monkeypatch, text)

    assert found.kinds == ("square",)
    assert found.load("square").area(3) == 9
    assert found.load("square") is found.load("square")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "`SIDES` is missing, which Shape asks for; `area` is missing, which Shape asks for",
        ),
        (
            GOOD.replace("width", "radius"),
            "`area` is not the function area(width) of Shape",
        ),
        ("SIDES = area = 4\n", "`area` is not the function area(width) of Shape"),
        (
            GOOD + "def colour(light): return light\n",
            "`colour` is not the function colour() of Coloured",
        ),
    ],
)
def test_a_module_that_is_unfit_is_named_with_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    found = shapes(tmp_path, monkeypatch, text)

    with pytest.raises(NotAKind) as raised:
        found.load("square")

    assert str(raised.value) == f"{found.package}.square: {message}"
