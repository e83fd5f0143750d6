import socket

import pytest

from tests.channels.notices import NOW
from tests.delivery.clocks import HandClock
from tests.delivery.servers import scripted, silence
from triaged.delivery.carriers.connecting import connected, name_of
from triaged.delivery.carriers.resolver import Answers, Resolver


@pytest.mark.parametrize(
    ("host_name", "name"),
    [
        ("triage.example.org", "triage.example.org"),
        ("triage.example.org.", "triage.example.org"),
        ("triage", "[127.0.0.1]"),
        ("localhost", "[127.0.0.1]"),
        ("tri age.example.org", "[127.0.0.1]"),
        ("größe.example.org", "[127.0.0.1]"),
        ("x..example.org", "[127.0.0.1]"),
    ],
)
def test_name_in_the_greeting_is_one_that_strict_servers_take(host_name: str, name: str) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))

        assert name_of(sock, host_name) == name


def test_address_of_the_sixth_version_is_written_as_one() -> None:
    with socket.socket(socket.AF_INET6) as sock:
        try:
            sock.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")

        assert name_of(sock, "triage") == "[IPv6:::1]"


async def test_second_address_is_used_where_the_first_does_not_answer() -> None:
    def ask(_host: str, _port: int, _family: int) -> Answers:
        found = ("127.0.0.2", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    async with scripted(silence) as server:
        port = server.port
        sock = await connected(Resolver(HandClock(NOW), ask), "mail.example.org", port)

        assert sock.getpeername() == ("127.0.0.1", port)
        sock.close()
