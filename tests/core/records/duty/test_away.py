from triaged.core.records.duty.away import Absence, Away, AwayState


def test_absence_is_the_time_of_its_row() -> None:
    row = Away("a1", None, "alice", 5, 9, "holiday", "bob", 1)

    assert row.absence == Absence("alice", 5, 9)
    assert row.state is AwayState.PLANNED
