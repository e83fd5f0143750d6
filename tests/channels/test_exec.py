from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.channels.notices import NOW, notice, straight
from triaged.channels import Ended, NoAnswer
from triaged.channels.exec import Settings, request, verdict
from triaged.core.records.events import Delivered, Refused, TryAgain
from triaged.core.settings import Contact
from triaged.wire import Secret

SETTINGS = Settings(("/usr/local/bin/page", "--now"), {"TOKEN": Secret("s3cret")}, "3s")


def test_program_reads_what_a_webhook_receives_and_the_address() -> None:
    asked = request(replace(notice(), contact=Contact("own", "pager 7")), SETTINGS, NOW)

    said = msgspec.json.decode(asked.text)
    assert said["to"] == "pager 7"
    assert said["incident"]["id"] == "INC-12"
    assert said["subject"] == "SEV-1 INC-12 checkout is down in c1"
    assert asked.command == ("/usr/local/bin/page", "--now")
    assert asked.timeout_s == 3
    assert "s3cret" not in repr(asked)


def test_long_message_is_shortened() -> None:
    huge = {f"l{n}": "v" * 8192 for n in range(64)}

    asked = request(straight(labels=huge), SETTINGS, NOW)

    assert len(asked.text) < 256 * 1024


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Ended(0, "message 17"), Delivered("message 17")),
        (Ended(0, "x" * 200), Delivered("x" * 100)),
        (Ended(75, "modem is busy"), TryAgain("exit code 75 modem is busy")),
        (Ended(1), Refused("exit code 1")),
        (Ended(64, "usage"), Refused("exit code 64 usage")),
        (Ended(-9), Refused("ended by signal 9")),
        (NoAnswer("slow", timed_out=True), TryAgain("slow", timed_out=True)),
    ],
)
def test_exit_code_decides(result: Ended | NoAnswer, expected: object) -> None:
    assert verdict(result) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"command": ()},
        {"command": ("page",)},
        {"command": ("/bin/true", "a\0b")},
        {"command": ("/bin/true",) * 51},
        {"environment": {"a b": Secret("x")}},
        {"environment": {"A": Secret("x\0")}},
        {"timeout": "61s"},
        {"timeout": "soon"},
    ],
)
def test_settings_with_which_nothing_could_be_run_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must b|holds"):
        Settings(**{"command": ("/bin/true",), **change})
