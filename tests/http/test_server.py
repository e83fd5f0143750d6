"""Every route asks for its scope; what is not there is 404, what is not allowed 405."""

import asyncio
from collections import defaultdict

import pytest

from tests.api.site import Site
from tests.http.signing_in import signed_in
from triaged.http.routes import Route, Scope
from triaged.http.server import routes

HELD = {
    "admin": {"admin", "respond", "read", "report", "ingest"},
    "respond": {"respond", "read", "report"},
    "read": {"read"},
    "ingest": {"ingest"},
    "prometheus": set[str](),
}
"""By token: the scopes it includes, of those that a route may want."""

TOKEN_SCOPES = {
    Scope.READ,
    Scope.RESPOND,
    Scope.ADMIN,
    Scope.REPORT,
    Scope.INGEST,
    Scope.METRICS,
}
OF_CONFIGURATION = {*TOKEN_SCOPES, Scope.STATUS, Scope.FORM}
GUARDED = [route for route in routes() if route.scope in TOKEN_SCOPES]


def path_of(route: Route) -> str:
    known = {"source": "alertmanager", "id": "INC-999", "token": "x"}
    return route.path.format_map(defaultdict(lambda: "1", known))


def wanted(route: Route) -> str:
    return Scope.READ if route.scope is Scope.METRICS else route.scope


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", GUARDED, ids=named)
async def test_a_route_wants_its_scope(site: Site, route: Route) -> None:
    path = path_of(route)
    unknown = {401} if route.present is None else {303, 401}  # people are led to where one signs in
    assert (await site.ask(route.method, path, None)).status in unknown
    assert (await site.ask(route.method, path, "trg_unknown")).status in unknown

    for token, scopes in HELD.items():
        if wanted(route) not in scopes and not (token == "prometheus" and path.endswith("/alerts")):
            assert (await site.ask(route.method, path, token)).status == 403, token


@pytest.mark.parametrize("role", ["admin", "respond", "read"])
async def test_a_session_may_what_its_role_may(site: Site, role: str) -> None:
    cookie = await signed_in(site, role)
    for route in GUARDED:
        if route.scope is Scope.METRICS or route.path.endswith("/events"):
            continue
        answer = await site.ask(route.method, path_of(route), None, headers=cookie)
        may = wanted(route) in HELD[role] and route.scope is not Scope.INGEST
        is_refused = answer.status in {401, 403} or "/login" in answer.headers.get("Location", "")
        assert is_refused is not may, (named(route), answer.status)


async def test_a_cookie_authorises_no_sender(site: Site) -> None:
    cookie = await signed_in(site, "admin")

    answer = await site.ask("POST", "/webhooks/alertmanager", None, json={}, headers=cookie)

    assert answer.status == 401


def test_only_these_need_no_token() -> None:
    free = {named(route): route.scope for route in routes() if route.scope not in OF_CONFIGURATION}

    assert free == {
        "GET /-/healthy": Scope.PUBLIC,
        "GET /-/ready": Scope.PUBLIC,
        "GET /act/{token}": Scope.LINK,
        "POST /act/{token}": Scope.LINK,
        "GET /status/confirm/{token}": Scope.LINK,
        "POST /status/confirm/{token}": Scope.LINK,
        "GET /status/u/{token}": Scope.LINK,
        "GET /status/u/{token}/export": Scope.LINK,
        "POST /status/u/{token}": Scope.LINK,
        "POST /callbacks/{name}": Scope.SIGNED,
        "GET /feeds/{file}": Scope.LINK,
        "GET /confirm/{token}": Scope.LINK,
        "POST /confirm/{token}": Scope.LINK,
        "GET /push/worker.js": Scope.PUBLIC,
        "GET /static/{file}": Scope.PUBLIC,
        "GET /login": Scope.SESSION,
        "POST /login": Scope.SESSION,
        "GET /login/{code}": Scope.SESSION,
        "POST /login/{code}": Scope.SESSION,
        "POST /logout": Scope.SESSION,
    }


def test_what_is_public_where_the_configuration_says_so_is_the_status_page() -> None:
    found = [route.path for route in routes() if route.scope is Scope.STATUS]

    assert all(path.startswith("/status") for path in found)


def test_what_changes_something_needs_more_than_read() -> None:
    weak = {Scope.READ, Scope.METRICS, Scope.PUBLIC}

    assert [
        named(route) for route in routes() if route.method != "GET" and route.scope in weak
    ] == []


def test_no_route_is_there_twice() -> None:
    names = [named(route) for route in routes()]

    assert len(names) == len(set(names))


async def test_every_get_has_its_head(site: Site) -> None:
    for path in [path_of(route) for route in routes() if route.method == "GET"]:
        head = await site.ask("HEAD", path)
        assert await head.read() == b""
        if not path.endswith("/events"):
            assert head.status == (await site.ask("GET", path)).status, path


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    for path in ("/-/healthy", "/metrics", "/api/v1/incidents", "/nowhere", "/act/x"):
        response = await site.ask("GET", path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Server"] == "triaged"


async def test_nothing_is_404_as_a_problem_document(site: Site) -> None:
    response = await site.ask("GET", "/nowhere")

    assert (response.status, response.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/v1/incidents", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v2/alerts", "GET, HEAD, POST"),
        ("PUT", "/api/v2/alerts", "GET, HEAD, POST"),
        ("GET", "/-/reload", "POST"),
        ("GET", "/api/v1/incidents/INC-1/acknowledge/", "POST"),
    ],
)
async def test_a_wrong_method_is_405_with_the_right_ones(
    site: Site, method: str, path: str, allowed: str
) -> None:
    response = await site.ask(method, path)

    assert (response.status, response.headers["Allow"]) == (405, allowed)
    assert response.content_type == "application/problem+json"


async def test_a_slash_too_many_is_no_different(site: Site) -> None:
    response = await site.ask("GET", "//api/v1//incidents/?limit=5")

    assert response.status == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("OPTIONS *", b"404"),
        ("CONNECT triaged:80", b"405"),
        ("GET http://triaged/-/healthy", b"200"),
        ("POST http://triaged/api/v1/incidents/INC-1", b"405"),
    ],
)
async def test_every_form_of_a_target_has_its_answer(site: Site, head: str, status: bytes) -> None:
    reader, writer = await asyncio.open_connection(site.client.host, site.client.port)
    writer.write(f"{head} HTTP/1.1\r\nHost: triaged\r\n\r\n".encode())

    answer = await reader.readline()

    writer.close()
    assert answer.split()[1] == status


async def test_a_fault_of_ours_is_503_and_no_traceback(site: Site) -> None:
    site.lose_store(ValueError("canary"))

    response = await site.ask("GET", "/api/v1/incidents")

    assert response.status == 503
    assert "canary" not in await response.text()
    assert "Traceback" not in await response.text()


async def test_a_browser_on_another_site_can_do_nothing(site: Site) -> None:
    number = await site.declare()
    path = f"/api/v1/incidents/{number}/resolve"

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert (await site.ask("POST", path, headers=headers)).status == 403
    assert (await site.get(f"/api/v1/incidents/{number}"))["state"] == "open"


async def test_without_tokens_anybody_on_this_machine_may(open_site: Site) -> None:
    answer = await open_site.ask("POST", "/api/v1/incidents", None, json=declaration())

    assert answer.status == 201


async def test_without_tokens_another_host_is_refused(open_site: Site) -> None:
    headers = {"Host": "evil.example.org"}

    assert (await open_site.ask("GET", "/api/v1/incidents", None, headers=headers)).status == 421
    assert (await open_site.ask("GET", "/metrics", None, headers=headers)).status == 421


async def test_without_tokens_another_sites_page_is_refused(open_site: Site) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}

    answer = await open_site.ask(
        "POST", "/api/v2/alerts", None, json=[], headers=headers | {"Content-Type": "text/plain"}
    )

    assert answer.status == 403


async def test_a_path_may_be_written_in_other_ways(site: Site) -> None:
    number = await site.declare()

    for written in (number, number.replace("-", "%2D"), number.replace("I", "%49")):
        assert (await site.get(f"/%61pi/v1/incidents/{written}"))["id"] == number
    assert (await site.ask("GET", f"/api/v1/incidents/{number}%2Falerts")).status == 404


def declaration() -> dict[str, str]:
    return {"title": "A", "severity": "SEV-2"}
