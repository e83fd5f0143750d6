"""A customer's mail by SMTP to a real daemon, which is killed after its answer."""

import json
import smtplib
from pathlib import Path

from tests.cli.desk import CONFIG
from tests.e2e.peers import fetch, free_port, triaged
from tests.mail_in.mails import mail


def test_a_mail_that_was_answered_survives_the_death_of_the_daemon(tmp_path: Path) -> None:
    port, smtp_port = free_port(), free_port()
    listen = f"{{listen: 127.0.0.1:{smtp_port}, reports_to: reports@example.org}}"
    config = f"mail_in: {listen}\n{CONFIG}"

    with triaged(tmp_path, config, port) as process:
        with smtplib.SMTP("127.0.0.1", smtp_port, timeout=20) as client:
            client.sendmail("ann@customer.example", ["reports@example.org"], mail())
        process.kill()
    with triaged(tmp_path, config, port):
        found = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/reports"))

    assert [report["title"] for report in found["reports"]] == ["Cannot pay"]
