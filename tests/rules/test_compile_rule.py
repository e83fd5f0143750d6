import msgspec

from triaged.core.records.expectations import Expectation
from triaged.core.records.model import ResolvePolicy, ResolveWhen, Severity
from triaged.core.records.severity import FiringFor, ManyAlerts, ManyValues, Raise, Reopenings
from triaged.core.time.durations import MINUTE
from triaged.rules import schema
from triaged.rules.actions import (
    SetGroupBy,
    SetIncident,
    SetLabels,
    SetPolicy,
    SetRaise,
    SetResolve,
    SetRunbook,
    SetService,
    SetSeverity,
    SetTeam,
    SetTitle,
)
from triaged.rules.compile_rule import compiled
from triaged.rules.conditions import FromSource
from triaged.rules.matchers import matchers_of
from triaged.rules.templates import compile_template

TEXT = compile_template("shop")


def test_each_value_that_a_rule_sets_is_an_action() -> None:
    given = schema.Set(
        severity=Severity.SEV1,
        service=TEXT,
        team=TEXT,
        policy="loud",
        group_by=("cluster",),
        title=TEXT,
        runbook=TEXT,
        labels={"a": TEXT},
        resolve=schema.Resolve(ResolveWhen.FIRST, MINUTE),
        raises=(schema.Raise(Severity.SEV1, schema.RaiseWhen(reopens=2)),),
        incident=False,
    )

    found = compiled(schema.Rule("all", set=given), ())

    assert all(value is not None for value in msgspec.structs.astuple(given))
    assert found.actions == (
        SetSeverity(Severity.SEV1),
        SetService(TEXT),
        SetTeam(TEXT),
        SetPolicy("loud"),
        SetGroupBy(("cluster",)),
        SetTitle(TEXT),
        SetRunbook(TEXT),
        SetLabels((("a", TEXT),)),
        SetResolve(ResolvePolicy(ResolveWhen.FIRST, MINUTE)),
        SetRaise((Raise(Severity.SEV1, Reopenings(2)),)),
        SetIncident(False),
    )


def test_each_event_that_raises_is_told_apart() -> None:
    events = (
        schema.RaiseWhen(alerts=3, within=MINUTE),
        schema.RaiseWhen(distinct="pod", count=2, within=MINUTE),
        schema.RaiseWhen(firing_for=MINUTE),
        schema.RaiseWhen(reopens=4),
    )
    given = schema.Set(raises=tuple(schema.Raise(Severity.SEV2, when) for when in events))

    (action,) = compiled(schema.Rule("all", set=given), ()).actions

    assert isinstance(action, SetRaise)
    assert [each.when for each in action.raises] == [
        ManyAlerts(3, MINUTE),
        ManyValues("pod", 2, MINUTE),
        FiringFor(MINUTE),
        Reopenings(4),
    ]


def test_matchers_conditions_and_place_are_those_of_the_rule() -> None:
    matchers = matchers_of('alertname="Disk"')
    conditions = (FromSource(frozenset({"grafana"})),)

    found = compiled(schema.Rule("disk", match=matchers, stop=True), conditions, "r.yaml:1:3")

    assert found.matchers == matchers.all
    assert found.conditions == conditions
    assert (found.stop, found.where, found.actions) == (True, "r.yaml:1:3", ())


def test_expectation_has_what_is_plainly_written() -> None:
    look_up = compile_template("{{ labels.team }}")
    given = schema.Set(service=TEXT, team=look_up, policy="loud")
    rule = schema.Rule("alive", set=given, expect=schema.Expect(MINUTE, Severity.SEV1))

    assert compiled(rule, ()).expects == Expectation(
        name="rule:alive",
        every_us=MINUTE,
        severity=Severity.SEV1,
        service="shop",
        team=None,
        policy="loud",
        runbook=None,
    )
