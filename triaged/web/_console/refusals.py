"""Refusals as sentences: what was not done, why, and what to do next."""

from urllib.parse import quote, unquote

import msgspec
from aiohttp import web

from triaged.http.routes import Call
from triaged.wire import decoded

PATH_MAX = 2000


class Refused(msgspec.Struct, frozen=True):
    """A refusal for a person."""

    title: str
    text: str
    status: int
    retry_s: int = 0
    """Seconds after which the page asks again by itself; 0: it does not."""
    links: tuple[tuple[str, str], ...] = (("Now", "/"),)
    """Where to go instead: words and path."""


class _Document(msgspec.Struct, frozen=True):
    detail: str = ""


_documents = msgspec.json.Decoder(_Document)


def refusal_of(call: Call, answer: web.Response) -> Refused:
    """The refusal that a problem document holds, in words for whoever looks at a page."""
    detail = _detail(answer)
    match answer.status:
        case 401:
            return Refused("You are not signed in", "Your sign-in has ended.", 401)
        case 403 if call.caller.by or "scope" in detail:
            text = f"Your role does not allow this. Ask somebody whose role is {_asked(call)}."
            return Refused("You may not do this", text, 403)
        case 503:
            text = f"{_sentence(detail)} Pages go out; this window waits."
            return Refused("triaged is busy", text, 503, retry_s=5)
        case status:
            return Refused("This cannot be done", _sentence(detail), status)


def _asked(call: Call) -> str:
    return "respond" if call.request.method == "POST" else "read"


def _detail(answer: web.Response) -> str:
    body = answer.body
    return decoded(_documents, body).detail if isinstance(body, bytes) and body else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def sign_in_path(call: Call) -> str:
    """The path of the sign-in page, which leads back here afterwards."""
    request = call.request
    here = str(request.rel_url) if request.method in {"GET", "HEAD"} else _from(call)
    ended = "&ended=1" if request.method == "POST" else ""
    return f"/login?next={quote(own_path(here), safe='/')}{ended}"


def _from(call: Call) -> str:
    """The path of the page that sent the form: the one above the form's own."""
    return call.request.path.rpartition("/")[0] or "/"


def own_path(text: str) -> str:
    """`text` if it is a path on this site, else `/`: a link may send nobody elsewhere."""
    plain = unquote(text)
    is_path = plain.startswith("/") and not plain.startswith(("//", "/\\"))
    is_clean = plain.isprintable() and "\\" not in plain and len(text) <= PATH_MAX
    return text if is_path and is_clean and not text.startswith("//") else "/"
