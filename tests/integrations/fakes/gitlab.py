"""GitLab's issues: https://docs.gitlab.com/api/issues/"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.integrations.fakes.peer import Asked, Peer
from triaged.channels import HttpResponse
from triaged.integrations import Callback

TOKEN = "glpat-token"
SECRET = "hook token"
TITLE_MAX = 255


class GitLab(Peer):
    """The project `g/p`."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []

    def serve(self, asked: Asked) -> HttpResponse:
        """Answer one request."""
        if asked.headers.get("private-token") != TOKEN:
            return self.reply(401, {"message": "401 Unauthorized"})
        if not asked.path.startswith("/api/v4/projects/g%2Fp/issues"):
            return self.reply(404, {"message": "404 Project Not Found"})
        match asked.method, asked.path.removeprefix("/api/v4/projects/g%2Fp/issues"):
            case "POST", "":
                return self._create(asked.content)
            case "GET", "":
                return self._list(asked)
            case "PUT", path if path[1:].isdigit():
                return self._change(int(path[1:]), asked.content)
            case _:
                return self.reply(404, {"error": "404 Not Found"})

    def _create(self, content: dict[str, Any]) -> HttpResponse:
        if len(content["title"]) > TITLE_MAX:
            return self.reply(400, {"message": {"title": ["is too long (maximum is 255)"]}})
        issue = {
            "iid": len(self.issues) + 1,
            "id": 1000 + len(self.issues),
            "web_url": f"https://gitlab.com/g/p/-/issues/{len(self.issues) + 1}",
            "state": "opened",
            "updated_at": stamp(self.now),
            **content,
        }
        self.issues.append(issue)
        return self.reply(201, issue)

    def _change(self, iid: int, content: dict[str, Any]) -> HttpResponse:
        if iid > len(self.issues):
            return self.reply(404, {"message": "404 Issue Not Found"})
        event = content.pop("state_event", None)
        issue = self.issues[iid - 1]
        issue |= content | {"updated_at": stamp(self.now)}
        if event is not None:
            issue["state"] = {"close": "closed", "reopen": "opened"}[event]
        return self.reply(200, issue)

    def _list(self, asked: Asked) -> HttpResponse:
        query = asked.query
        number, size = int(query.get("page", "1")), int(query.get("per_page", "20"))
        assert size <= 100
        found = [
            issue
            for issue in self.issues
            if issue["updated_at"] >= query.get("updated_after", "")
            and query.get("search", "") in issue.get(query.get("in", "description"), "")
        ]
        found.sort(key=lambda issue: issue["updated_at"], reverse=query.get("sort") != "asc")
        return self.reply(200, found[(number - 1) * size : number * size])

    def closes(self, iid: int) -> None:
        """Somebody closes an issue."""
        self.issues[iid - 1] |= {"state": "closed", "updated_at": stamp(self.now)}

    def calls(self, iid: int, *, event: str = "Issue Hook", secret: str = SECRET) -> Callback:
        """The webhook about an issue."""
        issue = self.issues[iid - 1]
        at = datetime.fromtimestamp(self.now // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        body = msgspec.json.encode(
            {
                "object_kind": "issue",
                "object_attributes": {
                    "iid": iid,
                    "state": issue["state"],
                    "updated_at": at,
                    "url": issue["web_url"],
                },
                "project": {"id": 7, "path_with_namespace": "g/p"},
            }
        )
        headers = {"x-gitlab-event": event, "x-gitlab-token": secret}
        return Callback({**headers, "content-type": "application/json"}, body)


def stamp(at: int) -> str:
    """An instant as GitLab writes it."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
