"""The sequence of pages that an alert leads to, as the core decides it."""

from msgspec.structs import replace

from tests.core.world import MONDAY, plan, settings, step
from triaged.core.muting.muters import Maintenance, Muters
from triaged.core.records.model import Alert, Severity
from triaged.core.settings import NextBusinessDay, Settings, SeverityTarget
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, HOUR, MINUTE
from triaged.core.time.recurring import parse
from triaged.dry_run.whatif import Answer, Moment, Question, what_if
from triaged.rules.matchers import parse_matchers

AT_RISK = "nobody has acknowledged yet: the response target is at risk"


def alert(severity: str = "SEV-1", *, firing: bool = True, **labels: str) -> Alert:
    labels = {"alertname": "Down", "severity": severity, **labels}
    return Alert("am", "f", firing, labels, {}, starts_at=0, ends_at=1)


def ask(
    given: Alert, chosen: Settings | None = None, *, ack: int | None = None, until: int = DAY
) -> Answer:
    return what_if(chosen or settings(), Question((given,), MONDAY, ack, until))


def told(answer: Answer) -> list[tuple[float, str, str]]:
    """(minutes, kind, person or text) of each moment, without pages by mail."""
    return [
        ((m.at - MONDAY) / MINUTE, m.kind, m.person or m.text)
        for m in answer.moments
        if m.contact != "mail"
    ]


def test_everything_is_told_in_its_order() -> None:
    assert told(ask(alert(), until=HOUR)) == [
        (
            0,
            "incident.opened",
            "SEV-1 Down, by rule:label-SEV-1, policy default; respond by 10:05 UTC",
        ),
        (0, "page", "alice"),
        (2.5, "incident.escalated", "escalated to alice (round 1, step 2); next bob at 10:05 UTC"),
        (2.5, "page", "alice"),
        (3.75, "target.at_risk", f"{AT_RISK}, respond by 10:05 UTC"),
        (5, "target.missed", "the response target is missed: nobody acknowledged by 10:05 UTC"),
        (5, "incident.escalated", "escalated to bob (round 1, step 3)"),
        (
            5,
            "incident.exhausted",
            "the last step has fired: nobody else is paged unless somebody escalates",
        ),
        (5, "page", "bob"),
        (60, "end", "open, response missed: all rounds are over, nobody is paged any more"),
    ]


def test_an_alert_goes_on_firing_without_repeats() -> None:
    answer = ask(alert(), settings(stale_after={"am": HOUR}))

    assert [(one.title, one.state) for one in answer.incidents] == [("Down", "open")]


def test_an_acknowledgement_stops_the_pages_until_it_expires() -> None:
    found = told(ask(alert(), ack=3 * MINUTE, until=34 * MINUTE))

    assert [(at, kind) for at, kind, _ in found if at >= 3] == [
        (3, "incident.acknowledged"),
        (3, "phase.changed"),
        (33, "incident.unacknowledged"),
        (33, "page"),
        (34, "end"),
    ]
    text = "acknowledged by alice, until 10:33 UTC without activity"
    assert (3, "incident.acknowledged", text) in found


def test_the_holder_is_warned_before_the_acknowledgement_ends() -> None:
    answer = ask(alert(), ack=3 * MINUTE, until=34 * MINUTE)

    updates = [(m.at, m.person, m.text) for m in answer.moments if m.kind == "update"]
    text = "yours until 12:33 CEST; any note, update or action renews it"
    assert updates[0] == (MONDAY + 28 * MINUTE, "alice", text)


def test_a_page_knows_how_it_is_read() -> None:
    page = next(m for m in ask(alert()).moments if m.kind == "page")

    assert page == Moment(
        MONDAY,
        "page",
        "round 1, step 1, person:alice",
        incident="INC-1",
        person="alice",
        contact="desk",
        channel="desk",
        timezone="Europe/Berlin",
        urgency="page",
    )


def test_the_alert_begins_at_the_instant_and_does_not_lapse() -> None:
    assert all(m.kind != "alert.lapsed" for m in ask(alert(), until=31 * DAY).moments)


def test_a_resolve_and_an_alert_for_machines_open_nothing() -> None:
    assert told(ask(alert(firing=False)))[0][1] == "nothing"
    answer = ask(alert(incident="no"))

    assert (told(answer)[0][1], answer.incidents, answer.first_page_at) == ("nothing", (), None)


def test_nobody_acknowledges_what_paged_nobody() -> None:
    nobody = replace(plan(step(0, "schedule:none")), people={})
    answer = ask(alert(), nobody, ack=MINUTE, until=2 * MINUTE)

    (incident,) = answer.incidents
    assert incident.acknowledged_by is None
    assert answer.first_page_at is None
    assert "nobody was paged" in told(ask(alert(), nobody, until=HOUR))[-1][2]


def test_acknowledgement_counts_from_the_first_page_that_reached_a_person() -> None:
    answer = ask(alert(), plan(step(2, "person:alice")), ack=3 * MINUTE, until=20 * MINUTE)

    (incident,) = answer.incidents
    assert answer.first_page_at == MONDAY + 10 * MINUTE
    assert incident.acknowledged_at == MONDAY + 13 * MINUTE
    assert incident.acknowledged_by == "alice"


def test_what_waits_for_the_office_goes_out_when_it_opens() -> None:
    office = Calendar("office", "UTC", parse("mon-fri 12:00-17:00"))
    base = settings()
    quiet = SeverityTarget(NextBusinessDay(office), "notify")
    chosen = replace(base, severities={**base.severities, Severity.SEV4: quiet})

    answer = ask(alert("SEV-4"), chosen, until=3 * HOUR)

    pages = [((m.at - MONDAY) / MINUTE, m.urgency) for m in answer.moments if m.kind == "page"]
    assert pages[0] == (120, "notify")


def test_what_comes_next_is_told_at_the_end() -> None:
    assert told(ask(alert(), until=MINUTE))[-1] == (
        1,
        "end",
        "open, response on_track, the next step is due 10:02 UTC",
    )
    assert "held by alice" in told(ask(alert(), ack=MINUTE, until=2 * MINUTE))[-1][2]


def test_what_is_muted_rests_and_is_armed_afterwards() -> None:
    until = MONDAY + 10 * MINUTE
    window = Maintenance("work", tuple(parse_matchers("alertname=Down")), start=MONDAY, end=until)
    chosen = replace(settings(), muters=Muters(maintenance=(window,)))

    during = told(ask(alert(), chosen, until=9 * MINUTE))
    after = told(ask(alert(), chosen, until=11 * MINUTE))

    assert during[1:] == [
        (0, "incident.muted", "muted by maintenance:work until 10:10 UTC"),
        (0, "page.held", "held for alice: muted by maintenance:work"),
        (9, "end", "open, response on_track, muted by maintenance:work"),
    ]
    text = "no longer muted by maintenance:work; respond by 10:15 UTC"
    assert [moment for moment in after if moment[0] == 10] == [
        (10, "incident.unmuted", text),
        (10, "page", "alice"),
    ]
