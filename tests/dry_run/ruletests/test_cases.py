"""A case happens under the real core: what comes in, what people do, what goes out."""

from tests.dry_run.played import played
from triaged.core.time.durations import MINUTE
from triaged.dry_run.ruletests.cases import Played

SEV1 = "{alertname: Down, severity: SEV-1}"


def pages(found: Played) -> list[tuple[float, str]]:
    """(minutes, person) of the pages to desks."""
    return [
        (at / MINUTE, page.recipient.person)
        for at, page in found.pages
        if page.recipient.contact == "desk"
    ]


def test_pages_go_out_until_the_end() -> None:
    found = played(f"input: [{SEV1}], until: 5m, expect: {{incidents: 1}}")

    assert pages(found) == [(0, "alice"), (2.5, "alice"), (5, "bob")]


def test_an_acknowledgement_stops_them_and_ends() -> None:
    found = played(
        f"input: [{SEV1}], do: [{{at: 3m, ack: bob}}], until: 40m, expect: {{incidents: 1}}"
    )

    again = [(33, "alice"), (35.5, "alice"), (38, "bob")]
    assert pages(found) == [(0, "alice"), (2.5, "alice"), *again]


def test_what_is_due_goes_out_before_what_happens_at_that_instant() -> None:
    found = played(f"input: [{SEV1}], do: [{{at: 2m30s, ack: bob}}], expect: {{incidents: 1}}")

    assert pages(found) == [(0, "alice"), (2.5, "alice")]


def test_people_see_the_page_of_the_alert_of_the_same_instant() -> None:
    found = played(
        f"input: [{SEV1}], do: [{{ack: bob}}, {{resolve: bob}}], expect: {{incidents: 1}}"
    )

    (incident,) = found.incidents
    assert (incident.state, pages(found)) == ("resolved", [(0, "alice")])


def test_what_happens_after_the_end_does_not_happen() -> None:
    found = played(
        f"input: [{SEV1}, {{alertname: Late, _at: 9m}}], until: 1m, expect: {{incidents: 1}}"
    )

    assert len(found.incidents) == 1


def test_an_act_names_its_incident_in_the_order_of_opening() -> None:
    found = played(
        f"input: [{SEV1}, {{alertname: Slow}}], "
        "do: [{ack: alice, incident: 1}, {resolve: bob}], expect: {incidents: 2}"
    )

    assert [incident.state for incident in found.incidents] == ["acknowledged", "resolved"]


def test_an_act_that_is_impossible_is_told_with_its_place() -> None:
    found = played(
        "input: [{alertname: Down, _at: 5m}], "
        "do: [{at: 1m, ack: bob}, {at: 6m, close: bob}, {at: 6m, ack: bob, incident: 7}], "
        "expect: {incidents: 1}"
    )

    where = [text.partition(": ") for text in found.refused]
    assert [(place.rpartition(":")[0], text.partition(":")[0]) for place, _, text in where] == [
        ("t.yaml:1", "no incidents had opened by then"),
        ("t.yaml:1", "INC-1"),
        ("t.yaml:1", "1 incidents had opened by then"),
    ]


def test_the_rules_that_matched_are_remembered() -> None:
    found = played(f"input: [{SEV1}, {{alertname: X, _resolve: true}}], expect: {{incidents: 1}}")

    assert [outcome.rule for outcome in found.outcomes] == ["label-SEV-1"]


def test_the_same_case_gives_the_same() -> None:
    text = f"input: [{SEV1}], do: [{{at: 3m, ack: bob}}], until: 4h, expect: {{incidents: 1}}"

    assert played(text) == played(text)


def test_an_input_goes_on_firing_without_repeats() -> None:
    late = "{alertname: Late, _at: 26h}"
    found = played(f"input: [{SEV1}, {late}], until: 30h, expect: {{incidents: 2}}")

    assert [(one.title, one.state) for one in found.incidents] == [
        ("Down", "open"),
        ("Late", "open"),
    ]


def test_a_sender_that_falls_silent_is_missed_if_the_test_expects_it() -> None:
    sends = "input: [{alertname: W, incident: 'no', _every: 1m, _last: 20m}], until: 40m"

    missed = played(f"{sends}, expecting: ['source:alertmanager'], expect: {{incidents: 1}}")
    without = played(f"{sends}, expect: {{incidents: 0}}")

    (incident,) = missed.incidents
    opened_at = missed.case.start_at + 30 * MINUTE
    assert (incident.severity, incident.opened_at, incident.state) == ("SEV-1", opened_at, "open")
    assert pages(missed)[0] == (30, "alice")
    assert without.incidents == ()


def test_of_two_expected_clusters_the_silent_one_is_missed() -> None:
    eu = "{alertname: Watchdog, incident: 'no', cluster: eu1, _every: 1m, _last: 10m}"
    us = "{alertname: Watchdog, incident: 'no', cluster: us1, _every: 1m, _last: 30m}"

    found = played(
        f"input: [{eu}, {us}], expecting: [chains], until: 30m, expect: {{incidents: 1}}"
    )

    (incident,) = found.incidents
    assert incident.opened_at == found.case.start_at + 15 * MINUTE
    assert incident.title.startswith('chains{cluster="eu1"}: not seen since')


def test_what_is_silenced_pages_when_the_silence_ends() -> None:
    silence = "silences: [{match: 'alertname=Down', for: 10m}]"
    found = played(f"{silence}, input: [{SEV1}], until: 11m, expect: {{incidents: 1}}")
    during = played(f"{silence}, input: [{SEV1}], until: 9m, expect: {{incidents: 1}}")

    assert pages(found) == [(10, "alice")]
    assert (pages(during), during.muted_by) == ([], (("silence:1",),))
    assert found.muted_by == ((),)


def test_a_silence_that_begins_later_mutes_from_then() -> None:
    silence = "silences: [{match: 'alertname=Down', at: 1m, for: 3m}]"
    found = played(f"{silence}, input: [{SEV1}], until: 5m, expect: {{incidents: 1}}")

    assert pages(found)[:2] == [(0, "alice"), (4, "alice")]


def test_a_silence_over_a_due_step_stops_the_target_and_arms_anew_when_it_ends() -> None:
    silence = "silences: [{match: 'alertname=Down', at: 1m, for: 2m}]"
    found = played(f"{silence}, input: [{SEV1}], until: 6m, expect: {{incidents: 1}}")

    assert pages(found) == [(0, "alice"), (3, "alice"), (5.5, "alice")]


def test_a_silence_during_which_nothing_is_due_changes_nothing() -> None:
    silence = "silences: [{match: 'alertname=Down', at: 1m, for: 30s}]"
    found = played(f"{silence}, input: [{SEV1}], until: 5m, expect: {{incidents: 1}}")

    assert pages(found) == [(0, "alice"), (2.5, "alice"), (5, "bob")]
