from tests.core.oncall.scene import Rota
from tests.core.world import MONDAY
from triaged.core.oncall.notices import SHIFTS_SHOWN, Record, reason_text
from triaged.core.records.practice.duty_events import Span
from triaged.core.time.durations import HOUR, MINUTE


def test_each_person_gets_one_message_and_strangers_none() -> None:
    rota = Rota()
    record = Record(rota.situation(), "1", "alice: something")

    for person in ("bob", "bob", "frank"):
        record.tell(person, "look")

    assert record.told == ["bob"]


def test_a_long_list_of_shifts_is_cut() -> None:
    rota = Rota()

    rota.plan([Span(MONDAY + n * HOUR, MONDAY + n * HOUR + MINUTE, "dave") for n in range(1, 14)])

    lines = rota.messages()["dave"][1].splitlines()
    assert lines[-1] == "  and 3 more"
    assert len(lines) == 1 + 2 + 1 + SHIFTS_SHOWN + 1


def test_a_reason_is_a_strangers_text() -> None:
    assert reason_text("") == ""
    assert reason_text("see http://x\nnow") == ": see http[:]//x now"
