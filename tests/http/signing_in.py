"""Browsers that have signed in: the cookie of a session, as a page of ours would send it."""

from tests.api.site import Site
from triaged.http.sessions import LOCAL_COOKIE

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


async def code_for(site: Site, role: str = "respond", person: str = "alice") -> str:
    """The code of a new one-time link."""
    answer = await site.post("/api/v1/sign-in-links", {"person": person, "scopes": [role]})
    return str(answer["link"]).rpartition("/")[2]


async def signed_in(site: Site, role: str = "respond", person: str = "alice") -> dict[str, str]:
    """Headers of a browser in which a person has signed in with a role."""
    code = await code_for(site, role, person)
    answer = await site.ask("POST", f"/login/{code}", None, headers=SAME_SITE)
    assert answer.status == 303, await answer.text()
    return {**SAME_SITE, "Cookie": cookie_in(answer.headers["Set-Cookie"])}


def cookie_in(header: str) -> str:
    """What a browser sends back of a Set-Cookie."""
    pair = header.partition(";")[0]
    assert pair.startswith(f"{LOCAL_COOKIE}=")
    return pair
