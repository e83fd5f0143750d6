"""A homeserver of Matrix 1.16, as the specification said in November 2026.

https://spec.matrix.org/latest/client-server-api/
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse

TOKEN, ALICES = "t0ken", "alices-token"
US, ALICE = "@triaged:example.org", "@alice:example.org"
ROOM, SECRET_ROOM = "!room:example.org", "!secret:example.org"
EVENT_MAX = 65_536
NOW_MS = 1_774_864_800_000
USERS = {TOKEN: US, ALICES: ALICE}
OTHER: dict[str, object] = {
    "device_one_time_keys_count": {},
    "to_device": {"events": []},
    "presence": {"events": []},
}


class Matrix:
    """A server with two rooms, of which one is encrypted."""

    def __init__(self, clock_ms: Callable[[], int] = lambda: NOW_MS) -> None:
        self._clock_ms = clock_ms
        self.events: list[dict[str, Any]] = []
        """All events of the open room, in their order."""
        self.limited_ms = 0
        self._transactions: dict[tuple[str, str], str] = {}
        self._token = ""

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if self.limited_ms:
            seconds, self.limited_ms = -(-self.limited_ms // 1000), 0
            said = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too many requests"}
            return answer(429, said, {"retry-after": str(seconds)})
        self._token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self._token not in USERS:
            return wrong(401, "M_UNKNOWN_TOKEN", "Unrecognised access token")
        parts = urlsplit(asked.url)
        path = [unquote(part) for part in parts.path.strip("/").split("/")][3:]
        match asked.method, path:
            case "GET", ["account", "whoami"]:
                return answer(200, {"user_id": USERS[self._token], "device_id": "D"})
            case "GET", ["sync"]:
                return self._sync(parse_qs(parts.query))
            case "GET", ["rooms", room, "state", "m.room.encryption", *_]:
                if room == SECRET_ROOM:
                    return answer(200, {"algorithm": "m.megolm.v1.aes-sha2"})
                if room != ROOM:
                    return wrong(403, "M_FORBIDDEN", "You are not in the room")
                return wrong(404, "M_NOT_FOUND", "Event not found.")
            case "PUT", ["rooms", room, "send", type_, transaction]:
                return self._send(room, type_, transaction, asked.body)
            case _:
                return wrong(404, "M_UNRECOGNIZED", "Unrecognized request")

    def _send(self, room: str, type_: str, transaction: str, body: bytes) -> HttpResponse:
        if room != ROOM:
            return wrong(403, "M_FORBIDDEN", "You are not in the room")
        if len(body) > EVENT_MAX:
            return wrong(413, "M_TOO_LARGE", "event too large")
        key = (self._token, transaction)
        if key not in self._transactions:
            self._transactions[key] = f"$event{len(self.events)}"
            event = {
                "type": type_,
                "event_id": self._transactions[key],
                "sender": USERS[self._token],
                "origin_server_ts": self._clock_ms(),
                "content": msgspec.json.decode(body),
                "unsigned": {"transaction_id": transaction},
            }
            self.events.append(event)
        return answer(200, {"event_id": self._transactions[key]})

    def _sync(self, query: dict[str, list[str]]) -> HttpResponse:
        since = int(query["since"][0].removeprefix("s")) if "since" in query else 0
        events = [self._seen(event) for event in self.events[since:]]
        timeline = {"events": events, "limited": False, "prev_batch": f"s{since}"}
        quiet = {"events": list[object]()}
        joined = {"timeline": timeline, "state": quiet, "ephemeral": quiet, "account_data": quiet}
        rooms = {"join": {ROOM: joined} if events else {}, "invite": {}, "leave": {}}
        return answer(200, {"next_batch": f"s{len(self.events)}", "rooms": rooms, **OTHER})

    def _seen(self, event: dict[str, Any]) -> dict[str, Any]:
        """Only whoever sent an event is told its transaction."""
        is_own = event["sender"] == USERS[self._token]
        return event if is_own else {**event, "unsigned": {}}

    def shown(self) -> list[dict[str, Any]]:
        """What clients show of each message: of those that were edited the newest content."""
        found = {event["event_id"]: event["content"] for event in self.events}
        for event in self.events:
            relates = event["content"].get("m.relates_to", {})
            if relates.get("rel_type") == "m.replace":
                found[relates["event_id"]] = event["content"]["m.new_content"]
                found.pop(event["event_id"])
        return list(found.values())


def wrong(status: int, code: str, error: str) -> HttpResponse:
    """An error in the form of the specification."""
    return answer(status, {"errcode": code, "error": error})
