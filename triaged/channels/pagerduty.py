"""`pagerduty`: alerts by its Events API v2, for an organisation that pages by it meanwhile.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. An incident has one alert there:
pages trigger it, acknowledging and resolving here do so there.
"""

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import check_url, cut, cut_bytes, head_of
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Verdict
from triaged.core.records.model import Severity, State
from triaged.core.text import wording
from triaged.wire import Secret, encode, instant_text

SUMMARY_MAX, DETAILS_MAX = 1024, 100_000
"""Characters, and bytes; an event may have 512,000."""

SEVERITY = {
    Severity.SEV1: "critical",
    Severity.SEV2: "error",
    Severity.SEV3: "warning",
    Severity.SEV4: "info",
}
OVER = frozenset({State.RESOLVED, State.CLOSED, State.MERGED})


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `pagerduty`."""

    routing_key: Secret
    """Integration key of a service, of an integration with the Events API v2."""
    url: str = "https://events.pagerduty.com/v2/enqueue"
    """URL to which events are sent."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The event of a notice."""
    incident = notice.incident
    body: dict[str, object] = {
        "routing_key": settings.routing_key.reveal(),
        "event_action": _action(notice),
        "dedup_key": f"triaged-{incident.id}",
        "payload": {
            "summary": cut(head_of(notice, at), SUMMARY_MAX),
            "source": wording.clean(incident.service or "triaged", SUMMARY_MAX),
            "severity": SEVERITY[notice.page.severity],
            "timestamp": instant_text(incident.opened_at),
            "custom_details": {"text": cut_bytes(notice.text(at), DETAILS_MAX)},
        },
    }
    if notice.acknowledge_url is not None:
        body["links"] = [{"href": notice.acknowledge_url, "text": "Acknowledge in triaged"}]
    headers = {"content-type": "application/json"}
    return HttpRequest("POST", settings.url, headers, encode(body), attempt_s(settings.timeout))


def _action(notice: Notice) -> str:
    if notice.incident.state in OVER and not notice.page.test:
        return "resolve"
    acknowledged = notice.incident.state is State.ACKNOWLEDGED
    return "acknowledge" if acknowledged and not notice.is_page else "trigger"


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """202 is delivered; 400 is an event that will never be right."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status in (200, 202):
        return Delivered(str(said.get("dedup_key", ""))[:100])
    errors = said.get("errors")
    listed = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
    return failure(result, f"{said.get('message', '')} {listed}".strip())
