"""An ntfy server of version 2.16, as its documentation and its list of errors say.

https://docs.ntfy.sh/publish/#publish-as-json, https://docs.ntfy.sh/publish/#updating-notifications,
https://docs.ntfy.sh/config/#rate-limiting
"""

import re
from typing import Any

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse

TOKEN = "tk_1"
MESSAGE_MAX = 4096
_NAME = re.compile(r"[-_A-Za-z0-9]{1,64}")


class Ntfy:
    """A server on which everybody may publish, unless `protected`."""

    def __init__(
        self, *, protected: bool = False, quota: int = 250, knows_sequences: bool = True
    ) -> None:
        self.published: list[dict[str, Any]] = []
        self.left = quota
        self._protected = protected
        self._knows_sequences = knows_sequences

    def shown(self, topic: str) -> list[dict[str, Any]]:
        """What a phone shows of a topic: of each sequence the newest."""
        found: dict[str, dict[str, Any]] = {}
        for each in self.published:
            if each["topic"] == topic:
                found[each.get("sequence_id") or each["id"]] = each
        return list(found.values())

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token != TOKEN:
            return self.wrong(401, 40101, "unauthorized")
        match asked.method, asked.url.partition("://")[2].partition("/")[2]:
            case "GET", "v1/health":
                return answer(200, {"healthy": True})
            case "GET", "v1/account":
                account = {"username": "triaged"} if token else {"username": "*"}
                return answer(200, account | {"stats": {"messages_remaining": self.left}})
            case "POST", "":
                return self._publish(msgspec.json.decode(asked.body), token)
            case _:
                return self.wrong(404, 40401, "page not found")

    def _publish(self, said: dict[str, Any], token: str) -> HttpResponse:
        if not _NAME.fullmatch(said.get("topic", "")):
            return self.wrong(400, 40009, "invalid request: topic invalid")
        if self._protected and not token:
            return self.wrong(403, 40301, "forbidden")
        if said.get("priority", 3) not in range(1, 6):
            return self.wrong(400, 40007, "invalid request: priority invalid")
        if self.left == 0:
            return self.wrong(429, 42908, "limit reached: daily message quota reached")
        self.left -= 1
        kept = {"id": f"{len(self.published):012d}", "time": 1, "event": "message", **said}
        if len(kept["message"].encode()) > MESSAGE_MAX:
            kept |= {"message": "You received a file: attachment.txt", "attachment": {}}
        if not self._knows_sequences:
            kept.pop("sequence_id", None)
        self.published.append(kept)
        return answer(200, kept)

    @staticmethod
    def wrong(status: int, code: int, error: str) -> HttpResponse:
        """An error in the server's form."""
        return answer(status, {"code": code, "http": status, "error": error})
