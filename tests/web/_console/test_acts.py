"""Forms of an incident's page; what they do is in tests/web/test_incident_actions.py."""

from datetime import UTC, datetime

from triaged.core.records.events import Assigned, SeverityChosen, Snoozed
from triaged.core.records.model import Severity
from triaged.core.time.durations import HOUR
from triaged.web._console.acts import event_of, read_form, snooze_end
from triaged.web._console.clock import Clock
from triaged.wire import instant

NOW = instant(datetime(2026, 3, 28, 23, 0, tzinfo=UTC))
BERLIN = Clock("Europe/Berlin", NOW)
"""The night in which clocks go forward there."""


def test_what_the_page_said_goes_with_the_form_unless_the_sender_insists() -> None:
    body = b"do=severity&severity=SEV-1&expected=SEV-2&text=all"
    calm, sure = read_form(body), read_form(body + b"&anyway=1")
    empty = read_form(b"do=assign&person=bob&expected=")
    assert calm is not None
    assert sure is not None
    assert empty is not None

    assert event_of(calm, 1, "a", BERLIN) == SeverityChosen(
        1, "a", Severity.SEV1, "all", Severity.SEV2
    )
    assert event_of(sure, 1, "a", BERLIN) == SeverityChosen(1, "a", Severity.SEV1, "all")
    assert event_of(empty, 1, "a", BERLIN) == Assigned(1, "a", "bob", "")


def test_the_morning_is_that_of_the_readers_clock() -> None:
    morning = instant(datetime(2026, 3, 29, 7, 0, tzinfo=UTC))

    assert snooze_end("morning", BERLIN) == morning
    assert snooze_end("4h", BERLIN) == NOW + 4 * HOUR
    assert snooze_end("soon", BERLIN) is None


def test_a_snooze_is_an_instant() -> None:
    form = read_form(b"do=snooze&until=1h")
    assert form is not None

    assert event_of(form, 7, "a", BERLIN) == Snoozed(7, "a", NOW + HOUR)


def test_what_is_no_form_is_none() -> None:
    assert read_form(b"\xff") is None
    assert read_form(b"do=note&text=" + b"x" * 20_001) is None
