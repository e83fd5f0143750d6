from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.config.samples import configured, given, is_only, wrong
from triaged.config.access import is_loopback, lets_everybody_in
from triaged.config.files import MissingSecret
from triaged.config.schema import Token
from triaged.config.schema.server import Tls
from triaged.wire import Secret


def test_one_listener_or_several(tmp_path: Path) -> None:
    assert configured(tmp_path).listen == (("127.0.0.1", 9099),)
    assert configured(tmp_path, listen="':80'").listen == (("", 80),)
    listen = "['127.0.0.1:1', '[::1]:2']"
    assert configured(tmp_path, listen=listen).listen == (("127.0.0.1", 1), ("::1", 2))


@pytest.mark.parametrize(
    ("listen", "at", "message"),
    [
        (
            "9099",
            "9099",
            "expected HOST:PORT such as 127.0.0.1:9099, or a list, got a number",
        ),
        ("[]", "[]", "no address: such as 127.0.0.1:9099"),
        ("['a:1', 'a:1']", "'a:1']", "the same address as above"),
        ("['a:1', b]", "b]", "expected HOST:PORT such as 127.0.0.1:9099 or :9099, got 'b'"),
    ],
)
def test_listener_that_cannot_be_is_wrong(
    tmp_path: Path, listen: str, at: str, message: str
) -> None:
    found = wrong(tmp_path, listen=listen)

    assert is_only(found, at, message), found


@pytest.mark.parametrize("listen", ["0.0.0.0:1", ":1", "10.0.0.1:1", "a.example.org:1", "[::]:1"])
def test_no_authentication_is_for_loopback_only(tmp_path: Path, listen: str) -> None:
    found = wrong(tmp_path, auth="none", listen=f"['127.0.0.1:1', '{listen}']")

    assert is_only(found, f"'{listen}'", "auth is none: listen on 127.0.0.1 or ::1 only, or"), found


def test_no_authentication_waits_for_the_listeners_that_are_open(tmp_path: Path) -> None:
    found = configured(tmp_path, auth="none")

    assert lets_everybody_in(found, (("127.0.0.1", 1), ("", 2))).startswith(
        "auth is none, and until it is restarted the daemon listens on :2"
    )
    assert lets_everybody_in(found, (("::1", 1),)) == ""
    assert lets_everybody_in(configured(tmp_path), (("", 2),)) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_has_several_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:9099", "http://127.0.0.1:9099"),
        (":80", "http://127.0.0.1:80"),
        ("[::]:80", "http://127.0.0.1:80"),
        ("[::1]:80", "http://[::1]:80"),
        ("a.example.org:80", "http://a.example.org:80"),
    ],
)
def test_links_begin_with_the_first_listener_by_default(
    tmp_path: Path, listen: str, url: str
) -> None:
    found = configured(tmp_path, listen=f"'{listen}'")

    assert (found.public_url, found.settings.public_url) == (url, url)


def test_links_begin_with_the_public_url(tmp_path: Path) -> None:
    assert configured(tmp_path, public_url="https://a.org/x/").public_url == "https://a.org/x"
    found = wrong(tmp_path, public_url="https://a.org/?x")
    assert is_only(found, "https", "expected a URL such as"), found


def test_tls_names_files_beside_the_configuration(tmp_path: Path) -> None:
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("x")

    found = configured(tmp_path, tls="{cert_file: c.pem, key_file: k.pem}")

    assert found.tls == Tls(f"{tmp_path}/c.pem", f"{tmp_path}/k.pem")
    assert found.public_url == "https://127.0.0.1:9099"


def test_missing_tls_file_is_a_warning_that_the_daemon_does_not_accept(tmp_path: Path) -> None:
    loaded = given(tmp_path, tls="{cert_file: c.pem, key_file: k.pem}")

    assert [type(problem) for problem in loaded.problems] == [MissingSecret, MissingSecret]
    assert loaded.unusable


def test_token_has_a_secret_and_scopes(tmp_path: Path) -> None:
    (tmp_path / "ops").write_text("hunter2\n")
    one = "{name: ops, token_file: ops, scopes: [admin], person: alice}"
    two = "{name: am, token: hunter3, scopes: ['ingest:alertmanager', read]}"

    found = configured(tmp_path, tokens=f"[{one}, {two}]")

    assert found.tokens == (
        Token("ops", Secret("hunter2"), ("admin",), "alice"),
        Token("am", Secret("hunter3"), ("ingest:alertmanager", "read")),
    )
    assert "hunter" not in repr(found)


def test_token_whose_file_is_missing_is_left_out(tmp_path: Path) -> None:
    loaded = given(tmp_path, tokens="[{name: a, token_file: x, scopes: [read]}]")

    assert loaded.configuration is not None
    assert loaded.configuration.tokens == ()
    assert loaded.unusable


@pytest.mark.parametrize(
    ("tokens", "at", "message"),
    [
        ("[{name: a, scopes: [read]}]", "{name", "token (or token_file) is missing: text"),
        ("[{name: a, token: x, scopes: []}]", "[]", "no scope: name some of admin, respond, read"),
        (
            "[{name: a, token: x, scopes: [write]}]",
            "write",
            "'write' is none of admin, respond, re",
        ),
        ("[{name: a, token: x, scopes: ['ingest:x']}]", "'ingest:x'", "'ingest:x' is none of"),
        ("[{name: a, token: x, scopes: [read], person: b}]", "b}", "people: 'b' is none of alice"),
        (
            "[{name: a, token: x, scopes: [read]}, {name: a, token: y, scopes: [read]}]",
            "a, token: y",
            "a second token named 'a'",
        ),
        (
            "[{name: a, token: x, scopes: [read]}, {name: b, token: x, scopes: [read]}]",
            "{name: b",
            "b: the same secret as another token's",
        ),
    ],
)
def test_token_that_cannot_be_is_wrong(tmp_path: Path, tokens: str, at: str, message: str) -> None:
    found = wrong(tmp_path, tokens=tokens)

    assert is_only(found, at, message), found


def test_store_is_a_file_or_a_server(tmp_path: Path) -> None:
    url = "postgresql://triaged@db.example.org/triaged"

    assert configured(tmp_path).store == f"sqlite:{tmp_path}/triaged.db"
    assert configured(tmp_path, store="sqlite:x/a.db").store == f"sqlite:{tmp_path}/x/a.db"
    assert configured(tmp_path, store="sqlite:/srv/a.db").store == "sqlite:/srv/a.db"
    assert configured(tmp_path, store=url).store == url


def test_store_with_a_password_prints_as_a_secret(tmp_path: Path) -> None:
    found = configured(tmp_path, store="postgresql://a:hunter2@db/x")

    assert isinstance(found.store, Secret)
    assert found.store.partition(":")[0] == "postgresql"
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("store", ["a.db", "sqlite:", "mysql://a:hunter2@b/c", "postgresql:a"])
def test_other_stores_are_refused(tmp_path: Path, store: str) -> None:
    ((at, message),) = wrong(tmp_path, store=f"'{store}'")

    assert at == f"'{store}'"
    assert message == "expected sqlite:PATH or postgresql://USER@HOST/DATABASE"


def test_proxies_are_networks(tmp_path: Path) -> None:
    found = configured(tmp_path, trusted_proxies="[10.0.0.0/8, '::1']")

    assert found.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))
    wrong_one = wrong(tmp_path, trusted_proxies="[10.0.0.1/8]")
    assert is_only(wrong_one, "10.0.0.1/8", "expected a network such as 10.0.0.0/8: 10.0.0.1/8 has")
