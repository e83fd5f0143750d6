"""Live views: every change once, slow readers cut, gaps told."""

from triaged.core.records.effects import ByKind, SaveIncident
from triaged.core.records.model import Incident, Plan, Severity
from triaged.http.event_stream import LOG_MAX, QUEUE_MAX, SUBSCRIBERS_MAX, EventStream

NOW = 1_800_000_000_000_000


def incident(number: int, title: str = "A") -> Incident:
    return Incident(number, (), title, Severity.SEV2, "unclassified", NOW, Plan("default", ()))


def test_a_subscriber_gets_every_change_once_per_commit() -> None:
    events = EventStream(NOW)
    with events.subscribed() as subscriber:
        saves = [SaveIncident(incident(1)), SaveIncident(incident(2))]
        events.committed(ByKind([*saves, SaveIncident(incident(1, "B"))]))

        got = [subscriber.queue.get_nowait() for _ in range(subscriber.queue.qsize())]

    assert [(change.id, change.incident.title) for change in got if change and change.incident] == [
        (NOW + 1, "B"),
        (NOW + 2, "A"),
    ]


def test_a_reader_that_falls_behind_is_cut_off() -> None:
    events = EventStream(NOW)
    with events.subscribed() as subscriber:
        for number in range(QUEUE_MAX + 50):
            events.committed(ByKind([SaveIncident(incident(number))]))

        got = [subscriber.queue.get_nowait() for _ in range(subscriber.queue.qsize())]

    assert subscriber.cut
    assert len(got) == QUEUE_MAX
    assert got[-1] is None


def test_what_was_missed_is_told_as_long_as_it_is_known() -> None:
    events = EventStream(NOW)
    for number in range(3):
        events.committed(ByKind([SaveIncident(incident(number))]))

    missed = events.since(NOW + 1)

    assert missed is not None
    assert [change.id for change in missed] == [NOW + 2, NOW + 3]
    assert events.since(NOW + 3) == []
    assert events.since(NOW) is not None


def test_what_is_no_longer_known_is_said_to_be_so() -> None:
    events = EventStream(NOW)
    for number in range(LOG_MAX + 10):
        events.committed(ByKind([SaveIncident(incident(number))]))

    assert events.since(NOW + 1) is None
    assert events.since(NOW - 1_000_000) is None  # an id of before the restart
    assert events.since(NOW + LOG_MAX + 11) is None  # an id that we never gave


def test_a_stream_that_ended_is_forgotten() -> None:
    events = EventStream(NOW)
    with events.subscribed():
        pass

    events.committed(ByKind([SaveIncident(incident(1))]))
    assert not events.full


def test_streams_are_bounded() -> None:
    events = EventStream(NOW)
    subscribers = [events.subscribed() for _ in range(SUBSCRIBERS_MAX)]
    for subscriber in subscribers:
        subscriber.__enter__()

    assert events.full


def test_stopping_ends_every_stream() -> None:
    events = EventStream(NOW)
    with events.subscribed() as subscriber:
        events.close()

        assert subscriber.queue.get_nowait() is None
