"""What unknown bodies are taken for."""

import pytest

from triaged.ingest.common.guess import (
    GUESSES_MAX,
    annotations_of,
    is_resolved,
    labels_of,
    opened,
    says_resolved,
)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "OK"},
        {"state": "resolved"},
        {"current_state": "UP"},
        {"alert_transition": "Recovered"},
        {"event_action": "resolve"},
        {"event_type": "incident.resolved"},
        {"alert": {"actionGroup": "recovered"}},
        {"heartbeat": {"status": 1}},
        {"severity": "clear"},
        {"message_type": "RECOVERY"},
        {"status": None, "state": "closed"},
    ],
)
def test_words_that_say_it_is_over(body: dict[str, object]) -> None:
    assert is_resolved(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": 0},
        {"status": "0"},
        {"status": 200},
        {"status": True},
        {"heartbeat": {"status": 0}},
        {"status": "firing", "state": "ok"},
        {"status": "not ok"},
        {"event_action": "acknowledge"},
    ],
)
def test_everything_else_fires(body: dict[str, object]) -> None:
    assert not is_resolved(body)


def test_words_are_compared_in_any_case() -> None:
    assert says_resolved(" Normal ")
    assert not says_resolved("abnormal")


def test_what_changes_between_reports_is_no_label() -> None:
    body = {"host": "a", "port": 80, "lastReceived": "x", "n_pings": 3, "ok": True, "load": 1.5}

    labels = labels_of(body)

    assert labels == {"host": "a", "port": "80"}
    assert annotations_of(body, labels) == {
        "lastReceived": "x",
        "n_pings": "3",
        "ok": "true",
        "load": "1.5",
    }


@pytest.mark.parametrize(
    "tags",
    [
        {"env": "prod", "tags": "db"},
        ["env:prod", "db"],
        ["env=prod", "db"],
        "env:prod,db",
        '[{"tag":"env","value":"prod"},{"tag":"db","value":""}]',
        [{"name": "env", "value": "prod"}, {"name": "db"}],
        [{"key": "env:prod"}, "db"],
    ],
)
def test_tags_are_labels_in_all_their_forms(tags: object) -> None:
    assert labels_of({"tags": tags}) == {"env": "prod", "tags": "db"}


def test_secrets_are_not_shown() -> None:
    body = {"routing_key": "r", "apiKey": "a", "token": "t", "password": "p", "dedup_key": "d"}

    assert labels_of(body) == {"dedup_key": "d"}
    assert annotations_of(body, {"dedup_key": "d"}) == {}


def test_guesses_are_bounded() -> None:
    body = {f"n{number}": "x" for number in range(1_000)}

    assert len(labels_of(body)) == len(annotations_of(body, {})) == GUESSES_MAX


def test_long_texts_are_annotations() -> None:
    body = {"host": "x" * 300, "where": "a\nb"}

    assert labels_of(body) == {}
    assert annotations_of(body, {}) == body


def test_envelope_is_opened() -> None:
    assert opened({"event": {"id": "1", "data": {"id": "2"}}})["id"] == "2"
    assert "id" not in opened({"specversion": "1.0", "id": "report", "data": 1.5})
