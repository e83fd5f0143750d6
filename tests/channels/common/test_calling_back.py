import pytest
from msgspec.structs import replace

from tests.channels.notices import PUBLIC_URL, notice
from triaged.channels.common.calling_back import callback_url


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("https://triaged.example.org/", f"{PUBLIC_URL}/callbacks/mail"),
        ("http://127.0.0.1:9099", ""),
        ("http://192.168.1.2:9099", ""),
        ("http://[::1]:9099", ""),
        ("http://localhost:9099", ""),
        ("http://triage:9099", ""),
        ("https://triage.internal", ""),
        ("https://8.8.8.8/x", "https://8.8.8.8/x/callbacks/mail"),
    ],
)
def test_address_is_one_that_the_internet_can_reach(public_url: str, expected: str) -> None:
    assert callback_url(replace(notice(), public_url=public_url)) == expected


def test_query_is_part_of_the_address() -> None:
    assert callback_url(notice(), {"4": "a&b"}) == f"{PUBLIC_URL}/callbacks/mail?4=a%26b"
