import pytest

from triaged.rules.names import NAME_WANTED, UniqueNames


@pytest.mark.parametrize("name", ["a", "disk-full", "db_1.eu", "9", "a" * 100])
def test_name_that_can_label_a_metric_is_right(name: str) -> None:
    assert list(UniqueNames().problems("rules", name, "a.yaml:1:1")) == []


@pytest.mark.parametrize("name", ["", "Disk", "a b", "-a", ".a", "ä", "a" * 101])
def test_other_names_are_wrong(name: str) -> None:
    assert list(UniqueNames().problems("rules", name, "a.yaml:1:1")) == [f"{name!r}: {NAME_WANTED}"]


def test_name_is_used_once_in_a_section_of_all_files() -> None:
    names = UniqueNames()

    first = list(names.problems("rules", "disk", "a.yaml:1:1"))
    second = list(names.problems("rules", "disk", "b.yaml:2:2"))
    repeated = list(names.problems("rules", "disk", "a.yaml:1:1"))
    other = list(names.problems("suppress", "disk", "b.yaml:3:3"))

    assert (first, other) == ([], [])
    assert second == repeated == ["'disk' is the name of the rule at a.yaml:1:1, too"]
