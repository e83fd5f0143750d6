from structlog.testing import capture_logs

from triaged.core.time.durations import SECOND
from triaged.process.maintenance.clock_comparison import STEP_WARN_US, ClockComparison


class Steps:
    """A clock from which the wall clock is this far away."""

    def __init__(self) -> None:
        self.us = 0

    def step_us(self) -> int:
        """So far."""
        return self.us


async def test_a_step_of_the_wall_clock_is_warned_of_once_each_way() -> None:
    clock = Steps()
    job = ClockComparison(clock)
    far = STEP_WARN_US + SECOND

    with capture_logs() as logs:
        for clock.us in (0, STEP_WARN_US, far, far, 0):
            await job.once()

    assert [(entry["event"], entry["seconds"]) for entry in logs] == [
        ("clock.stepped", far // SECOND),
        ("clock.stepped", 0),
    ]
