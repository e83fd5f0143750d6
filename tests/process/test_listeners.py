import ssl
import subprocess
from pathlib import Path

import pytest

from tests.conftest import require
from triaged.config.schema.server import Tls
from triaged.process.listeners import tls_context


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """A certificate that nobody signed."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [require("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(command, check=True, capture_output=True)
    return Tls(str(cert), str(key))


def test_old_versions_of_tls_are_not_spoken(tls: Tls) -> None:
    assert tls_context(tls).minimum_version >= ssl.TLSVersion.TLSv1_2


def test_callers_show_a_certificate_only_where_that_is_wanted(tls: Tls) -> None:
    mutual = Tls(tls.cert_file, tls.key_file, tls.cert_file)

    assert tls_context(tls).verify_mode is ssl.CERT_NONE
    assert tls_context(mutual).verify_mode is ssl.CERT_REQUIRED
