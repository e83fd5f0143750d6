from ipaddress import ip_network

import pytest

from triaged.config import value_types
from triaged.core.records.model import Share, Span, Target


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9099", ("127.0.0.1", 9099)),
        ("[::1]:9099", ("::1", 9099)),
        ("localhost:0", ("localhost", 0)),
        (":9099", ("", 9099)),
    ],
)
def test_listener_is_host_and_port(text: str, address: value_types.Address) -> None:
    assert value_types.parse_listen(text) == address
    assert value_types.show_listen(address) == text


@pytest.mark.parametrize("text", ["9099", "a:b", "a:70000", "::1:9099", "http://a:1", "a b:1", ""])
def test_other_listeners_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected HOST:PORT such as 127\.0\.0\.1:9099"):
        value_types.parse_listen(text)


def test_network_may_be_one_address() -> None:
    assert value_types.parse_network("10.0.0.0/8") == ip_network("10.0.0.0/8")
    assert value_types.parse_network("::1") == ip_network("::1/128")


@pytest.mark.parametrize("text", ["10.0.0.1/8", "example.org", "10.0.0.0/99"])
def test_other_networks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a network such as 10\.0\.0\.0/8"):
        value_types.parse_network(text)


@pytest.mark.parametrize(("text", "size"), [("8MiB", 8 * 1024**2), ("1KiB", 1024), ("1500B", 1500)])
def test_size_is_bytes(text: str, size: int) -> None:
    assert value_types.parse_size(text) == size
    assert value_types.show_size(size) == text


@pytest.mark.parametrize("text", ["8MB", "8", "1B", "65MiB", "-1KiB", ""])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size from 1KiB to 64MiB"):
        value_types.parse_size(text)


def test_zone_exists() -> None:
    assert value_types.parse_zone("Europe/Berlin") == "Europe/Berlin"
    with pytest.raises(ValueError, match=r"no time zone .* \(did you mean Europe/Berlin\?\)"):
        value_types.parse_zone("Europe/Berln")


@pytest.mark.parametrize("text", ["https://a.example.org", "http://[::1]:9099/x?y#z"])
def test_url_has_scheme_and_host(text: str) -> None:
    assert value_types.parse_url(text) == text


@pytest.mark.parametrize(
    "text",
    ["a.example.org", "ftp://a", "javascript:alert(1)", "https://", "http://a b", "http://["],
)
def test_other_urls_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a URL"):
        value_types.parse_url(text)


def test_base_url_loses_its_last_slash() -> None:
    assert value_types.parse_base_url("https://a.example.org/x/") == "https://a.example.org/x"


@pytest.mark.parametrize("text", ["https://a/?x", "https://a/#x", "https://u:p@a/"])
def test_base_url_takes_a_path_behind_it(text: str) -> None:
    with pytest.raises(ValueError, match="without"):
        value_types.parse_base_url(text)


def test_target_is_kind_and_name() -> None:
    assert value_types.parse_target("schedule:primary") == Target("schedule", "primary")
    assert value_types.parse_target("person:a:b") == Target("person", "a:b")


@pytest.mark.parametrize("text", ["alice", "role:commander", "person:", ":a", "people:a"])
def test_other_targets_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected person:, schedule:, team: or channel:"):
        value_types.parse_target(text)


def test_kind_of_a_target_that_may_be_meant_is_said() -> None:
    with pytest.raises(ValueError, match=r"\(did you mean schedule\?\)"):
        value_types.parse_target("schedul:primary")


@pytest.mark.parametrize(("text", "delay"), [("50%", Share(0.5)), ("5m", Span(300_000_000))])
def test_delay_is_a_time_or_a_share(text: str, delay: Share | Span) -> None:
    assert value_types.parse_delay(text) == delay
    assert value_types.show_delay(delay) == text


def test_other_delays_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a duration .*, or a share of the response"):
        value_types.parse_delay("soon")


def test_portion_is_more_than_nothing_and_at_most_all() -> None:
    assert value_types.parse_portion("75%") == 0.75
    assert value_types.parse_portion("100%") == 1.0
    for text in ("0%", "101%", "75"):
        with pytest.raises(ValueError, match="expected a share"):
            value_types.parse_portion(text)


def test_wall_time_has_minutes_and_no_zone() -> None:
    assert value_types.parse_wall_time("2026-01-05T09:00") == "2026-01-05T09:00"
    for text in ("2026-01-05", "2026-01-05T09:00Z", "2026-01-05 09:00", "monday"):
        with pytest.raises(ValueError, match="expected a wall time such as"):
            value_types.parse_wall_time(text)


def test_names_stand_in_urls() -> None:
    assert value_types.name_problem("grafana-2.eu_west") is None
    for name in ("", "a b", "a/b", "a:b", "-a", "ä", "x" * 101, "a\nb"):
        assert value_types.name_problem(name) is not None
