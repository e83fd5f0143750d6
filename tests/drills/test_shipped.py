from pathlib import Path

import pytest

from triaged.core.practice.drills import alerts_of
from triaged.core.records.practice.roles import Role
from triaged.drills.reading import read_scenario
from triaged.drills.shipped import shipped, text_of


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenario_can_be_played(name: str) -> None:
    text = text_of(name)
    assert text is not None

    read, problems = read_scenario(name, text)

    assert not problems
    assert read is not None
    scenario = read.scenario
    assert scenario.name == name
    assert scenario.about
    assert scenario.severity
    assert all(alert.labels["service"] for one in scenario.inject for alert in alerts_of(one))
    assert Role.COMMUNICATIONS_LEAD in {prompt.to for prompt in scenario.prompts}
    assert scenario.expect.customer_draft


@pytest.mark.parametrize("name", ["", "none", "../schema", "alert-storm.yaml", "/etc/passwd"])
def test_no_other_file_is_a_scenario(name: str) -> None:
    assert text_of(name) is None


def test_six_scenarios_are_shipped() -> None:
    assert len(shipped()) == 6
    assert all(Path(name).name == name for name in shipped())
