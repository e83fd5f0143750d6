"""What is known of an incident, before anybody puts it into words."""

from msgspec.structs import replace

from tests.channels.notices import EVIDENCE, INCIDENT, MINUTE, NOW, PAGE
from tests.core.world import DEFAULT_PLAN, settings
from triaged.core.records.labels import Exporters
from triaged.core.records.model import Escalation, Incident, PageState, Recipient, State
from triaged.core.text.facts import (
    DESCRIPTION_LINES,
    PAGED_SHOWN,
    AlertFacts,
    Evidence,
    Facts,
    Upcoming,
    facts_of,
)


def facts(incident: Incident = INCIDENT, evidence: Evidence = EVIDENCE) -> Facts:
    return facts_of(incident, evidence, settings(), NOW)


def test_each_alert_has_what_sets_it_apart() -> None:
    assert facts().alerts == (
        AlertFacts({"pod": "checkout-1", "az": "a", "uid": "11111111"}, "", True, NOW - MINUTE),
        AlertFacts({"pod": "checkout-2", "az": "b", "uid": "22222222"}, "", True, NOW - 2 * MINUTE),
    )
    assert facts().more == 1


def test_operators_say_what_is_of_the_scrape() -> None:
    own = settings(exporters=Exporters(labels=("az", "cluster")))

    found = facts_of(INCIDENT, EVIDENCE, own, NOW)

    assert found.where == {}
    assert "az" not in found.alerts[0].labels
    assert found.alerts[0].labels["job"] == "kube-state-metrics"


def test_a_workload_is_where_only_if_no_pod_is() -> None:
    both = replace(INCIDENT, labels={"pod": "checkout-1", "workload": "checkout"})
    one = replace(INCIDENT, labels={"workload": "checkout"})

    assert facts(both).where == {"pod": "checkout-1"}
    assert facts(one).where == {"workload": "checkout"}


def test_a_summary_that_the_title_repeats_is_left_out() -> None:
    one = replace(EVIDENCE.alerts[0], annotations={"summary": "checkout is down in c1."})

    found = facts(evidence=Evidence((one,)))

    assert (found.summary, found.description) == ("", "")


def test_a_long_description_is_cut() -> None:
    one = replace(EVIDENCE.alerts[0], annotations={"description": "a\n\n" + "line\n" * 50})

    description = facts(evidence=Evidence((one,))).description

    assert description.count("\n") == DESCRIPTION_LINES - 1
    assert description.startswith("a\nline\n")


def test_addresses_come_from_the_names_that_senders_use() -> None:
    given = {"dashboardURL": "https://g/d", "panelURL": "https://g/p", "silenceURL": "https://g/s"}
    given |= {"runbook_url": "https://r/1"}
    one = replace(EVIDENCE.alerts[0], annotations=given)

    urls = facts(replace(INCIDENT, runbook=None), Evidence((one,))).urls

    assert (urls.dashboard, urls.panel, urls.silence) == (
        "https://g/d",
        "https://g/p",
        "https://g/s",
    )
    assert (urls.runbook, urls.source) == ("https://r/1", EVIDENCE.alerts[0].url)


def test_who_was_paged_is_of_this_epoch_and_each_contact_once() -> None:
    bob = replace(PAGE, recipient=Recipient("bob", "desk"), sent_at=NOW - MINUTE)
    tried = replace(PAGE, recipient=Recipient("carol", "desk"), state=PageState.DUE, attempts=2)
    waits = replace(tried, recipient=Recipient("dave", "desk"), attempts=0)
    before = replace(bob, recipient=Recipient("erin", "desk"), epoch=0)
    many = [
        replace(bob, recipient=Recipient(f"x{number}", "desk")) for number in range(PAGED_SHOWN)
    ]

    found = facts(evidence=Evidence((), (before, bob, bob, tried, waits))).paged
    most = facts(evidence=Evidence((), (*many, bob))).paged

    assert [(one.whom, one.is_sent) for one in found] == [("carol", False), ("bob", True)]
    assert len(most) == PAGED_SHOWN


def test_who_is_next_is_of_the_next_step() -> None:
    place = Escalation(epoch=1, step=3, next_at=NOW + MINUTE)
    incident = replace(INCIDENT, plan=DEFAULT_PLAN, escalation=place)
    over = replace(incident, escalation=replace(place, step=4, next_at=None))

    assert facts(incident).upcoming == Upcoming(("bob",), NOW + MINUTE)
    assert facts(over).upcoming is None
    assert facts(replace(incident, state=State.RESOLVED)).upcoming is None
    assert facts(over).helpers == ("carol",)
