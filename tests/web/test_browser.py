"""The page of a link in a real browser: a phone at night."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.api.site import Site
from tests.web.browser import browsing
from tests.web.test_act import link

REACHED = "document.querySelector('button').getBoundingClientRect().bottom <= innerHeight"
"""Whether the button is seen without scrolling."""

CONTRAST = """
(() => {
  const shade = (text) => {
    const part = text.match(/[0-9.]+/g).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
  };
  return Math.min(...["h1", "dt", "dd", "button", ".badge", ".number", "p", "a"].map((name) => {
    const node = document.querySelector(name);
    const [dark, light] = [shade(getComputedStyle(node).color), shade(ground(node))]
      .sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  }));
})()
"""
"""The weakest contrast on the page (WCAG 2.2, 1.4.3: at least 4.5)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_thumb_acknowledges_on_a_phone(
    site: Site, require: Callable[[str], str], tmp_path: Path, scheme: str
) -> None:
    chromium = require("chromium")
    long_title = "Checkout error rate is 42 % in eu-west-1/" + "averylongnamewithoutabreak" * 4
    number = await site.declare(long_title, severity="SEV-1", service="checkout")
    root = str(site.client.make_url("/")).rstrip("/")
    site.context.configuration = replace(site.context.configuration, public_url=root)

    async with browsing(chromium, tmp_path / "profile") as tab:
        await tab.look(320, 568, scheme)
        await tab.go(root + await link(site, number))
        before = {
            "fits": await tab.value("document.documentElement.scrollWidth <= 320"),
            "styled": await tab.value("getComputedStyle(document.body).margin") == "0px",
            "button": await tab.value("document.querySelector('button').offsetHeight >= 48"),
            "reached": await tab.value(REACHED),
            "contrast": await tab.value(CONTRAST) >= 4.5,
        }
        (tmp_path / f"before-{scheme}.png").write_bytes(await tab.picture())
        await tab.value("document.querySelector('button').click()")
        await tab.loaded()
        text = await tab.value("document.body.innerText")
        (tmp_path / f"after-{scheme}.png").write_bytes(await tab.picture())
        complaints = tab.complaints

    assert before == {
        "fits": True,
        "styled": True,
        "button": True,
        "reached": True,
        "contrast": True,
    }
    assert "by Alice <Example>.\nPaging has stopped. Yours until" in text
    assert complaints == []
    shown = await site.get(f"/api/v1/incidents/{number}")
    assert (shown["state"], shown["acknowledged_by"]) == ("acknowledged", "alice")


async def test_another_sites_page_cannot_press_the_button(
    site: Site, require: Callable[[str], str], tmp_path: Path
) -> None:
    chromium = require("chromium")
    number = await site.declare()
    target = str(site.client.make_url("/")).rstrip("/") + await link(site, number)
    evil = tmp_path / "evil.html"
    evil.write_text(f'<form method="post" action="{target}"></form>', encoding="utf-8")

    async with browsing(chromium, tmp_path / "profile") as tab:
        await tab.go(evil.as_uri())
        await tab.value("document.forms[0].submit()")
        await tab.loaded()
        text = await tab.value("document.body.innerText")

    assert "from another site" in text
    assert (await site.get(f"/api/v1/incidents/{number}"))["state"] == "open"
