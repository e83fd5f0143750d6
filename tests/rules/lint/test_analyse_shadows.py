"""Shadow rules: recorded, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.rules.generated import LABELS, RULES
from triaged.core.records.model import Alert, Outcome, Severity, Shadowed
from triaged.core.time.durations import HOUR
from triaged.rules.actions import SetSeverity
from triaged.rules.evaluate import CompiledRule, RuleSet, ShadowRule, differences
from triaged.rules.lint.analyse_shadows import in_vain, overdue
from triaged.rules.read import RuleContext, read_rules
from triaged.rules.rule_changes import changes_between
from triaged.wire import instant_text
from triaged.yamlschema.document import parse

CONTEXT = RuleContext(policies=frozenset({"loud"}), timezone="Europe/Berlin")


def rules_of(text: str) -> RuleSet:
    """These rules, in which nothing is wrong."""
    rules, problems = read_rules([parse("r.yaml", text.encode())], CONTEXT)
    assert problems == []
    return rules


def classify(text: str, now: int = 0, **labels: str) -> Outcome:
    """What these rules make of an alert with these labels."""
    return rules_of(text).classify(Alert("am", "f00", True, labels, {}), now)


def split(rules: list[CompiledRule], shadow: list[bool]) -> RuleSet:
    """The rules, shadow rules taken out of the walk."""
    active: list[CompiledRule] = []
    shadows: list[ShadowRule] = []
    for rule, is_shadow in zip(rules, shadow, strict=True):
        if is_shadow:
            shadows.append(ShadowRule(rule, len(active)))
        else:
            active.append(rule)
    return RuleSet(active, "d", shadows=shadows)


@given(rules=RULES, labels=LABELS, data=st.data())
def test_without_its_shadow_rules_a_rule_set_decides_the_same(
    rules: list[CompiledRule], labels: dict[str, str], data: st.DataObject
) -> None:
    shadow = data.draw(st.lists(st.booleans(), min_size=len(rules), max_size=len(rules)))
    alert = Alert("am", "f", True, labels, {})
    found = split(rules, shadow)

    outcome = found.classify(alert, 0)

    assert replace(outcome, shadow=()) == RuleSet(found.rules, "d").classify(alert, 0)


@given(rules=RULES.filter(bool), labels=LABELS, data=st.data())
def test_what_a_rule_would_change_is_what_it_changes_when_it_is_active(
    rules: list[CompiledRule], labels: dict[str, str], data: st.DataObject
) -> None:
    chosen = data.draw(st.integers(0, len(rules) - 1))
    alert = Alert("am", "f", True, labels, {})
    is_shadow = [position == chosen for position in range(len(rules))]

    outcome = split(rules, is_shadow).classify(alert, 0)
    active = RuleSet(rules, "d").classify(alert, 0)

    if rules[chosen].name in active.rules:
        told = (Shadowed(rules[chosen].name, differences(outcome, active)),)
        assert outcome.shadow == told
    else:
        assert outcome.shadow == ()


def test_only_what_would_differ_is_recorded() -> None:
    outcome = classify(
        """
rules:
  - {name: a, set: {team: web}}
  - {name: try, mode: shadow, set: {severity: SEV-1, team: db, policy: loud, incident: true}}
  - {name: b, set: {severity: SEV-3}}
"""
    )

    assert (outcome.severity, outcome.team, outcome.rules) == ("SEV-3", "web", ("a", "b"))
    assert outcome.shadow == (Shadowed("try", (("severity", "SEV-1"), ("policy", "loud"))),)


def test_a_stop_in_the_shadow_would_take_away_what_later_rules_set() -> None:
    outcome = classify(
        """
rules:
  - {name: try, mode: shadow, stop: true}
  - {name: b, set: {severity: SEV-3, incident: false}}
"""
    )

    assert outcome.severity == "SEV-3"
    assert outcome.shadow == (Shadowed("try", (("severity", ""), ("incident", "true"))),)


def test_a_rule_behind_an_active_stop_is_not_looked_at() -> None:
    outcome = classify(
        """
rules:
  - {name: a, stop: true, set: {severity: SEV-3}}
  - {name: try, mode: shadow, set: {severity: SEV-1}}
"""
    )

    assert outcome.shadow == ()


def test_one_shadow_rule_does_not_see_another() -> None:
    outcome = classify(
        """
rules:
  - {name: one, mode: shadow, stop: true, set: {severity: SEV-1}}
  - {name: two, mode: shadow, set: {severity: SEV-2}}
"""
    )

    assert [each.would for each in outcome.shadow] == [
        (("severity", "SEV-1"),),
        (("severity", "SEV-2"),),
    ]


UNTIL = "rules: [{name: try, mode: shadow, until: 2026-12-31, set: {severity: SEV-1}}]"


def test_its_time_ends_when_the_day_begins_where_the_operator_is() -> None:
    (shadow,) = rules_of(UNTIL).shadows
    assert shadow.until_at is not None
    assert instant_text(shadow.until_at) == "2026-12-30T23:00:00.000000Z"

    assert classify(UNTIL, shadow.until_at - 1).shadow != ()
    assert classify(UNTIL, shadow.until_at).shadow == ()


def test_check_warns_of_a_rule_whose_time_in_the_shadow_is_over() -> None:
    rules = rules_of(UNTIL)
    over = rules.shadows[0].until_at or 0

    (problem,) = overdue(rules.shadows, over)

    assert (problem.where, problem.warning) == ("r.yaml:1:9", True)
    assert problem.message == (
        "rule try: its time in the shadow is over since 2026-12-31: make it active or remove it"
    )
    assert overdue(rules.shadows, over - HOUR) == []


def test_rules_are_named_in_their_order_with_those_in_the_shadow() -> None:
    rule = CompiledRule("", actions=(SetSeverity(Severity.SEV1),))
    named = [replace(rule, name=name) for name in "abcd"]

    assert split(named, [True, False, True, True]).loaded == tuple(named)


def test_check_warns_of_rules_that_tell_nothing_in_the_shadow() -> None:
    found = in_vain(
        rules_of(
            """
rules:
  - {name: a, match: ['x="1"'], stop: true, set: {severity: SEV-3}}
  - {name: b, match: ['x="2"'], set: {severity: SEV-3}}
  - {name: never, mode: shadow, match: ['y="1"', 'y="2"'], set: {severity: SEV-1}}
  - {name: behind, mode: shadow, match: ['x="1"'], set: {severity: SEV-1}}
  - {name: nothing, mode: shadow, match: ['x="2"', 'y="1"'], set: {severity: SEV-1}}
  - {name: good, mode: shadow, match: ['x="2"'], set: {severity: SEV-1, team: web}}
  - {name: also, mode: shadow, match: ['x="2"'], set: {severity: SEV-1, team: web}}
"""
        )
    )

    assert [problem.message.split()[1] for problem in found] == ["never", "behind", "nothing"]


def test_a_reload_that_takes_a_rule_out_of_the_shadow_changes_it() -> None:
    before = rules_of(UNTIL)
    after = rules_of(UNTIL.replace("mode: shadow, until: 2026-12-31, ", ""))

    found = changes_between(before, after)

    assert (found.added, found.removed, found.changed) == ((), (), ("try",))
