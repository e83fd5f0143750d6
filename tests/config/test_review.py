"""The key `review`: targets that exist and reach somebody, and a time of the week."""

from pathlib import Path

import pytest

from tests.api.site import CONFIG, TOKENS
from triaged.config.read import load
from triaged.core.records.model import Target
from triaged.core.settings import WeeklyReview
from triaged.core.time.weekly import WeekTime


def loaded(folder: Path, review: str) -> tuple[WeeklyReview | None, list[str]]:
    """The weekly review, and the messages."""
    text = CONFIG.format(auth="tokens", folder=folder, **TOKENS)
    path = folder / "config.yaml"
    path.write_text(f"{text}{review}\n", encoding="utf-8")
    found = load(path, {})
    plan = found.configuration.settings.weekly_review if found.configuration else None
    return plan, [problem.message for problem in found.problems]


def test_it_has_targets_and_a_time(tmp_path: Path) -> None:
    plan, problems = loaded(tmp_path, 'review: {to: ["team:payments"], at: "fri 16:30"}')

    assert plan == WeeklyReview((Target("team", "payments"),), WeekTime(4, 990))
    assert problems == []


def test_it_comes_on_monday_morning_and_not_at_all_without_the_key(tmp_path: Path) -> None:
    plan, _ = loaded(tmp_path, 'review: {to: ["person:alice"]}')

    assert plan is not None
    assert plan.at == WeekTime(0, 540)
    assert loaded(tmp_path, "")[0] is None


@pytest.mark.parametrize(
    ("review", "about"),
    [
        ("review: {to: []}", "nobody would get it"),
        ('review: {to: ["person:alcie"]}', "alice"),
        ('review: {to: ["channel:none"]}', "none"),
        ('review: {to: ["person:alice"], at: "monday"}', "mon 09:00"),
        ('review: {at: "mon 09:00"}', "to"),
    ],
)
def test_what_would_reach_nobody_is_an_error(tmp_path: Path, review: str, about: str) -> None:
    plan, problems = loaded(tmp_path, review)

    assert plan is None
    assert any(about in message for message in problems)
