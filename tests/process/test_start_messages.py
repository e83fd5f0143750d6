"""What is said at a start that is refused."""

from pathlib import Path

import pytest

from triaged.errors import Problem
from triaged.process.start_messages import invitation, refuse_configuration, refuse_without_tokens


def test_every_problem_is_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    status = refuse_configuration([Problem("a.yaml:1:2", "wrong"), Problem("b.yaml", "too")])

    assert status == 78
    assert capsys.readouterr().err == "a.yaml:1:2: wrong\nb.yaml: too\n"


def test_without_a_token_it_says_how_to_make_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/state")

    status = refuse_without_tokens(Path("config.yaml"), "sqlite:/state/triaged.db")

    assert status == 78
    assert "STATE_DIRECTORY=/state triaged token create --offline" in capsys.readouterr().err


def test_a_newcomer_gets_an_alert_that_is_new_at_each_start() -> None:
    assert invitation("1", "http://here", 5_000_000) != invitation("1", "http://here", 6_000_000)
