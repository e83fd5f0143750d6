"""`mattermost`: posts of a bot; https://developers.mattermost.com/api-documentation/.

Text of strangers is escaped, so that it neither formats nor mentions anybody.
"""

import re

import msgspec

from triaged.channels import HttpRequest, HttpResponse, Notice, Reach, Result, attempt_s
from triaged.channels.common.chat import check_url, cut, destination, head_of, one_address
from triaged.channels.common.http_answers import failure, json_of, no_response
from triaged.channels.common.markdown import escaped
from triaged.channels.common.reaching import reach_of
from triaged.core.records.events import Delivered, Verdict
from triaged.core.records.model import Severity
from triaged.wire import Secret, encode

TEXT_MAX = 12_000
"""Characters after escaping; a server takes 16,383."""

_CHANNEL = re.compile(r"[a-z0-9]{26}")


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `mattermost`."""

    url: str
    """URL of the server."""
    token: Secret
    """Access token of the bot, which must be a member of the channels."""
    to: str = ""
    """Id of the channel that gets pages which go straight to it."""
    timeout: str = "10s"
    """Longest duration of an attempt, at most 10s."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        check_url(self.url)
        attempt_s(self.timeout)
        if self.to and not _CHANNEL.fullmatch(self.to):
            raise ValueError("to must be the id of a channel: 26 small letters and digits")


def addresses_of(text: str) -> tuple[str, ...]:
    """The id of the channel that `text` is."""
    return one_address(text, _CHANNEL)


def own_address(settings: Settings) -> str:
    """The id of the channel itself."""
    return settings.to


def request(notice: Notice, settings: Settings, at: int) -> HttpRequest:
    """The post of a notice. Raises `Malformed`."""
    body: dict[str, object] = {
        "channel_id": destination(notice, settings.to, _CHANNEL),
        "message": cut(_message(notice, at), TEXT_MAX),
    }
    if notice.is_page and notice.page.severity is Severity.SEV1 and not notice.page.test:
        body["metadata"] = {"priority": {"priority": "urgent"}}
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {settings.token.reveal()}",
    }
    url = f"{settings.url.rstrip('/')}/api/v4/posts"
    return HttpRequest("POST", url, headers, encode(body), attempt_s(settings.timeout))


def _message(notice: Notice, at: int) -> str:
    """The head in bold, the link, and the text: the link comes before what may be cut."""
    link = notice.acknowledge_url
    label = "Test the link" if notice.page.test else "Acknowledge"
    ways = "" if link is None else f"[{label}]({link})\n\n"
    return f"**{escaped(head_of(notice, at))}**\n\n{ways}{escaped(notice.text(at), link)}"


def probe(settings: Settings) -> Reach:
    """A connection to the server."""
    return reach_of(settings.url)


def verdict(result: Result) -> Verdict:
    """201 is delivered, with the id of the post."""
    if not isinstance(result, HttpResponse):
        return no_response(result)
    said = json_of(result)
    if result.status in (200, 201):
        return Delivered(str(said.get("id", ""))[:100])
    return failure(result, str(said.get("message", "")))
