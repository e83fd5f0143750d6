"""The form for customers in a real browser: no script, light and dark, on phones and desks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.axe import objections
from tests.web.browser import browsing
from tests.web.test_status_browser import WIDTHS, as_seen
from triaged.web._page import filled

PAGES = {
    "form": filled("report.html", service="checkout", sent=False),
    "sent": filled("report.html", service="", sent=True),
    "sign_in": filled("sign_in.html", path="/login?next=/postmortems/INC-1"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_is_accessible_on_every_screen(
    require: Callable[[str], str], tmp_path: Path, scheme: str
) -> None:
    problems: list[tuple[str, int, object]] = []
    async with browsing(require("chromium"), tmp_path / "profile") as tab:
        for name, text in PAGES.items():
            file = tmp_path / f"{name}.html"
            file.write_text(text, encoding="utf-8")
            for width in WIDTHS:
                found = await as_seen(tab, width, scheme, file.as_uri())
                (tmp_path / f"{name}-{width}-{scheme}.png").write_bytes(await tab.picture())
                if (found["fits"], found["small"]) != (True, "[]"):
                    problems.append((name, width, found))
                problems += [(name, width, one) for one in await objections(tab)]
        complaints = tab.complaints

    assert problems == []
    assert complaints == []
