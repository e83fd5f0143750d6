"""What the commands say of an address, a token and an answer that cannot be used."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.cli.desk import Desk
from triaged.cli._client import Client, below, every
from triaged.cli.main import main


class Stranger(BaseHTTPRequestHandler):
    """Answers with what its path says; lists come in pages of one."""

    def do_GET(self) -> None:
        """Answer."""
        kind = self.path.partition("?")[0].split("/")[1]
        pages = '{"rows": [1], "next_cursor": "c"}', '{"rows": [2], "next_cursor": null}'
        known = {"html": "<html>", "map": "{}", "list": "[]", "rows": pages["cursor=" in self.path]}
        body = known.get(kind, '{"title": "Unauthorized"}')
        self.send_response(401 if kind == "401" else 200)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self) -> None:
        """Say that somebody else holds the incident."""
        detail = "bob holds INC-12; with `take_over` you take it over"
        self.send_response(409)
        self.end_headers()
        answer = {"title": "Conflict", "detail": detail, "holder": "bob"}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's name
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of what is not triaged."""
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answer", ["html", "map", "list"])
@pytest.mark.parametrize("words", ["incident list", "incident show 1", "silence show x"])
def test_what_is_not_triaged_is_said(
    stranger: str, answer: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([*words.split(), "--url", f"{stranger}/{answer}"])

    said = capsys.readouterr().err
    assert (status, "not" in said and "triaged" in said and "--url" in said) == (1, True), said


@pytest.mark.parametrize("url", ["http://127.0.0.1:abc", "ftp://127.0.0.1", "http://", "[::1"])
def test_an_address_that_cannot_be_is_a_usage_error(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["incident", "list", "--url", url]) == 2
    assert "is no address such as http://127.0.0.1:9099" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["silence show", "silence expire", "quarantine show"])
def test_an_empty_id_is_a_usage_error(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), ""]) == 2
    assert "an id is expected" in capsys.readouterr().err


def test_an_id_is_one_part_of_a_path() -> None:
    assert below("/a", "?/€") == "/a/%3F%2F%E2%82%AC"


def test_a_token_that_is_no_line_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIAGED_TOKEN", "a\nb")

    assert main(["incident", "list"]) == 1
    assert "TRIAGED_TOKEN holds no token: one line of text" in capsys.readouterr().err


def test_who_has_no_token_is_told_where_it_comes_from(
    stranger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["incident", "list", "--url", f"{stranger}/401"]) == 1
    assert "set TRIAGED_TOKEN to one, or TRIAGED_TOKEN_FILE" in capsys.readouterr().err


def test_a_token_is_sent_as_utf_8(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGED_TOKEN", "a€b\n")

    assert desk("incident", "list")[0] == 0


def test_a_list_is_read_to_its_end(stranger: str) -> None:
    assert every(Client(stranger), "/rows", "rows") == {"rows": [1, 2], "next_cursor": None}


def test_a_refused_acknowledgement_says_who_holds_it_and_what_takes_it_over(
    stranger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["incident", "ack", "12", "--url", stranger]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "triaged: bob holds INC-12",
        "  to take it over: triaged incident ack INC-12 --take-over",
    ]
