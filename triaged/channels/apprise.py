"""`apprise`: messages to any of the services that the library of this name knows, and nothing back.

Services and their addresses: https://appriseit.com/services/. It needs the extra `apprise`. A
contact has no address: what is to be reached stands in the channel's `url`.
"""

from importlib.util import find_spec

import msgspec

from triaged.channels import NoAnswer, Notice, Relayed, Result, Taken, verdict_without_answer
from triaged.channels.common.chat import check_secret, cut
from triaged.channels.common.http_answers import TRY_AGAIN
from triaged.core.records.events import Delivered, Refused, TryAgain, Verdict
from triaged.wire import Secret

NOT_ALONE = "nobody can answer there, and few services say whether a message has arrived"
MISSING = "a channel of kind apprise needs the extra `apprise`: pip install 'triaged[apprise]'"
TITLE_MAX, TEXT_MAX = 250, 4000
"""Characters: the library cuts to what a service takes, at any place."""

URL = r"[a-z][a-z0-9+.-]{1,30}://\S+\Z"
TIMEOUT_S = 30.0
"""The library waits 4 s for a connection and 4 s for an answer, and some services need several."""


class Settings(msgspec.Struct, frozen=True):
    """Keys of a channel of kind `apprise`."""

    url: Secret
    """Address of the service as the library writes it, such as `gchat://…`. It holds passwords and
    tokens, so better give `url_file`."""

    def __post_init__(self) -> None:
        """Refuse settings with which nothing could be sent. Raises ValueError."""
        if find_spec("apprise") is None:
            raise ValueError(MISSING)
        wanted = "url must be an address of apprise, such as gchat://…, without blanks"
        check_secret(self.url, URL, wanted)


def request(notice: Notice, settings: Settings, at: int) -> Relayed:
    """The message of a notice."""
    title, text = cut(notice.subject(), TITLE_MAX), cut(notice.text(at), TEXT_MAX)
    return Relayed(settings.url, title, text, notice.is_page, TIMEOUT_S)


def verdict(result: Result) -> Verdict:
    """The library says whether the service took it; a 4xx that it logged is a refusal."""
    match result:
        case Taken(ok=True):
            return Delivered()
        case Taken(status=status) if status is not None and 400 <= status < 500:
            if status in TRY_AGAIN:
                return TryAgain(f"HTTP {status}")
            return Refused(f"HTTP {status}: the service does not take it")
        case Taken(status=status):
            said = "" if status is None else f"HTTP {status}: "
            return TryAgain(f"{said}apprise could not send it")
        case NoAnswer():
            return verdict_without_answer(result)
        case _:
            return Refused(f"not an outcome of apprise: {type(result).__name__}")
