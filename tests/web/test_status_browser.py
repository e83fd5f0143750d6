"""The status page in a real browser: without JavaScript, light and dark, on phones and desks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.axe import objections
from tests.web.browser import Tab, browsing
from tests.web.status_world import LINKS, shown
from triaged.web._page import filled
from triaged.web._status_html import history_html, incident_html, page_html

WIDTHS = (320, 360, 1000)
SMALL = """
[...document.querySelectorAll("a, button, input, summary")].filter((node) => {
  const box = node.getBoundingClientRect();
  const inText = node.tagName === "A" && node.closest("p");
  return box.width && !inText && !node.classList.contains("skip") && !node.closest("label")
    && Math.min(box.width, box.height) < 24;
}).map((node) => node.outerHTML)
"""
"""Targets smaller than 24 px (WCAG 2.2, 2.5.8); links within text are exempt."""


def pages() -> dict[str, str]:
    """Every kind of page, by name."""
    open_page, quiet = shown(), shown(trouble=False)
    message = {"title": "One more step", "text": "A mail is under way.", "home": "/status"}
    subscriber = {
        "components": [("checkout", "Checkout", True), ("search", "Search", False)],
        "impacts": [("none", "All", True), ("major", "From major on", False)],
        "maintenance_only": False,
        "contact": "privacy@example.org",
        "export": "/status/u/x/export",
    }
    return {
        "incident": page_html(open_page, LINKS),
        "ok": page_html(quiet, LINKS),
        "one": incident_html(open_page, open_page.incidents[0], LINKS),
        "maintenance": incident_html(open_page, open_page.maintenance[0], LINKS),
        "history": history_html(open_page, LINKS),
        "message": filled("status_message.html", **message),
        "confirm": filled("status_confirm.html", **message),
        "subscriber": filled("status_subscriber.html", **message, **subscriber),
    }


async def as_seen(tab: Tab, width: int, scheme: str, address: str) -> dict[str, object]:
    """What a reader with this screen finds, whose browser runs no script of the page."""
    await tab.do(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    await tab.do("Emulation.setEmulatedMedia", features=media)
    await tab.go(address)
    return {
        "fits": await tab.value(f"document.documentElement.scrollWidth <= {width}"),
        "small": await tab.value(f"JSON.stringify({SMALL.strip()})"),
        "dark": await tab.value("getComputedStyle(document.documentElement).backgroundColor")
        != "rgb(255, 255, 255)",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible_on_every_screen(
    require: Callable[[str], str], tmp_path: Path, scheme: str
) -> None:
    chromium = require("chromium")
    problems: list[tuple[str, int, object]] = []
    async with browsing(chromium, tmp_path / "profile") as tab:
        for name, text in pages().items():
            file = tmp_path / f"{name}.html"
            file.write_text(text, encoding="utf-8")
            for width in WIDTHS:
                found = await as_seen(tab, width, scheme, file.as_uri())
                if found != {"fits": True, "small": "[]", "dark": scheme == "dark"}:
                    problems.append((name, width, found))
                problems += [(name, width, one) for one in await objections(tab)]
        complaints = tab.complaints

    assert problems == []
    assert complaints == []


async def test_the_page_is_whole_without_javascript(
    require: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "status.html"
    file.write_text(page_html(shown(), LINKS), encoding="utf-8")
    async with browsing(require("chromium"), tmp_path / "profile") as tab:
        await tab.do("Emulation.setScriptExecutionDisabled", value=True)
        await as_seen(tab, 1000, "light", file.as_uri())
        text = await tab.value("document.body.innerText")
        bars = await tab.value("document.querySelectorAll('.days rect').length")
        asked = [
            event["params"]["request"]["url"]
            for event in tab.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    assert "Investigating: Checkout Issues" in text
    assert "Next update: 4:15 PM EDT" in text
    assert bars == 8 * 90
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
