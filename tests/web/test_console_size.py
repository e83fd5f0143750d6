"""How much the console sends: a bad line at night carries it in a moment."""

import gzip
import re

from tests.api.site import Site
from tests.http.signing_in import signed_in
from tests.web.console_site import fire
from triaged.web._console.assets import FOLDER, names, text_of

INCIDENT_MAX = 20_000
LIST_MAX = 25_000
SCRIPTS_MAX = 8_000


async def size_of(site: Site, path: str) -> int:
    cookie = await signed_in(site)
    answer = await site.ask("GET", path, None, headers=cookie)
    assert answer.status == 200
    return len(gzip.compress(await answer.read(), 6))


async def test_pages_keep_their_size(site: Site) -> None:
    for number in range(100):
        await site.declare(f"Search answers slowly: p99 {number}.2 s over 1 s", service="checkout")
    number_of_one = await fire(site, *(f"order-service-{pod}" for pod in range(50)))
    for note in range(60):
        await site.post(f"/api/v1/incidents/{number_of_one}/notes", {"text": f"note {note} " * 8})

    assert await size_of(site, "/") <= LIST_MAX
    assert await size_of(site, f"/incidents/{number_of_one}") <= INCIDENT_MAX


def test_the_scripts_of_the_first_pages_keep_their_size() -> None:
    source = {name: (FOLDER / name).read_text() for name in names() if name.endswith(".js")}
    loaded = {"console.js", *re.findall(r'from "\./([a-z_]+\.js)"', source["console.js"])}
    packed = {name: len(gzip.compress(text_of(name).encode(), 6)) for name in loaded}

    assert len(loaded) > 3
    assert sum(packed.values()) <= SCRIPTS_MAX, packed
