"""GitHub's issues: https://docs.github.com/en/rest/issues/issues"""

import hmac
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.integrations.fakes.peer import Asked, Peer
from triaged.channels import HttpResponse
from triaged.integrations import Callback

TOKEN = "ghp_token"
SECRET = "hook secret"
TITLE_MAX = 256
BODY_MAX = 65_536
LOGINS = frozenset({"bob-at-github"})


class GitHub(Peer):
    """The repository `o/r`."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []

    def serve(self, asked: Asked) -> HttpResponse:
        """Answer one request."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.reply(401, {"message": "Bad credentials", "documentation_url": "…"})
        if not asked.path.startswith("/repos/o/r/issues"):
            return self.reply(404, {"message": "Not Found"})
        match asked.method, asked.path.removeprefix("/repos/o/r/issues"):
            case "POST", "":
                return self._create(asked.content)
            case "GET", "":
                return self._list(asked)
            case "PATCH", path if path[1:].isdigit():
                return self._change(int(path[1:]), asked.content)
            case _:
                return self.reply(404, {"message": "Not Found"})

    def _create(self, content: dict[str, Any]) -> HttpResponse:
        if refusal := self._refusal(content):
            return refusal
        issue = {
            "number": len(self.issues) + 1,
            "html_url": f"https://github.com/o/r/issues/{len(self.issues) + 1}",
            "state": "open",
            "state_reason": None,
            "created_at": stamp(self.now),
            "updated_at": stamp(self.now),
            "user": {"login": "triaged-bot"},
            **content,
        }
        self.issues.append(issue)
        return self.reply(201, issue)

    def _change(self, number: int, content: dict[str, Any]) -> HttpResponse:
        if number > len(self.issues):
            return self.reply(404, {"message": "Not Found"})
        if refusal := self._refusal(content):
            return refusal
        issue = self.issues[number - 1]
        issue |= content | {"updated_at": stamp(self.now)}
        if issue["state"] == "open":
            issue["state_reason"] = "reopened"
        return self.reply(200, issue)

    def _refusal(self, content: dict[str, Any]) -> HttpResponse | None:
        errors = [
            {"resource": "Issue", "field": name, "code": "invalid"}
            for name, most in (("title", TITLE_MAX), ("body", BODY_MAX))
            if len(content.get(name, "")) > most
        ]
        errors += [
            {"resource": "Issue", "field": "assignees", "code": "invalid"}
            for login in content.get("assignees", ())
            if login not in LOGINS
        ]
        if errors or "title" not in content:
            return self.reply(422, {"message": "Validation Failed", "errors": errors})
        return None

    def _list(self, asked: Asked) -> HttpResponse:
        query = asked.query
        number, size = int(query.get("page", "1")), int(query.get("per_page", "30"))
        assert size <= 100
        order = {"created": "created_at", "updated": "updated_at"}[query.get("sort", "created")]
        found = [
            issue
            for issue in self.issues
            if issue["updated_at"] >= query.get("since", "")
            and query.get("state", "open") in ("all", issue["state"])
        ]
        found.sort(key=lambda issue: (issue[order], issue["number"]))
        if query.get("direction", "desc") == "desc":
            found.reverse()
        return self.reply(200, found[(number - 1) * size : number * size])

    def closes(self, number: int, reason: str = "completed") -> None:
        """Somebody closes an issue."""
        self.issues[number - 1] |= {
            "state": "closed",
            "state_reason": reason,
            "updated_at": stamp(self.now),
        }

    def calls(self, number: int, *, event: str = "issues", secret: str = SECRET) -> Callback:
        """The webhook about an issue."""
        body = msgspec.json.encode(
            {
                "action": "closed",
                "issue": self.issues[number - 1],
                "repository": {"full_name": "o/r"},
            }
        )
        headers = {
            "content-type": "application/json",
            "x-github-event": event,
            "x-hub-signature-256": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}",
        }
        return Callback(headers, body)


def stamp(at: int) -> str:
    """An instant as GitHub writes it."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
