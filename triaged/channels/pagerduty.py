"""`pagerduty`: alerts by its Events API v2, for an organisation that pages by it meanwhile.

https://developer.pagerduty.com/docs/events-api-v2/trigger-events/. An incident has one alert there:
pages trigger it, acknowledging and resolving here do so there. What people do there comes back by
its webhooks v3: https://developer.pagerduty.com/docs/verifying-webhook-signatures.
"""

import hmac
import re
from collections.abc import Mapping

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, Verb, attempt_s
from triaged.channels.common.call_bodies import check_size, instant_at, object_of, text_at
from triaged.channels.common.chat import check_url, cut, head_of
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.channels.common.two_way import Callback, Called, HttpReply, Reply, Signalled
from triaged.core.records.events import Delivered, Verdict
from triaged.core.records.model import Severity, State
from triaged.core.text import wording
from triaged.core.time.durations import MINUTE
from triaged.errors import Unauthorized
from triaged.wire import MISSING_SECRET, Secret, encode, instant_text

SUMMARY_MAX, EVENT_MAX = 1024, 512_000
"""Characters of a summary, bytes of an event."""

ALIAS = "triaged-INC-"
LIMITS = Limits(all=(Rate(120, MINUTE),))
"""Of one integration: https://developer.pagerduty.com/docs/events-api-v2-overview#rate-limiting"""

VERBS: Mapping[str, Verb] = {
    "incident.acknowledged": "acknowledge",
    "incident.unacknowledged": "unacknowledge",
    "incident.resolved": "resolve",
}
PERSON = "user_reference"
"""The type of an agent who is a person; what we do there comes back, too."""

_KEY = re.compile(rf"{ALIAS}([0-9]{{1,10}})")

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
    webhook_secret: Secret | None = None
    """Signing secret of the webhook by which people's acts there come back."""
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
        "dedup_key": f"{ALIAS}{incident.number}",
        "client": "triaged",
        "payload": {
            "summary": cut(head_of(notice, at), SUMMARY_MAX),
            "source": wording.clean(incident.service or "triaged", SUMMARY_MAX),
            "severity": SEVERITY[notice.page.severity],
            "timestamp": instant_text(incident.opened_at),
        },
    }
    if notice.acknowledge_url is not None:
        body["links"] = [{"href": notice.acknowledge_url, "text": "Acknowledge in triaged"}]
    headers = {"content-type": "application/json"}
    event = fitted(body, {"text": notice.text(at)})
    return HttpRequest("POST", settings.url, headers, event, attempt_s(settings.timeout))


def fitted(event: dict[str, object], details: dict[str, str], most: int = EVENT_MAX) -> bytes:
    """The event with its details, or without them where it would be larger than `most` bytes."""
    payload = event["payload"]
    assert isinstance(payload, dict)
    whole = encode(event | {"payload": payload | {"custom_details": details}})
    return whole if len(whole) <= most else encode(event)


def update(notice: Notice, ref: str, settings: Settings, at: int) -> HttpRequest:  # noqa: ARG001 - the contract
    """The event by which the alert follows the incident."""
    return request(notice, settings, at)


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


updated = verdict


def callback(callback: Callback, settings: Settings) -> tuple[Called, ...]:
    """What a person did to an incident of ours. Raises `Unauthorized` and `Malformed`.

    While a secret is exchanged there are several signatures, of which one has to hold. An event
    has no signed time, and is sent again for days: its own time says when the act was.
    """
    check_size(callback)
    _verify(callback, settings.webhook_secret)
    event = object_of(callback.body).get("event")
    verb = VERBS.get(text_at(event, "event_type"))
    found = _KEY.fullmatch(text_at(event, "data", "incident_key"))
    if verb is None or found is None or text_at(event, "agent", "type") != PERSON:
        return ()
    account, at = text_at(event, "agent", "id"), instant_at(event, "occurred_at")
    return (Signalled(verb, account, int(found[1]), at=at),)


def _verify(callback: Callback, secret: Secret | None) -> None:
    if secret is None or secret is MISSING_SECRET:
        raise Unauthorized("the channel has no webhook_secret: it takes no calls")
    digest = hmac.digest(secret.reveal().encode(), callback.body, "sha256").hex()
    wanted = f"v1={digest}".encode()
    given = callback.headers.get("x-pagerduty-signature", "").split(",")
    if not any(hmac.compare_digest(wanted, each.strip().encode()) for each in given):
        raise Unauthorized("the signature in X-PagerDuty-Signature does not hold")


def answer(called: Called | None, reply: Reply, settings: Settings) -> HttpReply:  # noqa: ARG001 - the contract
    """It was taken: nobody reads words there."""
    return HttpReply(204)
