from pathlib import Path

import pytest

from tests.config.samples import configured, given
from triaged.config.rule_files import lost_rules

RULES = """\
rules:
  - name: disk
    match: alertname="Disk"
    set:
      severity: SEV-1
      team: storage-team
  - name: net
    match: alertname="Net"
    set: {severity: SEV-2}
"""
MUTING = "suppress: [{name: a, source: [x=1], target: [y=1], equal: [z]}]\n"


def loss(
    folder: Path, before: dict[str, str], after: dict[str, str], patterns: str = "[rules/*.yaml]"
) -> list[str]:
    """What a reload says that finds the files `after` in place of the files `before`."""
    (folder / "rules").mkdir()
    states = []
    for state in (before, after):
        for path in (folder / "rules").iterdir():
            path.unlink()
        for name, text in state.items():
            (folder / "rules" / name).write_text(text)
        states.append(configured(folder, rules=patterns).rule_files)
    problems = lost_rules(states[0], states[1], "config.yaml")
    return [str(each).replace(f"{folder}/rules/", "") for each in problems]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "rules: []\n", "{}\n", "---\n"])
def test_file_that_had_rules_and_has_none_is_refused(tmp_path: Path, text: str) -> None:
    assert loss(tmp_path, {"a.yaml": RULES, "b.yaml": RULES.replace("name: ", "name: x")}, {
        "a.yaml": text, "b.yaml": RULES.replace("name: ", "name: x")
    }) == [
        "a.yaml: had 2 rules and has none: the running rules stay. "
        "Restore the file, or write `allow_empty: true` in it"
    ]  # fmt: skip


def test_file_that_lost_its_rules_but_not_the_rest_is_refused(tmp_path: Path) -> None:
    found = loss(tmp_path, {"a.yaml": MUTING + RULES}, {"a.yaml": MUTING})

    assert [each[:36] for each in found] == ["a.yaml: had 2 rules and has none: th"]


def test_file_that_had_only_other_entries_is_refused(tmp_path: Path) -> None:
    found = loss(tmp_path, {"a.yaml": RULES, "m.yaml": MUTING}, {"a.yaml": RULES, "m.yaml": ""})

    assert [each[:33] for each in found] == ["m.yaml: had 1 rule and has none: "]


def test_file_may_say_that_it_is_meant_to_be_empty(tmp_path: Path) -> None:
    assert loss(tmp_path, {"a.yaml": RULES}, {"a.yaml": "allow_empty: true\nrules:\n"}) == []


def test_configuration_may_say_that_everything_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES)
    before = configured(tmp_path, rules="[r.yaml]").rule_files
    (tmp_path / "r.yaml").write_text("")

    after = configured(tmp_path, rules="[r.yaml]", allow_empty="true").rule_files

    assert lost_rules(before, after, "config.yaml") == []


@pytest.mark.parametrize("after", [{}, {"c.yaml": MUTING}])
def test_folder_that_had_rules_and_has_none_is_refused(
    tmp_path: Path, after: dict[str, str]
) -> None:
    other = RULES.replace("name: ", "name: x")

    assert loss(tmp_path, {"a.yaml": RULES, "b.yaml": other}, after) == [
        "config.yaml: rules/*.yaml named 4 rules and names none: the running rules stay. "
        "Restore the files, or write `allow_empty: true` in config.yaml"
    ]


def test_one_folder_of_several_is_missed(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(RULES.replace("name: ", "name: own-"))

    found = loss(tmp_path, {"a.yaml": RULES}, {}, "[rules/*.yaml, own.yaml]")

    assert [each[:46] for each in found] == ["config.yaml: rules/*.yaml named 2 rules and na"]


def test_folder_that_is_not_named_any_more_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES)
    before = configured(tmp_path, rules="[r.yaml]").rule_files

    assert lost_rules(before, configured(tmp_path, rules="[]").rule_files, "config.yaml") == []


def test_files_may_be_removed_renamed_and_edited(tmp_path: Path) -> None:
    other = RULES.replace("name: ", "name: x")

    assert loss(tmp_path, {"a.yaml": RULES, "b.yaml": other}, {"c.yaml": RULES}) == []


def test_every_cut_that_can_be_read_is_refused(tmp_path: Path) -> None:
    whole = RULES.index("  - name: net")
    (tmp_path / "r.yaml").write_text(RULES)
    before = configured(tmp_path, rules="[r.yaml]").rule_files
    taken = []
    for size in range(len(RULES) - 1):
        (tmp_path / "r.yaml").write_text(RULES[:size])
        loaded = given(tmp_path, rules="[r.yaml]")
        if loaded.configuration is not None and not loaded.unusable:
            after = loaded.configuration.rule_files
            if not lost_rules(before, after, "config.yaml"):
                taken.append(size)

    assert taken == [whole], "the last rule may be removed as a whole"


def test_edited_file_that_ends_in_its_line_is_refused_with_both_counts(tmp_path: Path) -> None:
    edited = RULES.replace("disk", "disks")[: RULES.index("-team") + 1]

    assert loss(tmp_path, {"a.yaml": RULES}, {"a.yaml": edited}) == [
        "a.yaml: ends in the middle: had 2 rules and has 1: the running rules stay. "
        "Restore the file, or write `allow_empty: true` in it"
    ]


def test_last_line_may_lack_its_end(tmp_path: Path) -> None:
    assert loss(tmp_path, {"a.yaml": RULES}, {"a.yaml": RULES.rstrip("\n")}) == []


def test_comparison_of_a_cut_file_lets_others_run(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES)
    before = configured(tmp_path, rules="[r.yaml]").rule_files
    (tmp_path / "r.yaml").write_text(RULES[: RULES.index("  - name: net")])
    after = configured(tmp_path, rules="[r.yaml]").rule_files
    yields: list[None] = []

    lost_rules(before, after, "config.yaml", lambda: yields.append(None))

    assert len(yields) >= 2
