"""Whose page, which host, whose address."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from triaged.http.origins import client_address, is_cross_site, is_own_host

PUBLIC = "https://triaged.example.org"


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://here:9099"}, True),
        ({"Origin": "http://here:9099"}, False),
        ({"Origin": "https://triaged.example.org"}, False),
        ({"Origin": "http://evil.example.org"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": ""}, True),
    ],
)
def test_a_post_from_another_sites_page_is_recognised(
    headers: dict[str, str], refused: bool
) -> None:
    request = make_mocked_request("POST", "/", headers={"Host": "here:9099", **headers})

    assert is_cross_site(request, PUBLIC) is refused


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_changes_nothing_may_come_from_anywhere(method: str) -> None:
    request = make_mocked_request(method, "/", headers={"Sec-Fetch-Site": "cross-site"})

    assert not is_cross_site(request, PUBLIC)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost:9099", True),
        ("app.localhost", True),
        ("127.0.0.1:9099", True),
        ("[::1]:9099", True),
        ("192.0.2.7", True),
        ("triaged.example.org", True),
        ("TRIAGED.example.org:443", True),
        ("evil.example.org", False),
        ("localhost.evil.example.org", False),
        ("triaged.example.org.evil.example", False),
        ("", False),
        ("[::1", False),
        ("127.0.0.1.nip.io", False),
    ],
)
def test_a_name_that_somebody_else_pointed_at_us_is_not_ours(host: str, own: bool) -> None:
    assert is_own_host(host, PUBLIC) is own


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ([], "10.0.0.1"),
        (["198.51.100.9"], "198.51.100.9"),
        (["203.0.113.1, 198.51.100.9"], "198.51.100.9"),
        (["203.0.113.1", "198.51.100.9, 10.0.0.2"], "198.51.100.9"),
        (["198.51.100.9, nonsense"], "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(
    forwarded: list[str], address: str
) -> None:
    request = make_mocked_request("GET", "/", headers=forwarded_headers(forwarded))
    request = request.clone(remote="10.0.0.1")

    assert client_address(request, [ip_network("10.0.0.0/8")]) == address


def test_a_stranger_cannot_choose_its_address() -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "127.0.0.1"})
    request = request.clone(remote="198.51.100.9")

    assert client_address(request, [ip_network("10.0.0.0/8")]) == "198.51.100.9"


def forwarded_headers(values: list[str]) -> CIMultiDict[str]:
    return CIMultiDict([("X-Forwarded-For", value) for value in values])
