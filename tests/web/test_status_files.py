import json
import re

from msgspec.structs import replace

from tests.web.status_world import PAGE, shown
from triaged.web._status_files import Renderer, base_of, copied


def test_every_form_of_the_page_is_a_file() -> None:
    files = Renderer().served(shown(), "/status")

    assert {"/status", "/status.json", "/status.atom", "/status/history"} <= files.keys()
    assert "/status/incidents/i00000000001" in files
    assert "/status/incidents/m00000000001" in files
    assert "/status/api/v2/summary.json" in files
    assert files["/status.atom"] is files["/status/history.atom"]
    assert files["/status"].headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert files["/status.json"].headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in files["/status"].headers


def test_what_has_not_changed_is_not_rendered_again() -> None:
    renderer = Renderer()
    path = "/status/incidents/i00000000001"
    first = renderer.served(shown(), "/status")[path]

    same = renderer.served(shown(), "/status")[path]
    other = renderer.served(shown(page=replace(PAGE, name="Other")), "/status")[path]

    assert same is first
    assert other is not first


def test_links_of_the_copy_are_relative_and_lead_to_files_of_it() -> None:
    files = copied(shown(), "https://triaged.example.org/status#subscribe")

    for path, body in files.items():
        if not path.endswith(".html"):
            continue
        for link in re.findall(r'href="([^"#]*)"', body.decode()):
            if link.startswith(("https:", "data:")):
                continue
            assert resolved(path, link) in files, (path, link)
    assert b"<form" not in files["index.html"]
    assert b"https://triaged.example.org/status#subscribe" in files["index.html"]
    assert json.loads(files["api/v2/summary.json"])["page"]["name"] == "Larkspur status"


def resolved(path: str, link: str) -> str:
    """The path that a relative link leads to."""
    parts = path.split("/")[:-1]
    for part in link.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_the_copy_offers_no_mails_where_there_are_none() -> None:
    files = copied(shown(page=replace(PAGE, channel="")), "https://triaged.example.org/status")

    assert b"triaged.example.org" not in files["index.html"]


def test_links_go_where_the_page_is_served() -> None:
    assert base_of("https://s.example.org/status", "https://t.example.org/x") == "/status"
    assert base_of("https://t.example.org/x/status", "https://t.example.org/x") == "/x/status"
    assert base_of("https://s.example.org", "https://t.example.org/x") == "/x/status"
