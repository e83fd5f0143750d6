import pytest

from triaged.mail_in.recipients import split


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Reports@Example.ORG", ("reports@example.org", "")),
        ("reports+checkout@example.org", ("reports@example.org", "checkout")),
        ("triaged+a+b@example.org", ("triaged@example.org", "a+b")),
        ("nobody", ("nobody", "")),
        ("a@b@example.org", ("a@b@example.org", "")),
        ("", ("", "")),
    ],
)
def test_what_stands_behind_a_plus_is_the_tag(address: str, expected: tuple[str, str]) -> None:
    assert split(address) == expected
