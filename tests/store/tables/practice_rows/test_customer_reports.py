from tests.core.practice.drills import drilled
from tests.store.conftest import StillClock
from tests.store.desk import Desk
from triaged.core.practice.reports import service_digest
from triaged.core.records.events import TimerFired
from triaged.core.records.practice.reports import (
    CustomerReportState,
    ReportDismissed,
    ReportFiled,
)
from triaged.core.records.timers import ReportDue
from triaged.core.time.durations import MINUTE
from triaged.store.database.connect import Database
from triaged.store.tables.practice_rows import customer_reports

FILED = ReportFiled("REP-1", "customer", "Cannot pay", "it fails", "checkout", "x@y.z")


async def test_reports_are_read_back_by_state(database: Database, clock: StillClock) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(FILED)
    await desk.handle(ReportFiled("REP-2", "customer", "Cannot search"))
    await desk.handle(ReportDismissed("REP-2", "alice", "works for us"))

    async with database.reading() as tx:
        new, _ = await customer_reports.find(tx, [CustomerReportState.NEW], None, 10)
        every, cursor = await customer_reports.find(tx, [], None, 1)
        rest, end = await customer_reports.find(tx, [], cursor, 1)
        none = await customer_reports.fetch(tx, "REP-9")
        unseen = await customer_reports.unseen(tx)

    assert [(row.id, row.title, row.contact) for row in new] == [("REP-1", "Cannot pay", "x@y.z")]
    assert {row.id for row in (*every, *rest)} == {"REP-1", "REP-2"}
    assert (end, none, unseen) == (None, None, 1)


async def test_reports_of_a_service_open_one_incident(
    database: Database, clock: StillClock
) -> None:
    desk = Desk(database, clock, drilled())
    await desk.handle(FILED, ReportFiled("REP-2", "customer", "Me, too", service="checkout"))
    clock.at += 15 * MINUTE

    await desk.handle(TimerFired(ReportDue(1, clock.at, service_digest("checkout"))))
    await desk.handle(TimerFired(ReportDue(2, clock.at, service_digest("checkout"))))
    await desk.handle(TimerFired(ReportDue(2, clock.at, service_digest("checkout"))))

    async with database.reading() as tx:
        first, second = [await customer_reports.fetch(tx, one) for one in ("REP-1", "REP-2")]
    assert first is not None
    assert second is not None
    assert first.joined == second.joined
    incident = await desk.incident(first.joined or 0)
    assert (incident.kind, incident.service) == ("incident", "checkout")
