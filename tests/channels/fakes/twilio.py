"""Twilio's messages and calls, as its pages said them in November 2026.

https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/voice/api/call-resource,
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import msgspec
from twilio.request_validator import RequestValidator

from tests.channels.answers import answer
from triaged.channels import HttpRequest, HttpResponse
from triaged.channels.common.telephone.gsm7 import segments_of
from triaged.channels.common.two_way import Callback, HttpReply

SID = "AC" + "0" * 32
TOKEN = "12345"
FROM = "+15550001111"
ALICE = "+4915112345678"
BODY_MAX, TWIML_MAX = 1600, 4000
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


class Sent(msgspec.Struct):
    """A message or a call that was asked for."""

    sid: str
    form: Mapping[str, str]


class Twilio:
    """One account with one number."""

    def __init__(self) -> None:
        self.messages: list[Sent] = []
        self.calls: list[Sent] = []
        self.stopped: set[str] = set()
        """Numbers that have sent STOP."""
        self.status = "active"

    def serve(self, asked: HttpRequest) -> HttpResponse:
        """Answer one request."""
        path = urlsplit(asked.url).path
        given = b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        if given != f"{SID}:{TOKEN}":
            return self.wrong(401, 20003, "Authenticate")
        form = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        match asked.method, path.removeprefix(f"/2010-04-01/Accounts/{SID}"):
            case "GET", ".json":
                return answer(200, {"sid": SID, "status": self.status})
            case "POST", "/Messages.json":
                return self._message(form)
            case "POST", "/Calls.json":
                return self._call(form)
            case _:
                return self.wrong(404, 20404, "The requested resource was not found")

    def _message(self, form: Mapping[str, str]) -> HttpResponse:
        body = form.get("Body", "")
        if not _NUMBER.fullmatch(form.get("To", "")):
            return self.wrong(400, 21211, f"Invalid 'To' Phone Number: {form.get('To')}")
        if not body or len(body) > BODY_MAX:
            return self.wrong(400, 21617 if body else 21602, "Message body is required")
        if form.get("From") != FROM and "MessagingServiceSid" not in form:
            return self.wrong(400, 21606, "The 'From' phone number is not valid")
        if form["To"] in self.stopped:
            return self.wrong(400, 21610, "Attempt to send to unsubscribed recipient")
        made = Sent(f"SM{len(self.messages):032d}", form)
        self.messages.append(made)
        said = {"sid": made.sid, "status": "queued", "num_segments": str(segments_of(body))}
        return answer(201, said | {"error_code": None})

    def _call(self, form: Mapping[str, str]) -> HttpResponse:
        if not _NUMBER.fullmatch(form.get("To", "")):
            return self.wrong(400, 21211, "Invalid 'To' Phone Number")
        if not 0 < len(form.get("Twiml", "")) <= TWIML_MAX:
            return self.wrong(400, 21205, "Url is not a valid URL")
        ElementTree.fromstring(form["Twiml"])
        made = Sent(f"CA{len(self.calls):032d}", form)
        self.calls.append(made)
        return answer(201, {"sid": made.sid, "status": "queued"})

    @staticmethod
    def wrong(status: int, code: int, message: str) -> HttpResponse:
        """An error in Twilio's form."""
        more = f"https://www.twilio.com/docs/errors/{code}"
        return answer(status, {"code": code, "message": message, "more_info": more})


def signed(url: str, form: Mapping[str, str], key: str = TOKEN, algorithm: str = "") -> Callback:
    """A call-back with the signature that Twilio's own code makes."""
    validator = RequestValidator(key)
    signature: str = validator.compute_signature(url, form, algorithm or None)
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature,
    }
    if algorithm:
        settings = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
        headers["x-twilio-webhooks-signature-settings"] = settings
    return Callback(headers, urlencode(form).encode(), url)


class Heard(msgspec.Struct, frozen=True):
    """What a telephone hears of a document, and where a key goes."""

    said: str
    action: str = ""
    is_over: bool = False


def heard(document: str | bytes | HttpReply) -> Heard:
    """The document as Twilio carries it out."""
    raw = document.body if isinstance(document, HttpReply) else document
    root = ElementTree.fromstring(raw)
    said = " ".join(each.text or "" for each in root.iter("Say"))
    gather = root.find("Gather")
    action = "" if gather is None else gather.attrib["action"]
    return Heard(said, action, root.find("Hangup") is not None or gather is None)


def texted(reply: HttpReply) -> str:
    """The message that an answer sends; empty: none."""
    root = ElementTree.fromstring(reply.body)
    found = root.find("Message")
    return "" if found is None else found.text or ""
