import pytest
from msgspec.structs import replace

from tests.channels.answers import answer, posted
from tests.channels.notices import NOW, PAGE, UPDATE, notice
from triaged.channels import Notice
from triaged.channels.pagerduty import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.records.model import State
from triaged.wire import Secret

SETTINGS = Settings(Secret("k" * 32))


def as_state(sent: Notice, state: State) -> Notice:
    return replace(sent, incident=replace(sent.incident, state=state))


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        (notice(), "trigger"),
        (as_state(notice(UPDATE), State.ACKNOWLEDGED), "acknowledge"),
        (as_state(notice(), State.ACKNOWLEDGED), "trigger"),
        (as_state(notice(UPDATE), State.RESOLVED), "resolve"),
        (as_state(notice(replace(PAGE, possible_duplicate=True)), State.RESOLVED), "resolve"),
    ],
)
def test_alert_there_follows_the_incident(sent: Notice, action: str) -> None:
    said = posted(request(sent, SETTINGS, NOW))

    assert said["event_action"] == action
    assert said["dedup_key"] == "triaged-INC-12", "one alert for the life of the incident"


def test_event_says_what_is_wrong() -> None:
    payload = posted(request(notice(), SETTINGS, NOW))["payload"]

    assert payload["summary"] == "SEV-1 checkout is down in c1 (INC-12)"
    assert (payload["source"], payload["severity"]) == ("checkout", "critical")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (202, {"status": "success", "dedup_key": "triaged-INC-12"}, Delivered("triaged-INC-12")),
        (
            400,
            {"message": "Event object is invalid", "errors": ["no key"]},
            Refused("HTTP 400 Event object is invalid no key"),
        ),
        (429, None, TryAgain("HTTP 429")),
        (500, None, TryAgain("HTTP 500")),
    ],
)
def test_verdicts(status: int, body: object, expected: object) -> None:
    assert verdict(answer(status, body)) == expected
