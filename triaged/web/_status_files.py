"""Every file of the status page, as the daemon serves them and as the static copy holds them."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from triaged.core.practice.status.public_page import PublicPage, Shown
from triaged.http.shared.published import File, file_of
from triaged.web._page import STATUS_HEADERS
from triaged.web._status_atom import atom
from triaged.web._status_html import Links, history_html, incident_html, page_html
from triaged.web._status_json import own_json, statuspage

STATUS = "/status"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
ATOM = "application/atom+xml; charset=utf-8"
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}
"""Scripts of any site may read the JSON and the feed: they hold nothing but what is public."""


def base_of(url: str, public_url: str) -> str:
    """The path of the page in links: that of its own URL, where a proxy serves `/status` there."""
    path = urlsplit(url).path
    return path if path.endswith(STATUS) else f"{urlsplit(public_url).path}{STATUS}"


def served_links(base: str, *, subscribers: bool) -> Links:
    """The links as the daemon serves them; `base` is the path of the page."""
    return Links(
        page=base,
        history=f"{base}/history",
        atom=f"{base}.atom",
        json=f"{base}.json",
        incidents=f"{base}/incidents/",
        subscribe=f"{base}/subscribe" if subscribers else "",
    )


def copied_links(up: str, subscribe_page: str) -> Links:
    """The links of the static copy, all of them relative; `up` leads to its root."""
    return Links(
        page=f"{up}index.html",
        history=f"{up}history/index.html",
        atom=f"{up}status.atom",
        json=f"{up}status.json",
        incidents=f"{up}incidents/",
        suffix="/index.html",
        subscribe_page=subscribe_page,
    )


def feed_address(shown: PublicPage) -> str:
    """The address of the feed, which is the same for the daemon and for a copy."""
    return f"{shown.page.url}/history.atom"


def html(text: str) -> File:
    """A page as it is served."""
    return file_of(text.encode(), HTML, STATUS_HEADERS)


class Renderer:
    """Renders the files; the page of an incident on which nothing has changed is kept."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[object, File]] = {}

    def served(self, shown: PublicPage, base: str) -> Mapping[str, File]:
        """The files as the daemon serves them, by path; `base` is what links call `/status`."""
        links = served_links(base, subscribers=bool(shown.page.channel))
        found = {
            "/status": html(page_html(shown, links)),
            "/status/history": html(history_html(shown, links)),
            "/status.json": file_of(own_json(shown), JSON, OPEN_TO_ALL),
            "/status.atom": file_of(atom(shown, feed_address(shown)), ATOM, OPEN_TO_ALL),
        }
        found["/status/history.atom"] = found["/status.atom"]
        for path, body in statuspage(shown).items():
            found[f"/status/api/v2/{path}"] = file_of(body, JSON, OPEN_TO_ALL)
        self._pages = {
            f"/status/incidents/{one.row.id}": self._page(shown, one, links)
            for one in shown.threads
        }
        return found | {path: file for path, (_, file) in self._pages.items()}

    def _page(self, shown: PublicPage, one: Shown, links: Links) -> tuple[object, File]:
        """What the page of an incident is made of, and the page."""
        content = (one, shown.page, links)
        known = self._pages.get(f"/status/incidents/{one.row.id}")
        if known is not None and known[0] == content:
            return known
        return content, html(incident_html(shown, one, links))


def copied(shown: PublicPage, subscribe_page: str) -> Mapping[str, bytes]:
    """The static copy, by path in its folder: it asks nothing of the daemon."""
    subscribe_page = subscribe_page if shown.page.channel else ""
    top, below = copied_links("", subscribe_page), copied_links("../", subscribe_page)
    feed = atom(shown, feed_address(shown))
    found = {
        "index.html": page_html(shown, top).encode(),
        "history/index.html": history_html(shown, below).encode(),
        "status.json": own_json(shown),
        "status.atom": feed,
        "history.atom": feed,
    }
    found |= {f"api/v2/{path}": body for path, body in statuspage(shown).items()}
    far = copied_links("../../", subscribe_page)
    for one in shown.threads:
        found[f"incidents/{one.row.id}/index.html"] = incident_html(shown, one, far).encode()
    return found
