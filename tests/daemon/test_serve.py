"""A daemon that cannot start: what it says, and how it ends."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.cli.desk import CONFIG
from tests.conftest import ROOT
from tests.e2e.peers import free_port, triaged

ALERT = [{"labels": {"alertname": "Down", "severity": "critical"}}]

PAGES_ON_STDOUT = """
store: sqlite:triaged.db
channels: {screen: {kind: console}}
people: {alice: {name: Alice, contacts: {desk: {channel: screen}}}}
policies: {default: {steps: [{notify: ["person:alice"]}], catch_all: person:alice}}
"""


def serve(config: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A daemon that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "triaged", "serve", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def test_a_bad_configuration_is_told_whole_and_is_final(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("listn: 1\nseverities: {SEV-9: {}}\n")

    done = serve(config)

    assert done.returncode == 78
    assert f"{config}:1:1: 'listn' is none of" in done.stderr
    assert "'SEV-9' is none of" in done.stderr


def test_tokens_without_a_token_says_how_to_make_one(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"listen: 127.0.0.1:{free_port()}\nauth: tokens\n{CONFIG}")

    done = serve(config)

    assert done.returncode == 78
    assert "triaged token create --offline" in done.stderr
    assert f"none in sqlite:{tmp_path}/triaged.db" in done.stderr


def test_the_command_that_makes_a_token_names_the_state_directory(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"listen: 127.0.0.1:{free_port()}\nauth: tokens\n{CONFIG}")
    (tmp_path / "state").mkdir()

    done = serve(config, STATE_DIRECTORY=f"{tmp_path}/state")

    assert f"STATE_DIRECTORY={tmp_path}/state triaged token create --offline" in done.stderr


def test_a_second_daemon_on_the_same_store_is_refused(tmp_path: Path) -> None:
    with triaged(tmp_path, CONFIG, free_port()):
        done = serve(tmp_path / "config.yaml")

    assert done.returncode == 1
    assert "in use by process" in done.stderr


def test_a_port_that_is_taken_is_said_in_a_line(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        config.write_text(f"listen: 127.0.0.1:{port}\nauth: none\n{CONFIG}")
        done = serve(config)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"cannot listen: error while attempting to bind on address ('127.0.0.1', {port})" in (
        done.stderr
    )


def test_a_bad_rule_file_at_the_first_start_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("rules: [{name: site, set: {severity: SEV-9}}]\n")
    config = tmp_path / "config.yaml"
    own = f"listen: 127.0.0.1:{free_port()}\nauth: none\n"
    config.write_text(own + CONFIG.replace("rules: [", "rules: [site.yaml, "))

    done = serve(config)

    assert done.returncode == 78
    assert "'SEV-9' is none of" in done.stderr
