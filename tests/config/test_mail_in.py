from pathlib import Path

import pytest

from tests.config.samples import configured, is_only, wrong


def test_mail_is_read_on_loopback_for_an_address(tmp_path: Path) -> None:
    found = configured(tmp_path, mail_in="{reports_to: Reports@example.org}").mail_in

    assert found is not None
    assert (found.listen, found.reports_to) == (("127.0.0.1", 2525), "reports@example.org")


def test_without_the_key_no_mail_is_read(tmp_path: Path) -> None:
    assert configured(tmp_path).mail_in is None


@pytest.mark.parametrize(
    ("written", "at", "message"),
    [
        ("{listen: 127.0.0.1:25}", "{listen", "nobody would take any mail"),
        (
            "{reports_to: a@x.org, replies_to: a@x.org}",
            "a@x.org}",
            "reports and replies need an address each",
        ),
        ("{reports_to: reports}", "reports}", "expected an address"),
        ("{reports_to: a+b@example.org}", "a+b", "expected an address"),
        ("{reports_to: r@x.org, port: 25}", "port", "'port' is none of"),
    ],
)
def test_mail_that_cannot_come_is_wrong(
    tmp_path: Path, written: str, at: str, message: str
) -> None:
    assert is_only(wrong(tmp_path, mail_in=written), at, message)
