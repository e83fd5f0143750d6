"""The examples that users are promised, as far as they work: parts of later work are cut out."""

import re
from pathlib import Path

import pytest

from tests.config.samples import read
from triaged.config.files import MissingSecret
from triaged.rules.evaluate import RuleSet


@pytest.fixture
def blocks(shared: Path) -> list[str]:
    text = (shared / "design" / "interface.md").read_text()
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def configuration(block: str) -> str:
    return block


def test_configuration_is_right_but_for_its_files(tmp_path: Path, blocks: list[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text("rules: []\n")

    loaded = read(tmp_path, configuration(blocks[0]))

    assert [str(each) for each in loaded.problems if not isinstance(each, MissingSecret)] == []
    assert {each.warning for each in loaded.problems} == {True}
    assert loaded.configuration is not None


def test_rules_are_right(tmp_path: Path, blocks: list[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text(blocks[1])

    loaded = read(tmp_path, configuration(blocks[0]))

    assert [str(each) for each in loaded.problems if not isinstance(each, MissingSecret)] == []
    assert loaded.configuration is not None
    found = loaded.configuration.settings.rules
    assert isinstance(found, RuleSet)
    assert found.names == ("checkout-down", "not-for-humans", "watchdog")
    muters = loaded.configuration.settings.muters
    assert [each.name for each in muters.suppress] == ["node-down"]
    assert [each.name for each in muters.maintenance] == ["weekly-patching"]


def test_a_rule_may_be_in_the_shadow_until_a_day(tmp_path: Path, blocks: list[str]) -> None:
    rules = blocks[1].replace("mode: active ", "mode: shadow\n    until: 2026-12-31 ")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text(rules)

    loaded = read(tmp_path, configuration(blocks[0]))

    assert loaded.configuration is not None
    found = loaded.configuration.settings.rules
    assert isinstance(found, RuleSet)
    assert [shadow.rule.name for shadow in found.shadows] == ["checkout-down"]


def test_keys_of_later_work_are_unknown(tmp_path: Path, blocks: list[str]) -> None:
    loaded = read(tmp_path, blocks[0] + "\nsevereties: {}\n")

    errors = [each.message for each in loaded.problems if not each.warning]

    assert [each.split()[0] for each in errors] == ["'severeties'"]
    assert errors[0].endswith("(did you mean severities?)")
