import pytest
from hypothesis import given
from hypothesis import strategies as st

from triaged.channels.common.chat import check_url, cut, cut_bytes, cut_utf16


@given(st.text(), st.integers(8, 40))
def test_what_is_cut_fits_and_begins_as_it_did(text: str, most: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    for shorter, size in (
        (cut_bytes(text, most), lambda t: len(t.encode())),
        (cut_utf16(text, most), lambda t: len(t.encode("utf-16-le")) // 2),
        (cut(text, most), len),
    ):
        assert size(shorter) <= most
        assert text.startswith(shorter.removesuffix("…"))
        assert shorter == text or size(text) > most


@pytest.mark.parametrize("url", ["", "ftp://x", "https://", "example.org"])
def test_address_of_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="with a host"):
        check_url(url)
