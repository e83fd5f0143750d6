"""A daemon's HTTP API, as the commands call it: plain `http.client`, because it starts at once."""

import argparse
import http.client
import json
import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_S = 30
LIMIT = "1000"
"""Rows that one request asks for: the API's maximum."""

FIRST_PRINTABLE = 0x20
TOKEN, TOKEN_FILE = "TRIAGED_TOKEN", "TRIAGED_TOKEN_FILE"


class Failed(Exception):
    """The command failed, or its object was not found; the message is for the caller."""

    status = 1


class Misused(Failed):
    """The arguments of the command are wrong, whatever the daemon says."""

    status = 2


class Overtaken(Failed):
    """Somebody else has saved a newer text; `problem` holds both, and their merge."""

    def __init__(self, told: str, problem: "Answer") -> None:
        super().__init__(told)
        self.problem = problem


class Held(Failed):
    """Somebody else holds the incident that was to be acknowledged."""


class Answer(dict[str, Any]):
    """A map of an answer; a missing key raises `Failed` instead of KeyError."""

    def __missing__(self, name: str) -> Any:
        raise Failed(f"the answer is not one of triaged: it has no {name!r}; see --url")


class Client:
    """Requests to one daemon, with the caller's token."""

    def __init__(self, url: str, token: str | None = None, file: Path | None = None) -> None:
        self._base = urlsplit(url if "://" in url else f"http://{url}")
        self._token = token
        self._file = file
        """A file that holds the token; it is read when no token is given."""

    def get(self, path: str, query: Mapping[str, str | None] | None = None) -> Any:
        """The JSON answer to a GET; query values of None are left out."""
        return self._json("GET", _with_query(path, query))

    def post(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The JSON answer to a POST of a JSON map."""
        return self._json("POST", path, json.dumps(body or {}).encode())

    def put(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> Any:
        """The JSON answer to a PUT of a JSON map."""
        return self._json("PUT", path, json.dumps(body).encode(), headers)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        """The JSON answer to a PATCH with a JSON map."""
        return self._json("PATCH", path, json.dumps(body).encode())

    def text(self, path: str) -> str:
        """The answer to a GET, as text."""
        status, answer = self._request("GET", path, None, {})
        if status >= 400:
            raise Failed(_problem(status, answer))
        return answer.decode("utf-8", "replace")

    def delete(self, path: str, query: Mapping[str, str | None] | None = None) -> Any:
        """The JSON answer to a DELETE; query values of None are left out."""
        return self._json("DELETE", _with_query(path, query))

    def post_body(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answer to a POST of these very bytes."""
        return self._json("POST", path, body, headers)

    def _json(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        status, answer = self._request(method, path, body, headers or {})
        if status >= 400:
            told = _problem(status, answer)
            if status == http.client.PRECONDITION_FAILED:
                raise Overtaken(told, json.loads(answer, object_hook=Answer))
            raise Held(told) if _names_holder(status, answer) else Failed(told)
        try:
            found = json.loads(answer, object_hook=Answer) if answer else Answer()
        except ValueError:
            found = None
        if not isinstance(found, Answer):
            raise Failed(f"what answers at {self._where} is not triaged: see --url")
        return found

    @property
    def _where(self) -> str:
        """The daemon's address without credentials, for messages."""
        host = self._base.netloc.rpartition("@")[2]
        return self._base._replace(netloc=host, query="", fragment="").geturl()

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        connection = self._connection()
        sent: dict[str, str | bytes] = {"Content-Type": "application/json", **headers}
        if token := self._line_of_token():
            sent["Authorization"] = b"Bearer " + token.encode("utf-8", "surrogateescape")
        try:
            connection.request(method, self._base.path.rstrip("/") + path, body, sent)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, ValueError, http.client.HTTPException) as error:
            message = f"cannot reach triaged at {self._where}: {error}; {_advice(error)}"
            raise Failed(message) from None
        finally:
            connection.close()

    def _line_of_token(self) -> str:
        """The token, checked for use in a header; empty: there is none."""
        token = (self._token or self._kept_token()).strip()
        if any(ord(character) < FIRST_PRINTABLE for character in token):
            name = TOKEN if self._token else TOKEN_FILE
            raise Failed(f"{name} holds no token: one line of text is expected")
        return token

    def _kept_token(self) -> str:
        if self._file is None:
            return ""
        try:
            return self._file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise Failed(f"TRIAGED_TOKEN_FILE is {self._file}: {reason.lower()}") from None

    def _connection(self) -> http.client.HTTPConnection:
        host = self._base.netloc.rpartition("@")[2]
        if self._base.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, timeout=TIMEOUT_S, context=context)
        return http.client.HTTPConnection(host, timeout=TIMEOUT_S)


def _advice(error: Exception) -> str:
    """Advice for the case that the daemon cannot be reached."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "set SSL_CERT_FILE to the certificate of who signed it"
    if isinstance(error, http.client.RemoteDisconnected):
        return "if it has TLS, begin the address with https://"
    return "is it running?"


def _problem(status: int, answer: bytes) -> str:
    """The text of a problem document (RFC 9457), in a line or a few."""
    try:
        problem = json.loads(answer)
        lines = [
            f"{problem['title']}: {problem['detail']}"
            if problem.get("detail")
            else str(problem["title"])
        ]
        lines += [f"  {error['path']}: {error['message']}" for error in problem.get("errors", [])]
    except (ValueError, KeyError, TypeError):
        return f"HTTP {status}"
    if status == http.client.UNAUTHORIZED:
        lines.append(f"  set {TOKEN} to one, or {TOKEN_FILE} to the file that holds it")
    return "\n".join(lines)


def _names_holder(status: int, answer: bytes) -> bool:
    """Whether a problem document names a holder, from whom the incident may be taken over."""
    try:
        return status == http.client.CONFLICT and bool(json.loads(answer).get("holder"))
    except (ValueError, AttributeError):
        return False


def client_of(options: argparse.Namespace) -> Client:
    """The client for `--url` with the token of the environment."""
    token, file = os.environ.get(TOKEN), os.environ.get(TOKEN_FILE)
    return Client(options.url, token, Path(file) if token is None and file else None)


def below(path: str, identity: str) -> str:
    """The path of the item `name` of the list at `path`, with the name quoted."""
    return f"{path}/{quote(identity, safe='')}"


def every(
    client: Client, path: str, noun: str, query: Mapping[str, str | None] | None = None
) -> Answer:
    """A whole list, fetched page by page, as one answer with all rows."""
    rows: list[Any] = []
    cursor: str | None = None
    while True:
        answer = client.get(path, {**(query or {}), "limit": LIMIT, "cursor": cursor})
        rows += answer[noun]
        cursor = answer.get("next_cursor")
        if not cursor:
            return Answer({noun: rows, "next_cursor": None})


def complain(message: object) -> int:
    """Print `triaged: message` on stderr; the exit status, 1 unless the message has its own."""
    print(f"triaged: {message}", file=sys.stderr)
    return message.status if isinstance(message, Failed) else Failed.status


def _with_query(path: str, query: Mapping[str, str | None] | None) -> str:
    asked = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(asked)}" if asked else path
