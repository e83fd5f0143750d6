import pytest

from triaged.ingest.common.senders import origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://paris:9090/graph?g0.expr=up", "http://paris:9090"),
        ("https://Prometheus.Example.org/a/graph", "https://prometheus.example.org"),
        ("http://[::1]:9090/graph", "http://[::1]:9090"),
        ("http://user:secret@paris:9090/", "http://paris:9090"),
        ("/graph", ""),
        ("?orgId=1", ""),
        ("http://:9090/", ""),
        ("http://paris:port/", ""),
        ("http://[::1/", ""),
        ("ftp://paris/", ""),
        ("", ""),
    ],
)
def test_a_sender_is_the_origin_of_its_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin
