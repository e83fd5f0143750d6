"""Groups of alerts, unread."""

import msgspec
import pytest

from triaged.errors import Malformed
from triaged.ingest import Reason
from triaged.ingest.common.groups import envelope_of


@pytest.mark.parametrize(("given", "left_out"), [("3", 3), ("-1", 0), ('"3"', 0), ("null", 0)])
def test_what_is_left_out_is_counted(given: str, left_out: int) -> None:
    envelope = envelope_of(f'{{"alerts":[],"truncatedAlerts":{given}}}'.encode())

    assert envelope.left_out == left_out


@pytest.mark.parametrize("status", [None, "firing", 5])
def test_part_of_a_group_is_a_body_again(status: object) -> None:
    envelope = envelope_of(msgspec.json.encode({"status": status, "alerts": [1, 2]}))

    again = envelope_of(envelope.wrap([b"2"]))

    assert [bytes(raw) for raw in again.alerts] == [b"2"]
    assert again.status == (status if isinstance(status, str) else None)


def test_what_is_no_group_is_told_what_one_is() -> None:
    with pytest.raises(Malformed, match="an object with a list `alerts` is expected") as caught:
        envelope_of(b'{"text":"x"}')

    assert caught.value.reason == Reason.WRONG_SHAPE
