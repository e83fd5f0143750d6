"""Documents of overrides."""

from msgspec.structs import replace

from tests.core.oncall.test_duty import MONDAY, duty, override
from triaged.api._duty import override_document
from triaged.core.time.durations import HOUR

ONE = override(1, "dave", MONDAY, MONDAY + HOUR)


def test_an_override_is_pending_active_over_or_ended() -> None:
    ended = replace(ONE, ended_at=MONDAY, ended_by="bob")

    assert [
        override_document(row, duty(row), at).state
        for row, at in ((ONE, MONDAY - 1), (ONE, MONDAY), (ONE, MONDAY + HOUR), (ended, MONDAY))
    ] == ["pending", "active", "over", "ended"]
