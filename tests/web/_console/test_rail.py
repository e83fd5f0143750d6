"""Who is on call, what is wrong with triaged, who was heard."""

from msgspec.structs import replace

from tests.api.site import Site
from triaged.core.oncall.duty import Duty, duty_of
from triaged.core.records.model import Page, PageKind, Recipient, Severity
from triaged.core.settings import Contact
from triaged.core.time.durations import HOUR, MINUTE
from triaged.core.time.oncall import Schedule
from triaged.web._console.clock import Clock
from triaged.web._console.rail import Found, Heard, Trouble, is_silent, phone_of, rail_of

NOW = 1_767_614_400_000_000  # 2026-01-05 12:00 UTC


def found(duty: Duty, **changes: object) -> Found:
    return replace(Found(duty, {}, 0, ()), **changes)


def test_people_stand_with_their_schedule_and_local_time(site: Site) -> None:
    settings = site.context.configuration.settings
    rail = rail_of(found(duty_of(settings)), settings, Clock("UTC", NOW))

    (one,) = rail.duty
    assert (one.name, one.schedule) == ("alice", "primary")
    assert one.beside == "until 12 Jan 09:00 · 13:00 in Berlin"


def test_a_schedule_without_anybody_is_a_gap(site: Site) -> None:
    settings = site.context.configuration.settings
    empty = Duty({"night": Schedule("night", "UTC", ())})
    rail = rail_of(found(empty), settings, Clock("UTC", NOW))

    assert rail.duty[0].name == ""
    assert rail.trouble == (Trouble("gap", "bad", "night has nobody 12:00 to Tue 12:00"),)


def test_what_waits_and_what_was_kept_is_said_once_each(site: Site) -> None:
    settings = site.context.configuration.settings
    page = Page(
        id="1/alice/desk",
        incident=1,
        kind=PageKind.PAGE,
        recipient=Recipient("alice", "desk"),
        channel="sms",
        urgency="page",
        severity=Severity.SEV1,
        due_at=NOW + MINUTE,
        created_at=NOW,
        received_at=NOW,
        epoch=1,
        round=1,
        step=1,
        error="429",
    )
    rail = rail_of(
        found(duty_of(settings), waiting=[page, page], quarantined=2), settings, Clock("UTC", NOW)
    )

    assert [(one.word, one.text) for one in rail.trouble] == [
        ("held", "sms: 429; next try 12:01:00"),
        ("kept", "2 bodies could not be used: triaged quarantine list"),
    ]


def test_sources_stand_with_the_last_that_was_heard_of_them(site: Site) -> None:
    settings = site.context.configuration.settings
    heard = {("am", "a"): NOW - 5 * MINUTE, ("am", "b"): NOW - MINUTE, ("old", ""): NOW - 2 * HOUR}
    clock = Clock("UTC", NOW)
    rail = rail_of(found(duty_of(settings), heard=heard), settings, clock)

    assert rail.heard == (
        Heard("am", NOW - MINUTE, is_late=False),
        Heard("old", NOW - 2 * HOUR, is_late=True),
    )
    assert not is_silent(rail, clock)
    assert is_silent(rail, Clock("UTC", NOW + HOUR))


def test_a_number_is_one_that_a_phone_dials(site: Site) -> None:
    person = site.context.configuration.settings.people["alice"]
    reached = replace(
        person, contacts={"a": Contact("mail", "a@b"), "b": Contact("sms", "+4912345")}
    )

    assert (phone_of(person), phone_of(reached), phone_of(None)) == ("", "+4912345", "")
