"""A customer's report reaches a human: at once those on call, and by a page if nobody looks."""

import pytest
from msgspec.structs import replace

from tests.core.practice.world import practised
from tests.core.world import World
from triaged.core.practice.reports import harmless
from triaged.core.records.answers import Acted, Conflict, Unknown
from triaged.core.records.events import Acknowledged
from triaged.core.records.model import PageKind, Severity, State
from triaged.core.records.practice.reports import (
    CustomerReport,
    CustomerReportState,
    ReportAttached,
    ReportDeclared,
    ReportDismissed,
    ReportFiled,
)
from triaged.core.settings import Service
from triaged.core.time.durations import HOUR, MINUTE

FILED = ReportFiled("REP-1", "customer", "Cannot pay", "I press the button", "checkout", "x@y.z")


@pytest.fixture
def world() -> World:
    services = {name: Service(name) for name in ("checkout", "search")}
    return World(practised(services=services))


def row(world: World, identity: str = "REP-1") -> CustomerReport:
    found = world.view.row(CustomerReport, identity)
    assert found is not None
    return found


def test_whoever_is_on_call_hears_of_a_report_and_nobody_is_paged(world: World) -> None:
    world.handle(FILED)
    world.run_until(world.now + 14 * MINUTE)

    ((_, page),) = world.sent
    assert (page.recipient.person, page.kind, page.urgency) == ("alice", PageKind.UPDATE, "notify")
    assert "Cannot pay" in page.subject
    assert "triaged report show REP-1" in str(page.text)
    assert world.incident.kind == "notice"


def test_report_that_nobody_has_looked_at_pages(world: World) -> None:
    world.handle(FILED)
    world.run_until(world.now + 15 * MINUTE)

    assert (world.incident.state, world.incident.severity) == (State.OPEN, Severity.SEV2)
    assert (world.incident.severity_by, world.incident.service) == ("unclassified", "checkout")
    assert (row(world).state, row(world).joined) == (CustomerReportState.OPENED, 2)
    assert [whom for _, whom in world.pages()] == ["alice/desk", "alice/mail"]


def test_many_reports_of_a_service_page_as_one_incident(world: World) -> None:
    for number in range(5):
        world.handle(replace(FILED, id=f"REP-{number}"))
    world.handle(replace(FILED, id="REP-s", service="search"))
    world.run_until(world.now + 20 * MINUTE)

    opened = [one for one in world.view.incidents.values() if one.kind == "incident"]
    assert [one.service for one in opened] == ["checkout", "search"]
    kinds = world.kinds(opened[0].number)
    assert kinds.count("report.attached") == 4


def test_holder_hears_of_a_further_report(world: World) -> None:
    world.handle(FILED)
    world.run_until(world.now + 15 * MINUTE)
    world.handle(Acknowledged(world.incident.number, "bob"))
    world.handle(replace(FILED, id="REP-2", title="Me, too"))
    world.run_until(world.now + 15 * MINUTE)

    assert ("bob/mail", "another customer report: Me, too") in world.updates()


def test_filing_twice_is_one_report(world: World) -> None:
    assert world.handle(FILED) == world.handle(FILED)
    assert len(world.view.incidents) == 1


def test_attached_report_is_on_the_timeline_and_pages_nobody(world: World) -> None:
    world.fires(service="checkout", severity="SEV-2")
    world.handle(Acknowledged(1, "bob"))
    world.handle(FILED)

    answer = world.handle(ReportAttached("REP-1", "alice", 1))
    again = world.handle(ReportAttached("REP-1", "alice", 1))
    world.run_until(world.now + HOUR)

    assert answer == again == Acted(1)
    assert (row(world).state, row(world).handled_by) == (CustomerReportState.ATTACHED, "alice")
    assert world.kinds(1).count("report.attached") == 1
    assert len([one for one in world.view.incidents.values() if one.kind == "incident"]) == 1
    assert ("bob/mail", "a customer report is attached: Cannot pay") in world.updates()


def test_report_joins_no_incident_of_another_service(world: World) -> None:
    world.fires(service="search")
    world.handle(FILED)

    assert isinstance(world.handle(ReportAttached("REP-1", "alice", 1)), Conflict)


def test_report_joins_no_notice(world: World) -> None:
    world.handle(FILED)

    assert isinstance(world.handle(ReportAttached("REP-1", "alice", 1)), Conflict)


def test_report_that_has_paged_can_still_be_attached(world: World) -> None:
    world.fires(service="checkout")
    world.handle(FILED)
    world.run_until(world.now + 15 * MINUTE)

    assert world.handle(ReportAttached("REP-1", "alice", 1)) == Acted(1)


def test_incident_is_declared_from_a_report(world: World) -> None:
    world.handle(FILED)

    answer = world.handle(ReportDeclared("REP-1", "alice", Severity.SEV1))
    again = world.handle(ReportDeclared("REP-1", "alice", Severity.SEV1))

    assert answer == again == Acted(2)
    assert (world.incident.title, world.incident.text) == ("Cannot pay", "I press the button")
    assert (world.incident.severity, world.incident.service) == (Severity.SEV1, "checkout")
    assert "report.attached" in world.kinds(2)
    assert row(world).state is CustomerReportState.DECLARED


def test_dismissed_report_pages_nobody(world: World) -> None:
    world.handle(FILED)

    early = world.handle(ReportDismissed("REP-1", "alice", "no"))
    world.handle(ReportDismissed("REP-1", "alice", "works for us"))
    again = world.handle(ReportDismissed("REP-1", "alice", "works for us"))
    world.run_until(world.now + HOUR)

    assert isinstance(early, Conflict)
    assert isinstance(again, Acted)
    assert [*world.view.incidents] == [1]
    assert not world.timers


def test_report_is_decided_about_once(world: World) -> None:
    world.fires(service="checkout")
    world.handle(FILED)
    world.handle(ReportDismissed("REP-1", "alice", "works for us"))

    for event in (
        ReportAttached("REP-1", "bob", 1),
        ReportDeclared("REP-1", "bob", Severity.SEV1),
    ):
        answer = world.handle(event)
        assert isinstance(answer, Conflict)
        assert "dismissed by alice" in answer.detail


def test_unknown_reports_and_incidents_are_unknown(world: World) -> None:
    world.handle(FILED)

    for event in (
        ReportAttached("REP-9", "bob", 1),
        ReportAttached("REP-1", "bob", 9),
        ReportDeclared("REP-9", "bob", Severity.SEV1),
        ReportDismissed("REP-9", "bob", "no such thing"),
    ):
        assert isinstance(world.handle(event), Unknown)


def test_texts_of_strangers_are_harmless(world: World) -> None:
    title = "a\x1b[31m\u202eb https://evil.example.org"
    world.handle(replace(FILED, title=title, text="x\x07\nhttps://evil.example.org\n"))

    assert row(world).title == "a [31mb https[:]//evil.example.org"
    assert row(world).text == "x\nhttps[:]//evil.example.org"
    assert len(harmless("a\n" * 5000)) <= 4000
