"""The daemon as a process: how it starts, reloads and stops."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.cli.desk import CONFIG
from tests.conftest import ROOT
from tests.e2e.peers import answers, eventually, fetch, fetch_json, free_port, running, triaged

ALERT = [{"labels": {"alertname": "Down", "severity": "critical"}}]

PAGES_ON_STDOUT = """
store: sqlite:triaged.db
channels: {screen: {kind: console}}
people: {alice: {name: Alice, contacts: {desk: {channel: screen}}}}
policies: {default: {steps: [{notify: ["person:alice"]}], catch_all: person:alice}}
"""


def reload_metric(url: str) -> str:
    """`1` when the last reload worked."""
    lines = fetch(f"{url}/metrics").decode().splitlines()
    name = "triaged_config_last_reload_successful "
    return next(line.removeprefix(name) for line in lines if line.startswith(name))


def status_of(url: str) -> tuple[int, str]:
    """(status, Retry-After) of an alert sent to `url`."""
    request = urllib.request.Request(
        f"{url}/api/v2/alerts", json.dumps(ALERT).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Retry-After", "")


def test_a_newcomer_is_told_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with triaged(tmp_path, CONFIG, port):
        log = (tmp_path / "triaged.log").read_text()

    assert f"listens on http://127.0.0.1:{port}" in log
    assert "curl -H 'Content-Type: application/json' -d '[{" in log


def test_a_signal_reloads_what_is_good_and_refuses_what_is_bad(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with triaged(tmp_path, CONFIG, port) as process:
        config = tmp_path / "config.yaml"
        good = config.read_text()
        config.write_text(good + "unclassified: SEV-9\n")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: reload_metric(url) == "0.0", "a reload that failed")
        assert status_of(url)[0] == 200

        config.write_text(good + "unclassified: SEV-4\n")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: reload_metric(url) == "1.0", "a reload that worked")
        fetch_json(f"{url}/api/v2/alerts", [{"labels": {"alertname": "Unknown"}}])

        found = fetch_json(f"{url}/api/v1/incidents?q=Unknown")["incidents"]
        assert [incident["severity"] for incident in found] == ["SEV-4"]
    assert f"{config}:12:15: 'SEV-9' is none of" in (tmp_path / "triaged.log").read_text()


def test_a_reload_says_what_it_changed_about_the_rules(tmp_path: Path) -> None:
    port = free_port()
    rules = tmp_path / "site.yaml"
    rules.write_text("rules: [{name: old, set: {severity: SEV-2}}]\n")
    config = CONFIG.replace(f"{ROOT}/rules/*.yaml", rules.name)
    with triaged(tmp_path, config, port) as process:
        rules.write_text("rules: [{name: new, set: {severity: SEV-2}}]\n")
        process.send_signal(signal.SIGHUP)
        log = tmp_path / "triaged.log"
        eventually(lambda: "reload.done" in log.read_text(), "a reload that worked")

        line = next(line for line in log.read_text().splitlines() if "reload.done" in line)

    said = json.loads(line)
    assert (said["added"], said["removed"]) == ("new", "old")


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ("", "site.yaml: had 1 rule and has none: the running rules stay."),
        ("rules:", "site.yaml:1:1: rules has no entries: the file may be cut off."),
        (None, "config.yaml: site.yaml named 1 rule and names none: the running rules stay."),
    ],
)
def test_a_reload_that_loses_the_rules_is_refused(
    tmp_path: Path, left: str | None, said: str
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rules = tmp_path / "site.yaml"
    rules.write_text("rules: [{name: all, set: {severity: SEV-1}}]\n")
    with triaged(tmp_path, CONFIG.replace(f"{ROOT}/rules/*.yaml", rules.name), port) as process:
        if left is None:
            rules.unlink()
        else:
            rules.write_text(left)
        process.send_signal(signal.SIGHUP)
        eventually(lambda: reload_metric(url) == "0.0", "a reload that is refused")
        fetch_json(f"{url}/api/v2/alerts", [{"labels": {"alertname": "Disk"}}])

        found = fetch_json(f"{url}/api/v1/incidents?q=Disk")["incidents"]
        assert [incident["severity"] for incident in found] == ["SEV-1"]
    assert said in (tmp_path / "triaged.log").read_text()


@pytest.mark.parametrize(
    ("listen", "auth", "then", "told"),
    [
        (
            "0.0.0.0",
            "tokens\ntokens: [{name: a, token: x, scopes: [admin]}]",
            "none",
            "auth is none",
        ),
        ("127.0.0.1", "none", "tokens", "auth is `tokens`, and there is none"),
    ],
)
def test_a_reload_takes_nothing_that_a_start_refuses(
    tmp_path: Path, listen: str, auth: str, then: str, told: str
) -> None:
    port = free_port()
    config, log = tmp_path / "config.yaml", tmp_path / "triaged.log"
    config.write_text(f"listen: {listen}:{port}\nauth: {auth}\npublic: [metrics]\n{CONFIG}")
    command = [sys.executable, "-m", "triaged", "serve", "--config", str(config)]
    with running(command, f"http://127.0.0.1:{port}/-/ready", log) as process:
        before = status_of(f"http://127.0.0.1:{port}")
        config.write_text(f"listen: 127.0.0.1:{port}\nauth: {then}\n{CONFIG}")
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "reload.refused" in log.read_text(), "a reload that is refused")

        assert status_of(f"http://127.0.0.1:{port}") == before
        assert reload_metric(f"http://127.0.0.1:{port}") == "0.0"
    assert f"{config}:2:7: {told}" in log.read_text()


def test_a_stop_in_order_ends_with_0(tmp_path: Path) -> None:
    with triaged(tmp_path, CONFIG, free_port()) as process:
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=60) == 0


def test_a_stop_ends_in_its_time_while_nobody_reads_stdout_and_stderr(tmp_path: Path) -> None:
    port, config = free_port(), tmp_path / "config.yaml"
    config.write_text(f"listen: 127.0.0.1:{port}\nauth: none\n{PAGES_ON_STDOUT}")
    url = f"http://127.0.0.1:{port}"
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while os.write(writing, b"x" * 4096):
            pass
    os.set_blocking(writing, True)
    process = subprocess.Popen(
        [sys.executable, "-m", "triaged", "serve", "--config", str(config)],
        stdout=writing,
        stderr=writing,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        eventually(lambda: answers(f"{url}/-/ready"), "a daemon")
        assert status_of(url)[0] == 200
        eventually(lambda: b"triaged_outbox_pending 1" in fetch(f"{url}/metrics"), "a page")
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        os.close(reading)
        os.close(writing)


def test_the_service_manager_hears_that_it_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        config = tmp_path / "config.yaml"
        config.write_text(f"listen: 127.0.0.1:{free_port()}\nauth: none\n{CONFIG}")
        process = subprocess.Popen(
            [sys.executable, "-m", "triaged", "serve", "--config", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
                "WATCHDOG_USEC": "3000000",
            },
        )
        try:
            heard = [manager.recv(1000) for _ in range(2)]
        finally:
            process.terminate()
            process.wait(timeout=60)

    assert heard[0].startswith(b"READY=1\nSTATUS=listening on http://127.0.0.1:")
    assert heard[1] == b"WATCHDOG=1"


def test_a_locked_store_is_told_to_come_again_and_recovers(tmp_path: Path) -> None:
    port = free_port()
    with triaged(tmp_path, CONFIG, port):
        other = sqlite3.connect(tmp_path / "triaged.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        refused = status_of(f"http://127.0.0.1:{port}")
        other.execute("ROLLBACK")
        other.close()

        accepted = status_of(f"http://127.0.0.1:{port}")

    assert refused[0] == 503
    assert int(refused[1]) > 0
    assert accepted[0] == 200


def test_idle_connections_leave_room_for_an_alert_and_are_closed(tmp_path: Path) -> None:
    port = free_port()
    with triaged(tmp_path, CONFIG, port), ExitStack() as lines:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
        for line in idle:
            lines.enter_context(line)
            line.sendall(b"POST /api/v2/ale")

        accepted = status_of(f"http://127.0.0.1:{port}")
        idle[-1].settimeout(30)

        assert accepted[0] == 200
        assert _end_of(idle[-1])


def _end_of(line: socket.socket) -> bool:
    """Whether the other side has closed it."""
    try:
        return line.recv(1000) == b""
    except ConnectionResetError:
        return True


def test_a_bad_rule_file_at_the_start_pages_and_the_last_good_rules_are_in_force(
    tmp_path: Path,
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rules = tmp_path / "site.yaml"
    good = "rules: [{name: site, match: ['alertname=\"Odd\"'], set: {severity: SEV-3}}]\n"
    rules.write_text(good)
    config = CONFIG.replace("rules: [", "rules: [site.yaml, ")
    database = tmp_path / "triaged.db"

    def kept() -> bool:
        with sqlite3.connect(database) as store:
            return bool(store.execute("SELECT * FROM rule_texts").fetchall())

    with triaged(tmp_path, config, port):
        eventually(kept, "rules are kept")
    rules.write_text(good.replace("SEV-3", "SEV-9"))
    with triaged(tmp_path, config, port) as process:
        fetch_json(f"{url}/api/v2/alerts", [{"labels": {"alertname": "Odd"}}])
        told = eventually(
            lambda: fetch_json(f"{url}/api/v1/incidents?q=rules%20of")["incidents"], "an incident"
        )
        (odd,) = fetch_json(f"{url}/api/v1/incidents?q=Odd")["incidents"]
        assert reload_metric(url) == "0.0"
        rules.write_text(good)
        process.send_signal(signal.SIGHUP)
        query = f"{url}/api/v1/incidents?q=rules%20of&state=resolved"
        eventually(lambda: fetch_json(query)["incidents"], "the incident is over")

    assert [one["severity"] for one in told] == ["SEV-1"]
    assert odd["severity"] == "SEV-3"
    log = (tmp_path / "triaged.log").read_text()
    assert f"{rules}:1:" in log
    assert "'SEV-9' is none of" in log
