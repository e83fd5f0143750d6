"""The console in a real browser: axe, no script, live, keys, hostile texts, a lost server."""

from collections.abc import Callable
from pathlib import Path

from tests.api.site import Site
from tests.web.axe import objections
from tests.web.browser import Tab
from tests.web.console_site import SIZES, console, fire
from tests.web.hostile import PAYLOADS

Require = Callable[[str], str]
FITS = "document.documentElement.scrollWidth <= innerWidth"
SMALL_TARGETS = """
[...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((node) => node.getClientRects().length && node.type !== "hidden")
  .filter((node) => !node.closest("p, dd, li, .skip, td, th, label"))
  .map((node) => [node.textContent.trim().slice(0, 20), node.getBoundingClientRect().height])
  .filter(([, height]) => height < 24).map(([text]) => text).join("|")
"""
"""Targets below 24 px (WCAG 2.2, 2.5.8), but for links in sentences and cells."""


async def said_of(tab: Tab) -> dict[str, object]:
    """What is wrong with the page that is shown."""
    return {
        "axe": await objections(tab),
        "fits": await tab.value(FITS),
        "small": await tab.value(SMALL_TARGETS),
        "complaints": [text for text in tab.complaints if "404" not in text and "409" not in text],
    }


LINKS_THAT_RUN = "[...document.links].some((link) => link.protocol === 'javascript:')"
GOOD = {"axe": [], "fits": True, "small": "", "complaints": []}


async def test_every_page_can_be_read_by_everybody_in_every_size(
    site: Site, require: Require, tmp_path: Path
) -> None:
    async with console(site, require, tmp_path) as (tab, root):
        await tab.go(f"{root}/")
        first_run = await said_of(tab)
        number = await fire(site)
        taken = await site.declare("x" * 300, severity="SEV-1")
        await site.declare("שלום عطل في الدفع", severity="SEV-3", service="checkout")
        await site.post(f"/api/v1/incidents/{taken}/acknowledge", {})
        paths = (
            "/",
            f"/incidents/{number}",
            f"/incidents/{taken}",
            f"/incidents/{taken}/command",
            f"/incidents/{taken}/command?wall=1",
            f"/incidents/{number}/similar",
            "/incidents/INC-900",
            "/alerts",
            f"/silences?incident={number}&m=service%3D%22checkout%22&comment=x",
            "/system",
            "/sessions",
            "/login",
        )
        found = {}
        for name, (width, height, scheme, mobile) in SIZES.items():
            await tab.look(width, height, scheme, mobile=mobile)
            for path in paths:
                await tab.go(root + path)
                found[name, path] = await said_of(tab)
                (tmp_path / f"{name}{path.replace('/', '-').partition('?')[0]}.png").write_bytes(
                    await tab.picture()
                )

    assert first_run == GOOD
    assert {key: wrong for key, wrong in found.items() if wrong != GOOD} == {}


async def test_without_scripts_every_form_does_its_work(
    site: Site, require: Require, tmp_path: Path
) -> None:
    number = await site.declare("Checkout fails")
    async with console(site, require, tmp_path) as (tab, root):
        await tab.do("Emulation.setScriptExecutionDisabled", value=True)
        await tab.look(360, 780, "light")
        await tab.go(f"{root}/incidents/{number}")
        await click(tab, "button[value=acknowledge]")
        acknowledged = await text_of(tab, "#bands")
        await click(tab, "#did button")
        given_back = await text_of(tab, ".ids")
        await click(tab, "button[value=acknowledge]")
        await tab.do("DOM.focus", nodeId=await node(tab, "#note textarea"))
        await tab.do("Input.insertText", text="pool waits grow")
        await click(tab, "#note button")
        noted = await text_of(tab, "#timeline")
        await click(tab, ".bar-actions button[value=resolve]")
        resolved = await text_of(tab, ".ids")

    assert "Acknowledged" in acknowledged
    assert "open, nobody has it" in given_back
    assert "alice: pool waits grow" in noted
    assert "resolved by alice" in resolved


async def node(tab: Tab, selector: str) -> int:
    """The first element that a selector finds."""
    document = await tab.do("DOM.getDocument")
    found = await tab.do("DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector)
    assert found["nodeId"], selector
    return int(found["nodeId"])


async def text_of(tab: Tab, selector: str) -> str:
    """The text of an element, read without a script of the page."""
    html = await tab.do("DOM.getOuterHTML", nodeId=await node(tab, selector))
    text = html["outerHTML"]
    assert isinstance(text, str)
    return plain(text)


def plain(html: str) -> str:
    """The words of some HTML."""
    words, inside = [], False
    for part in html.replace(">", "<").split("<"):
        if not inside:
            words.append(part)
        inside = not inside
    return " ".join("".join(words).split())


async def click(tab: Tab, selector: str) -> None:
    """Click an element as a mouse does, and wait for the page that it leads to."""
    found = await node(tab, selector)
    await tab.do("DOM.scrollIntoViewIfNeeded", nodeId=found)
    (quad, *_) = (await tab.do("DOM.getContentQuads", nodeId=found))["quads"]
    x, y = (quad[0] + quad[4]) / 2, (quad[1] + quad[5]) / 2
    for kind in ("mousePressed", "mouseReleased"):
        await tab.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    await tab.loaded()


async def test_what_others_do_is_seen_and_what_is_typed_stays(
    site: Site, require: Require, tmp_path: Path
) -> None:
    number = await site.declare("Checkout fails")
    async with console(site, require, tmp_path) as (tab, root):
        await tab.go(f"{root}/incidents/{number}")
        await tab.until("document.querySelector('#live').textContent.trim() === 'live'")
        await tab.value("document.querySelector('#note textarea').focus()")
        await tab.do("Input.insertText", text="half a sente")
        await site.post(f"/api/v1/incidents/{number}/acknowledge", {})
        await tab.until("document.querySelector('.ids').textContent.includes('acknowledged')")
        typed = await tab.value("document.querySelector('#note textarea').value")
        focus = await tab.value("document.activeElement.name")
        await tab.until("document.querySelector('#say').textContent.includes('by alice')")
        await tab.do("Page.reload")
        await tab.loaded()
        kept = await tab.value("document.querySelector('#note textarea').value")

        await tab.go(f"{root}/")
        await tab.until("document.querySelector('#live').textContent.trim() === 'live'")
        await site.declare("A second one", severity="SEV-1")
        await tab.until("document.querySelector('.inc').textContent.includes('A second one')")
        complaints = tab.complaints

    assert (typed, focus, kept) == ("half a sente", "text", "half a sente")
    assert complaints == []


async def test_a_server_that_is_lost_is_said_and_found_again(
    site: Site, require: Require, tmp_path: Path
) -> None:
    await site.declare("Checkout fails")
    async with console(site, require, tmp_path) as (tab, root):
        await tab.go(f"{root}/")
        await tab.until("document.querySelector('#live').textContent.trim() === 'live'")
        context = site.context
        parts = (context.database, context.known_tokens, context.known_sessions)
        site.lose_store()
        context.event_stream.close()
        await tab.until("document.querySelector('#stale') !== null")
        band = await tab.value("document.querySelector('#stale').textContent")
        greyed = await tab.value("document.querySelector('main').classList.contains('stale')")
        axe = await objections(tab)
        context.database, context.known_tokens, context.known_sessions = parts
        await site.declare("While it was away", severity="SEV-1")
        await tab.value("document.querySelector('#stale button').click()")
        await tab.until("document.querySelector('.inc').textContent.includes('While it was away')")
        state = await tab.value("document.querySelector('#live').textContent.trim()")
        gone = await tab.value("document.querySelector('#stale') === null")

    assert "Stale since" in band
    assert "Pages are sent without this window." in band
    assert (greyed, axe, state, gone) == (True, [], "live", True)


async def test_the_keyboard_reaches_everything(
    site: Site, require: Require, tmp_path: Path
) -> None:
    await site.declare("one", severity="SEV-3")
    number = await site.declare("two", severity="SEV-2")
    async with console(site, require, tmp_path) as (tab, root):
        await tab.go(f"{root}/")
        await tab.press("?")
        helped = await tab.value("document.querySelector('dialog').open")
        await tab.press("Escape")
        closed = await tab.value("document.querySelector('dialog').open")
        await tab.press("/")
        filtering = await tab.value("document.activeElement.id")
        await tab.value("document.activeElement.blur()")
        await tab.press("j")
        await tab.press("Enter")
        await tab.loaded()
        opened = await tab.value("document.querySelector('main').dataset.incident")
        await tab.press("s")
        severity = await tab.value("document.activeElement.name")
        await tab.value("document.activeElement.blur()")
        await tab.press("a")
        await tab.loaded()
        await tab.press("n")
        note = await tab.value("document.activeElement.name")
        await tab.value("document.activeElement.blur(); scrollTo(0, 0)")

    shown = await site.get(f"/api/v1/incidents/{number}")
    assert (helped, closed, filtering) == (True, False, "q")
    assert (opened, severity, note) == (number, "severity", "text")
    assert shown["state"] == "acknowledged"


async def test_the_filter_is_read_while_one_types(
    site: Site, require: Require, tmp_path: Path
) -> None:
    await site.declare("disk full", severity="SEV-3")
    await site.declare("checkout fails", severity="SEV-2")
    async with console(site, require, tmp_path) as (tab, root):
        await tab.go(f"{root}/")
        await tab.value("document.querySelector('#q').focus()")
        await tab.do("Input.insertText", text="severity=SEV-3")
        await tab.until("document.querySelectorAll('.inc tbody tr').length === 1")
        address = await tab.value("location.search")
        typed = await tab.value("document.querySelector('#q').value")

    assert (address, typed) == ("?q=severity%3DSEV-3", "severity=SEV-3")


async def test_nothing_that_strangers_wrote_runs(
    site: Site, require: Require, tmp_path: Path
) -> None:
    last = ""
    for start in range(0, len(PAYLOADS), 20):
        part = [text.replace("\0", "") for text in PAYLOADS[start : start + 20]]
        last = await site.declare(part[0][:300] or "x", text="\n".join(part))
        for text in part:
            await site.post(f"/api/v1/incidents/{last}/notes", {"text": text})
    labels = {f"label{index}": text for index, text in enumerate(PAYLOADS[:24])}
    alert = {
        "labels": {"alertname": PAYLOADS[0], "severity": "critical", **labels},
        "annotations": {"summary": PAYLOADS[1], "runbook_url": "javascript:hit()"},
        "generatorURL": "javascript:hit()",
    }
    await site.post("/api/v2/alerts", [alert])
    numbers = [one["id"] for one in (await site.get("/api/v1/incidents?limit=100"))["incidents"]]
    async with console(site, require, tmp_path) as (tab, root):
        hook = "window.hit = () => { window.wasHit = true; };"
        await tab.do("Page.addScriptToEvaluateOnNewDocument", source=hook)
        hits = []
        paths = [f"/incidents/{number}" for number in numbers]
        more = (f"/incidents/{last}/similar", f"/incidents/{last}/command", "/alerts", "/silences")
        for path in ("/", *paths, *more, f"/silences?incident={numbers[0]}", "/system"):
            await tab.go(root + path)
            hits.append(await tab.value("window.wasHit === true"))
            hits.append(await tab.value("document.querySelectorAll('script').length > 1"))
            hits.append(await tab.value(LINKS_THAT_RUN))
        complaints = tab.complaints
        asked = [
            event["params"]["request"]["url"]
            for event in tab.events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    assert set(hits) == {False}
    assert complaints == []
    assert [url for url in asked if not url.startswith((root, "data:"))] == []
