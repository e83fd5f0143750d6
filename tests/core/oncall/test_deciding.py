from tests.core.oncall.scene import Rota
from triaged.core.decide import decide
from triaged.core.oncall.deciding import decide_duty
from triaged.core.records.practice.duty_events import OverrideEnded


def test_events_of_duty_come_here() -> None:
    situation, event = Rota().situation(), OverrideEnded("7", "bob")

    assert decide(situation, event) == decide_duty(situation, event)
