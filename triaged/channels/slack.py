"""`slack`: messages of a bot; https://docs.slack.dev/reference/methods/chat.postMessage.

Slack answers 200 to nearly everything, and says in the body what became of it.
"""

import re

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import (
    check_secret,
    check_url,
    cut,
    destination,
    head_of,
    one_address,
)
from triaged.channels.common.http_answers import failure, json_of, no_response, retry_after_us
from triaged.channels.common.limits import Limits, Rate
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.core.time.durations import SECOND
from triaged.wire import Secret, encode

HEADER_MAX, SECTION_MAX = 150, 2900
LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TRY_AGAIN = frozenset({"service_unavailable", "request_timeout", "team_added_to_org"})
MAYBE_SENT = frozenset({"internal_error", "fatal_error"})
"""It may have been done in part."""

_CHANNEL = re.compile(r"[CDGUW][A-Z0-9]{5,20}|#[a-z0-9_-]{1,80}")

LIMITS = Limits(each=(Rate(3, 3 * SECOND),))
"""One message a second in a channel, and short bursts: https://docs.slack.dev/apis/web-api/rate-limits/"""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `slack`."""

    token: Secret
    """Token of the bot, `xoxb-…`, with the scope `chat:write`; it must be in the channels."""
    to: str = ""
    """Channel of pages that go straight to it: its id, or `#name`."""
    url: str = "https://slack.com/api"
    """URL of the API."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        check_secret(self.token, "xoxb-", "token must be that of a bot: it begins with xoxb-")
        if self.to and not _CHANNEL.fullmatch(self.to):
            raise ValueError("to must be the id of a channel or user, or #name")


def addresses_of(text: str) -> tuple[str, ...]:
    """The channel or user that `text` names."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The channel that gets pages straight."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The message of a notice. Raises `Malformed`."""
    head = head_of(notice, at)
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(head, HEADER_MAX)},
        {"type": "section", "text": _plain(notice.text(at), SECTION_MAX)},
    ]
    if notice.acknowledge_url is not None:
        label = "Test the link" if notice.page.test else "Acknowledge"
        button = {"type": "button", "text": _plain(label, 75), "url": notice.acknowledge_url}
        blocks.append({"type": "actions", "elements": [button | {"action_id": "open"}]})
    body = {
        "channel": destination(notice, settings.to, _CHANNEL),
        "text": _escaped(head),
        "blocks": blocks,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    headers = {
        "content-type": "application/json; charset=utf-8",
        "authorization": f"Bearer {settings.token.reveal()}",
    }
    url = f"{settings.url.rstrip('/')}/chat.postMessage"
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def _plain(text: str, most: int) -> dict[str, object]:
    """Text in which nothing is active."""
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def probe(settings: Settings) -> Reach:
    """A connection to the provider."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """`ok` is delivered, with channel and `ts`; errors by their names."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status != 200:
        return failure(result, str(said.get("error", "")))
    if said.get("ok") is True:
        return Delivered(f"{said.get('channel', '')}/{said.get('ts', '')}"[:100])
    error = str(said.get("error", "no JSON in the answer"))[:100]
    if error in LATER:
        return TryAgain(error, retry_after_us(result))
    if error in TRY_AGAIN | MAYBE_SENT or not said:
        return TryAgain(error, maybe_accepted=error in MAYBE_SENT or not said)
    return Refused(error)
