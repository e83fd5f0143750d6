"""PagerDuty's Events API v2 and webhooks v3, as their documentation said in November 2026.

https://developer.pagerduty.com/docs/events-api-v2-overview,
https://developer.pagerduty.com/docs/verifying-webhook-signatures
"""

import hmac
from typing import Any

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback

KEY, SECRET = "k" * 32, "wh-secret"
EVENT_MAX, SUMMARY_MAX = 512_000, 1024
FOLLOWS = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}


class PagerDuty:
    """One service, with one integration."""

    def __init__(self) -> None:
        self.incidents: dict[str, str] = {}
        """States by key."""
        self.notified: list[str] = []
        """Keys for which somebody was called."""
        self.actions: list[str] = []

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one event."""
        if len(asked.body) > EVENT_MAX:
            return answer(413)
        said: dict[str, Any] = msgspec.json.decode(asked.body)
        errors = list(_problems(said))
        if errors:
            return answer(
                400,
                {"status": "invalid event", "message": "Event object is invalid", "errors": errors},
            )
        key, action = said["dedup_key"], said["event_action"]
        self.actions.append(action)
        state = self.incidents.get(key, "resolved")
        if action == "trigger" and state == "resolved":
            self.notified.append(key)
            self.incidents[key] = "triggered"
        elif action != "trigger" and state != "resolved":
            self.incidents[key] = FOLLOWS[action]
        return answer(202, {"status": "success", "message": "Event processed", "dedup_key": key})


def _problems(said: dict[str, Any]) -> list[str]:
    payload = said.get("payload", {})
    found = []
    if said.get("routing_key") != KEY:
        found.append("'routing_key' is invalid")
    if said.get("event_action") not in FOLLOWS:
        found.append("'event_action' is invalid")
    if not payload.get("summary") or len(payload["summary"]) > SUMMARY_MAX:
        found.append("Length of 'payload.summary' is incorrect (should be between 1 and 1024)")
    if payload.get("severity") not in ("critical", "error", "warning", "info"):
        found.append("'payload.severity' is invalid")
    if not payload.get("source"):
        found.append("'payload.source' is missing or blank")
    return found


def happened(kind: str, at: int, key: str = "triaged-INC-12", **agent: str) -> Callback:
    """The call about something that happened to an incident."""
    by = {"id": "PLH1HKV", "summary": "Alice", "type": "user_reference"} | agent
    event = {
        "id": "5ac64822-4adc-4fda-ade0-410becf0de4f",
        "event_type": kind,
        "resource_type": "incident",
        "occurred_at": "2026-03-30T10:00:00.000Z",
        "agent": by,
        "client": {"name": "PagerDuty"},
        "data": {"id": "PGR0VU2", "type": "incident", "number": 2, "incident_key": key},
    }
    return signed({"event": event}, at)


def signed(said: object, at: int, *secrets: str) -> Callback:
    """A call with the signatures of these secrets."""
    body = msgspec.json.encode(said)
    given = [
        f"v1={hmac.digest(secret.encode(), body, 'sha256').hex()}"
        for secret in secrets or (SECRET,)
    ]
    headers = {"content-type": "application/json", "x-pagerduty-signature": ",".join(given)}
    return Callback(headers, body, "https://triaged.example.org/callbacks/pd", at)
