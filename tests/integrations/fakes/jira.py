"""Jira Cloud's issues: https://developer.atlassian.com/cloud/jira/platform/rest/v3/"""

import hmac
import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.integrations.fakes.peer import Asked, Peer
from triaged.channels import HttpResponse
from triaged.integrations import Callback

SECRET = "hook secret"
PAIR = "ops@example.org:token"
SUMMARY_MAX = 255
DESCRIPTION_MAX = 32_767
STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done", "Won't do": "done"}
MINUTE_US = 60_000_000


class Jira(Peer):
    """The project OPS. `screens`: fields that may be set."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: dict[str, dict[str, Any]] = {}
        self.screens = {"project", "issuetype", "summary", "description", "duedate", "labels"}

    def serve(self, asked: Asked) -> HttpResponse:
        """Answer one request."""
        wanted = f"Basic {b64encode(PAIR.encode()).decode()}"
        if asked.headers.get("authorization") != wanted:
            return self.reply(401, {"errorMessages": ["Client must be authenticated"]})
        match asked.method, asked.path.removeprefix("/rest/api/3/").split("/"):
            case "POST", ["issue"]:
                return self._create(asked.content["fields"])
            case "POST", ["search", "jql"]:
                return self._search(asked.content)
            case "PUT", ["issue", key] if key in self.issues:
                return self._change(key, asked.content["fields"])
            case "GET", ["issue", key] if key in self.issues:
                return self.reply(200, self._shown(key))
            case "GET", ["issue", key, "transitions"] if key in self.issues:
                return self.reply(200, {"transitions": _transitions()})
            case "POST", ["issue", key, "transitions"] if key in self.issues:
                return self._move(key, asked.content["transition"]["id"])
            case _:
                return self.reply(404, {"errorMessages": ["Issue does not exist"]})

    def _create(self, fields: dict[str, Any]) -> HttpResponse:
        if refusal := self._refusal(fields):
            return refusal
        key = f"OPS-{len(self.issues) + 1}"
        self.issues[key] = {"fields": fields, "status": "To Do", "at": self.now, "made": self.now}
        return self.reply(201, {"id": "10000", "key": key, "self": "…"})

    def _change(self, key: str, fields: dict[str, Any]) -> HttpResponse:
        if refusal := self._refusal(fields):
            return refusal
        self.issues[key]["fields"] |= fields
        self.issues[key]["at"] = self.now
        return self.reply(204)

    def _move(self, key: str, transition: str) -> HttpResponse:
        self.moves(key, list(STATUSES)[int(transition)])
        return self.reply(204)

    def moves(self, key: str, status: str) -> None:
        """Somebody moves an issue."""
        self.issues[key] |= {"status": status, "at": self.now}

    def _refusal(self, fields: dict[str, Any]) -> HttpResponse | None:
        errors = {name: "cannot be set" for name in fields if name not in self.screens}
        if len(fields.get("summary", "")) > SUMMARY_MAX:
            errors["summary"] = "must be less than 255 characters"
        description = fields.get("description")
        if description is not None and (
            description.get("type") != "doc"
            or description.get("version") != 1
            or len(msgspec.json.encode(description)) > DESCRIPTION_MAX
        ):
            errors["description"] = "is no document"
        return self.reply(400, {"errorMessages": [], "errors": errors}) if errors else None

    def _search(self, content: dict[str, Any]) -> HttpResponse:
        clause = re.fullmatch(
            r'project = "OPS" AND (created|updated) >= -(\d+)m ORDER BY (\w+) (ASC|DESC)',
            content["jql"],
        )
        if clause is None:
            return self.reply(400, {"errorMessages": ["unbounded JQL"]})
        name = {"created": "made", "updated": "at"}[clause[1]]
        since = self.now - int(clause[2]) * MINUTE_US
        found = [key for key, issue in self.issues.items() if issue[name] >= since]
        found.sort(key=lambda key: self.issues[key][name], reverse=clause[4] == "DESC")
        first = int(content.get("nextPageToken", "0"))
        last = first + content["maxResults"]
        shown = [self._shown(key, content["fields"]) for key in found[first:last]]
        page: dict[str, Any] = {"issues": shown, "isLast": last >= len(found)}
        if last < len(found):
            page["nextPageToken"] = str(last)
        return self.reply(200, page)

    def _shown(self, key: str, names: list[str] | None = None) -> dict[str, Any]:
        issue = self.issues[key]
        status = issue["status"]
        fields = {
            "status": {"name": status, "statusCategory": {"id": 1, "key": STATUSES[status]}},
            "updated": stamp(issue["at"]),
            "description": issue["fields"].get("description"),
        }
        kept = {name: fields[name] for name in names or fields}
        return {"id": "10000", "key": key, "fields": kept}

    def calls(self, key: str, *, secret: str = SECRET) -> Callback:
        """The webhook about an issue."""
        body = msgspec.json.encode(
            {"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": self._shown(key)}
        )
        signature = hmac.digest(secret.encode(), body, "sha256").hex()
        return Callback({"x-hub-signature": f"sha256={signature}"}, body)


def _transitions() -> list[dict[str, Any]]:
    return [
        {
            "id": str(number),
            "name": f"to {name}",
            "to": {"name": name, "statusCategory": {"id": 1, "key": category}},
        }
        for number, (name, category) in enumerate(STATUSES.items())
    ]


def stamp(at: int) -> str:
    """An instant as Jira writes it."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
