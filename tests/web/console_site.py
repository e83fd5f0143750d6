"""A console with incidents, and a browser in which somebody has signed in."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from msgspec.structs import replace

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.browser import Tab, browsing

SIZES = {
    "light": (1280, 800, "light", False),
    "dark": (1280, 800, "dark", False),
    "phone": (360, 780, "light", True),
}
"""By name: width, height, colour scheme, whether it is a phone."""

LABELS = {
    "alertname": "OrderServiceErrorRate",
    "cluster": "prod-eu",
    "service": "checkout",
    "severity": "critical",
}
ALERT = {
    "annotations": {
        "summary": "order-service error rate > 5 %",
        "description": "Customers fail at “Pay now”.",
        "runbook_url": "https://runbooks.example.org/checkout",
    },
    "generatorURL": "https://prometheus.example.org/graph",
}


async def fire(site: Site, *pods: str, **labels: str) -> str:
    """An incident of alerts that differ by pod; its id."""
    for pod in pods or ("order-1", "order-2"):
        body = {**ALERT, "labels": {**LABELS, "pod": pod, **labels}}
        await site.post("/api/v2/alerts", [body])
    rows = await site.get("/api/v1/incidents?limit=1")
    return str(rows["incidents"][0]["id"])


@contextlib.asynccontextmanager
async def console(
    site: Site, require: Callable[[str], str], folder: Path, role: str = "respond"
) -> AsyncIterator[tuple[Tab, str]]:
    """A tab in which alice has signed in, and the address of the console."""
    root = str(site.client.make_url("/")).rstrip("/")
    site.context.configuration = replace(site.context.configuration, public_url=root)
    cookie = (await signed_in(site, role))["Cookie"]
    async with browsing(require("chromium"), folder / "profile") as tab:
        await tab.sign_in(root, cookie)
        yield tab, root
