"""What Mattermost calls us with: buttons that are pressed and `/triaged`.

https://developers.mattermost.com/integrate/plugins/interactive-messages/ and
https://developers.mattermost.com/integrate/slash-commands/custom/. Mattermost signs nothing. A
button has a context, which the server keeps from clients: a MAC in it says that the button is ours,
is in this channel, and is not too old. A command comes with the command's token.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from triaged.channels import Button, HttpRequest
from triaged.channels.common.call_bodies import check_size, object_of, text_at
from triaged.channels.common.chat import cut
from triaged.channels.common.markdown import cut_escaped, mattermost_escaped
from triaged.channels.common.two_way import (
    DEFERRED,
    Callback,
    Called,
    HttpReply,
    Press,
    Reply,
    Typed,
)
from triaged.core.text.wording import clean
from triaged.core.time.durations import DAY, SECOND
from triaged.errors import Malformed, Unauthorized
from triaged.wire import MISSING_SECRET, Secret, encode

BODY_MAX = 64 * 1024
LIFE_US = 7 * DAY
"""A post is not edited for longer, so its buttons may be those of another state."""

STYLE = {"acknowledge": "primary", "take_over": "primary", "escalate": "danger", "resolve": "good"}
NAME_MAX = 75
COMMAND_MAX = 1000
TEXT_MAX = 3000
FIELDS_MAX = 50


def action(button: Button, channel: str, url: str, seal: tuple[Secret, int]) -> dict[str, object]:
    """A button of a post in `channel`; the seal is the key, and the instant of the post."""
    key, at = seal
    until = str((at + LIFE_US) // SECOND)
    context = {
        "value": button.value,
        "until": until,
        "mac": _mac(key, button.value, channel, until),
    }
    return {
        "id": button.verb.replace("_", ""),
        "name": cut(button.label, NAME_MAX),
        "type": "button",
        "style": STYLE.get(button.verb, "default"),
        "integration": {"url": url, "context": context},
    }


def _mac(key: Secret, value: str, channel: str, until: str) -> str:
    signed = f"mattermost:{value}:{channel}:{until}".encode()
    return hmac.digest(key.reveal().encode(), signed, "sha256").hex()


def called_of(callback: Callback, key: Secret, token: Secret | None) -> tuple[Called, ...]:
    """What was pressed, or typed with `token`. Raises `Unauthorized` and `Malformed`."""
    check_size(callback, BODY_MAX)
    kind = callback.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return (_typed(callback, token),)
    return (_pressed(callback, key),)


def _pressed(callback: Callback, key: Secret) -> Press:
    said = object_of(callback.body)
    value, until = text_at(said, "context", "value"), text_at(said, "context", "until")
    wanted = _mac(key, value, text_at(said, "channel_id"), until).encode()
    if not hmac.compare_digest(wanted, text_at(said, "context", "mac").encode()):
        raise Unauthorized("the button is not one of ours in this channel")
    if callback.at > int(until) * SECOND:
        raise Unauthorized("the button is too old")
    account, ref = text_at(said, "user_id"), text_at(said, "post_id")
    if not account or not ref:
        raise Malformed("wrong_shape", "a user and a post are expected")
    return Press(account, value, ref)


def _typed(callback: Callback, token: Secret | None) -> Typed:
    try:
        form = parse_qs(callback.body.decode(), max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Malformed("not_form", "the body is no form") from error
    given = form.get("token", [""])[0].encode()
    is_known = token is not None and token is not MISSING_SECRET
    if token is None or not is_known or not hmac.compare_digest(token.reveal().encode(), given):
        raise Unauthorized("the token is not that of the command")
    account = form.get("user_id", [""])[0]
    if not account:
        raise Malformed("wrong_shape", "a user is expected")
    text = clean(form.get("text", [""])[0], COMMAND_MAX).strip() or "help"
    back = {"response_url": form.get("response_url", [""])[0]}
    room, call = form.get("channel_id", [""])[0], form.get("trigger_id", [""])[0]
    return Typed(account, text, room, back=back, id=call)


def answer_to(called: Called | None, reply: Reply) -> HttpReply:
    """The words to whoever pressed or typed, in a post that nobody else sees."""
    text = cut_escaped(mattermost_escaped(reply.text), TEXT_MAX)
    words = {"response_type": "ephemeral", "text": text, "skip_slack_parsing": True}
    match called:
        case Typed(back=back) if DEFERRED in back and text:
            return HttpReply(200, b"{}", later=_respond(back.get("response_url", ""), words))
        case Typed() if text:
            return HttpReply(200, encode(words))
        case Press(back=back) if text and DEFERRED not in back:
            return HttpReply(200, encode({"ephemeral_text": text, "skip_slack_parsing": True}))
        case _:
            return HttpReply(200, b"{}")  # the post itself says what has become of it


def _respond(url: str, words: Mapping[str, object]) -> HttpRequest | None:
    """The words after an answer without any."""
    if not url.startswith(("https://", "http://")):
        return None
    return HttpRequest("POST", url, {"content-type": "application/json"}, encode(words))
