from pathlib import Path

import pytest

from tests.config.samples import configured, is_only, wrong
from triaged.core.records.actors import RESERVED
from triaged.core.records.model import Severity
from triaged.core.settings import Contact, ContactStep, NextBusinessDay, Person, Service, Team
from triaged.core.time import recurring
from triaged.core.time.calendars import Calendar
from triaged.core.time.durations import DAY, WEEK
from triaged.core.time.oncall import Rotation, Schedule

MAIL = "{console: {kind: console}, mail: {kind: email, smtp: 'smtp://127.0.0.1', from: a@b.org}}"
TWO = "{desk: {channel: console}, mail: {channel: mail, to: a@b.org}}"


def test_person_has_an_order_of_contacts_for_both_urgencies(tmp_path: Path) -> None:
    people = f"{{alice: {{contacts: {TWO}}}}}"

    settings = configured(tmp_path, channels=MAIL, people=people, timezone="Asia/Tokyo").settings

    assert settings.people["alice"] == Person(
        id="alice",
        name="alice",
        timezone="Asia/Tokyo",
        contacts={"desk": Contact("console"), "mail": Contact("mail", "a@b.org")},
        page=(ContactStep("desk"), ContactStep("mail")),
        notify=(ContactStep("desk"),),
    )


def test_person_may_say_which_contact_when(tmp_path: Path) -> None:
    lists = "page: [{contact: mail}, {contact: desk, after: 2m}], notify: [{contact: mail}]"
    people = f"{{alice: {{name: Alice A., timezone: UTC, contacts: {TWO}, {lists}}}}}"

    alice = configured(tmp_path, channels=MAIL, people=people).settings.people["alice"]

    assert alice.name == "Alice A."
    assert alice.page == (ContactStep("mail"), ContactStep("desk", 120_000_000))
    assert alice.notify == (ContactStep("mail"),)


@pytest.mark.parametrize(
    ("person", "at", "message"),
    [
        ("{}", "{}", "contacts is missing: a map"),
        ("{contacts: {}}", "alice", "alice has no contact: nothing would reach them"),
        (
            "{contacts: {a: {channel: consle}}}",
            "consle",
            "channels: 'consle' is none of console, m",
        ),
        ("{contacts: {a: {channel: mail}}}", "{channel: mail}", "`to` is missing: a contact throu"),
        ("{contacts: {a: {channel: mail, to: nobody}}}", "nobody", "a contact through email needs"),
        (
            "{contacts: {desk: {channel: console}}, page: [{contact: dsk}]}",
            "dsk",
            "contacts: 'dsk' is none of desk (did you mean desk?)",
        ),
        (
            "{contacts: {a: {channel: console}}, notify: [{contact: a, after: 2m}, {contact: a}]}",
            "{contact: a}",
            "comes before the step above: put it there",
        ),
        (
            "{contacts: {a: {channel: console}}, timezone: Mars/Base}",
            "Mars/Base",
            "'Mars/Base' is no time zone such as Europe/Berlin or UTC",
        ),
    ],
)
def test_what_would_not_reach_a_person_is_wrong(
    tmp_path: Path, person: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, people=f"{{alice: {person}}}", channels=MAIL)

    assert is_only(found, at, message), found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *((name, f"'{name}' names another actor in timelines") for name in sorted(RESERVED)),
        ("a b", "'a b' is no name: letters, digits"),
    ],
)
def test_person_has_a_name_that_timelines_can_tell(tmp_path: Path, name: str, message: str) -> None:
    contact = "{contacts: {a: {channel: console}}}"

    found = wrong(tmp_path, people=f"{{alice: {contact}, {name}: {contact}}}")

    assert is_only(found, name, message), found


def test_calendar_reads_its_hours_in_its_zone(tmp_path: Path) -> None:
    calendars = "{berlin: {timezone: Europe/Berlin, open: 'mon 09:00-12:00'}}"

    settings = configured(
        tmp_path, calendars=calendars, severities="{SEV-4: {calendar: berlin}}"
    ).settings

    hours = recurring.parse("mon 09:00-12:00")
    berlin = Calendar("berlin", "Europe/Berlin", hours)
    assert settings.severities[Severity.SEV4].respond_within == NextBusinessDay(berlin)


@pytest.mark.parametrize(
    ("calendar", "at", "message"),
    [
        ("{}", "{}", "open is missing: days and hours such as mon-fri 09:00-17:30"),
        ("{open: monday}", "monday", "'monday'"),
        ("{open: mon 25:00-26:00}", "mon", "'"),
        ("{open: daily, vacation: DE}", "vacation", "'vacation' is none of open, holidays"),
    ],
)
def test_calendar_that_cannot_be_read_is_wrong(
    tmp_path: Path, calendar: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, calendars=f"{{a: {calendar}}}")

    assert is_only(found, at, message), found


def test_schedule_is_rotations_in_a_zone(tmp_path: Path) -> None:
    week = "{people: [alice], every: 1w, from: '2026-01-05T09:00'}"
    days = "{people: [alice], every: 1d, from: '2026-01-05T00:00', only: sat-sun}"

    settings = configured(tmp_path, schedules=f"{{p: {{rotations: [{week}, {days}]}}}}").settings

    assert settings.schedules["p"] == Schedule(
        "p",
        "UTC",
        (
            Rotation(("alice",), WEEK, "2026-01-05T09:00"),
            Rotation(("alice",), DAY, "2026-01-05T00:00", recurring.parse("sat-sun")),
        ),
    )


@pytest.mark.parametrize(
    ("rotations", "at", "message"),
    [
        ("[]", "p:", "p has no rotation: nobody would ever be on call"),
        ("[{people: [alcie], every: 1w, from: '2026-01-05T09:00'}]", "alcie", "people: 'alcie' is"),
        ("[{people: [], every: 1w, from: '2026-01-05T09:00'}]", "{people", "a rotation needs at"),
        (
            "[{people: [alice], every: 90m, from: '2026-01-05T09:00'}]",
            "{people",
            "turns take whole",
        ),
        (
            "[{people: [alice], every: 1w, from: '2026-02-30T09:00'}]",
            "{people",
            "'2026-02-30T09:00",
        ),
        (
            "[{people: [alice], every: 1w, from: 2026-01-05}]",
            "2026",
            "expected a wall time such as",
        ),
        ("[{people: [alice], every: 1w}]", "{people", "from is missing: a wall time such as"),
    ],
)
def test_schedule_that_reaches_nobody_is_wrong(
    tmp_path: Path, rotations: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, schedules=f"{{p: {{rotations: {rotations}}}}}")

    assert is_only(found, at, message), found


def test_contact_may_have_an_account_beside_its_address(tmp_path: Path) -> None:
    contacts = "{mail: {channel: mail, to: a@b.org}, room: {channel: console, account: U1}}"

    settings = configured(tmp_path, channels=MAIL, people=f"{{alice: {{contacts: {contacts}}}}}")

    found = settings.settings.people["alice"].contacts
    assert {name: contact.answers_as for name, contact in found.items()} == {
        "mail": "a@b.org",
        "room": "U1",
    }


def test_account_belongs_to_one_person(tmp_path: Path) -> None:
    own = "{contacts: {a: {channel: console, account: U1}, b: {channel: console, account: U1}}}"
    other = "{contacts: {desk: {channel: console, account: U1 }}}"

    found = wrong(tmp_path, people=f"{{alice: {own}, bob: {other}}}")

    assert is_only(found, "U1 }", "alice has this account already"), found


def test_team_and_service_are_taken_as_written(tmp_path: Path) -> None:
    teams = "{payments: {people: [alice], policy: default}}"
    services = "{checkout: {team: payments, depends_on: [postgres], runbook: 'https://a.org/x'}}"

    settings = configured(tmp_path, teams=teams, services=services).settings

    assert settings.teams == {"payments": Team("payments", ("alice",), "default")}
    assert settings.services == {
        "checkout": Service("checkout", "payments", ("postgres",), "https://a.org/x")
    }


@pytest.mark.parametrize(
    ("team", "at", "message"),
    [
        ("{people: [bob]}", "bob", "people: 'bob' is none of alice"),
        ("{policy: defualt}", "defualt", "policies: 'defualt' is none of default (did you mean"),
    ],
)
def test_team_refers_to_what_exists(tmp_path: Path, team: str, at: str, message: str) -> None:
    assert is_only(wrong(tmp_path, teams=f"{{payments: {team}}}"), at, message)


@pytest.mark.parametrize(
    ("service", "at", "message"),
    [
        ("{team: payment}", "payment}", "teams: 'payment' is none of payments (did you mean"),
        ("{depends_on: [checkout]}", "checkout]", "checkout depends on itself"),
        ("{runbook: here}", "here", "expected a URL such as"),
    ],
)
def test_service_refers_to_what_exists(tmp_path: Path, service: str, at: str, message: str) -> None:
    found = wrong(tmp_path, services=f"{{checkout: {service}}}", teams="{payments: {}}")

    assert is_only(found, at, message), found


@pytest.mark.parametrize(
    ("key", "at", "message"),
    [
        ("notice_before: 8d", "8d", "at most 7d before a shift"),
        ("notice_before: soon", "soon", "'soon'"),
        ("gaps_allowed: sometimes", "sometimes", "'sometimes'"),
    ],
)
def test_wrong_notices_and_gaps_are_reported(
    tmp_path: Path, key: str, at: str, message: str
) -> None:
    rotation = '{people: [alice], every: 1w, from: "2026-01-05T09:00"}'
    schedules = f"{{primary: {{{key}, rotations: [{rotation}]}}}}"

    ((where, said), *rest) = wrong(tmp_path, schedules=schedules)

    assert rest == []
    assert where.startswith(at)
    assert message in said


def test_schedule_has_notices_and_allowed_gaps(tmp_path: Path) -> None:
    rotation = '{people: [alice], every: 1w, from: "2026-01-05T09:00"}'
    keys = f"notice_before: 1h, gaps_allowed: sat-sun, rotations: [{rotation}]"

    primary = configured(tmp_path, schedules=f"{{primary: {{{keys}}}}}").settings.schedules[
        "primary"
    ]

    assert primary.notice_before_us == 3_600_000_000
    assert primary.gaps_allowed == recurring.parse("sat-sun")


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ("daily", "these hours never end: nothing would ever be told"),
        ("at night", "'at night'"),
    ],
)
def test_wrong_quiet_hours_are_reported(tmp_path: Path, hours: str, message: str) -> None:
    people = f"{{alice: {{contacts: {{desk: {{channel: console}}}}, quiet_hours: {hours}}}}}"

    ((where, said),) = wrong(tmp_path, people=people)

    assert where.startswith(hours)
    assert message in said


def test_quiet_hours_are_read(tmp_path: Path) -> None:
    people = "{alice: {contacts: {desk: {channel: console}}, quiet_hours: 'daily 22:00-07:00'}}"

    alice = configured(tmp_path, people=people).settings.people["alice"]

    assert alice.quiet_hours == recurring.parse("daily 22:00-07:00")
