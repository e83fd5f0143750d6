"""Atlassian Statuspage's incidents: https://developer.statuspage.io/#tag/incidents"""

from datetime import UTC, datetime
from typing import Any

from tests.integrations.fakes.peer import Asked, Peer
from triaged.channels import HttpResponse

TOKEN = "89a229ce"
STATUSES = {"investigating", "identified", "monitoring", "resolved"}
STEP_US = 1_000_000


class Statuspage(Peer):
    """The page `p4g3`, which allows a request a second: tests move `now` between them."""

    def __init__(self) -> None:
        super().__init__()
        self.incidents: list[dict[str, Any]] = []
        self.limited = True
        self._last_at = 0

    def serve(self, asked: Asked) -> HttpResponse:
        """Answer one request."""
        if asked.headers.get("authorization") != f"OAuth {TOKEN}":
            return self.reply(401, {"error": "Could not authenticate"})
        if self.limited and self.now - self._last_at < STEP_US:
            return self.reply(420, {"error": "You are being rate limited."})
        self._last_at = self.now
        match asked.method, asked.path.removeprefix("/v1/pages/p4g3/").split("/"):
            case "POST", ["incidents"]:
                return self._create(asked.content["incident"])
            case "GET", ["incidents"]:
                size, page = int(asked.query["limit"]), int(asked.query["page"])
                newest = self.incidents[::-1]
                return self.reply(200, newest[(page - 1) * size : page * size])
            case "PATCH", ["incidents", identity]:
                return self._change(identity, asked.content["incident"])
            case _:
                return self.reply(404, {"error": "not found"})

    def _create(self, content: dict[str, Any]) -> HttpResponse:
        if content["status"] not in STATUSES:
            return self.reply(422, {"error": ["Status is not included in the list"]})
        identity = f"inc{len(self.incidents)}"
        at = datetime.fromtimestamp(self.now // 1_000_000, UTC).isoformat()
        incident = {
            **content,
            "id": identity,
            "created_at": at,
            "shortlink": f"https://stspg.io/{identity}",
            "posts": [content["body"]],
        }
        self.incidents.append(incident)
        return self.reply(201, incident)

    def _change(self, identity: str, content: dict[str, Any]) -> HttpResponse:
        for incident in self.incidents:
            if incident["id"] == identity:
                incident.update(content)
                incident["posts"].append(content["body"])
                return self.reply(200, incident)
        return self.reply(404, {"error": "not found"})
