import pytest

from triaged.core.records.model import ResolvePolicy, ResolveWhen, Severity
from triaged.core.records.severity import FiringFor, Raise, Raising
from triaged.rules.actions import (
    Action,
    Plan,
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
    apply,
)
from triaged.rules.templates import compile_template

LATE = Raise(Severity.SEV1, FiringFor(1))
TEXT = compile_template("x")
OTHER = compile_template("y")
NEVER = ResolvePolicy(ResolveWhen.NEVER)


@pytest.mark.parametrize(
    ("action", "plan"),
    [
        (SetSeverity(Severity.SEV1), Plan((), severity=Severity.SEV1, severity_rule="r")),
        (SetService(TEXT), Plan((), service=TEXT)),
        (SetTeam(TEXT), Plan((), team=TEXT)),
        (SetPolicy("loud"), Plan((), policy="loud")),
        (SetGroupBy(("b", "a", "b")), Plan((), group_by=("a", "b"))),
        (SetTitle(TEXT), Plan((), title=TEXT)),
        (SetRunbook(TEXT), Plan((), runbook=TEXT)),
        (SetLabels((("a", TEXT),)), Plan((), labels=(("a", TEXT),))),
        (SetResolve(NEVER), Plan((), resolve=NEVER)),
        (SetRaise((LATE,)), Plan((), raising=Raising("r", (LATE,)))),
        (SetRaise(()), Plan(())),
        (SetIncident(incident=False), Plan((), incident=False)),
    ],
)
def test_an_action_sets_its_attribute_and_no_other(action: Action, plan: Plan) -> None:
    given = Plan(())

    apply(action, given, "r")

    assert given == plan


def test_labels_are_laid_over_those_there_are() -> None:
    plan = Plan((), labels=(("a", OTHER), ("b", OTHER)))

    apply(SetLabels((("a", TEXT),)), plan, "r")

    assert plan.labels == (("a", TEXT), ("b", OTHER))
