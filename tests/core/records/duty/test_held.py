from triaged.core.records.duty.held import HeldMessage, HeldState
from triaged.core.records.severity import Severity


def test_message_is_held_until_somebody_is_told() -> None:
    row = HeldMessage("INC-1/x/alice/mail", 1, "alice", "mail", Severity.SEV4, "", 5, 90)

    assert (row.state, row.told_at) == (HeldState.HELD, None)
