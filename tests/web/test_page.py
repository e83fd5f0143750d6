"""Pages escape what strangers wrote, and let nothing run."""

import hashlib
import re
from base64 import b64encode

from triaged.web._page import HEADERS, STYLE, page


def test_the_policy_allows_our_style_and_nothing_else() -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
    )

    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert policy == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_the_style_stands_in_the_page_as_it_was_hashed() -> None:
    body = page("gone.html", 404).text or ""

    assert re.findall("<style>(.*?)</style>", body, re.DOTALL) == [STYLE]


def test_there_is_no_script_and_no_address_of_others() -> None:
    body = page("gone.html", 404).text or ""

    assert "<script" not in body
    assert re.findall(r"(?:src|href)=\"(?!data:)", body) == []
