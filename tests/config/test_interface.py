"""The examples of docs/reference/interface.md are right."""

import re
from pathlib import Path

from tests.config.samples import read
from tests.conftest import ROOT
from triaged.config.files import MissingSecret
from triaged.rules.evaluate import RuleSet

INTERFACE = (ROOT / "docs/reference/interface.md").read_text()
CONFIGURATION, RULES, TESTS = re.findall(r"```yaml\n(.*?)```", INTERFACE, re.DOTALL)


def test_configuration_is_right_but_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text("rules: []\n")

    loaded = read(tmp_path, CONFIGURATION)

    assert [str(each) for each in loaded.problems if not isinstance(each, MissingSecret)] == []
    assert {each.warning for each in loaded.problems} == {True}
    assert loaded.configuration is not None


def test_rules_are_right(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text(RULES)

    loaded = read(tmp_path, CONFIGURATION)

    assert [str(each) for each in loaded.problems if not isinstance(each, MissingSecret)] == []
    assert loaded.configuration is not None
    found = loaded.configuration.settings.rules
    assert isinstance(found, RuleSet)
    assert found.names == ("checkout-down", "not-for-humans", "watchdog")
    muters = loaded.configuration.settings.muters
    assert [each.name for each in muters.suppress] == ["node-down"]
    assert [each.name for each in muters.maintenance] == ["weekly-patching"]


def test_a_rule_may_be_in_the_shadow_until_a_day(tmp_path: Path) -> None:
    rules = RULES.replace("mode: active ", "mode: shadow\n    until: 2026-12-31 ")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "site.yaml").write_text(rules)

    loaded = read(tmp_path, CONFIGURATION)

    assert loaded.configuration is not None
    found = loaded.configuration.settings.rules
    assert isinstance(found, RuleSet)
    assert [shadow.rule.name for shadow in found.shadows] == ["checkout-down"]


def test_a_misspelt_key_is_an_error_that_names_the_right_one(tmp_path: Path) -> None:
    loaded = read(tmp_path, f"{CONFIGURATION}severeties: {{}}\n")

    errors = [each.message for each in loaded.problems if not each.warning]

    assert [each.split()[0] for each in errors] == ["'severeties'"]
    assert errors[0].endswith("(did you mean severities?)")
