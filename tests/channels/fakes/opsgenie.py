"""Opsgenie's Alert API v2, as its documentation said in November 2026.

https://docs.opsgenie.com/docs/alert-api, https://docs.opsgenie.com/docs/response
"""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback

KEY, TOKEN = "a-key", "a-token"
STATES = {"acknowledge": "acknowledged", "close": "closed"}


class Opsgenie:
    """One account: requests are queued, and carried out by `work`."""

    def __init__(self) -> None:
        self.alerts: dict[str, str] = {}
        """States by alias."""
        self.users: set[str] = set()
        """Who has acted by the API."""
        self.results: dict[str, tuple[bool, str]] = {}
        """Outcomes of requests."""
        self._queued: list[tuple[str, str, str]] = []
        self._number = 0

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if asked.headers.get("authorization") != f"GenieKey {KEY}":
            return wrong(401, "Could not authenticate")
        path = urlsplit(asked.url).path
        if asked.method == "GET":
            return self._asked(path)
        said: dict[str, Any] = msgspec.json.decode(asked.body)
        self.users.add(said.get("user", ""))
        if path == "/v2/alerts":
            if not 0 < len(said.get("message", "")) <= 130:
                return wrong(422, "message: must be at most 130 characters")
            if len(said["description"]) > 15_000 or said["priority"] not in ("P1 P2 P3 P4 P5"):
                return wrong(422, "description or priority")
            return self._queue("create", said["alias"])
        found = re.fullmatch(r"/v2/alerts/([^/]+)/(acknowledge|close)", path)
        if found is None or urlsplit(asked.url).query != "identifierType=alias":
            return wrong(404, "Resource or handler not found")
        return self._queue(found[2], found[1])

    def _queue(self, action: str, alias: str) -> HttpResponse:
        self._number += 1
        request = f"43a29c5c-3dbf-4fa4-9c26-{self._number:012d}"
        self._queued.append((request, action, alias))
        return answer(
            202, {"result": "Request will be processed", "took": 0.302, "requestId": request}
        )

    def work(self) -> None:
        """Carry out what is queued."""
        for request, action, alias in self._queued:
            if action == "create":
                if self.alerts.get(alias, "closed") == "closed":
                    self.alerts[alias] = "open"
                self.results[request] = (True, "Created alert")
            elif alias in self.alerts:
                self.alerts[alias] = STATES[action]
                self.results[request] = (True, "Alert acknowledged")
            else:
                self.results[request] = (False, "Alert does not exist")
        self._queued.clear()

    def _asked(self, path: str) -> HttpResponse:
        if path == "/v2/account":
            return answer(200, {"data": {"name": "example", "userCount": 2}})
        found = self.results.get(path.removeprefix("/v2/alerts/requests/"))
        if found is None:
            return wrong(404, "Request not found. It might not be processed, yet.")
        data = {"success": found[0], "isSuccess": found[0], "status": found[1]}
        return answer(200, {"data": data})


def wrong(status: int, message: str) -> HttpResponse:
    """An error in Opsgenie's form."""
    return answer(status, {"message": message, "took": 0.001, "requestId": "x"})


def happened(action: str, at: int, alias: str = "triaged-INC-12", by: str = "alice@x") -> Callback:
    """The call of the webhook about something that happened to an alert."""
    said = {
        "source": {"name": "web", "type": "API"},
        "action": action,
        "alert": {"alertId": "1", "message": "x", "alias": alias, "username": by},
        "integrationId": "2",
        "integrationName": "triaged",
    }
    url = f"https://triaged.example.org/callbacks/og?token={TOKEN}"
    return Callback({"content-type": "application/json"}, msgspec.json.encode(said), url, at)
