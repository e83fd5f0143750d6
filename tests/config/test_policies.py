from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.config.samples import configured, is_only, wrong
from triaged.core.records.model import Plan, Severity, Share, Span, Step, Target
from triaged.core.settings import BusinessDays, NextBusinessDay, SeverityTarget
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE

OFFICE = Calendar("office", "UTC", recurring.parse("mon-fri 09:00-17:30"))
ALICE = "notify: ['person:alice']"
DEFAULTS = {
    Severity.SEV1: SeverityTarget(
        5 * MINUTE,
        "page",
        30 * MINUTE,
        "Full outage, data loss, security breach",
        "Site down, payment processing failed",
        "required",
        15 * MINUTE,
        postmortem="required",
        postmortem_due=3 * DAY,
    ),
    Severity.SEV2: SeverityTarget(
        15 * MINUTE,
        "page",
        60 * MINUTE,
        "Major feature degraded, significant user impact",
        "Search broken, slow response times",
        "required",
        30 * MINUTE,
        postmortem="required",
        postmortem_due=BusinessDays(5),
    ),
    Severity.SEV3: SeverityTarget(
        HOUR,
        "page",
        None,
        "Minor feature degraded, workaround exists",
        "Admin panel slow, non-critical job failures",
    ),
    Severity.SEV4: SeverityTarget(
        NextBusinessDay(OFFICE),
        "notify",
        None,
        "Cosmetic, no user impact",
        "Typo in email, log noise",
    ),
}
"""Impact, examples and response times are those of the founding document."""


def test_severities_have_defaults(tmp_path: Path) -> None:
    assert configured(tmp_path).settings.severities == DEFAULTS


def test_severities_are_merged_key_by_key(tmp_path: Path) -> None:
    text = "SEV-1: {unacknowledge_after: never}, SEV-3: {urgency: notify}"

    found = configured(
        tmp_path, severities=f"{{{text}, SEV-4: {{respond_within: 1d}}}}"
    ).settings.severities

    assert found == DEFAULTS | {
        Severity.SEV1: replace(DEFAULTS[Severity.SEV1], unacknowledge_after=None),
        Severity.SEV3: replace(DEFAULTS[Severity.SEV3], urgency="notify"),
        Severity.SEV4: replace(DEFAULTS[Severity.SEV4], respond_within=24 * HOUR),
    }


@pytest.mark.parametrize(
    ("written", "due"),
    [("2d", 2 * DAY), ("1 business day", BusinessDays(1)), ("10 business days", BusinessDays(10))],
)
def test_time_for_a_postmortem_is_a_duration_or_working_days(
    tmp_path: Path, written: str, due: int | BusinessDays
) -> None:
    severities = f"{{SEV-3: {{postmortem: required, postmortem_due: {written}}}}}"

    found = configured(tmp_path, severities=severities).settings.severities[Severity.SEV3]

    assert (found.postmortem, found.postmortem_due) == ("required", due)


@pytest.mark.parametrize(
    ("severity", "at", "message"),
    [
        ("SEV-1: {respond_within: soon}", "soon", "expected a duration such as 30s, 5m, 1h30m,"),
        ("SEV-1: {respond_within: 0s}", "0s", "nobody answers within 0s: give it some time"),
        ("SEV-1: {unacknowledge_after: 0s}", "0s", "expected some time, or `never`"),
        ("SEV-4: {calendar: ofice}", "ofice", "calendars: 'ofice' is none of office (did you mean"),
        ("SEV-1: {calendar: office}", "calendar", "a calendar goes with `respond_within: next"),
        ("SEV-5: {}", "SEV-5", "'SEV-5' is none of SEV-1, SEV-2, SEV-3, SEV-4"),
        ("SEV-1: {update_often: 15m}", "update_often", "'update_often' is none of respond_within"),
        ("SEV-1: {update_every: 5s}", "5s", "expected a minute or more, or `never`"),
        ("SEV-1: {updates_to: ['person:eve']}", "'person:eve']}}", "people: 'eve' is none of"),
        ("SEV-1: {postmortem: never}", "never}}", "'never' is none of required, optional"),
        ("SEV-1: {postmortem_due: soon}", "soon", "expected a duration such as 3d, or a number"),
        ("SEV-1: {postmortem_due: 0d}", "0d", "expected some time"),
        ("SEV-1: {postmortem_due: 0 business days}", "0 b", "expected some time"),
        ("SEV-1: {roles: sometimes}", "sometimes}}", "'sometimes' is none of required, optional"),
    ],
)
def test_severity_that_promises_nothing_sensible_is_wrong(
    tmp_path: Path, severity: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, severities=f"{{{severity}}}")

    assert is_only(found, at, message), found


def test_lesser_severity_answered_sooner_is_a_warning(tmp_path: Path) -> None:
    text = "{SEV-1: {respond_within: 1h}}"
    message = "SEV-2 is answered sooner (15m) than SEV-1 (1h)"

    assert configured(tmp_path, severities=text)
    assert is_only(wrong(tmp_path, severities=text), "{SEV-1", message)


def test_policy_becomes_a_plan(tmp_path: Path) -> None:
    steps = "[{notify: ['person:alice', 'channel:console']}, {after: 150%, notify: ['team:a']}]"
    policy = f"{{steps: {steps}, repeat: {{times: 2, every: 10m}}, catch_all: person:alice}}"

    settings = configured(
        tmp_path, policies=f"{{default: {policy}}}", teams="{a: {people: [alice]}}"
    ).settings

    assert settings.policies["default"] == Plan(
        policy="default",
        steps=(
            Step((Target("person", "alice"), Target("channel", "console")), Span(0)),
            Step((Target("team", "a"),), Share(1.5)),
        ),
        catch_all=Target("person", "alice"),
        repeat_times=2,
        repeat_every=Span(10 * MINUTE),
    )


def test_default_policy_must_be_there(tmp_path: Path) -> None:
    message = "policies: there is no `default`: say whom to page, and when"

    assert is_only(wrong(tmp_path, policies="{}"), "policies", message)
    assert is_only(wrong(tmp_path, policies=""), "policies", message)
    other = f"{{other: {{steps: [{{{ALICE}}}]}}}}"
    assert is_only(wrong(tmp_path, policies=other), "policies", message)


@pytest.mark.parametrize(
    ("steps", "at", "message"),
    [
        ("[]", "[]", "no steps: the policy would page nobody"),
        ("[{notify: []}]", "[]", "nobody is named: such as schedule:primary"),
        ("[{notify: [alice]}]", "alice", "expected person:, schedule:, team: or channel: and a"),
        ("[{notify: ['role:lead']}]", "'role:lead'", "expected person:, schedule:, team: or chan"),
        ("[{notify: ['person:bob']}]", "'person:bob'", "people: 'bob' is none of alice"),
        ("[{notify: ['schedule:a']}]", "'schedule:a'", "schedules: 'a' does not exist: there are"),
        ("[{notify: ['channel:consol']}]", "'channel", "channels: 'consol' is none of console, m"),
        ("[{notify: ['channel:mail']}]", "'channel", "channel mail needs a `to` before it can be"),
        ("[{notify: ['team:empty']}]", "'team", "team empty has no people: nobody would be paged"),
        ("[{after: soon, notify: ['person:alice']}]", "soon", "expected a duration such as 30s, 5"),
        (f"[{{after: 2%, {ALICE}}}, {{after: 1%, {ALICE}}}]", "1%", "comes before a step above"),
        (f"[{{after: 2m, {ALICE}}}, {{after: 1m, {ALICE}}}]", "1m", "comes before a step above"),
        (f"[{{{ALICE}}}], repeat: {{times: -1}}", "-1", "expected 0 to 100 further rounds"),
        (f"[{{{ALICE}}}], repeat: {{every: 0%}}", "0%", "rounds without time between them"),
        (f"[{{{ALICE}}}], catch_all: person:bob", "person:bob", "people: 'bob' is none of alice"),
    ],
)
def test_policy_that_reaches_nobody_is_wrong(
    tmp_path: Path, steps: str, at: str, message: str
) -> None:
    channels = "{console: {kind: console}, mail: {kind: email, smtp: 'smtp://a', from: a@b.org}}"
    policies = f"{{default: {{steps: {steps}}}}}"

    found = wrong(tmp_path, policies=policies, channels=channels, teams="{empty: {}}")

    assert is_only(found, at, message), found


def test_step_that_a_severity_reaches_before_the_one_above_is_a_warning(tmp_path: Path) -> None:
    steps = f"[{{{ALICE}}}, {{after: 10m, {ALICE}}}, {{after: 100%, {ALICE}}}]"
    policies = f"{{default: {{steps: {steps}}}}}"
    message = "for SEV-1 this is 5m, but the step above comes at 10m, and steps go in order"

    assert configured(tmp_path, policies=policies)
    assert is_only(wrong(tmp_path, policies=policies), "100%", message)
