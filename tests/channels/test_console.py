from msgspec.structs import replace

from tests.channels.notices import NOW, UPDATE, notice, without_person
from triaged.channels import HttpResponse, Line, Written
from triaged.channels.console import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused


def block(sent: Line) -> list[str]:
    return sent.text.splitlines()


def test_page_is_a_block_with_the_severity_in_front() -> None:
    sent = request(notice(), Settings(), NOW)

    assert sent.severity == "SEV-1"
    assert block(sent)[0] == f"SEV-1 PAGE for alice {'-' * 58}"
    assert block(sent)[1] == "  SEV-1 checkout is down in c1 (INC-12)"
    assert all(line == "" or line.startswith("  ") for line in block(sent)[1:])
    assert sent.text.endswith("\n\n")


def test_update_says_that_it_is_one() -> None:
    assert block(request(notice(UPDATE), Settings(), NOW))[0].startswith("SEV-1 UPDATE for alice")


def test_page_straight_to_the_channel_names_the_channel() -> None:
    assert block(request(without_person(), Settings(), NOW))[0].startswith("SEV-1 PAGE for hook")


def test_long_name_leaves_a_rule() -> None:
    alice = notice().reader
    assert alice is not None
    sent = request(replace(notice(), reader=replace(alice, id="a" * 100)), Settings(), NOW)

    assert block(sent)[0].endswith("a ---")


def test_written_is_delivered_and_nothing_else_is() -> None:
    assert verdict(Written()) == Delivered()
    assert isinstance(verdict(HttpResponse(200, {}, b"")), Refused)
