"""A Mattermost server of version 10, as its documentation said in November 2026.

https://developers.mattermost.com/api-documentation/,
https://developers.mattermost.com/integrate/plugins/interactive-messages/,
https://developers.mattermost.com/integrate/slash-commands/custom/
"""

import re
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.two_way import Callback, HttpReply

TOKEN, COMMAND_TOKEN = "t0ken", "nezum4kpu3faiec7r7c5zt6tfy"
CHANNEL, ALICE = "c" * 26, "a" * 26
MESSAGE_MAX = 16_383
_ACTIVE = re.compile(
    r"[*_~|`#!\[\]()]|^\s*[>-]|@(?:channel|all|here|[a-z0-9])|:[a-z0-9_+-]+:|(?<!/)\bwww\.\w"
    r"|https?://",
    re.M,
)


class Mattermost:
    """A server with one channel, of which the bot is a member."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.limited: dict[str, str] | None = None
        """Header fields of the next answer, which is 429."""
        self.bot_deleted_at = 0

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if self.limited is not None:
            headers, self.limited = self.limited, None
            return HttpResponse(429, headers, b"limit exceeded\n")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return wrong(401, "Invalid or expired session, please login again.")
        route = urlsplit(asked.url).path.removeprefix("/api/v4")
        if (asked.method, route) == ("GET", "/users/me"):
            me = {"id": "b" * 26, "username": "triaged", "is_bot": True}
            return answer(200, me | {"delete_at": self.bot_deleted_at})
        said = msgspec.json.decode(asked.body)
        if problem := _problem(said):
            return wrong(400, problem)
        if (asked.method, route) == ("POST", "/posts"):
            return self._post(said)
        found = re.fullmatch(r"/posts/([a-z0-9]{26})/patch", route)
        if asked.method != "PUT" or found is None:
            return wrong(404, "Sorry, we could not find the page.")
        if found[1] not in self.posts:
            return wrong(404, "Unable to get the post.")
        self.posts[found[1]] |= said
        return answer(200, self.posts[found[1]])

    def _post(self, said: dict[str, Any]) -> HttpResponse:
        if said.get("channel_id") != CHANNEL:
            return wrong(403, "You do not have the appropriate permissions.")
        post = {"id": f"{len(self.posts) + 1:026d}", **said}
        self.posts[post["id"]] = post
        return answer(201, post)


def wrong(status: int, message: str) -> HttpResponse:
    """An error in Mattermost's form."""
    return answer(status, {"id": "api.x", "message": message, "status_code": status})


def _problem(said: dict[str, Any]) -> str:
    """The limit that a post breaks; empty: none."""
    if len(said.get("message", "")) > MESSAGE_MAX:
        return f"Post Message property is longer than the maximum permitted length {MESSAGE_MAX}."
    for attachment in said.get("props", {}).get("attachments", []):
        ids = [action["id"] for action in attachment["actions"]]
        if len(set(ids)) != len(ids) or not all(re.fullmatch("[A-Za-z0-9]+", id_) for id_ in ids):
            return "Invalid action id."
    priority = said.get("metadata", {}).get("priority", {})
    if priority.get("persistent_notifications") and priority["priority"] != "urgent":
        return "Only urgent posts notify persistently."
    return ""


def active(text: str) -> list[str]:
    """What is formatted, linked, mentioned or drawn when Mattermost shows a text."""
    return _ACTIVE.findall(re.sub(r"\\[^A-Za-z0-9\s]", "·", text))


def pressed(post: dict[str, Any], name: str, at: int, user: str = ALICE) -> Callback:
    """The request when somebody presses the button with this name."""
    (found,) = [
        action
        for attachment in post["props"]["attachments"]
        for action in attachment["actions"]
        if action["name"] == name
    ]
    said = {
        "user_id": user,
        "user_name": "alice",
        "channel_id": post["channel_id"],
        "channel_name": "incidents",
        "team_id": "d" * 26,
        "team_domain": "example",
        "post_id": post["id"],
        "trigger_id": "x",
        "type": "",
        "data_source": "",
        "context": found["integration"]["context"],
    }
    headers = {"content-type": "application/json"}
    return Callback(headers, msgspec.json.encode(said), found["integration"]["url"], at)


def typed(text: str, at: int, token: str = COMMAND_TOKEN, user: str = ALICE) -> Callback:
    """The request when somebody types `/triaged` and a text."""
    form = {"channel_id": CHANNEL, "command": "/triaged", "text": text, "token": token}
    form |= {"user_id": user, "user_name": "alice", "response_url": "https://x.example/hooks"}
    form["trigger_id"] = "NG1kM3lyN2Nq"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "authorization": f"Token {token}",
    }
    url = "https://triaged.example.org/callbacks/chat"
    return Callback(headers, urlencode(form).encode(), url, at)


def told(reply: HttpReply) -> str:
    """What somebody is shown after a press or a command, and nobody else; empty: nothing."""
    said = msgspec.json.decode(reply.body)
    if said.get("response_type") is not None:
        assert said["response_type"] == "ephemeral"
    text = said.get("text", said.get("ephemeral_text", ""))
    assert active(text) == []
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text).replace("\u200b", "")
