"""The shipped unit is one that systemd takes, and lets the daemon do little else than its work."""

import os
import socket
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.conftest import ROOT, require
from triaged.process.systemd import notify, passed_sockets, watchdog_us

UNIT = ROOT / "systemd/triaged.service"
EXPOSURE_MAX = 15
"""In tenths: systemd calls below 2.0 "OK"; a unit without hardening scores 9.6."""


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = require("systemd-analyze")
    # `verify` wants the programs to exist; everything else is checked as it is shipped.
    text = UNIT.read_text().replace("/opt/triaged/bin/triaged", "/bin/true")
    (tmp_path / UNIT.name).write_text(text)

    verified = subprocess.run(
        [analyze, "verify", "--man=no", tmp_path / UNIT.name],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")


def test_exposure_is_low() -> None:
    analyze = require("systemd-analyze")

    scored = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", UNIT],
        capture_output=True,
        text=True,
        check=False,
    )

    assert scored.returncode == 0, scored.stdout + scored.stderr


def test_daemon_is_watched_and_bad_configuration_waits_for_a_human() -> None:
    unit = RawConfigParser(strict=False)  # SystemCallFilter stands there twice
    unit.read_string(UNIT.read_text())

    service = unit["Service"]

    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) > 0
    assert service["RestartPreventExitStatus"] == "78"


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_the_manager_hears_what_it_is_told(tmp_path: Path, *, abstract: bool) -> None:
    path = f"@{tmp_path.name}-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path.replace("@", "\0", 1))

        told = notify({"NOTIFY_SOCKET": path}, "READY=1", "STATUS=fine")

        assert told
        assert manager.recv(1000) == b"READY=1\nSTATUS=fine"


def test_a_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    assert not notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}, "READY=1")


def test_without_a_manager_nobody_is_told() -> None:
    assert not notify({}, "READY=1")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30_000_000),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30_000_000),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_ours_only_when_it_says_so(
    environment: dict[str, str], wanted: int | None
) -> None:
    assert watchdog_us(environment, 7) == wanted


def test_sockets_for_another_process_are_not_taken() -> None:
    environment = {"LISTEN_FDS": "1", "LISTEN_PID": "8", "HOME": "x"}

    assert passed_sockets(environment, 7) == []
    assert environment == {"HOME": "x"}
