"""SMS and calls through a real daemon: the fake of Twilio is called, and calls back, signed."""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.channels.fakes.twilio import ALICE, FROM, SID, TOKEN, Sent, Twilio, heard, signed, texted
from tests.e2e.peers import Mailbox, eventually, fetch_json, free_port, running, stays
from triaged.channels import HttpRequest
from triaged.channels.common.two_way import HttpReply

PUBLIC = "https://triage.example.org"
BOB = "+15005550006"
CONFIG = """
listen: 127.0.0.1:{port}
public_url: {public}
auth: none
store: sqlite:triaged.db
rules: []
severities: {{SEV-1: {{respond_within: {within}, urgency: page}}}}
channels:
  sms: {{kind: twilio_sms, account: {sid}, token: "{token}", from: "{number}", url: "{twilio}"}}
  phone: {{kind: twilio_voice, account: {sid}, token: "{token}", from: "{number}", url: "{twilio}"}}
  mail: {{kind: email, smtp: "smtp://127.0.0.1:{smtp}", from: triaged@example.org}}
people:
  alice:
    name: Alice
    contacts:
      first: {{channel: {first}, to: "{alice}"}}
      mail: {{channel: mail, to: alice@example.org}}
    page: [{{contact: first}}]
  bob: {{name: Bob, contacts: {{sms: {{channel: sms, to: "{bob}"}}}}}}
policies:
  default:
    steps: [{{notify: ["person:alice"]}}, {{after: 100%, notify: ["person:bob"]}}]
    catch_all: person:bob
"""


class Served(ThreadingHTTPServer):
    """The fake behind HTTP."""

    twilio: Twilio


class Handler(BaseHTTPRequestHandler):
    """Hands requests to the fake."""

    def do_POST(self) -> None:
        """Answer a request."""
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = HttpRequest("POST", f"http://x{self.path}", headers, body)
        answer = cast("Served", self.server).twilio.serve(asked)
        self.send_response(answer.status)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class World:
    """A daemon, Twilio, and a mailbox."""

    def __init__(self, port: int, twilio: Twilio, mailbox: Mailbox) -> None:
        self.twilio, self.mailbox = twilio, mailbox
        self._url = f"http://127.0.0.1:{port}"

    def declare(self) -> str:
        """The id of a new incident."""
        body = {"title": "Checkout is down", "severity": "SEV-1"}
        return str(fetch_json(f"{self._url}/api/v1/incidents", body)["id"])

    def incident(self, number: str) -> Any:
        """The incident now."""
        return fetch_json(f"{self._url}/api/v1/incidents/{number}")

    def messages(self, to: str) -> list[Sent]:
        """The messages to a number."""
        return [each for each in self.twilio.messages if each.form["To"] == to]

    def call(self, address: str, form: Mapping[str, str], key: str = TOKEN) -> tuple[int, bytes]:
        """(status, body) of the answer to a call of Twilio."""
        made = signed(address, form, key)
        path = address.removeprefix(PUBLIC)
        request = Request(f"{self._url}{path}", made.body, dict(made.headers))
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()

    def reply(self, text: str, number: str = ALICE, sid: str = "SM-in") -> str:
        """What is answered to an SMS."""
        form = {"From": number, "To": FROM, "Body": text, "MessageSid": sid}
        status, body = self.call(f"{PUBLIC}/callbacks/sms", form)
        assert status == 200, body
        return texted(HttpReply(200, body, "text/xml"))


@contextmanager
def world(folder: Path, first: str, within: str = "10m") -> Iterator[World]:
    """A world in which Alice is paged by this channel first."""
    port, twilio = free_port(), Twilio()
    with Served(("127.0.0.1", 0), Handler) as server, Mailbox() as mailbox:
        server.twilio = twilio
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = CONFIG.format(
            port=port,
            public=PUBLIC,
            within=within,
            sid=SID,
            token=TOKEN,
            number=FROM,
            twilio=f"http://127.0.0.1:{server.server_port}",
            smtp=mailbox.port,
            first=first,
            alice=ALICE,
            bob=BOB,
        )
        (folder / "config.yaml").write_text(config)
        command = [sys.executable, "-m", "triaged", "serve", "--config", f"{folder}/config.yaml"]
        ready = f"http://127.0.0.1:{port}/-/ready"
        with running(command, ready, folder / "triaged.log"):
            yield World(port, twilio, mailbox)
        server.shutdown()


def test_reply_by_sms_acknowledges_and_a_stranger_hears_nothing(tmp_path: Path) -> None:
    with world(tmp_path, "sms") as w:
        number = w.declare()
        eventually(lambda: w.messages(ALICE), "the page")
        short = f"{number.removeprefix('INC-')}a"

        stranger = w.reply(short, "+19995550000")
        forged, _ = w.call(f"{PUBLIC}/callbacks/sms", {"From": ALICE, "Body": short}, "other")
        before = w.incident(number)["state"]
        answer = w.reply(short, sid="SM-1")
        again = w.reply(short, sid="SM-1")
        lost = [w.reply("what?", sid=f"SM-{each}") for each in range(2, 9)]

        assert w.messages(ALICE)[0].form["Body"].startswith("SEV-1 Checkout is down INC-")
        assert (stranger, forged, before) == ("", 401, "open")
        assert number in answer
        assert w.incident(number)["acknowledged_by"] == "alice"
        assert number in again
        assert [bool(each) for each in lost] == [True] * 5 + [False] * 2


def test_stop_switches_the_contact_off_and_its_owner_hears_of_it_by_mail(tmp_path: Path) -> None:
    with world(tmp_path, "sms") as w:
        assert w.reply("STOP") == ""

        mail = eventually(lambda: w.mailbox.to("alice@example.org"), "the notice")[0]
        w.declare()
        eventually(lambda: w.messages(BOB) or w.mailbox.to("alice@example.org")[1:], "a page")

    assert "first" in str(mail["Subject"]) + str(mail.get_body(("plain",)))
    assert w.messages(ALICE) == []


def test_call_that_a_mailbox_took_acknowledges_nothing_and_escalates(tmp_path: Path) -> None:
    with world(tmp_path, "phone", "4s") as w:
        number = w.declare()
        call = eventually(lambda: w.twilio.calls, "the call")[0]
        form = {"CallSid": call.sid, "To": ALICE, "CallStatus": "completed"}

        status, _ = w.call(call.form["StatusCallback"], form)

        assert status == 204
        eventually(lambda: w.messages(BOB), "the escalation")
        assert w.incident(number)["state"] == "open"


def test_busy_line_has_the_next_one_paged_at_once(tmp_path: Path) -> None:
    with world(tmp_path, "phone") as w:
        w.declare()
        call = eventually(lambda: w.twilio.calls, "the call")[0]
        form = {"CallSid": call.sid, "To": ALICE, "CallStatus": "busy"}

        status, _ = w.call(call.form["StatusCallback"], form)

        assert status == 204
        eventually(lambda: w.messages(BOB) or w.mailbox.to("alice@example.org"), "the next")


@pytest.mark.parametrize("key", ["4", "1"])
def test_key_acknowledges_and_says_so(tmp_path: Path, key: str) -> None:
    with world(tmp_path, "phone") as w:
        number = w.declare()
        call = eventually(lambda: w.twilio.calls, "the call")[0]
        said = heard(call.form["Twiml"])
        form = {"CallSid": call.sid, "To": ALICE, "Digits": key}

        status, body = w.call(said.action, form)

        answer = heard(body)
        assert status == 200
        if key == "4":
            assert w.incident(number)["acknowledged_by"] == "alice"
            assert "acknowledged" in answer.said
            assert answer.is_over
        else:
            assert answer.said == said.said
            stays(lambda: w.incident(number)["state"] == "open", 0.5)
