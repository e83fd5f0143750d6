"""Push messages in a browser: the page that subscribes, and the worker that shows and acts.

A real push needs the servers of the browser's maker; here the browser is handed the message that
such a server would bring, over its DevTools protocol.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.api.site import Site
from tests.web.browser import Tab, browsing
from tests.web.test_act import link
from triaged.channels.webpush import Settings, public_key_of
from triaged.config.model import Channel
from triaged.wire import Secret

PUSH = Settings(Secret("A" * 42 + "E"))
PRESSED = """
(async () => {
  document.querySelector("button[data-key]").click();
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  let registration;
  while (registration?.active?.state !== "activated") {
    await pause();
    registration = await navigator.serviceWorker.getRegistration("/push/");
  }
})()
"""
"""Press the button, and wait until the worker is at work."""

RECORDED = """
self.shown = [];
const show_ = self.registration.showNotification.bind(self.registration);
self.registration.showNotification = async (title, options) => {
  await show_(title, options);
  self.shown.push({ title, ...options, data: undefined });
};
"""
"""Keep what the browser has shown: one without a screen forgets it when it likes."""

SHOWN = """
(async (number) => {
  while (self.shown.length < number) await new Promise((resolve) => setTimeout(resolve, 20));
  return JSON.stringify(self.shown[number - 1]);
})"""


async def with_channel(site: Site) -> str:
    """The address of the site, which has a channel of that kind."""
    root = str(site.client.make_url("/")).rstrip("/")
    configuration = site.context.configuration
    channels = {**configuration.channels, "push": Channel("push", "webpush", PUSH)}
    site.context.configuration = replace(configuration, channels=channels, public_url=root)
    return root


async def test_page_has_a_button_for_each_channel(open_site: Site) -> None:
    before = await (await open_site.ask("GET", "/push", None)).text()
    await with_channel(open_site)

    answer = await open_site.ask("GET", "/push", None)

    assert "No channel of kind" in before
    text = await answer.text()
    assert f'data-key="{public_key_of(PUSH)}"' in text
    assert PUSH.private_key.reveal() not in text
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_page_is_for_those_who_may_read(site: Site) -> None:
    assert (await site.ask("GET", "/push", None, allow_redirects=False)).status == 303
    assert (await site.ask("GET", "/push", "read")).status == 200


async def test_worker_is_asked_for_anew_each_time(site: Site) -> None:
    answer = await site.ask("GET", "/push/worker.js", None)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert 'addEventListener("push"' in await answer.text()


async def deliver(tab: Tab, root: str, message: dict[str, Any]) -> None:
    """Have the browser get a message."""
    registered = [
        event["params"]["registrations"][0]["registrationId"]
        for event in tab.events
        if event.get("method") == "ServiceWorker.workerRegistrationUpdated"
        and event["params"]["registrations"]
    ]
    await tab.do(
        "ServiceWorker.deliverPushMessage",
        origin=root,
        registrationId=registered[-1],
        data=json.dumps(message),
    )


async def in_worker(tab: Tab, expression: str) -> Any:
    """What an expression promises in the worker, once it is there."""
    targets = (await tab.do("Target.getTargets"))["targetInfos"]
    (worker,) = (each["targetId"] for each in targets if each["type"] == "service_worker")
    session = (await tab.do("Target.attachToTarget", targetId=worker))["sessionId"]
    parameters = {"expression": expression, "awaitPromise": True}
    asked = {"id": 1, "method": "Runtime.evaluate", "params": parameters}
    await tab.do("Target.sendMessageToTarget", sessionId=session, message=json.dumps(asked))
    while True:
        for event in tab.events:
            said = json.loads(event["params"].get("message", "{}"))
            if event["params"].get("sessionId") == session and said.get("id") == 1:
                return said["result"]["result"].get("value")
        await tab.value("1")


async def shown(tab: Tab, number: int) -> dict[str, Any]:
    """The notification of that number, once the browser has shown it."""
    found: dict[str, Any] = json.loads(await in_worker(tab, f"{SHOWN}({number})"))
    return found


async def test_worker_shows_one_notification_for_an_incident(
    open_site: Site, require: Callable[[str], str], tmp_path: Path
) -> None:
    chromium = require("chromium")
    root = await with_channel(open_site)
    number = await open_site.declare("Checkout is down", severity="SEV-1", service="checkout")
    page = {
        "title": f"SEV-1 {number} Checkout is down",
        "body": "Respond by 12:04",
        "tag": number,
        "link": root + await link(open_site, number),
        "test": False,
        "page": True,
        "edit": False,
    }
    edit = page | {"title": f"SEV-1 {number} acknowledged by bob", "link": None, "edit": True}

    async with browsing(chromium, tmp_path / "profile") as tab:
        await tab.do("Browser.grantPermissions", permissions=["notifications"], origin=root)
        await tab.go(f"{root}/push")
        await tab.do("ServiceWorker.enable")
        await tab.do("Runtime.evaluate", expression=PRESSED, awaitPromise=True)
        await in_worker(tab, RECORDED)
        await deliver(tab, root, page)
        first = await shown(tab, 1)
        await in_worker(tab, f"acknowledge({json.dumps(page)})")
        second = await shown(tab, 2)
        await deliver(tab, root, edit)
        third = await shown(tab, 3)

    assert first == {
        "title": "SEV-1 INC-1 Checkout is down",
        "body": "Respond by 12:04",
        "tag": "INC-1",
        "silent": False,
        "renotify": True,
        "requireInteraction": True,
        "actions": [{"action": "acknowledge", "title": "Acknowledge"}],
    }
    assert (second["tag"], second["body"]) == ("INC-1", "Acknowledged. Open the page to see it.")
    assert (await open_site.get(f"/api/v1/incidents/{number}"))["state"] == "acknowledged"
    assert (third["title"], third["tag"]) == ("SEV-1 INC-1 acknowledged by bob", "INC-1")
    assert (third["silent"], third["renotify"], third["actions"]) == (True, False, [])
    assert tab.complaints == []
