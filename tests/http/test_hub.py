"""Live views: every change once, slow readers cut, gaps told."""

from triaged.core.records.effects import ByKind, SaveIncident
from triaged.core.records.model import Incident, Plan, Severity
from triaged.http.hub import LOG_MAX, QUEUE_MAX, WATCHERS_MAX, Hub

NOW = 1_800_000_000_000_000


def incident(number: int, title: str = "A") -> Incident:
    return Incident(number, (), title, Severity.SEV2, "unclassified", NOW, Plan("default", ()))


def test_a_watcher_gets_every_change_once_per_commit() -> None:
    hub = Hub(NOW)
    with hub.watching() as watcher:
        saves = [SaveIncident(incident(1)), SaveIncident(incident(2))]
        hub.committed(ByKind([*saves, SaveIncident(incident(1, "B"))]))

        got = [watcher.queue.get_nowait() for _ in range(watcher.queue.qsize())]

    assert [(change.id, change.incident.title) for change in got if change] == [
        (NOW + 1, "B"),
        (NOW + 2, "A"),
    ]


def test_a_reader_that_falls_behind_is_cut_off() -> None:
    hub = Hub(NOW)
    with hub.watching() as watcher:
        for number in range(QUEUE_MAX + 50):
            hub.committed(ByKind([SaveIncident(incident(number))]))

        got = [watcher.queue.get_nowait() for _ in range(watcher.queue.qsize())]

    assert watcher.cut
    assert len(got) == QUEUE_MAX
    assert got[-1] is None


def test_what_was_missed_is_told_as_long_as_it_is_known() -> None:
    hub = Hub(NOW)
    for number in range(3):
        hub.committed(ByKind([SaveIncident(incident(number))]))

    missed = hub.missed(NOW + 1)

    assert missed is not None
    assert [change.id for change in missed] == [NOW + 2, NOW + 3]
    assert hub.missed(NOW + 3) == []
    assert hub.missed(NOW) is not None


def test_what_is_no_longer_known_is_said_to_be_so() -> None:
    hub = Hub(NOW)
    for number in range(LOG_MAX + 10):
        hub.committed(ByKind([SaveIncident(incident(number))]))

    assert hub.missed(NOW + 1) is None
    assert hub.missed(NOW - 1_000_000) is None  # an id of before the restart
    assert hub.missed(NOW + LOG_MAX + 11) is None  # an id that we never gave


def test_a_stream_that_ended_is_forgotten() -> None:
    hub = Hub(NOW)
    with hub.watching():
        pass

    hub.committed(ByKind([SaveIncident(incident(1))]))
    assert not hub.full


def test_streams_are_bounded() -> None:
    hub = Hub(NOW)
    watchers = [hub.watching() for _ in range(WATCHERS_MAX)]
    for watcher in watchers:
        watcher.__enter__()

    assert hub.full


def test_stopping_ends_every_stream() -> None:
    hub = Hub(NOW)
    with hub.watching() as watcher:
        hub.close()

        assert watcher.queue.get_nowait() is None
