from triaged.core.practice.chronicle import message_id
from triaged.core.records.practice.drills import DrillAborted, DrillRun
from triaged.core.records.practice.events import Merged, MessagesImported, SplitOff
from triaged.core.records.practice.learning_events import PostmortemWaived
from triaged.core.records.practice.notes import ImportedMessage, Message
from triaged.core.records.practice.postmortems import Postmortem
from triaged.core.records.practice.reports import CustomerReport, ReportAttached
from triaged.core.records.practice.roles import RolePeriod
from triaged.store.needs.event_needs import EventNeeds, of_incident
from triaged.store.needs.practice import practice_needs


def test_a_merge_needs_both_incidents_and_who_had_roles_in_the_one() -> None:
    needs = practice_needs(Merged(7, "alice", 3))

    assert needs == EventNeeds(frozenset({3, 7}), {RolePeriod: {7}})


def test_a_split_needs_the_alerts_and_may_open_an_incident() -> None:
    needs = practice_needs(SplitOff(7, "alice", (("am", "f1"),)))

    assert needs == EventNeeds(frozenset({7}), openings=True, split=frozenset({("am", "f1")}))


def test_imported_messages_are_needed_by_their_identity() -> None:
    message = Message("C1/1", 1, "bob", "text")

    needs = practice_needs(MessagesImported(7, "alice", (message,)))

    assert needs.row_ids == {ImportedMessage: {message_id(7, "C1/1")}}


def test_a_report_that_is_attached_needs_the_incident_too() -> None:
    needs = practice_needs(ReportAttached("r1", "alice", 7))

    assert (set(needs.numbers), needs.row_ids) == ({7}, {CustomerReport: {"r1"}})


def test_a_waiver_needs_the_postmortem_and_an_abort_the_drill() -> None:
    assert practice_needs(PostmortemWaived(7, "ann", "tiny")) == of_incident(7, Postmortem)
    assert practice_needs(DrillAborted(8, "ann")) == of_incident(8, DrillRun)
