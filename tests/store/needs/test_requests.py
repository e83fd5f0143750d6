from triaged.core.records.practice.request_events import RequestRetried
from triaged.core.records.practice.requests import Request
from triaged.store.needs.event_needs import EventNeeds
from triaged.store.needs.requests import request_needs


def test_a_request_is_needed_with_its_incident() -> None:
    alone, tied = RequestRetried("r1", "alice"), RequestRetried("r2", "alice", 7)

    assert list(request_needs(alone)) == [EventNeeds(row_ids={Request: {"r1"}})]
    assert list(request_needs(tied)) == [EventNeeds(frozenset({7}), row_ids={Request: {"r2"}})]
