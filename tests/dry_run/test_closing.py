from tests.core.practice.learning_world import learning
from tests.core.world import settings
from tests.dry_run.past import past_of
from tests.dry_run.played import SETTINGS, one
from triaged.core.records.model import Severity
from triaged.dry_run.closing import closable
from triaged.dry_run.replay.replay import happened, replay
from triaged.dry_run.ruletests.cases import play


def test_no_severity_demands_a_postmortem() -> None:
    found = closable(learning())

    assert {found.severities[severity].postmortem for severity in Severity} == {"optional"}
    assert found.severities[Severity.SEV1].roles == "required"


def test_recorded_close_is_repeated_whatever_the_severity_demands() -> None:
    doings = [(60, ("fire", 0)), (60, ("resolve", 1)), (60, ("close", 1))]
    history = past_of(settings(), doings).history()

    run = replay(history, learning())

    assert (run.refused, run.incidents) == (0, happened(history).incidents)


def test_case_may_close_an_incident() -> None:
    case = one(
        "input: [{alertname: Down, severity: SEV-1}],"
        " do: [{at: 1m, resolve: bob}, {at: 2m, close: bob}], expect: {state: closed}"
    )

    played = play(case, learning(rules=SETTINGS.rules))

    assert played.refused == ()
