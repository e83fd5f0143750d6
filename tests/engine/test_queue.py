import pytest

from triaged.core.records.answers import Attached
from triaged.core.records.events import TimerFired
from triaged.core.records.timers import StepDue
from triaged.engine.queue import Job, Queue
from triaged.errors import StoreUnavailable


def job(count: int, first: int = 1) -> Job:
    """So many events, numbered."""
    return Job([TimerFired(StepDue(first + n, 0, 1, 1, 1)) for n in range(count)])


async def test_a_queue_gives_what_there_is_room_for_in_order() -> None:
    queue, one, two = Queue(), job(3), job(2)
    queue.put(one)
    queue.put(two)

    assert queue.take(4) == [(one, one.events), (two, two.events[:1])]
    assert queue.waiting == 1
    assert queue.take(4) == [(two, two.events[1:])]
    assert queue.take(4) == []


async def test_the_rest_of_what_failed_goes_without() -> None:
    queue, one, two = Queue(), job(3), job(1)
    queue.put(one)
    queue.put(two)
    queue.take(1)
    one.fail(StoreUnavailable("no"))

    assert queue.take(4) == [(two, two.events)]
    assert queue.waiting == 0
    with pytest.raises(StoreUnavailable):
        await one.done


async def test_who_waits_is_free_with_the_last_answer() -> None:
    one = job(2)

    one.answer([Attached(1)])
    assert not one.done.done()

    one.answer([Attached(2)])
    assert await one.done == [Attached(1), Attached(2)]
