"""How an explanation looks on a terminal."""

import msgspec
import pytest

from tests.core.world import MONDAY, plan, settings, step
from triaged.cli._explained import print_explained, print_recorded
from triaged.core.records.expectations import Expectation
from triaged.core.records.model import Alert, Severity
from triaged.core.records.severity import FiringFor, Raise
from triaged.core.settings import NextBusinessDay, Settings, SeverityTarget
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import MINUTE
from triaged.rules.actions import SetRaise, SetSeverity
from triaged.rules.evaluate import CompiledRule, RuleSet, ShadowRule
from triaged.rules.explain.explained import explained
from triaged.rules.labelling import Labelling
from triaged.rules.mapping import LabelMapping, read_table

OFFICE = Calendar("office", "UTC", recurring.parse("mon-fri 12:00-17:30"))
RULES = RuleSet([CompiledRule("a", actions=(SetSeverity(Severity.SEV4),), where="r.yaml:2:5")], "d")


def shown(capsys: pytest.CaptureFixture[str], chosen: Settings, *, firing: bool = True) -> str:
    """What is printed for an alert on Monday at ten."""
    alert = Alert("am", "f00", firing, {"alertname": "Down", "service": "\x1b[2Jcart"}, {})
    row = msgspec.to_builtins(explained(chosen, alert, MONDAY))
    print_explained(row, everything=False)
    return capsys.readouterr().out


def test_what_waits_for_a_calendar_says_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    target = SeverityTarget(NextBusinessDay(OFFICE), "notify")
    severities = {**settings().severities, Severity.SEV4: target}
    chosen = plan(step(0, "person:alice"), repeat_times=2)

    out = shown(capsys, msgspec.structs.replace(chosen, severities=severities, rules=RULES))

    assert "an answer within the next business day of office, by 20" in out
    assert "      2h  step 1: person:alice\n          → alice by mail (mail)\n" in out
    assert "then 2 more rounds" in out


def test_whom_a_step_does_not_reach_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = plan(step(0, "person:zoe"), step(1, "channel:hook"))

    out = shown(capsys, msgspec.structs.replace(chosen, rules=RULES))

    assert "  0s  step 1+2: person:zoe, channel:hook\n" in out
    assert "          ! person:zoe: target gone\n" in out
    assert "          → hook (hook)\n" in out


def test_a_raise_by_time_is_shown_where_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    raises = SetRaise((Raise(Severity.SEV1, FiringFor(10 * MINUTE)),))
    rules = RuleSet([CompiledRule("slow", actions=(SetSeverity(Severity.SEV3), raises))], "d")

    chosen = msgspec.structs.replace(plan(step(0, "person:alice")), rules=rules)

    out = shown(capsys, chosen)

    assert "     10m  it rises to SEV-1 by raise:slow: steps count from here\n" in out
    assert out.count("step 1: person:alice") == 2


def test_a_resolved_alert_is_explained_as_if_it_fired(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, settings(rules=RULES), firing=False)

    assert "the body says resolved: this is as if it fired" in out


def test_what_a_sender_wrote_does_not_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "\x1b" not in shown(capsys, settings(rules=RULES))


def test_rules_in_the_shadow_say_what_they_would_give(capsys: pytest.CaptureFixture[str]) -> None:
    worse = CompiledRule("b", actions=(SetSeverity(Severity.SEV2),), where="r.yaml:9:5")
    same = CompiledRule("c", where="r.yaml:12:5", description="only \x1b[2Jmarks")
    cut = CompiledRule("d", stop=True, where="r.yaml:15:5")
    shadows = [ShadowRule(worse, 0), ShadowRule(same, 1), ShadowRule(cut, 0)]
    rules = RuleSet(RULES.rules, "d", shadows=shadows)

    out = shown(capsys, msgspec.structs.replace(settings(), rules=rules))

    told = out.partition("in the shadow\n")[2]
    assert "  SEV-4 by rule:a" in out
    assert told == (
        "  rule b: matches, would give severity SEV-2  r.yaml:9:5\n"
        "  rule c: matches, would change nothing  r.yaml:12:5\n"
        "    only [2Jmarks\n"
        "  rule d: matches, would give severity none  r.yaml:15:5\n"
    )


def test_a_label_of_a_table_names_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    table, _ = read_table(b"alertname,team\nDown,web\n", "rules/owners.csv", ("alertname",), ())
    labelling = Labelling((), (LabelMapping("owners", table, "rules/owners.csv"),))
    rules = RuleSet(RULES.rules, "d", labelling=labelling)

    out = shown(capsys, msgspec.structs.replace(plan(step(0, "person:alice")), rules=rules))

    row = "mapping owners (row alertname=Down) at rules/owners.csv:2"
    assert f"\nlabels added before the rules\n  team  web ← {row}\n" in out


@pytest.mark.parametrize("same_rules", [True, False])
def test_where_a_label_came_from_under_other_rules_is_not_recorded(
    capsys: pytest.CaptureFixture[str], same_rules: bool
) -> None:
    alert = Alert("am", "f00", True, {"alertname": "Down"}, {})
    then = {"at": "2026-03-30T10:00:00Z", "rule_set": "d0", "incident": True, "severity": "SEV-4"}
    then |= {"rule": "a", "rules": ["a"], "key": {}, "policy": None, "labels": {"team": "web"}}
    chosen = msgspec.structs.replace(plan(step(0, "person:alice")), rules=RULES)
    today = msgspec.to_builtins(explained(chosen, alert, MONDAY))
    row = {"source": "am", "fingerprint": "f00", "episode": 1, "incident": None, "then": then}

    rest = {"today": today, "same_rules": same_rules, "differs": []}
    print_recorded({**row, **rest}, everything=False)

    assert ("is not recorded" in capsys.readouterr().out) is not same_rules


def test_what_would_miss_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    expectations = {"source:am": Expectation("source:am", 5 * MINUTE, Severity.SEV2)}
    chosen = plan(step(0, "person:alice"))

    out = shown(capsys, msgspec.structs.replace(chosen, rules=RULES, expectations=expectations))

    missed = "source am: a SEV-2 opens when none has come for 5m, at 20"
    assert f"\nexpected to come again\n  {missed}" in out
    assert " if this is the last\n" in out
