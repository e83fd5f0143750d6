import pytest

from triaged.channels import Reach
from triaged.channels.common.reaching import reach_of


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", Reach("a.example", 443, tls=True)),
        ("http://a.example:8080", Reach("a.example", 8080, tls=False)),
        ("http://[::1]/", Reach("::1", 80, tls=False)),
    ],
)
def test_probe_goes_to_the_server(url: str, expected: Reach) -> None:
    assert reach_of(url) == expected
