import pytest

from triaged.plugins import kinds, load


def test_the_folder_is_the_list() -> None:
    found = kinds("triaged.channels")

    assert {"console", "email", "webhook"} <= set(found)
    assert not any(name.startswith("_") for name in found)


def test_a_kind_is_the_module_of_its_name() -> None:
    assert load("triaged.channels", "webhook").__name__ == "triaged.channels.webhook"


@pytest.mark.parametrize("kind", ["telepathy", "_private", "../errors", ""])
def test_what_is_not_in_the_folder_is_no_kind(kind: str) -> None:
    with pytest.raises(KeyError):
        load("triaged.channels", kind)
