import errno
import socket

import pytest

from triaged.delivery.carriers.guard import guarded_socket, is_forbidden, refusal


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.8",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_address_that_is_not_on_the_public_internet_is_refused(host: str) -> None:
    assert refusal(host, 443) is not None


@pytest.mark.parametrize("host", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_address_is_not_refused(host: str) -> None:
    assert refusal(host, 443) is None


@pytest.mark.parametrize("port", [22, 25, 53, 111, 389, 445, 1023])
def test_port_of_another_service_is_refused(port: int) -> None:
    assert refusal("8.8.8.8", port) is not None


@pytest.mark.parametrize("port", [80, 443, 1024, 8443])
def test_port_of_a_web_server_is_not_refused(port: int) -> None:
    assert refusal("8.8.8.8", port) is None


def test_no_socket_is_made_for_a_forbidden_address() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8080))

    with pytest.raises(OSError, match="forbidden") as caught:
        guarded_socket(info)

    assert caught.value.errno == errno.EACCES
    assert is_forbidden(caught.value)


def test_socket_for_a_public_address_does_not_block() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))

    with guarded_socket(info) as made:
        assert made.getblocking() is False
